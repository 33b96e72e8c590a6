//! PutObject, and what can be said about an object when it is written.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, IF_MATCH,
    IF_NONE_MATCH,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::bucket::{Bucket, header_value, maybe_empty_header_value};
use super::key::ObjectKey;
use super::metadata::{USER_METADATA, crc32_to_base64, text, whole_crc32};
use super::query::Query;
use super::xml;
use crate::aws_request::{AwsRequest, Repeat};
use crate::error::Error;
use crate::input::not_empty;
use crate::platform;
use crate::xml::Element;

/// What is said about an object when it is written. By default nothing.
///
/// ```
/// use poolpass::s3::PutOptions;
///
/// let options = PutOptions { content_type: Some("image/jpeg".to_owned()), ..PutOptions::default() };
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutOptions {
    /// The media type. Default: S3's `binary/octet-stream`.
    pub content_type: Option<String>,
    /// How long caches may keep it, such as `max-age=3600`.
    pub cache_control: Option<String>,
    /// Whether a browser shows or saves it, and under which name, such as `attachment; filename="a.pdf"`.
    pub content_disposition: Option<String>,
    /// How the content is compressed, such as `gzip`.
    pub content_encoding: Option<String>,
    /// The language of the content.
    pub content_language: Option<String>,
    /// The app's own metadata: 2 KB of ASCII in all. S3 keeps the names in lower case, so two that differ in case only are refused, as
    /// are empty names. Values have no blanks at their ends, which HTTP drops.
    pub metadata: BTreeMap<String, String>,
    /// Writes only if there is no object under the key yet (`If-None-Match: *`). Otherwise kind `ConditionFailed`.
    pub if_absent: bool,
    /// Writes only if the present object has this ETag (`If-Match`). Otherwise kind `ConditionFailed`, or `NotFound` where there is no
    /// object.
    pub if_match: Option<String>,
    /// Such as `STANDARD_IA` or `GLACIER_IR`. Default: `STANDARD`.
    pub storage_class: Option<String>,
    /// `AES256` or `aws:kms`. Default: the bucket's.
    pub server_side_encryption: Option<String>,
    /// The KMS key for `aws:kms`. Default: the account's own for S3.
    pub kms_key_id: Option<String>,
}

/// An object as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PutResult {
    /// The new content's ETag, with its quotation marks. In a browser only where CORS exposes it.
    pub etag: Option<String>,
    /// The new version, in buckets with versioning.
    pub version_id: Option<String>,
}

impl Bucket {
    /// Writes an object, replacing what is there (PutObject). For more than a few megabytes see [`upload`](Self::upload).
    ///
    /// A CRC32 goes along, so that S3 refuses a body that was damaged on the way. The body is signed.
    ///
    /// Waits at most 112 seconds, 3 more for each 16 KiB of the body, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// See [`Bucket`].
    pub async fn put(&self, key: &str, body: impl Into<Bytes>) -> Result<PutResult, Error> {
        self.put_with(key, body, PutOptions::default()).await
    }

    /// Writes an object as `options` say (PutObject).
    ///
    /// Under a condition, the request is not repeated when its answer is lost: the repetition would meet its own object.
    ///
    /// Waits as long as [`put`](Self::put) at most.
    ///
    /// # Errors
    ///
    /// See [`Bucket`], and `ConditionFailed`; `Conflict` when another writer got in the way of a condition. `InvalidInput`
    /// when a value is not plain ASCII.
    pub async fn put_with(
        &self,
        key: &str,
        body: impl Into<Bytes>,
        options: PutOptions,
    ) -> Result<PutResult, Error> {
        self.put_bytes(&ObjectKey::parse(key)?, body.into(), &options).await
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

impl PutOptions {
    /// What describes the object; conditions apart.
    pub(super) fn headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        let named = [
            (CONTENT_TYPE, &self.content_type),
            (CACHE_CONTROL, &self.cache_control),
            (CONTENT_DISPOSITION, &self.content_disposition),
            (CONTENT_ENCODING, &self.content_encoding),
            (CONTENT_LANGUAGE, &self.content_language),
            (HeaderName::from_static("x-amz-storage-class"), &self.storage_class),
            (HeaderName::from_static("x-amz-server-side-encryption"), &self.server_side_encryption),
            (HeaderName::from_static("x-amz-server-side-encryption-aws-kms-key-id"), &self.kms_key_id),
        ];
        for (name, value) in named {
            if let Some(value) = value {
                let value = header_value(name.as_str(), value)?;
                headers.insert(name, value);
            }
        }
        for (name, value) in &self.metadata {
            not_empty(name, "a metadata name is empty")?;
            let value = maybe_empty_header_value(name, value)?;
            let name = HeaderName::try_from(format!("{USER_METADATA}{name}"))
                .map_err(|_| Error::invalid_input("a metadata name has to fit into a header's name"))?;
            let replaced = headers.try_insert(&name, value);
            if replaced.map_err(|_| Error::invalid_input("there is too much metadata"))?.is_some() {
                return Err(Error::invalid_input(format!(
                    "two metadata names differ in case only: {}",
                    name.as_str()
                )));
            }
        }
        Ok(headers)
    }

    /// The conditions, and that a request under a condition must not be done twice.
    pub(super) fn set_conditions(&self, request: &mut AwsRequest) -> Result<(), Error> {
        if self.if_absent {
            request.headers.insert(IF_NONE_MATCH, HeaderValue::from_static("*"));
        }
        if let Some(etag) = &self.if_match {
            request.headers.insert(IF_MATCH, header_value("if_match", etag)?);
        }
        if self.is_conditional() {
            request.repeat = Repeat::IfNotDone;
        }
        Ok(())
    }

    pub(super) fn is_conditional(&self) -> bool {
        self.if_absent || self.if_match.is_some()
    }
}

impl PutResult {
    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        Self { etag: text(headers, "etag"), version_id: text(headers, "x-amz-version-id") }
    }

