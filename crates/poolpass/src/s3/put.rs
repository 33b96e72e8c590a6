//! PutObject.

use std::future::IntoFuture;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method};

use super::bucket::Bucket;
use super::headers::{header_text, header_value};
use super::key::ObjectKey;
use super::metadata::{crc32_to_base64, whole_crc32};
use super::object_options::PutOptions;
use super::query::Query;
use super::setters::put_setters;
use super::xml;
use crate::aws_request::AwsRequest;
use crate::error::Error;
use crate::platform::{self, BoxFuture};
use crate::xml::Element;

/// The result of writing an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PutResult {
    /// The ETag of the new content, in quotation marks. A browser sees it only if CORS exposes it.
    pub etag: Option<String>,
    /// The new version, in a bucket with versioning.
    pub version_id: Option<String>,
}

/// A write of an object, made by [`Bucket::put`]. Awaiting it sends the request (PutObject).
///
/// ```no_run
/// # async fn example(bucket: poolpass::s3::Bucket, photo: Vec<u8>) -> Result<(), poolpass::Error> {
/// bucket.put("photos/cat.jpg", photo).content_type("image/jpeg").if_absent().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct PutObject {
    bucket: Bucket,
    key: String,
    body: Bytes,
    options: PutOptions,
}

impl Bucket {
    /// Writes an object, replacing any object under the key (PutObject). Use [`upload`](Self::upload) for more than a few megabytes.
    ///
    /// A CRC32 is sent along, so that S3 refuses a body that was damaged on the way. The body is signed. A request with a condition is
    /// not repeated when its response is lost: the second request would meet the object of the first.
    ///
    /// Waits at most 112 seconds, 3 more for each 16 KiB of the body, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// See [`Bucket`]. `ConditionFailed` if a condition does not hold, `Conflict` if another writer got in the way of a conditional
    /// write, and `InvalidInput` if a setting is not plain ASCII.
    pub fn put(&self, key: impl Into<String>, body: impl Into<Bytes>) -> PutObject {
        let options = PutOptions::default();
        PutObject { bucket: self.clone(), key: key.into(), body: body.into(), options }
    }

    pub(super) async fn put_bytes(
        &self,
        key: &ObjectKey<'_>,
        body: Bytes,
        options: &PutOptions,
    ) -> Result<PutResult, Error> {
        let mut request = self.put_request(key, options)?;
        let crc32 = set_body(&mut request, body)?;
        let answer = self.whole(request).await?;
        check_crc32(answer.headers(), crc32).map_err(|error| error.during("PutObject"))?;
        Ok(PutResult::from_headers(answer.headers()))
    }

    pub(super) fn put_request(&self, key: &ObjectKey<'_>, options: &PutOptions) -> Result<AwsRequest, Error> {
        let mut request = self.object_request("PutObject", Method::PUT, key, &Query::new())?;
        request.headers = options.headers()?;
        options.set_conditions(&mut request)?;
        Ok(request)
    }
}

impl PutObject {
    put_setters!();
}

impl IntoFuture for PutObject {
    type Output = Result<PutResult, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            self.bucket.put_bytes(&ObjectKey::parse(&self.key)?, self.body, &self.options).await
        })
    }
}

impl PutResult {
    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        Self { etag: header_text(headers, "etag"), version_id: header_text(headers, "x-amz-version-id") }
    }

    /// Reads a response whose status S3 sent before it knew the ETag, so that the ETag is in the body.
    pub(super) fn from_document(
        answer: &http::Response<Bytes>,
        root: &'static str,
        operation: &'static str,
        check: impl FnOnce(&Element) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        xml::read(answer.body(), root, operation, |result| {
            check(result)?;
            let etag = result.name_of("ETag")?;
            Ok(Self { etag: Some(etag), ..Self::from_headers(answer.headers()) })
        })
    }
}

/// Compares the checksum that S3 stored with the one that was sent.
pub(super) fn check_crc32(headers: &HeaderMap, sent: u32) -> Result<(), Error> {
    match whole_crc32(headers) {
        Some(stored) if stored != sent => Err(stored_otherwise()),
        _ => Ok(()),
    }
}

pub(super) fn stored_otherwise() -> Error {
    Error::invalid_response("S3 stored something else: its checksum differs from the one that was sent")
}

