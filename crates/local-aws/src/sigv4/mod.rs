//! Verifies Signature Version 4.
//!
//! All services verify signatures here, in the `Authorization` header or in the query (presigned), with the root credentials or
//! those of an STS session. `scratchstack-aws-signature` computes the canonical request and the signature; it is independent of
//! the SDK's signer.

#[cfg(test)]
mod presigned_tests;
mod refusal;
#[cfg(test)]
mod tests;

use std::{future, time::SystemTime};

use bytes::Bytes;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use http::{HeaderMap, Uri, header::AUTHORIZATION, uri::PathAndQuery};
use percent_encoding::percent_decode_str;
use scratchstack_aws_signature::{
    GetSigningKeyRequest, GetSigningKeyResponse, KSecretKey, NO_ADDITIONAL_SIGNED_HEADERS, SignatureError,
    SignatureOptions, auth::SigV4AuthenticatorBuilder, canonical::CanonicalRequest,
    service_for_signing_key_fn,
};
use sha2::{Digest, Sha256};

use self::refusal::Refusal;
use crate::{
    account::Account,
    error::AwsError,
    exchange::Request,
    route::Service,
    sts::{Principal, ROOT_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY},
};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";
/// The region in signatures for global services, whatever the account's region is.
const GLOBAL_REGION: &str = "us-east-1";
/// The longest lifetime of a presigned URL: one week.
const MAX_EXPIRES_SECONDS: i64 = 604_800;

/// Verifies the signature of `request` and returns who signed it.
///
/// # Errors
/// The service's error for a missing signature, an unknown access key, a missing, altered or expired session token, a wrong
/// secret, a changed method, path, query, header or body, a wrong region or service, or a wrong time.
pub(crate) fn authenticate(account: &Account, request: &Request) -> Result<Principal, AwsError> {
    verify(account, request).map_err(|refusal| {
        if request.service == Service::S3 && is_presigned(request) {
            refusal.into_presigned_error()
        } else {
            refusal.into_error(request.service)
        }
    })
}

/// How the signature of an S3 request covers the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    /// One hash of the whole body, or none.
    Whole,
    /// `aws-chunked`: s3s decodes it, and verifies the signatures of the chunks where there are some.
    Streaming,
}

/// How the body of an S3 request is sent.
pub(crate) fn payload(headers: &HeaderMap) -> Payload {
    match header(headers, "x-amz-content-sha256") {
        Some(value) if value.starts_with("STREAMING-") => Payload::Streaming,
        _ => Payload::Whole,
    }
}

/// The value of a query parameter, percent-decoded.
pub(crate) fn query_value(uri: &Uri, name: &str) -> Option<String> {
    let query = uri.query()?;
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// Whether the query carries a signature, whole or not.
fn is_presigned(request: &Request) -> bool {
    let is_there = |name| query_value(&request.uri, name).is_some();
    is_there("X-Amz-Algorithm") || (request.service == Service::S3 && is_there("X-Amz-Signature"))
}

/// The credential scope: `KEY/20261123/eu-west-1/s3/aws4_request`.
struct Scope<'a> {
    access_key_id: &'a str,
    region: &'a str,
}

fn verify(account: &Account, request: &Request) -> Result<Principal, Refusal> {
    let is_s3 = request.service == Service::S3;
    let presigned = match (request.headers.get(AUTHORIZATION), is_presigned(request)) {
        // The signature of version 2, which buckets do not take any more.
        (None, false) if is_s3 && query_value(&request.uri, "AWSAccessKeyId").is_some() => {
            return Err(Refusal::UnsupportedAlgorithm);
        }
        (None, false) => return Err(Refusal::Unsigned),
        (Some(authorization), true) => {
            let authorization = String::from_utf8_lossy(authorization.as_bytes()).into_owned();
            return Err(Refusal::TwoSignatures { authorization });
        }
        (_, presigned) => presigned,
    };
    if presigned && query_value(&request.uri, "X-Amz-Algorithm").is_none() {
        return Err(Refusal::MissingQueryParameter);
    }

    // If the signature does not cover the body's hash, the value is inserted below.
    let body = if is_s3 { Bytes::new() } else { request.body.clone() };
    let options = SignatureOptions { s3: is_s3, url_encode_form: false };
    let (canonical, _, _) = CanonicalRequest::from_request_parts(canonical_parts(request)?, body, options)?;
    let parameters = canonical.get_auth_parameters(&NO_ADDITIONAL_SIGNED_HEADERS)?;

    let credential = decoded(parameters.builder.get_credential(), presigned);
    let token = parameters.builder.get_session_token().map(|token| decoded(Some(token), presigned));
    let signed_at = parse_date(&parameters.timestamp_str)?;
    let scope = check_scope(account, request, &credential, signed_at)?;
    let now = utc(account.clock.now());
    if presigned {
        check_presigned_time(request, signed_at, now)?;
    } else {
        check_time(request.service, signed_at, now)?;
    }
    let (principal, secret) = find_key(account, scope.access_key_id, token.as_deref())?;

    let mut canonical_request = canonical.canonical_request(&parameters.signed_headers);
    if is_s3 {
        check_signed_headers(&request.headers, &parameters.signed_headers)?;
        canonical_request.truncate(canonical_request.len().saturating_sub(2 * Sha256::output_size()));
        canonical_request.extend_from_slice(signed_payload(request, presigned)?.as_bytes());
    }
    let region = scope.region.to_owned();
    let explained = |refusal| match refusal {
        Refusal::SignatureDoesNotMatch if is_s3 => Refusal::Mismatch {
            access_key_id: scope.access_key_id.to_owned(),
            string_to_sign: format!(
                "{ALGORITHM}\n{}\n{}\n{}",
                parameters.timestamp_str,
                credential.split_once('/').map_or("", |(_, scope)| scope),
                hex::encode(Sha256::digest(&canonical_request))
            ),
            signature: parameters.builder.get_signature().unwrap_or_default().to_owned(),
            canonical_request: String::from_utf8_lossy(&canonical_request).into_owned(),
        },
        other => other,
    };
    let mut builder = parameters.builder.clone();
    builder
        .credential(credential.clone())
        .request_timestamp(signed_at)
        .canonical_request_sha256(Sha256::digest(&canonical_request).into());
    check_signature(&builder, &secret, &region, service_name(request.service), signed_at)
        .map_err(explained)?;

    if is_s3 {
        check_body(request)?;
    }
    Ok(principal)
}

