//! PutObject, and what can be said about an object when it is written.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, IF_MATCH,
    IF_NONE_MATCH,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::bucket::{Bucket, header_value};
use super::key::ObjectKey;
use super::metadata::{USER_METADATA, crc32_to_base64, text};
use super::query::Query;
use super::xml;
use crate::aws_request::{AwsRequest, Repeat};
use crate::error::Error;
use crate::platform;

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
    /// The app's own metadata: 2 KB of ASCII in all.
    pub metadata: BTreeMap<String, String>,
    /// Writes only if there is no object under the key yet (`If-None-Match: *`). Otherwise kind `ConditionFailed`.
    pub if_absent: bool,
    /// Writes only if the present object has this ETag (`If-Match`). Otherwise kind `ConditionFailed`.
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
pub struct Stored {
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
    /// # Errors
    ///
    /// See [`Bucket`].
    pub async fn put(&self, key: &str, body: impl Into<Bytes>) -> Result<Stored, Error> {
        self.put_with(key, body, PutOptions::default()).await
    }

    /// Writes an object as `options` say (PutObject).
    ///
    /// Under a condition, the request is not repeated when its answer is lost: the repetition would meet its own object.
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
    ) -> Result<Stored, Error> {
        self.put_bytes(&ObjectKey::parse(key)?, body.into(), &options).await
    }

    pub(super) async fn put_bytes(
        &self,
        key: &ObjectKey<'_>,
        body: Bytes,
        options: &PutOptions,
    ) -> Result<Stored, Error> {
        let mut request = self.put_request(key, options)?;
        set_body(&mut request, body)?;
        Ok(Stored::from_headers(self.whole(request).await?.headers()))
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
            let value = header_value(name, value)?;
            let name = HeaderName::try_from(format!("{USER_METADATA}{name}"))
                .map_err(|_| Error::invalid_input("a metadata name has to fit into a header's name"))?;
            headers.insert(name, value);
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

impl Stored {
    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        Self { etag: text(headers, "etag"), version_id: text(headers, "x-amz-version-id") }
    }

    /// From an answer whose status S3 sent before it knew the ETag, which so is in its body.
    pub(super) fn from_document(
        answer: &http::Response<Bytes>,
        root: &'static str,
        operation: &'static str,
    ) -> Result<Self, Error> {
        xml::read(answer.body(), root, operation, |result| {
            Ok(Self { etag: result.maybe_text("ETag"), ..Self::from_headers(answer.headers()) })
        })
    }
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
    use super::*;
    use crate::error::ErrorKind;

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
        assert!(refused(PutOptions { content_type: Some("é".to_owned()), ..PutOptions::default() }));
    }
}
