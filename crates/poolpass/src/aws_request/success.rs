//! What proves that an answer is AWS's success.
//!
//! Firewalls, proxies and captive portals answer in AWS's place, often with a status 2xx. An answer counts as a success only when
//! it has the form that AWS documents for the operation.

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, ETAG};
use http::response::Parts;
use http::{HeaderMap, StatusCode};

use crate::error::{AwsRefusal, Error, ErrorKind};
use crate::platform;

/// The form of an operation's success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Success {
    /// Any status 2xx: the app's own API, or a service whose protocol the app speaks itself.
    Any,
    /// 200 with a JSON object, whose members are like AWS's where no request id of AWS's comes along.
    Json,
    /// 200 with an empty JSON object, or with any, or without a body, where AWS's request id shows that AWS has answered.
    JsonOrEmpty,
    /// 200 with an XML document, whose root the caller checks.
    Document,
    /// 200 or 206 of S3, with the ETag of an object.
    Object,
    /// 200 of S3 without a body, with the ETag of what was written.
    Written,
    /// 204 of S3 without a body.
    Deleted,
}

impl Success {
    /// The form of S3's answer to `operation`.
    pub(super) fn of_s3(operation: &str) -> Self {
        match operation {
            "GetObject" | "HeadObject" => Self::Object,
            "PutObject" | "UploadPart" => Self::Written,
            "DeleteObject" | "AbortMultipartUpload" => Self::Deleted,
            _ => Self::Document,
        }
    }

    /// Whether the answer is AWS's, rather than that of an API which the app or its maker wrote.
    pub(super) fn is_of_aws(self) -> bool {
        self != Self::Any
    }

    /// Whether the answer is S3's, which refuses HEAD without a word.
    pub(super) fn is_of_s3(self) -> bool {
        !matches!(self, Self::Any | Self::Json | Self::JsonOrEmpty)
    }

    /// Whether the head of an answer with status 2xx can be that of a success.
    pub(super) fn allows_head(self, head: &Parts) -> bool {
        let headers = &head.headers;
        match self {
            Self::Any => true,
            Self::Json | Self::JsonOrEmpty => head.status == StatusCode::OK && !is_html(headers),
            Self::Document => head.status == StatusCode::OK,
            Self::Object => {
                matches!(head.status, StatusCode::OK | StatusCode::PARTIAL_CONTENT) && is_of_s3(headers)
            }
            Self::Written => head.status == StatusCode::OK && is_of_s3(headers),
            Self::Deleted => head.status == StatusCode::NO_CONTENT && is_of_s3(headers),
        }
    }

    /// Whether the answer, whose head is allowed, has a body that a success can have.
    pub(super) fn allows_body(self, answer: &http::Response<Bytes>) -> bool {
        let body = answer.body();
        let has_request_id = || answer.headers().contains_key("x-amzn-requestid");
        let mut bytes = body.iter().filter(|byte| !byte.is_ascii_whitespace()).copied();
        match self {
            Self::Any | Self::Object => true,
            Self::Json | Self::JsonOrEmpty if bytes.next() == Some(b'{') => {
                // AWS's members begin with a capital letter.
                let is_like_aws = match (bytes.next(), bytes.next()) {
                    (Some(b'}'), None) => true,
                    (Some(b'"'), Some(first)) => self == Self::Json && first.is_ascii_uppercase(),
                    _ => false,
                };
                is_like_aws || has_request_id()
            }
            Self::Json => false,
            Self::JsonOrEmpty => body.is_empty() && has_request_id(),
            Self::Document => bytes.next() == Some(b'<'),
            Self::Written | Self::Deleted => body.is_empty(),
        }
    }
}

/// The refusal of a firewall (AWS WAF), which names its action in a header of an answer with any status: a silent challenge has 202.
pub(super) fn firewall_refusal(status: StatusCode, headers: &HeaderMap) -> Option<Error> {
    let action = headers.get("x-amzn-waf-action").or_else(|| headers.get("x-amz-waf-action"))?;
    let action = match action.as_bytes() {
        b"challenge" => "a challenge",
        b"captcha" => "a CAPTCHA",
        _ => "a refusal",
    };
    let id = headers.get("x-amzn-requestid").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let refusal = AwsRefusal { http_status: status.as_u16(), request_id: id, ..AwsRefusal::default() };
    Some(Error::from_aws(refusal).with_kind(ErrorKind::AccessDenied).with_message(format!(
        "the firewall (AWS WAF) answered with {action}, which only a browser page can pass; nothing was done. \
         Change the rules of its web ACL for this request"
    )))
}

/// An answer with status 2xx that is not AWS's success.
pub(super) fn unproven(status: StatusCode) -> Error {
    let refusal = AwsRefusal { http_status: status.as_u16(), ..AwsRefusal::default() };
    Error::from_aws(refusal).with_kind(ErrorKind::InvalidResponse).with_message(format!(
        "the answer (status {}) is not a success that AWS documents, so it is unknown whether anything was done: a proxy, firewall \
         or captive portal may have answered in AWS's place",
        status.as_u16()
    ))
}

/// S3's answers about an object have its ETag and a request id. A browser hides both unless CORS exposes them; it never tells the
/// header `connection`, which other platforms do.
fn is_of_s3(headers: &HeaderMap) -> bool {
    let has = |name: &str| headers.get(name).is_some_and(|value| !value.is_empty());
    has(ETAG.as_str())
        || has("x-amz-request-id")
        || (platform::HIDES_HEADERS && !headers.contains_key(CONNECTION))
}

fn is_html(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}
