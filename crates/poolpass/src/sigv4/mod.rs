//! AWS Signature Version 4, for programs that send their requests themselves.
//!
//! [`aws_sigv4`] computes the signature. This module knows how services differ, refuses requests that cannot be signed as they are sent,
//! and accepts plain [`http`] requests. Most programs do not need it, since the [`Client`](crate::Client) signs every request.
//!
//! AWS describes the algorithm: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>.

mod service_rules;
mod signable_uri;
#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials as SdkCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SessionTokenMode, SignableBody, SignableRequest, SignatureLocation,
    SigningInstructions, SigningSettings,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use sha2::{Digest, Sha256};

use crate::config::Region;
use crate::credentials::Credentials;
use crate::dates;
use crate::error::Error;
use crate::percent;
use service_rules::ServiceRules;

/// The longest validity that AWS grants a presigned URL: seven days.
pub const MAX_EXPIRES_IN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The service and region that a signature is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The service's signing name, such as `s3`, `dynamodb` or `execute-api`.
    pub service: &'a str,
    /// The region that answers the request.
    pub region: &'a Region,
}

/// Signs `request` in its headers.
///
/// Adds `authorization` and `x-amz-date`; `x-amz-security-token` if there is a session token; and `x-amz-content-sha256` for the services
/// that require it (S3 under each of its names, `aoss`, `glacier`, `vpc-lattice-svcs`).
///
/// The path and query must be percent-encoded as they are sent. `now` is AWS's time: AWS refuses a time that is more than five minutes
/// off (S3: fifteen).
///
/// # Errors
///
/// Kind `InvalidInput` when the URL is not absolute or cannot be signed as it is sent (a `+`, an empty parameter or text
/// that is not UTF-8 in the query, a segment `.` or `..` in the path), when a header is not text, when the
/// credentials or the service cannot be AWS's, or when `now` lies outside the years 1 to 9999.
///
/// ```
/// use std::time::SystemTime;
/// use poolpass::{Credentials, Region, sigv4};
///
/// let mut request = http::Request::get("https://abc.execute-api.eu-west-1.amazonaws.com/notes").body(bytes::Bytes::new())?;
/// let region: Region = "eu-west-1".parse()?;
/// let credentials = Credentials::new("ASIAEXAMPLE", "secret", Some("token".to_owned()), None);
/// let scope = sigv4::Scope { service: "execute-api", region: &region };
/// sigv4::sign(&mut request, &scope, &credentials, SystemTime::UNIX_EPOCH)?;
/// assert!(request.headers().contains_key("authorization"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sign(
    request: &mut http::Request<Bytes>,
    scope: &Scope<'_>,
    credentials: &Credentials,
    now: SystemTime,
) -> Result<(), Error> {
    let payload_sha256 = Sha256::digest(request.body()).into();
    sign_hashed(request, payload_sha256, scope, credentials, now)
}

/// Signs `request`, whose body has the hash `payload_sha256`.
pub(crate) fn sign_hashed(
    request: &mut http::Request<Bytes>,
    payload_sha256: [u8; 32],
    scope: &Scope<'_>,
    credentials: &Credentials,
    now: SystemTime,
) -> Result<(), Error> {
    let rules = ServiceRules::of(scope.service);
    let body = if rules.signs_payload() {
        SignableBody::Precomputed(hex::encode(payload_sha256))
    } else {
        SignableBody::UnsignedPayload
    };
    let signable = Signable {
        method: request.method(),
        url: signable_uri::signable(request.uri(), signable_uri::HTTP, rules.path_as_sent())?,
        headers: request.headers(),
        body,
    };
    let (added, _) = instructions(signable, rules.settings(), scope, credentials, now)?.into_parts();
    for header in added {
        let mut value = HeaderValue::from_str(header.value()).map_err(unsignable)?;
        value.set_sensitive(header.sensitive());
        request.headers_mut().insert(HeaderName::from_static(header.name()), value);
    }
    Ok(())
}

/// Creates a URL that contains the signature. Its holder can make this one request until `expires_in` has passed, or until the credentials
/// expire if that is sooner. S3 does not check the body of such a request; for other services it is empty.
///
/// Send `headers` with the request, unchanged; `host` is always among them. The URL may be one of a WebSocket (`wss://`). For
/// `iotdevicegateway` the session token is appended after signing, as AWS IoT requires.
///
/// # Errors
///
/// Kind `InvalidInput` when `expires_in` is zero or longer than [`MAX_EXPIRES_IN`], when the URL is presigned already, and
/// as for [`sign`]. Kind `CredentialsExpired` when the credentials have expired.
pub fn presign(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    scope: &Scope<'_>,
    credentials: &Credentials,
    now: SystemTime,
    expires_in: Duration,
) -> Result<Uri, Error> {
    let request = Presignable { method, uri, headers, body: &[], expires_in, appends_session_token: false };
    presign_request(&request, scope, credentials, now)
}

