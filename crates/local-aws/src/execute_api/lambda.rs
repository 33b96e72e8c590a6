//! Routes of a REST API with a Lambda authorizer of type TOKEN.
//!
//! The function verifies the token, lets everybody in, and has a policy that denies the members of the group `suspended`.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    authorization, error_response, reply, resource, unauthorized,
    user_pool::{bare, verified},
};
use crate::{
    account::Account,
    exchange::{Request, Response},
    iam::{Context, Decision, PolicyKind, evaluate, parse},
};

pub(super) fn identify(account: &Account, request: &Request) -> Result<Value, Response> {
    let refused = || error_response(&unauthorized("Unauthorized"));
    // Without the identity source, the function is not called.
    let token = authorization(request).filter(|token| !token.is_empty()).ok_or_else(refused)?;
    let resource = resource(account, request);
    let event = json!({ "type": "TOKEN", "methodArn": resource, "authorizationToken": token });
    let answer = function(account, &event).ok_or_else(refused)?;
    // A policy that cannot be read is a mistake of the function, about which API Gateway says nothing.
    let policy = parse(&answer["policyDocument"].to_string(), PolicyKind::Identity)
        .map_err(|_| reply(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "message": null })))?;
    let denied = |how: &str| {
        let message = format!("User is not authorized to access this resource{how}");
        let mut response = reply(StatusCode::FORBIDDEN, &json!({ "Message": message }));
        let code = http::HeaderValue::from_static("AccessDeniedException");
        response.headers_mut().insert("x-amzn-errortype", code);
        response
    };
    match evaluate([&policy], "execute-api:Invoke", &resource, &Context::default()) {
        Decision::Allowed => {
            Ok(json!({ "type": "lambda", "username": answer["principalId"], "context": answer["context"] }))
        }
        Decision::ExplicitlyDenied => Err(denied(" with an explicit deny in an identity-based policy")),
        Decision::ImplicitlyDenied => Err(denied("")),
    }
}

/// The app's function. `None` is the error "Unauthorized", which it throws.
fn function(account: &Account, event: &Value) -> Option<Value> {
    let token = verified(account, bare(event["authorizationToken"].as_str()?)).ok()?;
    let is_suspended = token.claims.get("cognito:groups").is_some_and(|groups| {
        groups.as_array().is_some_and(|groups| groups.iter().any(|group| group == "suspended"))
    });
    Some(json!({
        "principalId": token.username,
        "policyDocument": { "Version": "2012-10-17", "Statement": [{
            "Action": "execute-api:Invoke",
            "Effect": if is_suspended { "Deny" } else { "Allow" },
            "Resource": event["methodArn"],
        }] },
        "context": { "sub": token.sub },
    }))
}
