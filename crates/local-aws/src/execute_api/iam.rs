//! Routes with AWS_IAM.

use http::StatusCode;
use serde_json::{Value, json};

use super::{authorization, resource};
use crate::{
    account::{ACCOUNT_ID, Account},
    caller::Caller,
    error::AwsError,
    exchange::Request,
    iam::Context,
    sigv4,
    sts::{COGNITO_IDENTITY, Principal},
};

pub(super) fn identify(account: &Account, request: &Request) -> Result<Value, AwsError> {
    let refused = |code, message| AwsError::new(code, message).with_status(StatusCode::FORBIDDEN);
    match authorization(request) {
        Some(signature) if signature.starts_with("AWS4-") => by_signature(account, request),
        // AWS's text quotes a hash of the header.
        Some(_) => Err(refused(
            "IncompleteSignatureException",
            "Invalid key=value pair (missing equal-sign) in Authorization header.",
        )),
        None if sigv4::query_value(&request.uri, "X-Amz-Algorithm").is_some() => {
            by_signature(account, request)
        }
        None => Err(refused("MissingAuthenticationTokenException", "Missing Authentication Token")),
    }
}

fn by_signature(account: &Account, request: &Request) -> Result<Value, AwsError> {
    let caller = Caller::of(account, request).map_err(|error| error.with_status(StatusCode::FORBIDDEN))?;
    let resource = resource(account, request);
    caller.authorize(account, "execute-api:Invoke", &resource, &Context::default()).map_err(|denied| {
        AwsError::new("AccessDeniedException", denied.to_string()).with_status(StatusCode::FORBIDDEN)
    })?;
    let fact = |name: &str| match &caller.principal {
        Principal::Session(session) => session.context.single(&format!("{COGNITO_IDENTITY}:{name}")),
        Principal::Root => None,
    };
    Ok(json!({
        "type": "iam",
        "userArn": caller.principal.arn(),
        "user": caller.principal.user_id(),
        "accountId": ACCOUNT_ID,
        "cognitoIdentityId": fact("sub"),
        "cognitoIdentityPoolId": fact("aud"),
    }))
}
