use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::super::{Requirements, TokenUse, UserPoolVerifier, VerifyErrorKind};
use super::*;
use crate::{Config, ErrorKind};

#[tokio::test(start_paused = true)]
async fn a_valid_token_says_who_may_do_what() {
    let verifier = KeyServer::of_user_pool().user_pool_verifier();
    let jwt = token(&access_claims());
    let access = verifier.verify(&jwt, &Requirements::access_token()).await.unwrap();
    assert_eq!((access.sub(), access.username(), access.client_id()), ("8f0e", Some("ada"), CLIENT));
    assert_eq!((access.token_use(), access.user_pool_id().as_str()), (TokenUse::Access, POOL));
    assert_eq!((access.scopes(), access.groups()), (vec!["openid", "notes/read"], vec!["editors"]));
    assert_eq!(access.acr(), Some("urn:cognito:loa:2"));
    assert_eq!(access.expires_at(), UNIX_EPOCH + Duration::from_secs(NOW + 3540));
    assert_eq!(access.jwt(), jwt);
    let shown = format!("{access:?}");
    assert!(!shown.contains("ada") && !shown.contains(&jwt), "{shown}");

    let id = verifier.verify(&token(&id_claims()), &Requirements::id_token().nonce("n-1")).await.unwrap();
    assert_eq!((id.username(), id.client_id(), id.scopes()), (Some("ada"), CLIENT, vec![]));
}

#[tokio::test(start_paused = true)]
async fn a_token_of_a_client_itself_has_no_user_name() {
    let verifier = KeyServer::of_user_pool().user_pool_verifier();
    let claims = with(with(access_claims(), "username", Value::Null), "sub", json!(CLIENT));
    let verified = verifier.verify(&token(&claims), &Requirements::access_token()).await.unwrap();
    assert_eq!((verified.sub(), verified.username()), (CLIENT, None));
}

