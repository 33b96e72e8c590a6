//! Routes of an HTTP API with a JWT authorizer.

use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::{
    authorization, reply,
    user_pool::{Refusal, bare, has_scope, verified},
};
use crate::{
    account::Account,
    exchange::{Request, Response},
};

/// Accepts an ID or access token of the issuer for one of the audiences, which has the scope if the route has one.
pub(super) fn identify(account: &Account, request: &Request, scope: Option<&str>) -> Result<Value, Response> {
    let scopes = scope.unwrap_or_default();
    let refused = |status, challenge: &str| Err(refusal(status, challenge));
    let invalid = |reason: &str| {
        let challenge =
            format!("Bearer scope=\"{scopes}\" error=\"invalid_token\" error_description=\"{reason}\"");
        refused(StatusCode::UNAUTHORIZED, &challenge)
    };
    let Some(authorization) = authorization(request) else {
        return refused(StatusCode::UNAUTHORIZED, "Bearer");
    };
    let settings = account.api.settings();
    let token = match verified(account, bare(authorization)) {
        Ok(token) => token,
        Err(Refusal::Expired) => return invalid("the token has expired"),
        Err(Refusal::Invalid) => return invalid("signing method or key is invalid"),
    };
    if token.pool() != Some(&*settings.user_pool_id) {
        return invalid("the token does not have a valid issuer");
    }
    // `aud`, or `client_id` where there is none.
    if !settings.audience.contains(&token.audience) {
        return invalid("the token does not have a valid audience");
    }
    if let Some(scope) = scope
        && !has_scope(&token, scope)
    {
        let challenge = format!("Bearer scope=\"{scopes}\" error=\"insufficient_scope\"");
        return refused(StatusCode::FORBIDDEN, &challenge);
    }
    Ok(json!({ "type": "jwt", "username": token.username, "claims": token.claims }))
}

/// A refusal as HTTP APIs write it, whose header has no commas.
fn refusal(status: StatusCode, challenge: &str) -> Response {
    let message = if status == StatusCode::FORBIDDEN { "Forbidden" } else { "Unauthorized" };
    let mut response = reply(status, &json!({ "message": message }));
    if let Ok(challenge) = HeaderValue::from_str(challenge) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
