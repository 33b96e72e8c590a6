//! `/oauth2/userInfo`: the attributes of the user of an access token.

use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use super::{Visit, scopes::Scopes, token::json_response};
use crate::exchange::{Response, full};

impl Visit<'_> {
    pub(super) fn user_info(&self) -> Response {
        let value = self.request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some(token) = value.and_then(|value| value.strip_prefix("Bearer ")) else {
            return refused(
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "Bad OAuth2 request at UserInfo Endpoint",
            );
        };
        match self.claims(token) {
            Some(claims) => json_response(Ok(claims)),
            None => refused(
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "Access token is expired, disabled, or deleted, or the user has globally signed out.",
            ),
        }
    }

    /// All values are texts, even `email_verified`, as at Cognito.
    fn claims(&self, token: &str) -> Option<Value> {
        let mut pools = self.account.user_pools.lock();
        let (pool, caller, scopes) = pools.by_any_access_token(token.trim(), self.now).ok()?;
        let scopes = Scopes::new(scopes.split(' ').map(str::to_owned).collect());
        if pool.domain.name() != Some(self.domain) || !scopes.has("openid") {
            return None;
        }
        let user = pool.user(&caller.username).ok()?;
        let mut claims = Map::from_iter([("sub".to_owned(), json!(user.sub))]);
        for (name, value) in &user.attributes {
            if scopes.shows(name) && caller.client.settings.may_read(name) {
                claims.insert(name.clone(), json!(value));
            }
        }
        claims.insert("username".to_owned(), json!(user.username));
        Some(Value::Object(claims))
    }
}

fn refused(status: StatusCode, error: &str, description: &str) -> Response {
    let mut response =
        http::Response::new(full(json!({ "error": error, "error_description": description }).to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8"));
    let challenge = format!("Bearer error=\"{error}\", error_description=\"{description}\"");
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