#[tokio::test(start_paused = true)]
async fn both_forms_of_the_issuer_are_good_and_no_other() {
    let server = KeyServer::of_user_pool();
    let updated = ISSUER.replace("cognito-idp", "issuer-cognito-idp");
    server.put(&format!("{updated}/.well-known/jwks.json"), &key_set(&[("one", 0)]));
    for (issuer, expected) in [
        (json!(ISSUER), None),
        (json!(updated), None),
        (json!(format!("{ISSUER}/")), Some(VerifyErrorKind::Issuer)),
        (json!(ISSUER.replace("eu-west-1_AbCdEfGhI", "eu-west-1_Other")), Some(VerifyErrorKind::Issuer)),
        (json!(ISSUER.replace("https:", "http:")), Some(VerifyErrorKind::Issuer)),
        (json!(ISSUER.replace("cognito-idp", "evil-cognito-idp")), Some(VerifyErrorKind::Issuer)),
        (json!([ISSUER]), Some(VerifyErrorKind::Issuer)),
        (Value::Null, Some(VerifyErrorKind::Issuer)),
    ] {
        // Each has fetched the keys by itself.
        let verifier = server.user_pool_verifier();
        let jwt = token(&with(access_claims(), "iss", issuer.clone()));
        assert_eq!(kind(verifier.verify(&jwt, &Requirements::access_token()).await), expected, "{issuer}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_claim_is_checked() {
    let verifier = KeyServer::of_user_pool().user_pool_verifier();
    for (name, value, expected) in [
        ("token_use", json!("id"), VerifyErrorKind::TokenUse),
        ("token_use", Value::Null, VerifyErrorKind::TokenUse),
        ("client_id", json!("another"), VerifyErrorKind::ClientId),
        ("client_id", json!([CLIENT]), VerifyErrorKind::ClientId),
        ("client_id", Value::Null, VerifyErrorKind::ClientId),
        ("exp", json!(NOW), VerifyErrorKind::Expired),
        ("exp", json!(NOW - 1), VerifyErrorKind::Expired),
        ("exp", json!((NOW + 3600).to_string()), VerifyErrorKind::Malformed),
        ("exp", Value::Null, VerifyErrorKind::Malformed),
        ("exp", json!(-1), VerifyErrorKind::Malformed),
        ("exp", json!(1e300), VerifyErrorKind::Malformed),
        ("nbf", json!(NOW + 1), VerifyErrorKind::NotYetValid),
        ("nbf", json!("soon"), VerifyErrorKind::Malformed),
        ("sub", Value::Null, VerifyErrorKind::Malformed),
    ] {
        let jwt = token(&with(access_claims(), name, value.clone()));
        let error = verifier.verify(&jwt, &Requirements::access_token()).await.unwrap_err();
        assert_eq!(error.kind(), expected, "{name} {value}");
        assert!(!jwt.split('.').any(|part| error.message().contains(part)), "{error}");
    }
    // Nothing longer than 64 KB is read, however well it is signed.
    for (length, expected) in [(40_000, None), (70_000, Some(VerifyErrorKind::Malformed))] {
        let jwt = token(&with(access_claims(), "custom", json!("a".repeat(length))));
        assert_eq!(kind(verifier.verify(&jwt, &Requirements::access_token()).await), expected, "{length}");
    }
    let with_audience = with(access_claims(), "aud", json!(CLIENT));
    let jwt = token(&with(with_audience, "client_id", json!("another")));
    let verified = verifier.verify(&jwt, &Requirements::access_token()).await;
    assert_eq!(kind(verified), Some(VerifyErrorKind::ClientId), "aud is no part of an access token");
    let jwt = token(&with(id_claims(), "aud", json!([CLIENT])));
    assert_eq!(kind(verifier.verify(&jwt, &Requirements::id_token()).await), Some(VerifyErrorKind::ClientId));
}

#[tokio::test(start_paused = true)]
async fn every_requirement_is_checked() {
    let verifier = KeyServer::of_user_pool().user_pool_verifier();
    let access = Requirements::access_token;
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let too_weak = Some(VerifyErrorKind::InsufficientUserAuthentication);
    for (requirements, expected) in [
        (access().scope("notes/read"), None),
        (access().scope("openid").scope("notes/read"), None),
        (access().scope("notes"), Some(VerifyErrorKind::Scope)),
        (access().scope("openid notes/read"), Some(VerifyErrorKind::Scope)),
        (access().scope("notes/read").scope("notes/write"), Some(VerifyErrorKind::Scope)),
        (access().any_group(["admins", "editors"]), None),
        (access().any_group(["admins"]), Some(VerifyErrorKind::Group)),
        (access().acr("urn:cognito:loa:1"), None),
        (access().acr("urn:cognito:loa:3"), too_weak),
        (access().acr("gold"), too_weak),
        (access().max_age(minutes(1)), None),
        (access().max_age(Duration::from_secs(59)), too_weak),
        (access().nonce("n-1"), Some(VerifyErrorKind::Nonce)),
        (Requirements::id_token(), Some(VerifyErrorKind::TokenUse)),
    ] {
        let verified = verifier.verify(&token(&access_claims()), &requirements).await;
        assert_eq!(kind(verified), expected, "{requirements:?}");
    }
    for (requirements, expected) in [
        (Requirements::id_token().nonce("n-2"), Some(VerifyErrorKind::Nonce)),
        (Requirements::id_token().scope("openid"), Some(VerifyErrorKind::Scope)),
        (Requirements::id_token().max_age(minutes(1)), too_weak),
        (Requirements::access_token(), Some(VerifyErrorKind::TokenUse)),
    ] {
        let verified = verifier.verify(&token(&id_claims()), &requirements).await;
        assert_eq!(kind(verified), expected, "{requirements:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_leeway_lets_a_token_live_a_little_longer() {
    let builder = UserPoolVerifier::builder().user_pool(POOL, [CLIENT]).leeway(Duration::from_secs(30));
    let verifier = builder.transport(KeyServer::of_user_pool()).clock(FixedClock(NOW)).build().unwrap();
    for (name, value, expected) in [
        ("exp", NOW - 29, None),
        ("exp", NOW - 30, Some(VerifyErrorKind::Expired)),
        ("nbf", NOW + 30, None),
        ("nbf", NOW + 31, Some(VerifyErrorKind::NotYetValid)),
    ] {
        let jwt = token(&with(access_claims(), name, json!(value)));
        assert_eq!(
            kind(verifier.verify(&jwt, &Requirements::access_token()).await),
            expected,
            "{name} {value}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_does_not_choose_how_it_is_verified() {
    let server = KeyServer::of_user_pool();
    let verifier = server.user_pool_verifier();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = |header: Value| format!("{}.{}.", part(&header), part(&access_claims()));

    // The public key as the secret of an HMAC.
    let signed = format!("{}.{}", part(&json!({ "alg": "HS256", "kid": "one" })), part(&access_claims()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, key_set(&[("one", 0)]).as_bytes());
    let confused = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes())));
    let own_key =
        json!({ "alg": "RS256", "kid": "one", "jwk": { "kty": "RSA" }, "jku": "https://evil.example" });

    for (jwt, expected) in [
        (unsigned(json!({ "alg": "none", "kid": "one" })), VerifyErrorKind::Malformed),
        (unsigned(json!({ "alg": "none" })) + "AAAA", VerifyErrorKind::Algorithm),
        (confused, VerifyErrorKind::Algorithm),
        (rs256(&json!({ "alg": "rs256", "kid": "one" }), &access_claims(), 0), VerifyErrorKind::Algorithm),
        (rs256(&json!({ "alg": "PS256", "kid": "one" }), &access_claims(), 0), VerifyErrorKind::Algorithm),
        (rs256(&json!({ "kid": "one" }), &access_claims(), 0), VerifyErrorKind::Algorithm),
        (rs256(&json!({ "alg": "RS256" }), &access_claims(), 0), VerifyErrorKind::Malformed),
        (rs256(&json!({ "alg": "RS256", "kid": 1 }), &access_claims(), 0), VerifyErrorKind::Malformed),
        (rs256(&own_key, &access_claims(), 1), VerifyErrorKind::Signature),
        (
            rs256(&json!({ "alg": "RS256", "kid": "one", "crit": ["exp"] }), &access_claims(), 0),
            VerifyErrorKind::Malformed,
        ),
    ] {
        let verified = verifier.verify(&jwt, &Requirements::access_token()).await;
        assert_eq!(kind(verified), Some(expected), "{jwt}");
    }
    assert!(server.requests().iter().all(|url| url == KEY_SET), "only the user pool's keys are fetched");
}

#[tokio::test(start_paused = true)]
async fn an_altered_token_is_refused() {
    let verifier = KeyServer::of_user_pool().user_pool_verifier();
    let jwt = token(&access_claims());
    let [header, payload, signature] = jwt.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let other = token(&with(access_claims(), "sub", json!("someone-else")));
    let [_, other_payload, _] = other.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let padded = URL_SAFE.encode(URL_SAFE_NO_PAD.decode(signature).unwrap());
    // The last character has bits that belong to no byte.
    let last = signature.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let next = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    let dangling = format!("{}{next}", signature.strip_suffix(last).unwrap());
    for (text, expected) in [
        (format!("{header}.{other_payload}.{signature}"), VerifyErrorKind::Signature),
        (format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode([1; 256])), VerifyErrorKind::Signature),
        (format!("{header}.{payload}.{dangling}"), VerifyErrorKind::Malformed),
        (format!("{header}.{payload}.{padded}"), VerifyErrorKind::Malformed),
        (format!("{header}.{payload}."), VerifyErrorKind::Malformed),
        (format!("{header}.{payload}"), VerifyErrorKind::Malformed),
        (format!("{header}.{payload}.{signature}.x"), VerifyErrorKind::Malformed),
        (format!(" {jwt}"), VerifyErrorKind::Malformed),
        (format!("Bearer {jwt}"), VerifyErrorKind::Malformed),
        (format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode("[]")), VerifyErrorKind::Malformed),
        (format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode("{")), VerifyErrorKind::Malformed),
        (String::new(), VerifyErrorKind::Malformed),
        ("a".repeat(100_000), VerifyErrorKind::Malformed),
        ("é.é.é".to_owned(), VerifyErrorKind::Malformed),
    ] {
        let verified = verifier.verify(&text, &Requirements::access_token()).await;
        assert_eq!(kind(verified), Some(expected), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_pool_has_its_own_clients_and_keys() {
    let server = KeyServer::of_user_pool();
    let other_issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other";
    server.put(&format!("{other_issuer}/.well-known/jwks.json"), &key_set(&[("one", 1)]));
    let builder = UserPoolVerifier::builder().user_pool(POOL, [CLIENT, "second"]);
    let builder = builder.user_pool("us-east-1_Other", ["third"]);
    let verifier = builder.transport(server).clock(FixedClock(NOW)).build().unwrap();
    let claims = |issuer: &str, client: &str| {
        with(with(access_claims(), "iss", json!(issuer)), "client_id", json!(client))
    };
    let header = json!({ "alg": "RS256", "kid": "one" });
    for (issuer, client, key, expected) in [
        (ISSUER, CLIENT, 0, None),
        (ISSUER, "second", 0, None),
        (other_issuer, "third", 1, None),
        (ISSUER, "third", 0, Some(VerifyErrorKind::ClientId)),
        (other_issuer, CLIENT, 1, Some(VerifyErrorKind::ClientId)),
        (other_issuer, "third", 0, Some(VerifyErrorKind::Signature)),
    ] {
        let jwt = rs256(&header, &claims(issuer, client), key);
        let verified = verifier.verify(&jwt, &Requirements::access_token()).await;
        assert_eq!(kind(verified), expected, "{issuer} {client}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_configuration_names_the_pool_and_its_address() {
    let config = |endpoint: &str| {
        let config = json!({
            "region": "eu-west-1", "userPool": { "id": POOL, "clientId": CLIENT },
            "endpoints": { "cognitoIdp": endpoint }
        });
        Config::from_json(&config.to_string()).unwrap()
    };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let verifier = UserPoolVerifier::from_config(&config(&endpoint)).unwrap();
    let error = verifier.verify(&token(&access_claims()), &Requirements::access_token()).await.unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::KeysUnavailable);
    assert!(error.message().contains("127.0.0.1"), "{error}");
    let without = Config::builder().identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11");
    let error = UserPoolVerifier::from_config(&without.build().unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
}

#[test]
fn a_verifier_that_would_check_nothing_is_not_built() {
    let builder = UserPoolVerifier::builder;
    for builder in [
        builder(),
        builder().user_pool(POOL, [""; 0]),
        builder().user_pool("eu-west-1", [CLIENT]),
        builder().user_pool(POOL, ["not an id"]),
        builder().user_pool(POOL, [CLIENT]).user_pool(POOL, ["second"]),
        builder().user_pool(POOL, [CLIENT]).endpoint("localhost"),
    ] {
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::InvalidConfig);
    }
}

#[test]
fn requirements_show_no_nonce() {
    let shown = format!("{:?}", Requirements::id_token().nonce("a-secret").acr("gold"));
    assert!(!shown.contains("a-secret") && shown.contains("gold"), "{shown}");
}