/// The request in the form that was signed. Services other than S3 percent-encode the path once more, and a plus sign in a path
/// is encoded, since the library would decode it as a space.
fn canonical_parts(request: &Request) -> Result<http::request::Parts, Refusal> {
    let (mut parts, ()) = http::Request::new(()).into_parts();
    let mut target = match request.service {
        Service::S3 => request.sent_uri().path().replace('+', "%2B"),
        _ => request.uri.path().replace('%', "%25").replace('+', "%2B"),
    };
    if let Some(query) = request.uri.query() {
        target.push('?');
        target.push_str(query);
    }
    let target: PathAndQuery =
        target.parse().map_err(|_| Refusal::Malformed("The path is malformed.".into()))?;
    parts.method = request.method.clone();
    parts.uri = target.into();
    parts.headers = request.headers.clone();
    Ok(parts)
}

/// Decodes a value of the canonical request's query.
fn decoded(value: Option<&str>, presigned: bool) -> String {
    let value = value.unwrap_or_default();
    if !presigned {
        return value.to_owned();
    }
    percent_decode_str(value).decode_utf8_lossy().into_owned()
}

fn parse_date(text: &str) -> Result<DateTime<Utc>, Refusal> {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ")
        .map(|date| date.and_utc())
        .map_err(|_| Refusal::MalformedDate { got: text.to_owned() })
}

fn check_scope<'a>(
    account: &Account,
    request: &Request,
    credential: &'a str,
    signed_at: DateTime<Utc>,
) -> Result<Scope<'a>, Refusal> {
    let [access_key_id, date, region, service, "aws4_request"] = *credential.split('/').collect::<Vec<_>>()
    else {
        return Err(Refusal::MalformedCredential);
    };
    let global = matches!(request.service, Service::Iam | Service::Sts);
    if region != account.region && !(global && region == GLOBAL_REGION) {
        return Err(Refusal::WrongRegion { got: region.to_owned(), expected: account.region.clone() });
    }
    let expected = service_name(request.service);
    if service != expected {
        return Err(Refusal::WrongService { got: service.to_owned(), expected });
    }
    if date != signed_at.format("%Y%m%d").to_string() {
        let expected = signed_at.format("%Y%m%d").to_string();
        return Err(Refusal::WrongDate { got: date.to_owned(), expected });
    }
    Ok(Scope { access_key_id, region })
}

fn service_name(service: Service) -> &'static str {
    match service {
        Service::UserPool | Service::UserPoolKeys | Service::UserPoolDomain => "cognito-idp",
        Service::IdentityPool => "cognito-identity",
        Service::DynamoDb => "dynamodb",
        Service::Sts => "sts",
        Service::Iam => "iam",
        Service::ExecuteApi => "execute-api",
        Service::S3 => "s3",
        Service::StandIn => "stand-in",
        Service::ElasticLoadBalancing | Service::LoadBalancer => "elasticloadbalancing",
        Service::Control => "local",
    }
}

