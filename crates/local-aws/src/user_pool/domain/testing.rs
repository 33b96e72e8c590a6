//! A user pool with a domain, and a browser without pages.

use std::{collections::BTreeMap, sync::Arc};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{call, complete};
use crate::{
    account::Account,
    error::AwsError,
    test_support::{Answer, Draft, Keys, account},
    user_pool::testing::{PASSWORD, merge},
};

pub(super) const REDIRECT: &str = "http://127.0.0.1:4000/callback";
pub(super) const LOGOUT: &str = "http://127.0.0.1:4000/bye";
pub(super) const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";

pub(super) struct TestDomain {
    pub(super) account: Arc<Account>,
    pub(super) pool_id: String,
    pub(super) client_id: String,
    pub(super) client_secret: Option<String>,
}

pub(super) fn client_settings() -> Value {
    json!({
        "ClientName": "test",
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email", "profile", "aws.cognito.signin.user.admin"],
        "CallbackURLs": [REDIRECT],
        "LogoutURLs": [LOGOUT],
        "SupportedIdentityProviders": ["COGNITO"],
    })
}

/// The challenge of [`VERIFIER`].
pub(super) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER.as_bytes()))
}

impl TestDomain {
    /// With the domain `notes`, the user `ada` and a client with these settings besides the usual ones.
    pub(super) async fn new(client: Value) -> Self {
        let mut test = Self {
            account: account(),
            pool_id: String::new(),
            client_id: String::new(),
            client_secret: None,
        };
        let pool = test.admin("CreateUserPool", json!({ "PoolName": "test" })).await;
        test.pool_id = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
        test.admin("CreateUserPoolDomain", json!({ "Domain": "notes" })).await;
        test.set_client(client).await;
        let attributes =
            json!([{ "Name": "email", "Value": "ada@example.com" }, { "Name": "name", "Value": "Ada" }]);
        let user = json!({ "Username": "ada", "UserAttributes": attributes, "MessageAction": "SUPPRESS" });
        test.admin("AdminCreateUser", user).await;
        let password = json!({ "Username": "ada", "Password": PASSWORD, "Permanent": true });
        test.admin("AdminSetUserPassword", password).await;
        test
    }

    /// Goes on with a new client.
    pub(super) async fn set_client(&mut self, members: Value) {
        let mut input = client_settings();
        merge(&mut input, members);
        let client = self.admin("CreateUserPoolClient", input).await["UserPoolClient"].clone();
        self.client_id = client["ClientId"].as_str().unwrap().to_owned();
        self.client_secret = client["ClientSecret"].as_str().map(str::to_owned);
    }

    pub(super) async fn try_admin(&self, operation: &str, mut input: Value) -> Answer {
        if input.get("UserPoolId").is_none() && !self.pool_id.is_empty() {
            input["UserPoolId"] = json!(self.pool_id);
        }
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let draft = Draft::json(&target, &input);
        draft.signed("cognito-idp", &Keys::root(), self.account.clock.now()).send(&self.account).await
    }

    pub(super) async fn admin(&self, operation: &str, input: Value) -> Value {
        self.try_admin(operation, input).await.expect_ok().json()
    }

    pub(super) async fn public(&self, operation: &str, input: Value) -> Answer {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        Draft::json(&target, &input).send(&self.account).await
    }

    /// The usual parameters of `/oauth2/authorize`, changed; an empty value removes one.
    pub(super) fn parameters(&self, changes: &[(&str, &str)]) -> String {
        let challenge = challenge();
        let mut parameters = BTreeMap::from([
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", "openid email aws.cognito.signin.user.admin"),
            ("state", "some state"),
            ("nonce", "some-nonce"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        parameters.extend(changes.iter().copied());
        parameters.retain(|_, value| !value.is_empty());
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
    }

    pub(super) async fn get(&self, path: &str, cookie: Option<&str>) -> Answer {
        let mut draft = Draft::new("GET", &format!("/_domain/notes/{path}"));
        if let Some(cookie) = cookie {
            draft = draft.header("cookie", cookie);
        }
        draft.send(&self.account).await
    }

    pub(super) async fn authorize(&self, changes: &[(&str, &str)], cookie: Option<&str>) -> Answer {
        self.get(&format!("oauth2/authorize?{}", self.parameters(changes)), cookie).await
    }

    /// Signs `ada` in as the pages do. Returns the answer to the browser.
    pub(super) async fn sign_in(&self, changes: &[(&str, &str)]) -> Answer {
        let to_login = self.authorize(changes, None).await.location();
        let request_id = parameter(&to_login, "request_id").expect(&to_login);
        let ticket = self.ticket(&request_id).unwrap();
        let http = Draft::new("POST", "/_domain/notes/login").into_request();
        Answer::of(complete(&self.account, &http, &request_id, &ticket)).await
    }

    pub(super) fn ticket(&self, request_id: &str) -> Result<String, AwsError> {
        let http = Draft::new("POST", "/_domain/notes/login").into_request();
        let parameters = json!({ "USERNAME": "ada", "PASSWORD": PASSWORD });
        let input = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters });
        let answer = call(&self.account, &http, request_id, "InitiateAuth", input)?;
        Ok(answer["SignedIn"].as_str().unwrap().to_owned())
    }

    pub(super) async fn code(&self, changes: &[(&str, &str)]) -> String {
        let location = self.sign_in(changes).await.location();
        parameter(&location, "code").expect(&location)
    }

    /// `/oauth2/token` with these parameters; the client proves itself by HTTP Basic if it has a secret.
    pub(super) async fn token(&self, parameters: &[(&str, &str)]) -> Answer {
        self.post("oauth2/token", parameters).await
    }

    pub(super) async fn post(&self, path: &str, parameters: &[(&str, &str)]) -> Answer {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(parameters);
        let mut draft = Draft::new("POST", &format!("/_domain/notes/{path}"))
            .header("content-type", "application/x-www-form-urlencoded");
        match &self.client_secret {
            Some(secret) => {
                let basic = STANDARD.encode(format!("{}:{secret}", self.client_id));
                draft = draft.header("authorization", &format!("Basic {basic}"));
            }
            None => {
                form.append_pair("client_id", &self.client_id);
            }
        }
        draft.body(form.finish()).send(&self.account).await
    }

    pub(super) async fn exchange(&self, code: &str) -> Answer {
        let parameters = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.token(&parameters).await
    }

    /// The tokens of a sign-in.
    pub(super) async fn tokens(&self, changes: &[(&str, &str)]) -> Value {
        self.exchange(&self.code(changes).await).await.expect_ok().json()
    }
}

impl Answer {
    pub(crate) fn location(&self) -> String {
        let location = self.headers.get("location").map(|location| location.to_str().unwrap().to_owned());
        location.unwrap_or_else(|| panic!("no redirect: {} {}", self.status, self.text()))
    }

    /// The browser's cookies after this answer.
    pub(super) fn cookie(&self) -> String {
        let cookie = self.headers["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    pub(super) fn oauth_error(&self) -> (u16, String) {
        (self.status.as_u16(), self.json()["error"].as_str().unwrap_or_default().to_owned())
    }
}

/// A parameter in the query or the fragment of a URL.
pub(super) fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, parameters) = url.split_once(['?', '#'])?;
    let mut pairs = url::form_urlencoded::parse(parameters.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
