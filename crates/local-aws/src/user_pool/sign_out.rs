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

/// RevokeToken: ends one sign-in, the access tokens that came from it included. A token that is unknown or revoked
/// already is no error, as RFC 7009 has it.
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
