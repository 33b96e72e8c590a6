//! The end of sign-ins.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Call;
use crate::error::AwsError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RevokeToken {
    token: String,
    client_id: String,
    client_secret: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GlobalSignOut {
    access_token: String,
}

/// RevokeToken: ends one sign-in with its access tokens. It succeeds for an unknown or already revoked token, as in RFC 7009.
pub(super) fn revoke_token(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: RevokeToken = call.input()?;
    let mut pools = call.pools();
    let (pool, client) = pools.by_client(&input.client_id).map_err(|_| unauthorized("Invalid client."))?;
    if !client.has_secret(input.client_secret.as_deref()) {
        return Err(unauthorized("Invalid client secret."));
    }
    if !client.settings.enable_token_revocation {
        return Err(AwsError::new(
            "UnsupportedOperationException",
            "Token revocation is not enabled for this client.",
        ));
    }
    if jsonwebtoken::decode_header(&input.token).is_ok() {
        return Err(AwsError::new("UnsupportedTokenTypeException", "Only refresh tokens can be revoked."));
    }
    if pool.sign_ins.client_of(&input.token).is_some_and(|owner| owner != client.id) {
        return Err(unauthorized("The token was issued to another client."));
    }
    pool.sign_ins.revoke(&input.token);
    Ok(json!({}))
}

/// GlobalSignOut: ends all sign-ins of the caller.
pub(super) fn global_sign_out(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: GlobalSignOut = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    pool.sign_ins.revoke_user(&caller.username);
    Ok(json!({}))
}

fn unauthorized(message: &'static str) -> AwsError {
    AwsError::new("UnauthorizedException", message)
}

#[cfg(test)]
mod tests {
    use super::{super::testing::TestPool, *};

    fn user(test: &TestPool, tokens: &Value) -> Result<Value, AwsError> {
        test.call("GetUser", json!({ "AccessToken": tokens["AccessToken"] }))
    }

    #[test]
    fn revoking_a_token_ends_that_sign_in_and_no_other() {
        let test = TestPool::new();
        test.add_user("ada", &[]);
        let (phone, laptop) = (test.tokens("ada"), test.tokens("ada"));
        for _ in 0..2 {
            assert_eq!(test.call("RevokeToken", json!({ "Token": phone["RefreshToken"] })), Ok(json!({})));
        }
        let error = user(&test, &phone).unwrap_err();
        assert_eq!(error.to_string(), "NotAuthorizedException: Access Token has been revoked");
        assert!(user(&test, &laptop).is_ok());
    }

    #[test]
    fn signing_out_everywhere_ends_all() {
        let test = TestPool::new();
        test.add_user("ada", &[]);
        test.add_user("bob", &[]);
        let (phone, laptop, bob) = (test.tokens("ada"), test.tokens("ada"), test.tokens("bob"));
        test.call("GlobalSignOut", json!({ "AccessToken": phone["AccessToken"] })).unwrap();
        assert!(user(&test, &phone).is_err() && user(&test, &laptop).is_err());
        assert!(user(&test, &bob).is_ok());
        assert!(user(&test, &test.tokens("ada")).is_ok(), "a sign-in after it counts");
    }

    #[test]
    fn only_one_s_own_refresh_tokens_are_revoked() {
        let test = TestPool::new();
        test.add_user("ada", &[]);
        let tokens = test.tokens("ada");
        let other = test.create_client(json!({}))["ClientId"].clone();
        let never = test.create_client(json!({ "EnableTokenRevocation": false }))["ClientId"].clone();
        let secret = test.create_client(json!({ "GenerateSecret": true }))["ClientId"].clone();
        for (token, client, code) in [
            (&tokens["AccessToken"], json!(test.client_id), "UnsupportedTokenTypeException"),
            (&tokens["RefreshToken"], other, "UnauthorizedException"),
            (&tokens["RefreshToken"], never, "UnsupportedOperationException"),
            (&tokens["RefreshToken"], secret, "UnauthorizedException"),
            (&tokens["RefreshToken"], json!("nobody"), "UnauthorizedException"),
        ] {
            let error = test.call("RevokeToken", json!({ "Token": token, "ClientId": client })).unwrap_err();
            assert_eq!(error.code, code);
        }
        assert!(user(&test, &tokens).is_ok());
    }
}
