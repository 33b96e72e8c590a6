//! New tokens for a refresh token.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, client::AppClient, invalid_parameter, not_authorized, pool::UserPool, sign_in::Parameters, tokens,
};
use crate::error::AwsError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TokensFromRefreshToken {
    refresh_token: String,
    client_id: String,
    client_secret: Option<String>,
}

/// GetTokensFromRefreshToken: with rotation it also gives a new refresh token.
pub(super) fn tokens_from_refresh_token(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: TokensFromRefreshToken = call.input()?;
    let mut pools = call.pools();
    let (pool, client) = pools.by_client(&input.client_id)?;
    if !client.has_secret(input.client_secret.as_deref()) {
        return Err(AwsError::new(
            "NotAuthorizedException",
            format!("Unable to verify secret for client {}", client.id),
        ));
    }
    let sign_in = pool.sign_ins.refresh(&client, &input.refresh_token, call.now)?;
    let user = pool.user(&sign_in.username)?;
    if !user.enabled {
        return Err(not_authorized("User is disabled."));
    }
    let mut result = tokens::authentication_result(pool, &client, user, &sign_in, None, call.now)?;
    if client.settings.rotates() {
        result["RefreshToken"] = json!(pool.sign_ins.rotate(&input.refresh_token, call.now));
    }
    Ok(json!({ "AuthenticationResult": result }))
}

/// InitiateAuth with REFRESH_TOKEN_AUTH: never gives a new refresh token.
pub(super) fn by_refresh_token(
    call: &Call<'_>,
    pool: &UserPool,
    client: &Arc<AppClient>,
    parameters: &Parameters,
) -> Result<Value, AwsError> {
    if client.settings.rotates() {
        return Err(invalid_parameter("REFRESH_TOKEN_AUTH is not available with refresh token rotation."));
    }
    if !client.settings.allows("REFRESH_TOKEN_AUTH") {
        return Err(invalid_parameter("REFRESH_TOKEN_AUTH flow not enabled for this client"));
    }
    let refresh_token = parameters.required("REFRESH_TOKEN")?;
    let secret_hash = parameters.optional("SECRET_HASH");
    if client.secret.is_some() && secret_hash.is_none() {
        client.check_secret_hash("", None)?;
    }
    let sign_in = pool.sign_ins.refresh(client, refresh_token, call.now)?;
    let user = pool.user(&sign_in.username)?;
    // The hash is over the real user name or the sub: the call carries no other.
    client
        .check_secret_hash(&user.username, secret_hash)
        .or_else(|_| client.check_secret_hash(&user.sub, secret_hash))?;
    if !user.enabled {
        return Err(not_authorized("User is disabled."));
    }
    let result = tokens::authentication_result(pool, client, user, &sign_in, None, call.now)?;
    Ok(json!({ "AuthenticationResult": result, "ChallengeParameters": {} }))
}
