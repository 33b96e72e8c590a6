//! Tokens for tests: well-formed, not signed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde_json::{Value, json};

pub(crate) fn encode(claims: &Value) -> SecretString {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(r#"{"alg":"none"}"#), part(&claims.to_string()), part("signature")).into()
}

/// An id token of the user `sub` for one hour from `from`.
pub(crate) fn id_token(sub: &str, from: SystemTime) -> SecretString {
    encode(&json!({
        "token_use": "id", "sub": sub, "cognito:username": sub, "iat": seconds(from), "exp": seconds(from) + 3600
    }))
}

/// An access token of the user `sub` for one hour from `from`.
pub(crate) fn access_token(sub: &str, from: SystemTime) -> SecretString {
    encode(&json!({
        "token_use": "access", "sub": sub, "username": sub, "iat": seconds(from), "exp": seconds(from) + 3600
    }))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}
