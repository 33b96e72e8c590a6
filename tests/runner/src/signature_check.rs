//! Verifies Signature Version 4 with `scratchstack-aws-signature`, which is independent of the SDK's signer.

use std::future::ready;

use anyhow::{Context, Result, anyhow, ensure};
use bytes::Bytes;
use chrono::{DateTime, NaiveDateTime, Utc};
use http::header::{AUTHORIZATION, HOST};
use http::uri::PathAndQuery;
use http::{HeaderValue, Request};
use scratchstack_aws_signature::{
    GetSigningKeyRequest, GetSigningKeyResponse, KSecretKey, NO_ADDITIONAL_SIGNED_HEADERS, SignatureOptions,
    service_for_signing_key_fn, sigv4_validate_request,
};

/// A key that signs requests.
#[derive(Clone)]
pub struct SigningKey {
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token that requests must contain, if there is one.
    pub session_token: Option<String>,
}

/// Verifies a request with a signature in its headers, at the time of signing.
///
/// # Errors
///
/// The reason why the signature is invalid.
pub async fn verify(request: &Request<Bytes>, key: &SigningKey) -> Result<()> {
    let signed_at = request.headers().get("x-amz-date").context("there is no x-amz-date")?.to_str()?;
    verify_at(request, key, parse_time(signed_at)?).await
}

/// Verifies a request with a signature in its headers, at the given time.
///
/// # Errors
///
/// The reason why the signature is invalid.
pub async fn verify_at(request: &Request<Bytes>, key: &SigningKey, now: DateTime<Utc>) -> Result<()> {
    let authorization = request.headers().get(AUTHORIZATION).context("it is not signed")?.to_str()?;
    let (region, service) = scope(authorization).context("the credential scope is malformed")?;
    let (secret, token) = (key.secret_access_key.clone(), key.session_token.clone());
    let find_key =
        move |requested: GetSigningKeyRequest| ready(signing_key(&secret, token.as_deref(), &requested));
    let is_s3 = service == "s3";
    sigv4_validate_request(
        signed_form(request, is_s3)?,
        region,
        service,
        &mut service_for_signing_key_fn(find_key),
        now,
        &NO_ADDITIONAL_SIGNED_HEADERS,
        SignatureOptions { s3: is_s3, url_encode_form: false },
    )
    .await
    .map_err(|error| anyhow!("the signature does not verify: {error}"))?;
    Ok(())
}

/// The access key ID in the signature of an `Authorization` header.
pub fn access_key_id(request: &Request<Bytes>) -> Option<&str> {
    let authorization = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    Some(authorization.split_once("Credential=")?.1.split_once('/')?.0)
}

fn signing_key(
    secret: &str,
    token: Option<&str>,
    requested: &GetSigningKeyRequest,
) -> Result<GetSigningKeyResponse, tower::BoxError> {
    if requested.session_token() != token {
        return Err("the session token is not the key's".into());
    }
    // The library only accepts keys of 40 characters. HMAC pads a short key with zeros, so padding it here changes nothing.
    let key: KSecretKey = format!("{secret:\0<40}").parse()?;
    let key = key.to_ksigning(requested.request_date(), requested.region(), requested.service());
    Ok(GetSigningKeyResponse::builder().signing_key(key).build()?)
}

/// The request as the signer saw it. HTTP clients add the host; services other than S3 encode the path once more.
fn signed_form(request: &Request<Bytes>, is_s3: bool) -> Result<Request<Bytes>> {
    let mut signed = request.clone();
    let host = request.uri().authority().context("the URL has no host")?.as_str();
    signed.headers_mut().insert(HOST, HeaderValue::from_str(host)?);
    let path = request.uri().path();
    ensure!(!path.contains('+'), "a plus in a path is read as a blank by the library");
    let mut target = if is_s3 { path.to_owned() } else { path.replace('%', "%25") };
    if let Some(query) = request.uri().query() {
        target.push('?');
        target.push_str(query);
    }
    *signed.uri_mut() = target.parse::<PathAndQuery>()?.into();
    Ok(signed)
}

/// `AWS4-HMAC-SHA256 Credential=KEY/20261123/eu-west-1/s3/aws4_request, …`.
fn scope(authorization: &str) -> Option<(&str, &str)> {
    let credential = authorization.split_once("Credential=")?.1.split(',').next()?;
    let mut parts = credential.split('/').skip(2);
    Some((parts.next()?, parts.next()?))
}

fn parse_time(text: &str) -> Result<DateTime<Utc>> {
    Ok(NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ")?.and_utc())
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(..)")
    }
}
