//! The checks of the tokens: those that fail one are revoked, and change nothing.

use super::*;

type Change = fn(&mut Value, &mut Value);

#[tokio::test]
async fn tokens_that_are_not_for_this_sign_in_are_refused_and_the_old_session_stays() {
    let changes: [(&str, Change); 16] = [
        ("issuer", |id, _| id["iss"] = json!("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other")),
        ("issuer of the access token", |_, access| access["iss"] = json!("https://evil.example")),
        ("no issuer", |id, _| id["iss"] = Value::Null),
        ("http", |id, _| id["iss"] = json!(ISSUER.replace("https", "http"))),
        ("audience", |id, _| id["aud"] = json!("another client")),
        ("audiences without a party", |id, _| id["aud"] = json!(["client", "another"])),
        ("a list without this client", |id, _| id["aud"] = json!(["another"])),
        ("audiences without this client, which is the party", |id, _| {
            (id["aud"], id["azp"]) = (json!(["another", "a third"]), json!("client"));
        }),
        ("no audience", |id, _| id["aud"] = Value::Null),
        ("party", |id, _| id["azp"] = json!("another")),
        ("client of the access token", |_, access| access["client_id"] = json!("another")),
        ("nonce", |id, _| id["nonce"] = json!("another")),
        ("no nonce", |id, _| id["nonce"] = Value::Null),
        ("at_hash", |id, _| id["at_hash"] = json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ("at_hash of another type", |id, _| id["at_hash"] = json!(7)),
        ("expiry", |id, _| id["exp"] = id["iat"].clone()),
    ];
    let pool = ScriptedPool::default();
    let client = client_of_bob(&pool).await;
    for (name, change) in changes {
        let url = begun(&client).await;
        pool.answer(answer(&pool, &url, change));
        assert_eq!(refused(&client, &pool, &url).await, ErrorKind::InvalidRedirect, "{name}");
    }
    let url = begun(&client).await;
    pool.answer(answer(&pool, &url, |_, access| access["sub"] = json!("somebody else")));
    assert_eq!(refused(&client, &pool, &url).await, ErrorKind::InvalidResponse);
    let url = begun(&client).await;
    let mut garbled = good(&pool, &url);
    garbled["access_token"] = json!("garbled");
    pool.answer(garbled);
    assert_eq!(refused(&client, &pool, &url).await, ErrorKind::InvalidResponse);
    assert_eq!(username(&client).await.as_deref(), Some("bob"));
}

/// The kind of the error with which the answer to the redirect ends, whose tokens AWS is told to revoke.
async fn refused(client: &Client, pool: &ScriptedPool, url: &str) -> ErrorKind {
    pool.answer(json!({}));
    let before = pool.operations().len();
    let error = client.handle_redirect(&redirected(url, "code=c")).await.unwrap_err();
    pool.asked(before + 2).await;
    assert_eq!(pool.operations()[before..], ["/oauth2/token", "RevokeToken"], "{error}");
    let revoked = json!({ "Token": "the refresh token", "ClientId": "client" });
    assert_eq!(pool.last_input(), revoked, "{error}");
    error.kind()
}

#[tokio::test(start_paused = true)]
async fn a_revocation_that_fails_or_hangs_does_not_hide_why_the_tokens_were_refused() {
    let pool = ScriptedPool::default();
    let client = client_of_bob(&pool).await;
    let url = begun(&client).await;
    pool.answer(answer(&pool, &url, |id, _| id["nonce"] = json!("another")));
    pool.refuse("UnsupportedOperationException", "Revocation is switched off");
    let error = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRedirect);
    pool.asked(2).await;

    let url = begun(&client).await;
    pool.answer(answer(&pool, &url, |id, _| id["nonce"] = json!("another")));
    let _silent = pool.answer(json!({})).hold();
    let began = tokio::time::Instant::now();
    let error = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap_err();
    assert_eq!((error.kind(), began.elapsed()), (ErrorKind::InvalidRedirect, Duration::ZERO));
    pool.asked(4).await;
}

#[tokio::test]
async fn what_openid_connect_allows_beside_cognito_s_own_form_is_accepted() {
    let changes: [Change; 4] = [
        |id, access| {
            let issuer = ISSUER.replace("https://", "https://issuer-");
            (id["iss"], access["iss"]) = (json!(issuer), json!(issuer));
        },
        |id, _| id["aud"] = json!(["client"]),
        |id, _| (id["aud"], id["azp"]) = (json!(["client", "another"]), json!("client")),
        |id, access| {
            let digest = <sha2::Sha256 as sha2::Digest>::digest(encode(access).expose_secret());
            let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
            id["at_hash"] = json!(base64::Engine::encode(&engine, &digest[..16]));
        },
    ];
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    for change in changes {
        let url = begun(&client).await;
        pool.answer(answer(&pool, &url, change));
        client.handle_redirect(&redirected(&url, "code=c")).await.unwrap().unwrap();
    }
    // The server may also say who answers (RFC 9207).
    let url = begun(&client).await;
    pool.answer(good(&pool, &url));
    let named = format!(
        "code=c&iss={}",
        percent_encoding::utf8_percent_encode(ISSUER, percent_encoding::NON_ALPHANUMERIC)
    );
    client.handle_redirect(&redirected(&url, &named)).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_sign_in_that_is_too_old_is_refused() {
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    // A minute of leeway is part of the limit.
    for (age, is_fine) in [(300, true), (360, true), (361, false), (420, false)] {
        let sign_in =
            client.sign_in_with_redirect(REDIRECT_URI).max_age(Duration::from_secs(300)).await.unwrap();
        let then = seconds(&pool) - age;
        pool.answer(answer(&pool, sign_in.url(), |id, _| id["auth_time"] = json!(then)));
        let outcome = client.handle_redirect(&redirected(sign_in.url(), "code=c")).await;
        assert_eq!(outcome.is_ok(), is_fine, "{age}");
    }
}

#[tokio::test]
async fn an_app_client_without_openid_is_named() {
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    let url = begun(&client).await;
    let mut answer = good(&pool, &url);
    answer.as_object_mut().unwrap().remove("id_token");
    pool.answer(answer).answer(json!({}));
    let error = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::MissingScope, Some("Token")));
    assert!(error.message().contains("openid"), "{error}");
    pool.asked(2).await;
    assert_eq!(pool.last_input()["Token"], "the refresh token");
}

#[tokio::test]
async fn a_device_whose_clock_is_wrong_accepts_the_tokens() {
    for hours in [-30, -2, 2, 30] {
        let pool = ScriptedPool::default();
        let client = pool.client().build().unwrap();
        let sign_in = client.sign_in_with_redirect(REDIRECT_URI).max_age(Duration::from_secs(300));
        let url = sign_in.await.unwrap().url().to_owned();
        pool.answer(answer(&pool, &url, |id, access| {
            for claim in ["iat", "exp", "auth_time"] {
                let at_aws = json!(id[claim].as_i64().unwrap() + hours * 3600);
                id[claim] = at_aws.clone();
                if claim != "auth_time" {
                    access[claim] = at_aws;
                }
            }
        }));
        let result = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap().unwrap();
        assert_eq!(result.user.username(), "ada");
        // They are not taken for expired, or for new ones for too long.
        client.id_token().await.unwrap();
        pool.pass(HOUR);
        pool.refuse("NotAuthorizedException", "Refresh Token has expired");
        assert_eq!(client.id_token().await.unwrap_err().kind(), ErrorKind::SessionEnded, "{hours}");
    }
}
