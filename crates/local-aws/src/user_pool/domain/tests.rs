use serde_json::{Value, json};

use super::testing::{LOGOUT, REDIRECT, TestDomain, VERIFIER, parameter};
use crate::user_pool::testing::claims;

#[tokio::test]
async fn a_sign_in_ends_with_tokens_for_the_scopes() {
    let test = TestDomain::new(json!({})).await;
    let location = test.sign_in(&[]).await.location();
    assert!(location.starts_with(&format!("{REDIRECT}?code=")), "{location}");
    assert_eq!(parameter(&location, "state").as_deref(), Some("some state"));
    let tokens = test.exchange(&parameter(&location, "code").unwrap()).await.expect_ok();
    assert!(tokens.headers["cache-control"].to_str().unwrap().contains("no-store"));
    let tokens = tokens.json();
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let (id, access) = (claims(&tokens["id_token"]), claims(&tokens["access_token"]));
    assert_eq!((&id["nonce"], &id["aud"]), (&json!("some-nonce"), &json!(test.client_id)));
    assert_eq!(id["email"], "ada@example.com");
    assert!(id.get("name").is_none(), "profile was not asked for");
    assert!(id["at_hash"].is_string());
    assert_eq!(access["scope"], "openid email aws.cognito.signin.user.admin");
    assert_eq!(id["origin_jti"], access["origin_jti"]);

    let user = json!({ "AccessToken": tokens["access_token"] });
    test.public("GetUser", user).await.expect_ok();
    let refresh =
        [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    let fresh = test.token(&refresh).await.expect_ok().json();
    assert!(fresh.get("refresh_token").is_none());
    let fresh = (claims(&fresh["id_token"]), claims(&fresh["access_token"]));
    assert!(fresh.0.get("nonce").is_none());
    assert_eq!((&fresh.0["auth_time"], &fresh.1["scope"]), (&id["auth_time"], &access["scope"]));
}

#[tokio::test]
async fn a_refresh_by_the_api_keeps_the_scopes() {
    let test = TestDomain::new(json!({})).await;
    let tokens = test.tokens(&[("scope", "openid email")]).await;
    let refresh = json!({ "ClientId": test.client_id, "RefreshToken": tokens["refresh_token"] });
    let fresh = test.public("GetTokensFromRefreshToken", refresh).await.expect_ok().json();
    let fresh = &fresh["AuthenticationResult"];
    assert_eq!(claims(&fresh["AccessToken"])["scope"], "openid email");
    let refused = test.public("GetUser", json!({ "AccessToken": fresh["AccessToken"] })).await;
    let refused = refused.expect_error(400, "NotAuthorizedException");
    assert!(refused.text().contains("Access Token does not have required scopes"), "{}", refused.text());
}

#[tokio::test]
async fn a_requested_level_is_in_the_tokens_or_out_of_reach() {
    let test = TestDomain::new(json!({})).await;
    let tokens = test.tokens(&[("acr_values", "urn:cognito:loa:1")]).await;
    for token in ["id_token", "access_token"] {
        let claims = claims(&tokens[token]);
        assert_eq!(
            (&claims["acr"], &claims["amr"]),
            (&json!("urn:cognito:loa:1"), &json!(["pwd"])),
            "{token}"
        );
    }
    assert!(claims(&test.tokens(&[]).await["id_token"]).get("acr").is_none());
    let to_login = test.authorize(&[("acr_values", "urn:cognito:loa:4")], None).await.location();
    let refused = test.ticket(&parameter(&to_login, "request_id").unwrap()).unwrap_err();
    assert_eq!(refused.code, "InvalidParameterException");
}

#[tokio::test]
async fn without_openid_there_is_no_id_token() {
    let test = TestDomain::new(json!({})).await;
    let tokens = test.tokens(&[("scope", "aws.cognito.signin.user.admin")]).await;
    assert!(tokens.get("id_token").is_none());
    test.public("GetUser", json!({ "AccessToken": tokens["access_token"] })).await.expect_ok();
}

#[tokio::test]
async fn what_cannot_go_to_the_app_goes_to_the_error_page() {
    let test = TestDomain::new(json!({})).await;
    for (changes, error) in [
        (("client_id", ""), "Required String parameter 'client_id' is not present"),
        (("client_id", "nobody"), "Client does not exist."),
        (("redirect_uri", ""), "Required String parameter 'redirect_uri' is not present"),
        (("redirect_uri", "http://127.0.0.1:4000/callback/"), "redirect_mismatch"),
        (("redirect_uri", "http://127.0.0.1:4001/callback"), "redirect_mismatch"),
        (("redirect_uri", "https://evil.example/callback"), "redirect_mismatch"),
        (("identity_provider", "Google"), "Login option is not available. Please try another one"),
        (("idp_identifier", "example.com"), "Login option is not available. Please try another one"),
    ] {
        let location = test.authorize(&[changes], None).await.location();
        assert!(location.starts_with("http://127.0.0.1:4577/_domain/notes/error?"), "{location}");
        assert_eq!(parameter(&location, "error").as_deref(), Some(error), "{changes:?}");
    }
}

#[tokio::test]
async fn other_errors_go_to_the_app_with_its_state() {
    let test = TestDomain::new(json!({})).await;
    for (changes, error, description) in [
        (("response_type", ""), "invalid_request", "response_type"),
        (("response_type", "id_token"), "invalid_request", "response_type"),
        (("response_type", "token"), "unauthorized_client", "flow"),
        (("code_challenge_method", "plain"), "invalid_request", "S256"),
        (("code_challenge_method", ""), "invalid_request", "code_challenge_method"),
        (("code_challenge", ""), "invalid_request", "code_challenge"),
        (("code_challenge", "short"), "invalid_request", "SHA-256"),
        (("scope", "openid phone"), "invalid_request", "invalid_scope"),
        (("scope", "openid notes/read"), "invalid_request", "invalid_scope"),
        (("scope", "email"), "invalid_request", "invalid_scope"),
        (("max_age", "soon"), "invalid_request", "max_age"),
        (("acr_values", "urn:nothing"), "invalid_request", "acr_values"),
        (("prompt", "none login"), "invalid_request", "prompt"),
        (("prompt", "none"), "login_required", "signed in"),
    ] {
        let location = test.authorize(&[changes], None).await.location();
        assert!(location.starts_with(REDIRECT), "{changes:?} {location}");
        assert_eq!(parameter(&location, "error").as_deref(), Some(error), "{changes:?}");
        assert_eq!(parameter(&location, "state").as_deref(), Some("some state"), "{changes:?}");
        let said = parameter(&location, "error_description").unwrap();
        assert!(said.contains(description), "{changes:?}: {said}");
    }
}

#[tokio::test]
async fn a_code_is_exchanged_once_in_time_by_whom_it_was_given_to() {
    let test = TestDomain::new(json!({})).await;
    let code = test.code(&[]).await;
    test.exchange(&code).await.expect_ok();
    let refused = |error: &str| (400, error.to_owned());
    assert_eq!(test.exchange(&code).await.oauth_error(), refused("invalid_grant"), "replayed");
    assert_eq!(test.exchange("nonsense").await.oauth_error(), refused("invalid_grant"));

    let code = test.code(&[]).await;
    test.account.clock.advance_seconds(299);
    test.exchange(&code).await.expect_ok();
    let code = test.code(&[]).await;
    test.account.clock.advance_seconds(300);
    assert_eq!(test.exchange(&code).await.oauth_error(), refused("invalid_grant"), "expired");

    for (change, error) in [
        (("code_verifier", "another-verifier-of-at-least-forty-three-characters"), "invalid_grant"),
        (("code_verifier", ""), "invalid_grant"),
        (("redirect_uri", "http://127.0.0.1:4000/other"), "unauthorized_client"),
        (("redirect_uri", ""), "invalid_request"),
        (("client_id", "nobody"), "invalid_client"),
        (("grant_type", "password"), "unsupported_grant_type"),
        (("grant_type", ""), "invalid_request"),
    ] {
        let code = test.code(&[]).await;
        let mut parameters = vec![
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
            ("client_id", &test.client_id),
        ];
        parameters.retain(|(name, _)| *name != change.0);
        parameters.insert(0, change);
        assert_eq!(test.token(&parameters).await.oauth_error(), refused(error), "{change:?}");
    }
}

#[tokio::test]
async fn a_code_of_another_client_or_a_disabled_user_is_refused() {
    let mut test = TestDomain::new(json!({})).await;
    let code = test.code(&[]).await;
    test.set_client(json!({})).await;
    assert_eq!(test.exchange(&code).await.oauth_error(), (400, "invalid_grant".to_owned()));
    let code = test.code(&[]).await;
    test.admin("AdminDisableUser", json!({ "Username": "ada" })).await;
    assert_eq!(test.exchange(&code).await.oauth_error(), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn a_client_with_a_secret_proves_itself() {
    let mut test = TestDomain::new(json!({ "GenerateSecret": true })).await;
    let code = test.code(&[]).await;
    test.exchange(&code).await.expect_ok();
    let secret = test.client_secret.clone();
    for wrong in [Some("wrong".to_owned()), None] {
        let code = test.code(&[]).await;
        test.client_secret = wrong;
        assert_eq!(test.exchange(&code).await.oauth_error(), (400, "invalid_client".to_owned()));
        test.client_secret.clone_from(&secret);
        test.exchange(&code).await.expect_ok();
    }
    test.set_client(json!({})).await;
    let code = test.code(&[]).await;
    test.client_secret = secret;
    assert_eq!(test.exchange(&code).await.oauth_error(), (400, "invalid_client".to_owned()), "it has none");
}

#[tokio::test]
async fn the_browser_s_session_answers_the_next_request() {
    let test = TestDomain::new(json!({})).await;
    let signed_in = test.sign_in(&[]).await;
    let cookie = signed_in.cookie();
    let set = signed_in.headers["set-cookie"].to_str().unwrap();
    assert!(set.contains("Path=/_domain/notes; ") && set.contains("HttpOnly"), "{set}");
    let is_code = |location: String| location.starts_with(&format!("{REDIRECT}?code="));
    assert!(is_code(test.authorize(&[], Some(&cookie)).await.location()));
    assert!(is_code(test.authorize(&[("prompt", "none")], Some(&cookie)).await.location()));
    // These two are for identity providers.
    for prompt in ["select_account", "consent"] {
        assert!(is_code(test.authorize(&[("prompt", prompt)], Some(&cookie)).await.location()), "{prompt}");
    }
    for change in [("prompt", "login"), ("acr_values", "urn:cognito:loa:2"), ("prompt", "login consent")] {
        let location = test.authorize(&[change], Some(&cookie)).await.location();
        assert!(location.starts_with("/_domain/notes/login?request_id="), "{change:?} {location}");
    }
    test.account.clock.advance_seconds(100);
    assert!(is_code(test.authorize(&[("max_age", "110")], Some(&cookie)).await.location()));
    assert!(!is_code(test.authorize(&[("max_age", "90")], Some(&cookie)).await.location()));

    let bye = format!("logout?client_id={}&logout_uri={LOGOUT}", test.client_id);
    let bye = test.get(&bye, Some(&cookie)).await;
    assert_eq!(bye.location(), LOGOUT);
    assert!(bye.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert!(!is_code(test.authorize(&[], Some(&cookie)).await.location()));
}

#[tokio::test]
async fn a_session_counts_for_other_clients_that_support_its_provider() {
    let mut test = TestDomain::new(json!({})).await;
    let cookie = test.sign_in(&[]).await.cookie();
    let is_code = |location: String| location.starts_with(&format!("{REDIRECT}?code="));
    test.set_client(json!({})).await;
    assert!(is_code(test.authorize(&[], Some(&cookie)).await.location()));
    let google = json!({
        "ProviderName": "Google", "ProviderType": "Google",
        "ProviderDetails": { "client_id": "c", "client_secret": "s", "authorize_scopes": "openid" },
    });
    test.admin("CreateIdentityProvider", google).await;
    test.set_client(json!({ "SupportedIdentityProviders": ["Google"] })).await;
    assert!(!is_code(test.authorize(&[], Some(&cookie)).await.location()));
}

#[tokio::test]
async fn a_session_ends_after_an_hour_and_with_its_user() {
    let test = TestDomain::new(json!({})).await;
    let cookie = test.sign_in(&[]).await.cookie();
    let is_code = |location: String| location.starts_with(&format!("{REDIRECT}?code="));
    test.account.clock.advance_seconds(3599);
    assert!(is_code(test.authorize(&[], Some(&cookie)).await.location()));
    test.account.clock.advance_seconds(1);
    assert!(!is_code(test.authorize(&[], Some(&cookie)).await.location()));
    let cookie = test.sign_in(&[]).await.cookie();
    test.admin("AdminDisableUser", json!({ "Username": "ada" })).await;
    assert!(!is_code(test.authorize(&[], Some(&cookie)).await.location()));
}

#[tokio::test]
async fn sign_out_goes_only_where_the_client_says() {
    let test = TestDomain::new(json!({})).await;
    let id = &test.client_id;
    for (query, error) in [
        (format!("client_id={id}&logout_uri=https://evil.example/"), "redirect_mismatch"),
        (format!("client_id={id}&redirect_uri={LOGOUT}"), "redirect_mismatch"),
        (format!("client_id={id}"), "Required String parameter 'redirect_uri' is not present"),
        (format!("client_id=nobody&logout_uri={LOGOUT}"), "Client does not exist."),
        (format!("logout_uri={LOGOUT}"), "Required String parameter 'client_id' is not present"),
    ] {
        let location = test.get(&format!("logout?{query}"), None).await.location();
        assert_eq!(parameter(&location, "error").as_deref(), Some(error), "{query}");
    }
    let again = format!("logout?{}", test.parameters(&[]));
    let location = test.get(&again, None).await.location();
    assert!(location.starts_with("/_domain/notes/login?"), "{location}");
}

#[tokio::test]
async fn user_info_tells_what_the_scopes_allow() {
    let test = TestDomain::new(json!({})).await;
    let info = |token: Value| {
        let bearer = format!("Bearer {}", token.as_str().unwrap_or_default());
        let draft = crate::test_support::Draft::new("GET", "/_domain/notes/oauth2/userInfo");
        draft.header("authorization", &bearer).send(&test.account)
    };
    let tokens = test.tokens(&[]).await;
    let claims = info(tokens["access_token"].clone()).await.expect_ok().json();
    assert_eq!((&claims["email"], &claims["username"]), (&json!("ada@example.com"), &json!("ada")));
    assert!(claims["sub"].is_string() && claims.get("name").is_none());
    let bare = test.tokens(&[("scope", "aws.cognito.signin.user.admin")]).await;
    for wrong in [bare["access_token"].clone(), tokens["id_token"].clone(), json!("nonsense")] {
        let refused = info(wrong).await;
        assert_eq!(refused.oauth_error(), (401, "invalid_token".to_owned()));
        assert!(refused.headers["www-authenticate"].to_str().unwrap().contains("invalid_token"));
    }
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    test.post("oauth2/revoke", &[("token", refresh_token)]).await.expect_ok();
    assert_eq!(info(tokens["access_token"].clone()).await.oauth_error().0, 401);
}

#[tokio::test]
async fn only_one_s_own_refresh_tokens_are_revoked() {
    let mut test = TestDomain::new(json!({})).await;
    let tokens = test.tokens(&[]).await;
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let access_token = tokens["access_token"].as_str().unwrap();
    let refused = |error: &str| (400, error.to_owned());
    assert_eq!(test.post("oauth2/revoke", &[]).await.oauth_error(), refused("invalid_request"));
    let answer = test.post("oauth2/revoke", &[("token", access_token)]).await;
    assert_eq!(answer.oauth_error(), refused("unsupported_token_type"));
    test.post("oauth2/revoke", &[("token", "unknown")]).await.expect_ok();
    let first = std::mem::replace(&mut test.client_id, "nobody".to_owned());
    let answer = test.post("oauth2/revoke", &[("token", refresh_token)]).await;
    assert_eq!(answer.oauth_error(), (401, "invalid_client".to_owned()));
    test.set_client(json!({})).await;
    let answer = test.post("oauth2/revoke", &[("token", refresh_token)]).await;
    assert_eq!(answer.oauth_error(), refused("unauthorized_client"));
    test.client_id = first;
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
    test.token(&refresh).await.expect_ok();
    test.post("oauth2/revoke", &[("token", refresh_token)]).await.expect_ok();
    assert_eq!(test.token(&refresh).await.oauth_error(), refused("invalid_grant"));
}

#[tokio::test]
async fn rotation_applies_to_the_token_endpoint() {
    let rotation = json!({
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
        "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 },
    });
    let test = TestDomain::new(rotation).await;
    let first = test.tokens(&[]).await["refresh_token"].as_str().unwrap().to_owned();
    let answer = test.token(&[("grant_type", "refresh_token"), ("refresh_token", &first)]).await;
    let second = answer.expect_ok().json()["refresh_token"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    let again = test.token(&[("grant_type", "refresh_token"), ("refresh_token", &first)]).await;
    assert_eq!(again.oauth_error(), (400, "invalid_grant".to_owned()));
    test.token(&[("grant_type", "refresh_token"), ("refresh_token", &second)]).await.expect_ok();
}

#[tokio::test]
async fn machines_get_tokens_for_the_scopes_of_resource_servers() {
    let mut test = TestDomain::new(json!({})).await;
    let scopes = json!([{ "ScopeName": "read", "ScopeDescription": "Read notes" }]);
    let server = json!({ "Identifier": "notes", "Name": "Notes", "Scopes": scopes });
    test.admin("CreateResourceServer", server).await;
    let machine = json!({
        "GenerateSecret": true, "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["notes/read"],
        "CallbackURLs": null, "LogoutURLs": null,
    });
    test.set_client(machine).await;
    let answer = test.token(&[("grant_type", "client_credentials"), ("scope", "notes/read")]).await;
    let answer = answer.expect_ok().json();
    assert!(answer.get("id_token").is_none() && answer.get("refresh_token").is_none());
    let claims = claims(&answer["access_token"]);
    assert_eq!((&claims["sub"], &claims["scope"]), (&json!(test.client_id), &json!("notes/read")));
    let wrong = test.token(&[("grant_type", "client_credentials"), ("scope", "notes/write")]).await;
    assert_eq!(wrong.oauth_error(), (400, "invalid_grant".to_owned()));
    test.set_client(json!({})).await;
    let wrong = test.token(&[("grant_type", "client_credentials")]).await;
    assert_eq!(wrong.oauth_error(), (400, "unauthorized_client".to_owned()));
}

#[tokio::test]
async fn the_implicit_flow_puts_tokens_into_the_fragment() {
    let test = TestDomain::new(json!({ "AllowedOAuthFlows": ["implicit"] })).await;
    let change = [("response_type", "token"), ("code_challenge", ""), ("code_challenge_method", "")];
    let location = test.sign_in(&change).await.location();
    assert!(location.starts_with(&format!("{REDIRECT}#")), "{location}");
    let id_token = json!(parameter(&location, "id_token"));
    assert_eq!(claims(&id_token)["nonce"], "some-nonce");
    assert!(
        parameter(&location, "access_token").is_some() && parameter(&location, "refresh_token").is_none()
    );
}

#[tokio::test]
async fn contradictory_clients_are_refused() {
    let test = TestDomain::new(json!({})).await;
    for (members, code) in [
        (json!({ "CallbackURLs": ["http://example.com/"] }), "InvalidParameterException"),
        (json!({ "CallbackURLs": null }), "InvalidParameterException"),
        (json!({ "DefaultRedirectURI": "https://example.com/" }), "InvalidParameterException"),
        (json!({ "SupportedIdentityProviders": ["Google"] }), "InvalidParameterException"),
        (json!({ "AllowedOAuthFlows": null }), "InvalidParameterException"),
        (json!({ "AllowedOAuthScopes": ["openid", "notes/read"] }), "ScopeDoesNotExistException"),
        (json!({ "AllowedOAuthFlows": ["code", "client_credentials"] }), "InvalidOAuthFlowException"),
        (json!({ "AllowedOAuthFlows": ["client_credentials"] }), "InvalidOAuthFlowException"),
    ] {
        let mut input = super::testing::client_settings();
        crate::user_pool::testing::merge(&mut input, members.clone());
        let answer = test.try_admin("CreateUserPoolClient", input).await;
        assert_eq!(answer.code(), code, "{members} {}", answer.text());
    }
}

#[tokio::test]
async fn a_domain_belongs_to_one_pool_until_it_is_deleted() {
    let test = TestDomain::new(json!({})).await;
    let described = test.admin("DescribeUserPoolDomain", json!({ "Domain": "notes" })).await;
    assert_eq!(described["DomainDescription"]["UserPoolId"], test.pool_id);
    let pool = test.admin("DescribeUserPool", json!({})).await;
    assert_eq!(pool["UserPool"]["Domain"], "notes");
    for (domain, message) in [
        ("notes", "Domain already associated with another user pool."),
        ("my-cognito", "reserved word: cognito"),
        ("other", "User pool already has a domain configured."),
    ] {
        let refused = test.try_admin("CreateUserPoolDomain", json!({ "Domain": domain })).await;
        assert!(refused.expect_error(400, "InvalidParameterException").text().contains(message), "{domain}");
    }
    let missing = test.admin("DescribeUserPoolDomain", json!({ "Domain": "other" })).await;
    assert_eq!(missing["DomainDescription"], json!({}));
    test.admin("DeleteUserPoolDomain", json!({ "Domain": "notes" })).await;
    assert_eq!(test.get("oauth2/authorize", None).await.status, 404);
}

#[tokio::test]
async fn discovery_names_the_endpoints() {
    let test = TestDomain::new(json!({})).await;
    let of_issuer = crate::test_support::Draft::new(
        "GET",
        &format!("/{}/.well-known/openid-configuration", test.pool_id),
    );
    let of_issuer = of_issuer.send(&test.account).await.expect_ok().json();
    let of_domain = test.get(".well-known/openid-configuration", None).await.expect_ok().json();
    assert_eq!(of_issuer, of_domain);
    assert_eq!(of_domain["token_endpoint"], "http://127.0.0.1:4577/_domain/notes/oauth2/token");
    assert_eq!(of_domain["issuer"], format!("https://cognito-idp.eu-west-1.amazonaws.com/{}", test.pool_id));
}

#[tokio::test]
async fn a_ticket_works_once_and_for_its_request() {
    let test = TestDomain::new(json!({})).await;
    let to_login = test.authorize(&[], None).await.location();
    let request_id = parameter(&to_login, "request_id").unwrap();
    let http = crate::test_support::Draft::new("POST", "/").into_request();
    let forged = super::complete(&test.account, &http, &request_id, "forged");
    let forged = crate::test_support::Answer::of(forged).await.location();
    assert_eq!(parameter(&forged, "error").as_deref(), Some("server_error"));
    assert!(test.ticket("unknown").is_err());
}

#[tokio::test]
async fn scripts_of_any_origin_may_call_the_token_endpoint_but_not_the_pages() {
    let test = TestDomain::new(json!({})).await;
    for (path, is_allowed) in [("oauth2/token", true), ("oauth2/userInfo", true), ("oauth2/authorize", false)]
    {
        let draft = crate::test_support::Draft::new("OPTIONS", &format!("/_domain/notes/{path}"))
            .header("origin", "https://app.example")
            .header("access-control-request-method", "POST");
        let preflight = crate::cors::preflight(&draft.into_request());
        assert_eq!(preflight.is_some(), is_allowed, "{path}");
    }
    drop(test);
}
