//! Routes of a REST API with an authorizer of type COGNITO_USER_POOLS.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{authorization, error_response, unauthorized};
use crate::{
    account::Account,
    error::AwsError,
    exchange::{Request, Response},
    user_pool::VerifiedToken,
};

/// Accepts an ID token, or an access token with the scope if the method has one.
pub(super) fn identify(account: &Account, request: &Request, scope: Option<&str>) -> Result<Value, Response> {
    let decide = || {
        let token = bare(authorization(request).ok_or_else(|| unauthorized("Unauthorized"))?);
        let token = verified(account, token).map_err(|refusal| match refusal {
            Refusal::Expired => unauthorized("The incoming token has expired"),
            Refusal::Invalid => unauthorized("Unauthorized"),
        })?;
        let is_of_the_pool = token.pool() == Some(&*account.api.settings().user_pool_id);
        let is_meant = match scope {
            None => token.claims["token_use"] == "id",
            Some(scope) => has_scope(&token, scope),
        };
        if is_of_the_pool && is_meant { Ok(identity(&token)) } else { Err(unauthorized("Unauthorized")) }
    };
    decide().map_err(|error| error_response(&error))
}

/// Accepts an ID or access token of any user pool of the account.
pub(super) fn of_any(account: &Account, authorization: &str) -> Result<Value, AwsError> {
    verified(account, bare(authorization)).map(|token| identity(&token)).map_err(|refusal| match refusal {
        Refusal::Expired => unauthorized("The incoming token has expired"),
        Refusal::Invalid => unauthorized("Unauthorized"),
    })
}

/// The reason why an authorizer refuses a token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Expired,
    Invalid,
}

/// An ID or access token of a user pool of the account.
pub(super) fn verified(account: &Account, token: &str) -> Result<VerifiedToken, Refusal> {
    let provider = issuer(token).ok_or(Refusal::Invalid)?;
    let (pools, now) = (&account.user_pools, account.clock.unix_seconds());
    let verified = pools
        .verify_id_token(&provider, token, now)
        .or_else(|_| pools.verify_access_token(&provider, token, now));
    verified.map_err(|error| match error.message.contains("expired") {
        true => Refusal::Expired,
        false => Refusal::Invalid,
    })
}

/// The token, with or without its scheme.
pub(super) fn bare(authorization: &str) -> &str {
    authorization.strip_prefix("Bearer ").unwrap_or(authorization).trim()
}

pub(super) fn has_scope(token: &VerifiedToken, scope: &str) -> bool {
    let scopes = token.claims.get("scope").and_then(Value::as_str).unwrap_or_default();
    scopes.split(' ').any(|given| given == scope)
}

pub(super) fn identity(token: &VerifiedToken) -> Value {
    json!({ "type": "userPool", "username": token.username, "claims": token.claims })
}

/// The issuer in a token, which is not verified here.
fn issuer(token: &str) -> Option<String> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    claims["iss"].as_str()?.strip_prefix("https://").map(str::to_owned)
}
