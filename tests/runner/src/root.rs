//! Calls of the account's root user, which create pools, app clients and users.

use std::time::SystemTime;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use poolpass::{Credentials, Region, sigv4};
use serde::Serialize;
use serde_json::Value;

use crate::http;

/// Calls an operation of `cognito-idp`, signed with the root credentials of local-aws and ministack.
///
/// # Errors
///
/// If the server refuses.
pub(crate) async fn cognito_idp(
    endpoint: &str,
    region: &Region,
    now: SystemTime,
    operation: &str,
    input: &impl Serialize,
) -> Result<Value> {
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    json(endpoint, "cognito-idp", region, now, &target, input).await
}

/// Calls an operation of a JSON service, by its target, signed with the root credentials.
///
/// # Errors
///
/// If the server refuses.
pub(crate) async fn json(
    endpoint: &str,
    service: &str,
    region: &Region,
    now: SystemTime,
    target: &str,
    input: &impl Serialize,
) -> Result<Value> {
    let request = ::http::Request::post(endpoint)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", target)
        .body(Bytes::from(serde_json::to_vec(input)?))?;
    let answer = signed(request, service, region, now).await.with_context(|| target.to_owned())?;
    Ok(serde_json::from_str(&answer).unwrap_or_default())
}

/// Calls an operation of IAM, signed with the root credentials.
///
/// # Errors
///
/// If the server refuses.
pub(crate) async fn iam(
    endpoint: &str,
    now: SystemTime,
    operation: &str,
    parameters: &[(&str, &str)],
) -> Result<()> {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("Action", operation)
        .append_pair("Version", "2010-05-08")
        .extend_pairs(parameters)
        .finish();
    let request = ::http::Request::post(endpoint)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(form))?;
    signed(request, "iam", &"us-east-1".parse()?, now).await.with_context(|| operation.to_owned())?;
    Ok(())
}

async fn signed(
    mut request: ::http::Request<Bytes>,
    service: &str,
    region: &Region,
    now: SystemTime,
) -> Result<String> {
    let scope = sigv4::Scope { service, region };
    sigv4::sign(&mut request, &scope, &Credentials::new("test", "test", None, None), now)?;
    let answer = http::send(request).await?;
    ensure!(answer.status == 200, "refused: {answer:?}");
    Ok(answer.body)
}
