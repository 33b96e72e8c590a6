//! A target that requires an authentication level, as RFC 9470 says.

use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::reply;
use crate::{account::Account, exchange::Response};

/// Refuses an identity whose token is below the level that the path names, or whose person proved who they are too long ago.
pub(super) fn required(account: &Account, path: &str, identity: Value) -> Result<Value, Response> {
    let Some((_, required)) = path.split_once("/level/") else { return Ok(identity) };
    let (level, max_age) = match required.split_once('/') {
        Some((level, max_age)) => (level, max_age.parse::<i64>().ok()),
        None => (required, None),
    };
    let claims = &identity["claims"];
    let is_reached = claims["acr"].as_str().is_some_and(|acr| acr == level || rank(acr) > rank(level));
    let is_recent = max_age.is_none_or(|max_age| {
        let age = claims["auth_time"].as_i64().map(|time| account.clock.unix_seconds().saturating_sub(time));
        age.is_some_and(|age| age <= max_age)
    });
    if is_reached && is_recent {
        return Ok(identity);
    }
    let reason = "A different authentication level is required";
    let max_age = max_age.map(|max_age| format!(", max_age=\"{max_age}\"")).unwrap_or_default();
    let challenge = format!(
        "Bearer error=\"insufficient_user_authentication\", error_description=\"{reason}\", acr_values=\"{level}\"{max_age}"
    );
    let mut response = reply(StatusCode::UNAUTHORIZED, &json!({ "message": reason }));
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    Err(response)
}

/// The place of one of AWS's own levels.
fn rank(level: &str) -> u8 {
    level.strip_prefix("urn:cognito:loa:").and_then(|rank| rank.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::account;

    #[test]
    fn a_sign_in_that_is_too_old_or_too_weak_is_refused() {
        let account = account();
        let now = account.clock.unix_seconds();
        let challenge = |path: &str, claims: Value| {
            let answer = required(&account, path, json!({ "claims": claims }));
            answer.err().map(|refusal| {
                assert_eq!(refusal.status(), StatusCode::UNAUTHORIZED);
                refusal.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().to_owned()
            })
        };
        let claims = |seconds: i64| json!({ "acr": "urn:cognito:loa:2", "auth_time": now - seconds });
        for (path, claims) in [
            ("/jwt/me", json!({})),
            ("/jwt/level/urn:cognito:loa:2", claims(1000)),
            ("/jwt/level/urn:cognito:loa:1/60", claims(30)),
        ] {
            assert_eq!(challenge(path, claims), None, "{path}");
        }
        for (path, claims) in [
            ("/jwt/level/urn:cognito:loa:2/60", claims(90)),
            ("/jwt/level/urn:cognito:loa:2/60", json!({ "acr": "urn:cognito:loa:2" })),
            ("/jwt/level/urn:cognito:loa:3/60", claims(30)),
        ] {
            let challenge = challenge(path, claims).expect(path);
            assert!(challenge.contains("insufficient_user_authentication"), "{challenge}");
            assert!(challenge.contains("max_age=\"60\""), "{challenge}");
        }
        let challenge = challenge("/jwt/level/urn:cognito:loa:2", json!({})).unwrap();
        assert!(!challenge.contains("max_age"), "{challenge}");
    }
}
