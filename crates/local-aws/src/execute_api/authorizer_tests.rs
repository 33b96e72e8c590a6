//! Refusals of the authorizers to somebody who has signed in.

use std::sync::Arc;

use serde_json::{Value, json};

use super::ApiSettings;
use crate::{
    account::Account,
    test_support::{Answer, Draft, Keys, account},
};

/// A user pool with the user `ada`, whose client the API accepts.
struct Fixture {
    account: Arc<Account>,
    pool: String,
    client: String,
}

impl Fixture {
    async fn new() -> Self {
        let mut fixture = Self { account: account(), pool: String::new(), client: String::new() };
        let pool = fixture.idp("CreateUserPool", json!({ "PoolName": "people" })).await;
        fixture.pool = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
        let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
        let client = json!({ "ClientName": "app", "ExplicitAuthFlows": flows });
        let client = fixture.idp("CreateUserPoolClient", client).await;
        fixture.client = client["UserPoolClient"]["ClientId"].as_str().unwrap().to_owned();
        fixture.idp("AdminCreateUser", json!({ "Username": "ada", "MessageAction": "SUPPRESS" })).await;
        let password = json!({ "Username": "ada", "Password": "Correct-Horse-1", "Permanent": true });
        fixture.idp("AdminSetUserPassword", password).await;
        fixture.accept(&fixture.pool, &fixture.client);
        fixture
    }

    fn accept(&self, pool: &str, client: &str) {
        self.account
            .api
            .set(ApiSettings { user_pool_id: pool.to_owned(), audience: vec![client.to_owned()] });
    }

    async fn idp(&self, operation: &str, mut input: Value) -> Value {
        if !self.pool.is_empty() {
            input["UserPoolId"] = json!(self.pool);
        }
        let draft = Draft::json(&format!("AWSCognitoIdentityProviderService.{operation}"), &input);
        let signed = draft.signed("cognito-idp", &Keys::root(), self.account.clock.now());
        signed.send(&self.account).await.expect_ok().json()
    }

    /// The ID token and the access token of a sign-in.
    async fn tokens(&self) -> [String; 2] {
        let input = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": self.client,
            "AuthParameters": { "USERNAME": "ada", "PASSWORD": "Correct-Horse-1" },
        });
        let draft = Draft::json("AWSCognitoIdentityProviderService.InitiateAuth", &input);
        let result = draft.send(&self.account).await.expect_ok().json()["AuthenticationResult"].take();
        ["IdToken", "AccessToken"].map(|name| result[name].as_str().unwrap().to_owned())
    }

    async fn get(&self, path: &str, token: &str) -> Answer {
        let draft = Draft::new("GET", &format!("/_api/{path}"));
        draft.header("authorization", &format!("Bearer {token}")).send(&self.account).await
    }
}

#[tokio::test]
async fn a_jwt_authorizer_checks_the_issuer_the_audience_and_the_scope() {
    let fixture = Fixture::new().await;
    let [id, access] = fixture.tokens().await;
    for (path, token) in [("jwt", &id), ("jwt", &access), ("jwt-scopes", &access)] {
        assert_eq!(fixture.get(path, token).await.expect_ok().json()["identity"]["username"], "ada");
    }
    let refusal = async |path: &str| {
        let answer = fixture.get(path, &id).await;
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        (answer.status.as_u16(), challenge.to_owned())
    };
    let (status, challenge) = refusal("jwt-scopes").await;
    assert_eq!(status, 403);
    assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
    for (pool, client, reason) in
        [("eu-west-1_other", &*fixture.client, "issuer"), (&fixture.pool, "other", "audience")]
    {
        fixture.accept(pool, client);
        let (status, challenge) = refusal("jwt").await;
        assert_eq!(status, 401);
        assert!(challenge.contains(&format!("a valid {reason}")), "{challenge}");
    }
}

#[tokio::test]
async fn the_lambda_authorizer_denies_who_is_suspended() {
    let fixture = Fixture::new().await;
    for group in ["writers", "suspended"] {
        let [id, _] = fixture.tokens().await;
        fixture.get("lambda", &id).await.expect_ok();
        fixture.idp("CreateGroup", json!({ "GroupName": group })).await;
        fixture.idp("AdminAddUserToGroup", json!({ "GroupName": group, "Username": "ada" })).await;
    }
    for token in fixture.tokens().await {
        let denied = fixture.get("lambda", &token).await.expect_error(403, "AccessDeniedException");
        let message = denied.json()["Message"].to_string();
        assert!(message.contains("explicit deny"), "{message}");
    }
    assert_eq!(fixture.get("lambda", "a.b.c").await.status, 401);
}