    /// From an answer whose status S3 sent before it knew the ETag, which so is in its body.
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

/// What S3 says that it has must be what was sent.
pub(super) fn check_crc32(headers: &HeaderMap, sent: u32) -> Result<(), Error> {
    match whole_crc32(headers) {
        Some(stored) if stored != sent => Err(stored_otherwise()),
        _ => Ok(()),
    }
}

pub(super) fn stored_otherwise() -> Error {
    Error::invalid_response("S3 stored something else: its checksum is not that of what was sent")
}

/// Sets the body with its checksum, and the time that it takes over a slow line.
pub(super) fn set_body(request: &mut AwsRequest, body: Bytes) -> Result<u32, Error> {
    /// What a poor mobile connection carries in a second.
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
    use crate::s3::upload::Multipart;
    use crate::s3::{CopyOptions, GetOptions};
    use crate::scripted_aws::ScriptedAws;

    #[test]
    fn options_become_headers() {
        let options = PutOptions {
            content_type: Some("text/plain".to_owned()),
            metadata: [("author".to_owned(), "ada".to_owned())].into(),
            ..PutOptions::default()
        };
        let headers = options.headers().unwrap();
        assert_eq!(headers["content-type"], "text/plain");
        assert_eq!(headers["x-amz-meta-author"], "ada");
        assert_eq!(headers.len(), 2);
    }

    #[test]
    fn what_does_not_fit_into_headers_is_refused() {
        let refused = |options: PutOptions| options.headers().unwrap_err().kind() == ErrorKind::InvalidInput;
        let metadata = |name: &str, value: &str| PutOptions {
            metadata: [(name.to_owned(), value.to_owned())].into(),
            ..PutOptions::default()
        };
        assert!(refused(metadata("name", "Zoë")));
        assert!(refused(metadata("name", "a\r\nx-amz-acl: public-read")));
        assert!(refused(metadata("na me", "a")));
        assert!(refused(metadata("", "a")));
        assert!(refused(metadata("name", " a")));
        assert!(refused(metadata("name", "a ")));
        assert!(refused(metadata("name", "a\tb")));
        assert!(metadata("name", "").headers().is_ok());
        let both = [("Author".to_owned(), "a".to_owned()), ("author".to_owned(), "b".to_owned())];
        assert!(refused(PutOptions { metadata: both.into(), ..PutOptions::default() }));
        let many = (0..40_000).map(|n| (n.to_string(), String::new())).collect();
        assert!(refused(PutOptions { metadata: many, ..PutOptions::default() }));
        assert!(refused(PutOptions { cache_control: Some(String::new()), ..PutOptions::default() }));
        assert!(refused(PutOptions { content_type: Some("é".to_owned()), ..PutOptions::default() }));
    }

    #[tokio::test]
    async fn an_empty_condition_is_refused_before_anything_is_sent() {
        let aws = ScriptedAws::default();
        let bucket = aws.client(|config| config.bucket("photos")).s3().unwrap();
        let empty = || Some(String::new());
        let put = PutOptions { if_match: empty(), ..PutOptions::default() };
        let copy = CopyOptions { if_source_matches: empty(), ..CopyOptions::default() };
        let version = CopyOptions { from_version_id: empty(), ..CopyOptions::default() };
        let get = |options: GetOptions| async { bucket.get_with("a", options).await.map(drop) };
        for outcome in [
            bucket.put_with("a", "x", put.clone()).await.map(drop),
            bucket.upload("a", "x").options(put).await.map(drop),
            bucket.copy_with("a", "b", copy).await.map(drop),
            bucket.copy_with("a", "b", version).await.map(drop),
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
