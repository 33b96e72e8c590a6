//! S3's responses: the marks by which they are recognized, and the time and region in refusals.

use bytes::Bytes;
use http::header::{CONNECTION, ETAG};
use http::{HeaderMap, Method, StatusCode, Uri};

use crate::aws_request::{AwsRequest, Protocol, RefusalDetails};
use crate::dates;
use crate::platform;

/// 200 with an XML document, whose root the caller checks.
const DOCUMENT: Protocol = Protocol {
    is_of_aws: true,
    refuses_silently: true,
    allows_head: |head| head.status == StatusCode::OK,
    allows_body: |answer| answer.body().iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<'),
    ..OF_THE_APP
};

/// 200 or 206 with the ETag of an object.
const OBJECT: Protocol = Protocol {
    compares_versions: true,
    allows_head: |head| {
        matches!(head.status, StatusCode::OK | StatusCode::PARTIAL_CONTENT) && is_of_s3(&head.headers)
    },
    allows_body: |_| true,
    ..DOCUMENT
};

/// 200 without a body, with the ETag of the new content.
const WRITTEN: Protocol = Protocol {
    allows_head: |head| head.status == StatusCode::OK && is_of_s3(&head.headers),
    allows_body: |answer| answer.body().is_empty(),
    ..DOCUMENT
};

/// 204 without a body.
const DELETED: Protocol = Protocol {
    allows_head: |head| head.status == StatusCode::NO_CONTENT && is_of_s3(&head.headers),
    ..WRITTEN
};

/// S3's protocol in a request that the app writes itself.
pub(crate) const OF_THE_APP: Protocol =
    Protocol { regional_resource: Some("the bucket"), read_refusal, ..Protocol::API };

/// A request to S3.
pub(super) fn request(operation: &'static str, method: Method, uri: Uri) -> AwsRequest {
    let protocol = match operation {
        "GetObject" | "HeadObject" => &OBJECT,
        "PutObject" | "UploadPart" => &WRITTEN,
        "DeleteObject" | "AbortMultipartUpload" => &DELETED,
        _ => &DOCUMENT,
    };
    AwsRequest { protocol, ..AwsRequest::new(operation, method, uri) }
}

/// Whether a response about an object is S3's: it has an ETag or a request id. A browser hides both unless CORS exposes them, and it
/// never shows the header `connection`, as other platforms do.
fn is_of_s3(headers: &HeaderMap) -> bool {
    let has = |name: &str| headers.get(name).is_some_and(|value| !value.is_empty());
    has(ETAG.as_str())
        || has("x-amz-request-id")
        || (platform::HIDES_HEADERS && !headers.contains_key(CONNECTION))
}

/// Reads the server's time and the bucket's region.
fn read_refusal(details: &mut RefusalDetails, answer: &http::Response<Bytes>) {
    let (status, header) = (answer.status(), answer.headers().get("x-amz-bucket-region"));
    if header.is_some() && matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::TEMPORARY_REDIRECT) {
        details.code.get_or_insert_with(|| "PermanentRedirect".to_owned());
    }
    let of_document = |name| details.xml.as_ref().and_then(|root| root.maybe_text(name));
    details.server_time = of_document("ServerTime").and_then(|time| dates::from_rfc3339(&time));
    let region = header.and_then(|region| region.to_str().ok()).map(str::to_owned);
    let region = region.or_else(|| of_document("Region")).or_else(|| {
        let is_elsewhere = details.code.as_deref() == Some("IllegalLocationConstraintException");
        is_elsewhere.then(|| region_of_constraint(details.message.as_deref()?)).flatten()
    });
    // Other refusals name the region as well.
    if matches!(status.as_u16(), 301 | 307 | 400) {
        details.region = region.and_then(|region| region.parse().ok());
    }
}

/// "The eu-west-1 location constraint is incompatible for the region specific endpoint this request was sent to."
fn region_of_constraint(message: &str) -> Option<String> {
    let (region, _) = message.strip_prefix("The ")?.split_once(" location constraint is incompatible")?;
    (region != "unspecified").then(|| region.to_owned())
}

#[cfg(test)]
mod tests;
