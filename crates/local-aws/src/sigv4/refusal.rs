//! Each service's errors for invalid signatures.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use scratchstack_aws_signature::SignatureError;

use super::ALGORITHM;
use crate::{error::AwsError, route::Service};

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your key and \
                        signing method.";
const BASIC: &str = "%Y%m%dT%H%M%SZ";
const EXTENDED: &str = "%Y-%m-%dT%H:%M:%SZ";

/// The reason why a signature is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    Unsigned,
    TwoSignatures {
        authorization: String,
    },
    UnsupportedAlgorithm,
    Malformed(Cow<'static, str>),
    WrongRegion {
        got: String,
        expected: String,
    },
    WrongService {
        got: String,
        expected: &'static str,
    },
    WrongDate {
        got: String,
        expected: String,
    },
    MalformedCredential,
    MalformedDate {
        got: String,
    },
    MissingQueryParameter,
    WrongTime {
        signed_at: DateTime<Utc>,
        now: DateTime<Utc>,
        allowed: TimeDelta,
    },
    ExpiresNotANumber,
    ExpiresNegative,
    ExpiresTooLong,
    Expired {
        expires: i64,
        expires_at: DateTime<Utc>,
        now: DateTime<Utc>,
    },
    NotYetValid {
        signed_at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
        now: DateTime<Utc>,
    },
    UnknownKey(String),
    MissingToken(String),
    InvalidToken,
    ExpiredToken,
    HeadersNotSigned(String),
    MissingPayloadHash,
    WrongPayloadHash {
        stated: String,
        computed: String,
    },
    SignatureDoesNotMatch,
    /// S3's error.
    Mismatch {
        access_key_id: String,
        string_to_sign: String,
        signature: String,
        canonical_request: String,
    },
}

impl From<SignatureError> for Refusal {
    fn from(error: SignatureError) -> Self {
        match error {
            SignatureError::SignatureDoesNotMatch(_) => Self::SignatureDoesNotMatch,
            SignatureError::MissingAuthenticationToken(_) => Self::UnsupportedAlgorithm,
            SignatureError::IncompleteSignature(message)
                if message.starts_with("Unsupported AWS 'algorithm'") =>
            {
                Self::UnsupportedAlgorithm
            }
            other => Self::Malformed(other.to_string().into()),
        }
    }
}

impl Refusal {
    pub(super) fn into_error(self, service: Service) -> AwsError {
        match service {
            Service::S3 => self.into_s3_error(),
            Service::Sts | Service::Iam | Service::ElasticLoadBalancing => self.into_query_error(),
            _ => self.into_json_error(),
        }
    }

