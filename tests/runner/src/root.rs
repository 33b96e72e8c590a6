//! What the account's root user does: make pools, app clients and users.

use std::time::SystemTime;

use anyhow::{Result, ensure};
use bytes::Bytes;
use poolpass::{Credentials, Region, sigv4};
use serde::Serialize;
use serde_json::Value;

use crate::http;

/// Calls an operation of `cognito-idp`, signed with the root credentials of local-aws and ministack.
///
/// # Errors
///
/// When the server refuses.
pub(crate) async fn cognito_idp(
    endpoint: &str,
    region: &Region,
    now: SystemTime,
    operation: &str,
    input: &impl Serialize,
) -> Result<Value> {
    let mut request = ::http::Request::post(endpoint)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .body(Bytes::from(serde_json::to_vec(input)?))?;
    let scope = sigv4::Scope { service: "cognito-idp", region };
    sigv4::sign(&mut request, &scope, &Credentials::new("test", "test", None, None), now)?;
    let answer = http::send(request).await?;
    ensure!(answer.status == 200, "{operation} was refused: {answer:?}");
    Ok(serde_json::from_str(&answer.body).unwrap_or_default())
}
