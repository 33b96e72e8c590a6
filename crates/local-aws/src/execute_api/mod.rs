//! An API behind API Gateway, below `/_api`. Its target returns the request and its caller.
//!
//! The first segment of a path chooses the authorizer:
//!
//! - `user-pool`: REST API, authorizer of type COGNITO_USER_POOLS: an ID token
//! - `user-pool-scopes`: the same with the authorization scope `aws.cognito.signin.user.admin`: an access token
//! - `jwt`: HTTP API, JWT authorizer: an ID or access token for one of its audiences
//! - `jwt-scopes`: the same with that authorization scope: an access token
//! - `iam`: REST API, AWS_IAM: a signature
//! - `lambda`: REST API, Lambda authorizer of type TOKEN
//! - any other: a signature or a token, so that the examples can use one address
//!
//! The last two segments `level/LEVEL`, or three `level/LEVEL/MAX_AGE`, have the target itself require an authentication level (RFC 9470).

#[cfg(test)]
mod authorizer_tests;
mod iam;
mod jwt;
mod lambda;
mod level;
mod user_pool;

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    account::{ACCOUNT_ID, Account},
    error::AwsError,
    exchange::{Request, Response, full},
};

/// The API's ID and stage in its ARN.
const API: &str = "local/prod";
/// The scope that the routes with scopes require.
const SCOPE: &str = "aws.cognito.signin.user.admin";

/// The settings of the API's authorizers.
#[derive(Debug, Default)]
pub(crate) struct Api {
    settings: Mutex<ApiSettings>,
}

/// The tokens that the authorizers accept. Without settings, they accept none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ApiSettings {
    /// The user pool of the user pool authorizers and the issuer of the JWT authorizers.
    pub(crate) user_pool_id: String,
    /// The app clients that the JWT authorizers accept.
    pub(crate) audience: Vec<String>,
}

impl Api {
    pub(crate) fn set(&self, settings: ApiSettings) {
        *self.lock() = settings;
    }

