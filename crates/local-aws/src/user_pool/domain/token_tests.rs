//! Refusals of the token endpoint.

use serde_json::json;

use super::testing::{REDIRECT, TestDomain, VERIFIER};

fn refused(error: &str) -> (u16, String) {
    (400, error.to_owned())
}

#[tokio::test]
async fn a_request_that_names_two_clients_is_refused() {
    let mut test = TestDomain::new(json!({})).await;
    let other = test.client_id.clone();
    test.set_client(json!({ "GenerateSecret": true })).await;
    let code = test.code(&[]).await;
    let exchange = async |client_id: &str| {
        let parameters = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
            ("client_id", client_id),
        ];
        test.token(&parameters).await
    };
    assert_eq!(exchange(&other).await.oauth_error(), refused("invalid_client"));
    assert_eq!(exchange("nobody").await.oauth_error(), refused("invalid_client"));
    exchange(&test.client_id).await.expect_ok();
}

#[tokio::test]
async fn a_disabled_user_gets_no_new_tokens() {
    let test = TestDomain::new(json!({})).await;
    let tokens = test.tokens(&[]).await;
    let token = tokens["refresh_token"].as_str().unwrap();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", token)];
    // AdminDisableUser revokes the token too, so the user's state alone is changed first.
    let enable = |enabled: bool| {
        let mut pools = test.account.user_pools.lock();
        pools.by_domain("notes").unwrap().user_mut("ada").unwrap().enabled = enabled;
    };
    enable(false);
    assert_eq!(test.token(&refresh).await.oauth_error(), refused("invalid_grant"));
    enable(true);
    test.token(&refresh).await.expect_ok();
    for operation in ["AdminDisableUser", "AdminEnableUser"] {
        test.admin(operation, json!({ "Username": "ada" })).await;
        assert_eq!(test.token(&refresh).await.oauth_error(), refused("invalid_grant"), "{operation}");
    }
}