/// Sets the body and its checksum, and allows the time that a slow connection needs.
pub(super) fn set_body(request: &mut AwsRequest, body: Bytes) -> Result<u32, Error> {
    /// The bytes that a poor mobile connection carries in a second.
    const SLOW_LINE: u64 = 16 * 1024;

    let crc32 = platform::crc32(&body);
    let encoded = header_value("x-amz-checksum-crc32", &crc32_to_base64(crc32))?;
    request.headers.insert(HeaderName::from_static("x-amz-checksum-crc32"), encoded);
    request.timeout = AwsRequest::DEFAULT_TIMEOUT + Duration::from_secs(body.len() as u64 / SLOW_LINE);
    request.body = body;
    Ok(crc32)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::error::ErrorKind;
    use crate::s3::GetOptions;
    use crate::s3::upload::Multipart;
    use crate::scripted_aws::ScriptedAws;

    #[tokio::test]
    async fn an_empty_condition_is_refused_before_anything_is_sent() {
        let aws = ScriptedAws::default();
        let bucket = aws.client(|config| config.bucket("photos")).s3().unwrap();
        let empty = || Some(String::new());
        let get = |options: GetOptions| async { bucket.get("a").options(options).await.map(drop) };
        for outcome in [
            bucket.put("a", "x").if_match("").await.map(drop),
            bucket.upload("a", "x").if_match("").await.map(drop),
            bucket.copy("a", "b").if_source_matches("").await.map(drop),
            bucket.copy("a", "b").from_version_id("").await.map(drop),
            get(GetOptions { if_match: empty(), ..GetOptions::default() }).await,
            get(GetOptions { if_none_match: empty(), ..GetOptions::default() }).await,
            get(GetOptions { version_id: empty(), ..GetOptions::default() }).await,
        ] {
            assert_eq!(outcome.unwrap_err().kind(), ErrorKind::InvalidInput);
        }
        assert!(aws.take_sent().is_empty());
    }

    #[tokio::test]
    async fn a_write_sends_nothing_that_could_become_metadata_but_what_was_asked_for() {
        let etag = [("etag", "\"e\"")];
        let begun = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
        let copied = "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>";
        let aws = ScriptedAws::default()
            .answer_text(200, &etag, "")
            .answer_text(200, &[], copied)
            .answer_text(200, &[], begun);
        let bucket = aws.client(|config| config.bucket("photos")).s3().unwrap();
        bucket.put("a", "x").await.unwrap();
        bucket.copy("a", "b").await.unwrap();
        Multipart::create(&bucket, ObjectKey::parse("a").unwrap(), &PutOptions::default()).await.unwrap();
        let signature = ["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"];
        let own = [
            &["x-amz-checksum-crc32"][..],
            &["x-amz-copy-source"],
            &["x-amz-checksum-algorithm", "x-amz-checksum-type"],
        ];
        for (request, own) in aws.take_sent().iter().zip(own) {
            let sent: BTreeSet<&str> = request.headers().keys().map(HeaderName::as_str).collect();
            assert_eq!(sent, signature.iter().chain(own).copied().collect());
        }
    }

    #[tokio::test]
    async fn a_success_that_is_about_something_else_is_an_error() {
        let etag = ("etag", "\"e\"");
        let refused =
            |outcome: Result<PutResult, Error>| outcome.unwrap_err().kind() == ErrorKind::InvalidResponse;
        for (checksum, is_right) in [("NhCmhg==", true), ("AAAAAA==", false)] {
            let headers = [etag, ("x-amz-checksum-crc32", checksum)];
            let aws = ScriptedAws::default().answer_text(200, &headers, "");
            let bucket = aws.client(|config| config.bucket("photos")).s3().unwrap();
            assert_eq!(bucket.put("a", "hello").await.is_ok(), is_right, "{checksum}");
        }
        for copied in [
            "<CopyObjectResult/>",
            "<CopyObjectResult><ETag/></CopyObjectResult>",
            "<CopyObjectResult><ETag> </ETag></CopyObjectResult>",
            "<Other/>",
        ] {
            let aws = ScriptedAws::default().answer_text(200, &[], copied);
            let bucket = aws.client(|config| config.bucket("photos")).s3().unwrap();
            assert!(refused(bucket.copy("a", "b").await), "{copied}");
        }
    }
}