    pub(crate) fn settings(&self) -> ApiSettings {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, ApiSettings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Handles a request to the API.
pub(crate) fn handle(account: &Account, request: &Request) -> Response {
    let authorizer = path(request).split('/').nth(1).unwrap_or_default();
    let identity = match authorizer {
        "user-pool" => user_pool::identify(account, request, None),
        "user-pool-scopes" => user_pool::identify(account, request, Some(SCOPE)),
        "jwt" => jwt::identify(account, request, None),
        "jwt-scopes" => jwt::identify(account, request, Some(SCOPE)),
        "iam" => iam::identify(account, request).map_err(|error| error_response(&error)),
        "lambda" => lambda::identify(account, request),
        _ => by_any(account, request),
    };
    match identity.and_then(|identity| level::required(account, path(request), identity)) {
        Ok(identity) => reply(StatusCode::OK, &echo(request, &identity)),
        Err(refusal) => refusal,
    }
}

/// An error as API Gateway writes it.
pub(crate) fn error_response(error: &AwsError) -> Response {
    let mut response = reply(error.status, &json!({ "message": error.message }));
    if let Ok(code) = HeaderValue::from_str(&error.code) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

fn by_any(account: &Account, request: &Request) -> Result<Value, Response> {
    match authorization(request) {
        Some(token) if !token.starts_with("AWS4-") => {
            user_pool::of_any(account, token).map_err(|error| error_response(&error))
        }
        _ => iam::identify(account, request).map_err(|error| error_response(&error)),
    }
}

fn authorization(request: &Request) -> Option<&str> {
    request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok())
}

/// The ARN that policies name.
fn resource(account: &Account, request: &Request) -> String {
    format!("arn:aws:execute-api:{}:{ACCOUNT_ID}:{API}/{}{}", account.region, request.method, path(request))
}

fn unauthorized(message: &'static str) -> AwsError {
    AwsError::new("UnauthorizedException", message).with_status(StatusCode::UNAUTHORIZED)
}

fn echo(request: &Request, identity: &Value) -> Value {
    // As in API Gateway's events: the last value of each name, and all values of each name.
    let mut query = Map::new();
    let mut multi_value_query: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(request.uri.query().unwrap_or_default().as_bytes()) {
        if name.starts_with("X-Amz-") {
            continue;
        }
        query.insert(name.clone().into_owned(), Value::from(value.clone()));
        multi_value_query.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    json!({
        "method": request.method.as_str(),
        "path": path(request),
        "query": query,
        "multiValueQuery": multi_value_query,
        "body": String::from_utf8_lossy(&request.body),
        "identity": identity,
    })
}

fn path(request: &Request) -> &str {
    request.uri.path().strip_prefix("/_api").unwrap_or_default()
}

fn reply(status: StatusCode, value: &Value) -> Response {
    let mut response = http::Response::new(full(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::test_support::{Draft, Keys, account};

    const ME: &str = "eu-west-1:11111111-1111-1111-1111-111111111111";

    fn policy() -> Value {
        json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": "arn:aws:execute-api:eu-west-1:*:*/*/GET/notes/*",
        }})
    }

    #[tokio::test]
    async fn a_signed_request_is_answered_with_who_sent_it() {
        let account = account();
        let keys = Keys::session(&account, ME, &policy());
        let get = Draft::new("GET", "/_api/notes/a%20b?page=2&q=%2B&page=3").signed(
            "execute-api",
            &keys,
            account.clock.now(),
        );
        let echo = get.send(&account).await.expect_ok().json();
        assert_eq!((&echo["method"], &echo["path"]), (&json!("GET"), &json!("/notes/a%20b")));
        assert_eq!(echo["query"], json!({"page": "3", "q": "+"}));
        assert_eq!(echo["multiValueQuery"], json!({"page": ["2", "3"], "q": ["+"]}));
        assert_eq!(echo["identity"]["cognitoIdentityId"], ME);
        let post = Draft::new("POST", "/_api/notes/1").body("text");
        let denied = post.clone().signed("execute-api", &keys, account.clock.now()).send(&account).await;
        assert!(denied.expect_error(403, "AccessDeniedException").text().contains("POST/notes/1"));
        let root = post.signed("execute-api", &Keys::root(), account.clock.now()).send(&account).await;
        assert_eq!(root.expect_ok().json()["body"], "text");
    }

    #[tokio::test]
    async fn without_a_valid_signature_or_token_nobody_is_let_in() {
        let account = account();
        let now = account.clock.now();
        let get = || Draft::new("GET", "/_api/notes/1");
        get().send(&account).await.expect_error(403, "MissingAuthenticationTokenException");
        let wrong = Keys { secret: "wrong".into(), ..Keys::root() };
        get()
            .signed("execute-api", &wrong, now)
            .send(&account)
            .await
            .expect_error(403, "InvalidSignatureException");
        let other_service = get().signed("s3", &Keys::root(), now);
        other_service.send(&account).await.expect_error(403, "InvalidSignatureException");
        let old = get().signed("execute-api", &Keys::root(), now - Duration::from_secs(7200));
        old.send(&account).await.expect_error(403, "InvalidSignatureException");
        for token in ["nonsense", "Bearer a.b.c", "a.e30.c", "Bearer "] {
            let refused = get().header("authorization", token).send(&account).await;
            assert_eq!(refused.expect_error(401, "UnauthorizedException").json()["message"], "Unauthorized");
        }
    }

    #[tokio::test]
    async fn an_id_token_lets_its_owner_in_until_it_expires() {
        let account = account();
        let idp = async |operation: &str, input: Value| {
            let draft = Draft::json(&format!("AWSCognitoIdentityProviderService.{operation}"), &input);
            draft
                .signed("cognito-idp", &Keys::root(), account.clock.now())
                .send(&account)
                .await
                .expect_ok()
                .json()
        };
        let pool = idp("CreateUserPool", json!({"PoolName": "people"})).await["UserPool"]["Id"].take();
        let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
        let client = json!({"UserPoolId": pool, "ClientName": "app", "ExplicitAuthFlows": flows});
        let client = idp("CreateUserPoolClient", client).await["UserPoolClient"]["ClientId"].take();
        idp("AdminCreateUser", json!({"UserPoolId": pool, "Username": "ada", "MessageAction": "SUPPRESS"}))
            .await;
        let password =
            json!({"UserPoolId": pool, "Username": "ada", "Password": "Correct-Horse-1", "Permanent": true});
        idp("AdminSetUserPassword", password).await;
        let sign_in = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": client,
            "AuthParameters": {"USERNAME": "ada", "PASSWORD": "Correct-Horse-1"},
        });
        let tokens = idp("InitiateAuth", sign_in).await["AuthenticationResult"].take();
        let token = tokens["IdToken"].as_str().expect("a token").to_owned();
        let get = |authorization: &str| Draft::new("GET", "/_api/me").header("authorization", authorization);
        for authorization in [token.clone(), format!("Bearer {token}")] {
            let echo = get(&authorization).send(&account).await.expect_ok().json();
            assert_eq!(echo["identity"]["username"], "ada");
        }
        let forged = token.replacen('.', "x.", 1);
        get(&forged).send(&account).await.expect_error(401, "UnauthorizedException");
        account.clock.advance_seconds(3601);
        let expired = get(&token).send(&account).await.expect_error(401, "UnauthorizedException");
        assert_eq!(expired.json()["message"], "The incoming token has expired");
    }
}
