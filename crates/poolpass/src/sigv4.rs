//! AWS Signature Version 4, for people who send their requests themselves.
//!
//! The signing is [`aws_sigv4`]'s; this module knows the differences between S3 and all other
//! services and takes plain [`http`] requests. Most programs need none of it: the
//! [`Client`](crate::Client) signs whatever it sends.
//!
//! The algorithm: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials as SdkCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningInstructions, SigningSettings, UriPathNormalizationMode,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::header::ACCEPT_ENCODING;
use http::{HeaderMap, Method, Uri};
use sha2::{Digest, Sha256};

use crate::config::Region;
use crate::credentials::Credentials;
use crate::dates;
use crate::error::Error;

/// The longest life that AWS gives a presigned URL: seven days.
pub const MAX_PRESIGNED_LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The service and region that a signature is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The service's signing name, such as `s3`, `dynamodb` or `execute-api`.
    pub service: &'a str,
    /// The region that answers the request.
    pub region: &'a Region,
}

/// Signs `request` in its headers: adds `authorization`, `x-amz-date`, with a session token
/// `x-amz-security-token` and for S3 `x-amz-content-sha256`.
///
/// The path and query have to be percent-encoded as they go over the wire. `now` is AWS's time: AWS
/// refuses what is more than five minutes off (S3: fifteen).
///
/// # Errors
///
/// Kind `InvalidInput` when a header of the request is not text, or when `now` lies outside the years 1 to 9999.
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

/// As [`sign`], for a body whose hash is known.
pub(crate) fn sign_hashed(
    request: &mut http::Request<Bytes>,
    payload_sha256: [u8; 32],
    scope: &Scope<'_>,
    credentials: &Credentials,
    now: SystemTime,
) -> Result<(), Error> {
    let instructions = instructions(
        Signable {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
            body: SignableBody::Precomputed(hex::encode(payload_sha256)),
        },
        settings(scope.service),
        scope,
        credentials,
        now,
    )?;
    instructions.apply_to_request_http1x(request);
    Ok(())
}

/// A URL that lets whoever holds it make this one request until `life` has passed, or until the
/// credentials expire if that is sooner. The body is not part of the signature.
///
/// `headers` have to be sent with the request exactly as given here; `host` is always among them.
///
/// # Errors
///
/// Kind `InvalidInput` when `life` is zero or longer than [`MAX_PRESIGNED_LIFE`], and as for [`sign`].
/// Kind `CredentialsExpired` when the credentials have expired.
pub fn presign(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    scope: &Scope<'_>,
    credentials: &Credentials,
    now: SystemTime,
    life: Duration,
) -> Result<Uri, Error> {
    if life.as_secs() == 0 || life > MAX_PRESIGNED_LIFE {
        return Err(Error::invalid_input("a presigned URL lives from one second to seven days"));
    }
    let mut settings = settings(scope.service);
    settings.signature_location = SignatureLocation::QueryParams;
    settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
    settings.expires_in = Some(match credentials.expiration() {
        None => life,
        Some(expiration) => {
            let left = expiration.duration_since(now).unwrap_or_default();
            if left.as_secs() == 0 {
                return Err(Error::new(crate::ErrorKind::CredentialsExpired, "the credentials have expired"));
            }
            life.min(Duration::from_secs(left.as_secs()))
        }
    });
    let signable = Signable { method, uri, headers, body: SignableBody::UnsignedPayload };
    let instructions = instructions(signable, settings, scope, credentials, now)?;
    let mut request = http::Request::new(());
    *request.uri_mut() = uri.clone();
    instructions.apply_to_request_http1x(&mut request);
    Ok(request.into_parts().0.uri)
}

struct Signable<'a> {
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    body: SignableBody<'a>,
}

/// S3, under each of its signing names, takes the path as it is and wants the payload's hash in a header; every other service
/// decodes and normalizes the path before it checks.
fn settings(service: &str) -> SigningSettings {
    let mut settings = SigningSettings::default();
    // An HTTP client or a proxy may change it.
    settings.excluded_headers.get_or_insert_default().push(ACCEPT_ENCODING.as_str().into());
    if matches!(service, "s3" | "s3express" | "s3-object-lambda" | "s3-outposts") {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    settings
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
        .map_err(|error| Error::invalid_input("the request cannot be signed").with_source(error))?
        .into();
    let mut headers = Vec::new();
    for (name, value) in signable.headers {
        let name = name.as_str();
        let value = value.to_str();
        headers.push((
            name,
            value.map_err(|_| Error::invalid_input(format!("the header {name} is not plain text")))?,
        ));
    }
    let uri = signable.uri.to_string();
    SignableRequest::new(signable.method.as_str(), uri, headers.into_iter(), signable.body)
        .and_then(|request| aws_sigv4::http_request::sign(request, &params))
        .map(|output| output.into_parts().0)
        .map_err(|error| Error::invalid_input("the request cannot be signed").with_source(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s3_signs_the_payload_under_each_of_its_names() {
        let region: Region = "eu-west-1".parse().unwrap();
        let credentials = Credentials::new("ASIAEXAMPLE", "secret", None, None);
        for (service, is_s3) in [("s3", true), ("s3-object-lambda", true), ("execute-api", false)] {
            let mut request = http::Request::get("https://x.example/a//b").body(Bytes::new()).unwrap();
            let scope = Scope { service, region: &region };
            sign(&mut request, &scope, &credentials, SystemTime::UNIX_EPOCH).unwrap();
            assert_eq!(request.headers().contains_key("x-amz-content-sha256"), is_s3, "{service}");
        }
    }

    #[test]
    fn a_time_that_no_signature_can_carry_is_an_error() {
        let region: Region = "eu-west-1".parse().unwrap();
        let credentials = Credentials::new("ASIAEXAMPLE", "secret", None, None);
        let mut request =
            http::Request::get("https://s3.eu-west-1.amazonaws.com/").body(Bytes::new()).unwrap();
        let never = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::MAX / 4);
        let scope = Scope { service: "s3", region: &region };
        let error = sign(&mut request, &scope, &credentials, never).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidInput);
    }
}