    /// S3's error for a presigned URL, which names the wrong parameter.
    pub(super) fn into_presigned_error(self) -> AwsError {
        let wrong = |message: Cow<'static, str>| AwsError::new("AuthorizationQueryParametersError", message);
        match self {
            Self::UnsupportedAlgorithm => {
                wrong("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"".into())
            }
            Self::Malformed(_) | Self::MissingQueryParameter => wrong(
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
                 X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
                    .into(),
            ),
            Self::MalformedCredential => wrong(
                "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \
                 \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."
                    .into(),
            ),
            Self::MalformedDate { .. } => {
                wrong("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"".into())
            }
            Self::WrongRegion { got, expected } => wrong(
                format!(
                    "Error parsing the X-Amz-Credential parameter; the region '{got}' is wrong; expecting \
                     '{expected}'"
                )
                .into(),
            )
            .with_detail("Region", expected),
            Self::WrongService { got, .. } => wrong(
                format!(
                    "Error parsing the X-Amz-Credential parameter; incorrect service \"{got}\". This \
                     endpoint belongs to \"s3\"."
                )
                .into(),
            ),
            Self::WrongDate { got, expected } => wrong(
                format!(
                    "Error parsing the X-Amz-Credential parameter; incorrect date \"{got}\". This date is \
                     not the same as X-Amz-Date: \"{expected}\"."
                )
                .into(),
            ),
            other => other.into_s3_error(),
        }
    }

    fn into_s3_error(self) -> AwsError {
        let forbidden = |code: &'static str, message: &'static str| {
            AwsError::new(code, message).with_status(StatusCode::FORBIDDEN)
        };
        match self {
            Self::Unsigned => forbidden("AccessDenied", "Access Denied"),
            Self::TwoSignatures { authorization } => AwsError::new(
                "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query \
                 string parameter or the Authorization header should be specified",
            )
            .with_detail("ArgumentName", "Authorization")
            .with_detail("ArgumentValue", authorization),
            Self::UnsupportedAlgorithm => AwsError::new(
                "InvalidRequest",
                format!(
                    "The authorization mechanism you have provided is not supported. Please use \
                     {ALGORITHM}."
                ),
            ),
            Self::Malformed(message) => AwsError::new("AuthorizationHeaderMalformed", message),
            Self::MalformedCredential => AwsError::new(
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; the Credential is mal-formed; expecting \
                 \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
            ),
            Self::MalformedDate { .. } | Self::MissingQueryParameter => {
                AwsError::new("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
                    .with_status(StatusCode::FORBIDDEN)
            }
            Self::ExpiresNegative => {
                AwsError::new("AuthorizationQueryParametersError", "X-Amz-Expires must be non-negative")
            }
            Self::WrongRegion { got, expected } => AwsError::new(
                "AuthorizationHeaderMalformed",
                format!(
                    "The authorization header is malformed; the region '{got}' is wrong; expecting \
                     '{expected}'"
                ),
            )
            .with_detail("Region", expected),
            Self::WrongService { got, .. } => AwsError::new(
                "AuthorizationHeaderMalformed",
                format!(
                    "The authorization header is malformed; incorrect service \"{got}\". This endpoint \
                     belongs to \"s3\"."
                ),
            ),
            Self::WrongDate { got, .. } => AwsError::new(
                "AuthorizationHeaderMalformed",
                format!(
                    "The authorization header is malformed; Invalid credential date \"{got}\". This date is \
                     not the same as X-Amz-Date."
                ),
            ),
            Self::WrongTime { signed_at, now, allowed } => forbidden(
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
            )
            .with_detail("RequestTime", signed_at.format(BASIC))
            .with_detail("ServerTime", now.format(EXTENDED))
            .with_detail("MaxAllowedSkewMilliseconds", allowed.num_milliseconds()),
            Self::ExpiresNotANumber => {
                AwsError::new("AuthorizationQueryParametersError", "X-Amz-Expires should be a number")
            }
            Self::ExpiresTooLong => AwsError::new(
                "AuthorizationQueryParametersError",
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must \
                 be less than 604800 seconds",
            ),
            Self::Expired { expires, expires_at, now } => forbidden("AccessDenied", "Request has expired")
                .with_detail("X-Amz-Expires", expires)
                .with_detail("Expires", expires_at.format(EXTENDED))
                .with_detail("ServerTime", now.format(EXTENDED)),
            Self::NotYetValid { signed_at, expires_at, now } => {
                forbidden("AccessDenied", "Request is not yet valid")
                    .with_detail("X-Amz-Date", signed_at.timestamp_millis())
                    .with_detail("Expires", expires_at.format(EXTENDED))
                    .with_detail("ServerTime", now.format(EXTENDED))
            }
            // S3 does not find temporary keys without their token.
            Self::UnknownKey(key) | Self::MissingToken(key) => forbidden(
                "InvalidAccessKeyId",
                "The AWS Access Key Id you provided does not exist in our records.",
            )
            .with_detail("AWSAccessKeyId", key),
            Self::InvalidToken => {
                AwsError::new("InvalidToken", "The provided token is malformed or otherwise invalid.")
            }
            Self::ExpiredToken => AwsError::new("ExpiredToken", "The provided token has expired."),
            Self::HeadersNotSigned(names) => {
                forbidden("AccessDenied", "There were headers present in the request which were not signed")
                    .with_detail("HeadersNotSigned", names)
            }
            Self::MissingPayloadHash => AwsError::new(
                "InvalidRequest",
                "Missing required header for this request: x-amz-content-sha256",
            ),
            Self::WrongPayloadHash { stated, computed } => AwsError::new(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            )
            .with_detail("ClientComputedContentSHA256", stated)
            .with_detail("S3ComputedContentSHA256", computed),
            Self::SignatureDoesNotMatch => forbidden("SignatureDoesNotMatch", MISMATCH),
            Self::Mismatch { access_key_id, string_to_sign, signature, canonical_request } => {
                forbidden("SignatureDoesNotMatch", MISMATCH)
                    .with_detail("AWSAccessKeyId", access_key_id)
                    .with_detail("StringToSign", string_to_sign)
                    .with_detail("SignatureProvided", signature)
                    .with_detail("CanonicalRequest", canonical_request)
            }
        }
    }

    /// The error of the JSON services, which always use status 400.
    fn into_json_error(self) -> AwsError {
        let (kind, message) = self.into_common();
        let code = match kind {
            Kind::Missing => "MissingAuthenticationTokenException",
            Kind::Incomplete => "IncompleteSignatureException",
            Kind::UnknownKey => "UnrecognizedClientException",
            Kind::Expired => "ExpiredTokenException",
            Kind::Mismatch => "InvalidSignatureException",
        };
        AwsError::new(code, message)
    }

    fn into_query_error(self) -> AwsError {
        let (kind, message) = self.into_common();
        let (code, status) = match kind {
            Kind::Missing => ("MissingAuthenticationToken", StatusCode::FORBIDDEN),
            Kind::Incomplete => ("IncompleteSignature", StatusCode::BAD_REQUEST),
            Kind::UnknownKey => ("InvalidClientTokenId", StatusCode::FORBIDDEN),
            Kind::Expired => ("ExpiredToken", StatusCode::FORBIDDEN),
            Kind::Mismatch => ("SignatureDoesNotMatch", StatusCode::FORBIDDEN),
        };
        AwsError::new(code, message).with_status(status)
    }

    fn into_common(self) -> (Kind, Cow<'static, str>) {
        match self {
            Self::Unsigned => (Kind::Missing, "Request is missing Authentication Token".into()),
            Self::UnsupportedAlgorithm => {
                (Kind::Incomplete, "Unsupported AWS 'algorithm' in the Authorization header.".into())
            }
            Self::Malformed(message) => (Kind::Incomplete, message),
            Self::MalformedCredential => (
                Kind::Incomplete,
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/aws4_request."
                    .into(),
            ),
            Self::MalformedDate { got } => {
                (Kind::Incomplete, format!("Date must be in ISO-8601 'basic format'. Got '{got}'.").into())
            }
            Self::ExpiresNotANumber | Self::ExpiresNegative | Self::MissingQueryParameter => {
                (Kind::Incomplete, "X-Amz-Expires must be a number of seconds.".into())
            }
            Self::UnknownKey(_) | Self::MissingToken(_) | Self::InvalidToken => {
                (Kind::UnknownKey, "The security token included in the request is invalid.".into())
            }
            Self::ExpiredToken => {
                (Kind::Expired, "The security token included in the request is expired".into())
            }
            Self::WrongRegion { got, .. } => (
                Kind::Mismatch,
                format!("Credential should be scoped to a valid region, not '{got}'. ").into(),
            ),
            Self::WrongService { expected, .. } => (
                Kind::Mismatch,
                format!("Credential should be scoped to correct service: '{expected}'. ").into(),
            ),
            Self::WrongDate { got, .. } => (
                Kind::Mismatch,
                format!(
                    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
                     HTTP: '{got}'"
                )
                .into(),
            ),
            Self::WrongTime { signed_at, now, allowed } => {
                (Kind::Mismatch, wrong_time(signed_at, now, allowed).into())
            }
            Self::Expired { expires_at, now, .. } => (
                Kind::Mismatch,
                format!(
                    "Signature expired: {} is now earlier than {}",
                    expires_at.format(BASIC),
                    now.format(BASIC)
                )
                .into(),
            ),
            Self::NotYetValid { .. } => (Kind::Mismatch, "Signature not yet current".into()),
            Self::TwoSignatures { .. }
            | Self::ExpiresTooLong
            | Self::HeadersNotSigned(_)
            | Self::MissingPayloadHash
            | Self::WrongPayloadHash { .. }
            | Self::SignatureDoesNotMatch
            | Self::Mismatch { .. } => (
                Kind::Mismatch,
                "The request signature we calculated does not match the signature you provided. Check your \
                 AWS Secret Access Key and signing method. Consult the service documentation for details."
                    .into(),
            ),
        }
    }
}

/// The errors that services other than S3 distinguish.
enum Kind {
    Missing,
    Incomplete,
    UnknownKey,
    Expired,
    Mismatch,
}

fn wrong_time(signed_at: DateTime<Utc>, now: DateTime<Utc>, allowed: TimeDelta) -> String {
    let minutes = allowed.num_minutes();
    if signed_at < now {
        return format!(
            "Signature expired: {} is now earlier than {} ({} - {minutes} min.)",
            signed_at.format(BASIC),
            (now - allowed).format(BASIC),
            now.format(BASIC),
        );
    }
    format!(
        "Signature not yet current: {} is still later than {} ({} + {minutes} min.)",
        signed_at.format(BASIC),
        (now + allowed).format(BASIC),
        now.format(BASIC),
    )
}