/// A request to presign.
pub(crate) struct Presignable<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) headers: &'a HeaderMap,
    /// The body, for services that check it.
    pub(crate) body: &'a [u8],
    pub(crate) expires_in: Duration,
    /// Whether the session token is appended after signing, even if the service is not known to require it.
    pub(crate) appends_session_token: bool,
}

/// Creates the URL of [`presign`], with every option.
pub(crate) fn presign_request(
    request: &Presignable<'_>,
    scope: &Scope<'_>,
    credentials: &Credentials,
    now: SystemTime,
) -> Result<Uri, Error> {
    signable_uri::check_unsigned(request.uri)?;
    let rules = ServiceRules::of(scope.service);
    let mut settings = rules.settings();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
    settings.expires_in = Some(remaining_time(request.expires_in, credentials, now)?);
    if request.appends_session_token || rules.appends_session_token() {
        settings.session_token_mode = SessionTokenMode::Exclude;
    }
    let signable = Signable {
        method: request.method,
        url: signable_uri::signable(request.uri, signable_uri::HTTP_AND_WEBSOCKET, rules.path_as_sent())?,
        headers: request.headers,
        body: if rules.signs_presigned_payload() {
            SignableBody::Bytes(request.body)
        } else {
            SignableBody::UnsignedPayload
        },
    };
    let (_, parameters) = instructions(signable, settings, scope, credentials, now)?.into_parts();
    let mut url = request.uri.to_string();
    let mut separator = match request.uri.query() {
        None => "?",
        Some("") => "",
        Some(_) => "&",
    };
    for (name, value) in parameters {
        url.push_str(separator);
        url.push_str(name);
        url.push('=');
        url.extend(percent::component(&value));
        separator = "&";
    }
    url.parse().map_err(unsignable)
}

fn remaining_time(
    expires_in: Duration,
    credentials: &Credentials,
    now: SystemTime,
) -> Result<Duration, Error> {
    if expires_in.as_secs() == 0 || expires_in > MAX_EXPIRES_IN {
        return Err(Error::invalid_input("a presigned URL is valid for one second to seven days"));
    }
    let Some(expiration) = credentials.expiration() else { return Ok(expires_in) };
    let left = expiration.duration_since(now).unwrap_or_default();
    if left.as_secs() == 0 {
        return Err(Error::new(crate::ErrorKind::CredentialsExpired, "the credentials have expired"));
    }
    Ok(expires_in.min(Duration::from_secs(left.as_secs())))
}

struct Signable<'a> {
    method: &'a Method,
    url: String,
    headers: &'a HeaderMap,
    body: SignableBody<'a>,
}

fn instructions(
    signable: Signable<'_>,
    settings: SigningSettings,
    scope: &Scope<'_>,
    credentials: &Credentials,
    now: SystemTime,
) -> Result<SigningInstructions, Error> {
    if dates::calendar(now).is_none() {
        return Err(Error::invalid_input("a signature cannot carry a time outside the years 1 to 9999"));
    }
    credentials.check().map_err(Error::invalid_input)?;
    check_service(scope.service)?;
    let identity = SdkCredentials::new(
        credentials.access_key_id(),
        credentials.secret_access_key(),
        credentials.session_token().map(str::to_owned),
        credentials.expiration(),
        "poolpass",
    )
    .into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(scope.region.as_str())
        .name(scope.service)
        .time(now)
        .settings(settings)
        .build()
        .map_err(unsignable)?
        .into();
    /// Libraries limit the size of headers and URLs, and treat more as a bug of the program.
    const MAX_HEADER_NAMES: usize = 8 * 1024;

    if signable.headers.keys().map(|name| name.as_str().len()).sum::<usize>() > MAX_HEADER_NAMES {
        return Err(Error::invalid_input("a request with so many headers cannot be signed"));
    }
    let mut headers = Vec::new();
    for (name, value) in signable.headers {
        let name = name.as_str();
        // HTTP drops blanks at both ends, and the library only spaces. A tab between two words is a space to some and a tab to others.
        let value = value.to_str().map(|value| value.trim_matches([' ', '\t']));
        let Some(value) = value.ok().filter(|value| !value.contains('\t')) else {
            return Err(Error::invalid_input(format!("the header {name} is not plain text")));
        };
        headers.push((name, value));
    }
    SignableRequest::new(signable.method.as_str(), signable.url, headers.into_iter(), signable.body)
        .and_then(|request| aws_sigv4::http_request::sign(request, &params))
        .map(|output| output.into_parts().0)
        .map_err(unsignable)
}

/// Checks that `service` can be the name of an AWS service in a signature.
pub(crate) fn check_service(service: &str) -> Result<(), Error> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if service.is_empty() || service.len() > 64 || !service.bytes().all(fits) {
        return Err(Error::invalid_input(format!("{service:?} is not the name of an AWS service")));
    }
    Ok(())
}

fn unsignable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::invalid_input("the request cannot be signed").with_source(error)
}
