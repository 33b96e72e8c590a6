//! Tokens for tests: well-formed, not signed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::json::Object;
use crate::user_pool::AuthenticationResult;

const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";

/// Reads the result of [`result`] as the user pool does.
pub(crate) fn tokens(result: &Value) -> AuthenticationResult {
    let result = Object::parse(result.to_string().as_bytes()).unwrap();
    AuthenticationResult::read(result).unwrap()
}

/// `AuthenticationResult` with tokens of the user `sub` that live for one hour from `from`.
pub(crate) fn result(sub: &str, from: SystemTime, refresh_token: Option<&str>) -> Value {
    let issued_at = from.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let claims = |token_use: &str, username: &str| json!({ "token_use": token_use, username: sub, "sub": sub, "iat": issued_at, "exp": issued_at + 3600, "iss": ISSUER });
    let with_client = |mut claims: Value, name: &str| {
        claims[name] = json!("client");
        token(&claims)
    };
    json!({
        "IdToken": with_client(claims("id", "cognito:username"), "aud"),
        "AccessToken": with_client(claims("access", "username"), "client_id"),
        "RefreshToken": refresh_token,
        "TokenType": "Bearer",
        "ExpiresIn": 3600,
    })
}

/// `token` with another value of a claim; null removes it.
pub(crate) fn with_claim(jwt: &Value, name: &str, value: Value) -> Value {
    let payload = jwt.as_str().unwrap().split('.').nth(1).unwrap();
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    json!(token(&claims))
}

pub(crate) fn encode(claims: &Value) -> SecretString {
    token(claims).into()
}

fn token(claims: &Value) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(r#"{"alg":"none"}"#), part(&claims.to_string()), part("signature"))
}