/// The allowed difference of the clocks: 15 minutes for S3, five minutes for other services.
fn check_time(service: Service, signed_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Refusal> {
    let allowed = TimeDelta::minutes(if service == Service::S3 { 15 } else { 5 });
    if (now - signed_at).abs() > allowed {
        return Err(Refusal::WrongTime { signed_at, now, allowed });
    }
    Ok(())
}

fn check_presigned_time(
    request: &Request,
    signed_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let expires = match query_value(&request.uri, "X-Amz-Expires") {
        Some(seconds) => seconds.parse().ok(),
        // Only S3 requires it; STS, for instance, accepts a presigned request for 15 minutes.
        None if request.service != Service::S3 => Some(15 * 60),
        None => return Err(Refusal::MissingQueryParameter),
    };
    let Some(expires) = expires else { return Err(Refusal::ExpiresNotANumber) };
    if expires < 0 {
        return Err(Refusal::ExpiresNegative);
    }
    if expires > MAX_EXPIRES_SECONDS {
        return Err(Refusal::ExpiresTooLong);
    }
    let expires_at = signed_at + TimeDelta::seconds(expires);
    if now > expires_at {
        return Err(Refusal::Expired { expires, expires_at, now });
    }
    if signed_at - now > TimeDelta::minutes(15) {
        return Err(Refusal::NotYetValid { signed_at, expires_at, now });
    }
    Ok(())
}

/// The caller with an access key, and its secret key. The session token must belong to the access key.
fn find_key(
    account: &Account,
    access_key_id: &str,
    token: Option<&str>,
) -> Result<(Principal, String), Refusal> {
    if access_key_id == ROOT_ACCESS_KEY_ID {
        return match token {
            None => Ok((Principal::Root, ROOT_SECRET_ACCESS_KEY.to_owned())),
            Some(_) => Err(Refusal::InvalidToken),
        };
    }
    let session =
        account.sts.session(access_key_id).ok_or_else(|| Refusal::UnknownKey(access_key_id.to_owned()))?;
    match token {
        None => return Err(Refusal::MissingToken(access_key_id.to_owned())),
        Some(token) if token != session.session_token => return Err(Refusal::InvalidToken),
        Some(_) => {}
    }
    if account.clock.now() >= session.expiration {
        return Err(Refusal::ExpiredToken);
    }
    let secret = session.secret_access_key.clone();
    Ok((Principal::Session(session), secret))
}

/// S3 refuses `x-amz-` headers that the signature does not cover.
fn check_signed_headers(headers: &HeaderMap, signed: &[String]) -> Result<(), Refusal> {
    let unsigned: Vec<&str> = headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| name.starts_with("x-amz-") && *name != "x-amz-content-sha256")
        .filter(|name| !signed.iter().any(|signed| signed == name))
        .collect();
    if unsigned.is_empty() { Ok(()) } else { Err(Refusal::HeadersNotSigned(unsigned.join(", "))) }
}

/// The value for the body in the canonical request.
fn signed_payload(request: &Request, presigned: bool) -> Result<String, Refusal> {
    match header(&request.headers, "x-amz-content-sha256") {
        Some(value) => Ok(value.to_owned()),
        None if presigned => {
            Ok(query_value(&request.uri, "X-Amz-Content-Sha256")
                .unwrap_or_else(|| UNSIGNED_PAYLOAD.to_owned()))
        }
        None => Err(Refusal::MissingPayloadHash),
    }
}

/// Whether the body has the signed hash.
fn check_body(request: &Request) -> Result<(), Refusal> {
    let stated = header(&request.headers, "x-amz-content-sha256").unwrap_or(UNSIGNED_PAYLOAD);
    if stated == UNSIGNED_PAYLOAD || stated.starts_with("STREAMING-") {
        return Ok(());
    }
    let computed = hex::encode(Sha256::digest(&request.body));
    if stated.eq_ignore_ascii_case(&computed) {
        return Ok(());
    }
    Err(Refusal::WrongPayloadHash { stated: stated.to_owned(), computed })
}

fn check_signature(
    builder: &SigV4AuthenticatorBuilder,
    secret: &str,
    region: &str,
    service: &str,
    signed_at: DateTime<Utc>,
) -> Result<(), Refusal> {
    // The library only accepts keys of 40 characters. HMAC pads a short key with zeros, so padding it here changes nothing.
    let key: KSecretKey = format!("{secret:\0<40}").parse().map_err(|_| Refusal::SignatureDoesNotMatch)?;
    let key = key.to_ksigning(signed_at.date_naive(), region, service);
    let find_key = move |_: GetSigningKeyRequest| {
        future::ready(GetSigningKeyResponse::builder().signing_key(key).build().map_err(Into::into))
    };
    let mut keys = service_for_signing_key_fn(find_key);
    let authenticator = builder.build().map_err(|_| Refusal::SignatureDoesNotMatch)?;
    // The time has been checked, by each service's own rule.
    authenticator
        .validate_signature(region, service, signed_at, TimeDelta::zero(), &mut keys)
        .now_or_never()
        .unwrap_or(Err(SignatureError::SignatureDoesNotMatch(None)))?;
    Ok(())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn utc(time: SystemTime) -> DateTime<Utc> {
    DateTime::from_timestamp(crate::clock::unix_seconds(time), 0).unwrap_or_default()
}
