//! GetObject and HeadObject.

mod answer;
mod body;
mod checksum;

use std::fmt;
use std::ops::{Range, RangeFrom, RangeInclusive};
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use http::header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE, RANGE};
use http::response::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

pub use body::ObjectBody;

use super::bucket::{Bucket, header_value};
use super::key::ObjectKey;
use super::metadata::{Extent, ObjectMetadata};
use super::query::Query;
use crate::aws_request::AwsRequest;
use crate::dates;
use crate::error::Error;
use crate::input::not_empty;
use crate::platform::{Body, BoxFuture};

/// Which part of an object is read, and under which conditions. By default all of it, under none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetOptions {
    /// Only these bytes.
    pub range: Option<ByteRange>,
    /// Only if the object has this ETag. Otherwise kind `ConditionFailed`.
    pub if_match: Option<String>,
    /// Only if the object has another ETag, that is, has changed since. Otherwise kind `NotModified`.
    pub if_none_match: Option<String>,
    /// Only if the object has changed since then. Otherwise kind `NotModified`.
    pub if_modified_since: Option<SystemTime>,
    /// Only if the object has not changed since then. Otherwise kind `ConditionFailed`.
    pub if_unmodified_since: Option<SystemTime>,
    /// This version instead of the latest, in buckets with versioning.
    pub version_id: Option<String>,
}

/// Some of an object's bytes.
///
/// Rust's ranges convert into it: `(0..100).into()`, `(100..).into()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// From the first position up to the second, which is not included. The object may end before.
    Between(u64, u64),
    /// From this position to the end.
    From(u64),
    /// The last so many bytes.
    Last(u64),
}

/// An object: what S3 knows about it, and its content, which arrives while it is read.
///
/// ```no_run
/// # async fn example(bucket: poolpass::s3::Bucket) -> Result<(), poolpass::Error> {
/// use futures_util::TryStreamExt;
///
/// let object = bucket.get("film.mp4").await?;
/// println!("{:?}", object.metadata().content_type);
/// let mut content = object.into_stream();
/// while let Some(piece) = content.try_next().await? {
///     println!("{} bytes more", piece.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct StoredObject {
    metadata: ObjectMetadata,
    body: ObjectBody,
}

/// An answer that fits what was asked for.
struct Answer {
    head: Parts,
    /// Which part of the object it holds, unless it is the whole.
    extent: Option<Extent>,
    body: Body,
}

impl Bucket {
    /// Reads an object (GetObject).
    ///
    /// The content arrives while it is read, see [`StoredObject`]. S3's checksum of the whole object (CRC32, CRC64NVME or SHA-256), where
    /// there is one, is verified at the end.
    ///
    /// Waits at most 112 seconds, and for the [credentials](crate::Client::credentials); reading the body fails when no byte of
    /// it comes for 30 seconds.
    ///
    /// # Errors
    ///
    /// See [`Bucket`]. Where the role may not list the bucket, S3 answers `AccessDenied` for objects that do not exist.
    pub async fn get(&self, key: &str) -> Result<StoredObject, Error> {
        self.get_with(key, GetOptions::default()).await
    }

    /// Reads an object, or a part of it, as `options` say (GetObject).
    ///
    /// Waits as long as [`get`](Self::get) at most.
    ///
    /// # Errors
    ///
    /// See [`Bucket`], and `NotModified` and `ConditionFailed` from conditions; kind `Aws` with code `InvalidRange` for a
    /// range that lies behind the end.
    pub async fn get_with(&self, key: &str, options: GetOptions) -> Result<StoredObject, Error> {
        let Answer { head, extent, body } = self.read("GetObject", Method::GET, key, &options).await?;
        let mut metadata = ObjectMetadata::from_headers(&head.headers);
        if options.range.is_some() && extent.is_none() && head.status == StatusCode::PARTIAL_CONTENT {
            // The length is that of the range.
            metadata.size = None;
        }
        let body = ObjectBody::new(self.clone(), key, options, &head, extent, body);
        Ok(StoredObject { metadata, body })
    }

    /// What S3 knows about an object, without its content (HeadObject).
    ///
    /// Waits at most 112 seconds, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// See [`Bucket`]. S3 does not explain refusals here, so the kind follows from the HTTP status.
    pub async fn head(&self, key: &str) -> Result<ObjectMetadata, Error> {
        Ok(ObjectMetadata::from_headers(&self.head_headers(key, &GetOptions::default()).await?))
    }

    /// What S3 knows about an object, under conditions or about a version (HeadObject).
    ///
    /// Waits as long as [`head`](Self::head) at most.
    ///
    /// # Errors
    ///
    /// As [`head`](Self::head), and `NotModified` and `ConditionFailed` from conditions.
    pub async fn head_with(&self, key: &str, options: GetOptions) -> Result<ObjectMetadata, Error> {
        Ok(ObjectMetadata::from_headers(&self.head_headers(key, &options).await?))
    }

    pub(super) async fn head_headers(&self, key: &str, options: &GetOptions) -> Result<HeaderMap, Error> {
        Ok(self.read("HeadObject", Method::HEAD, key, options).await?.head.headers)
    }

    /// Sends the request, and checks that the answer is what `options` ask for.
    fn read<'a>(
        &'a self,
        operation: &'static str,
        method: Method,
        key: &'a str,
        options: &'a GetOptions,
    ) -> BoxFuture<'a, Result<Answer, Error>> {
        Box::pin(async move {
            let request = self.read_request(operation, method, key, options)?;
            let answer = self.send(request).await.map_err(|error| answer::check_refusal(error, options))?;
            let (head, body) = answer.into_parts();
            let extent = answer::check(&head, options).map_err(|error| error.during(operation))?;
            Ok(Answer { head, extent, body })
        })
    }

    fn read_request(
        &self,
        operation: &'static str,
        method: Method,
        key: &str,
        options: &GetOptions,
    ) -> Result<AwsRequest, Error> {
        if let Some(version) = &options.version_id {
            not_empty(version, "the version id is empty")?;
        }
        let query = Query::new().with_some("versionId", options.version_id.as_deref());
        let mut request = self.object_request(operation, method, &ObjectKey::parse(key)?, &query)?;
        request.headers = options.headers()?;
        Ok(request)
    }
}

impl StoredObject {
    /// What S3 knows about it.
    pub fn metadata(&self) -> &ObjectMetadata {
        &self.metadata
    }

    /// How many bytes the content has, or the range of it that was asked for. `None` where that is not known: where the server
    /// does not say, and where the host (a browser) unpacks compressed content on the way.
    pub fn content_length(&self) -> Option<u64> {
        self.body.length
    }

    /// The content as a stream, to be read piece by piece.
    pub fn into_stream(self) -> ObjectBody {
        self.body
    }

    /// The whole content, or the whole range, in memory.
    ///
    /// # Errors
    ///
    /// As [`ObjectBody`]'s items.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let Some(first) = self.body.try_next().await? else { return Ok(Bytes::new()) };
        let Some(second) = self.body.try_next().await? else { return Ok(first) };
        let mut whole = BytesMut::from(first);
        whole.extend_from_slice(&second);
        while let Some(piece) = self.body.try_next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// Writes the content to a file. The file appears at `path`, replacing what is there, once all of it has arrived and
    /// was verified; until then it is a temporary file beside it.
    ///
    /// # Errors
    ///
    /// As [`ObjectBody`]'s items, and `Platform` when the file cannot be written.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn save_to(self, path: impl AsRef<std::path::Path>) -> Result<(), Error> {
        crate::platform::save(path.as_ref(), self.body).await
    }
}

impl GetOptions {
    fn headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        match self.range {
            Some(range) => {
                headers.insert(RANGE, header_value("range", &range.to_header()?)?);
            }
            // S3 has no checksum of a part of an object.
            None => {
                let name = HeaderName::from_static("x-amz-checksum-mode");
                headers.insert(name, HeaderValue::from_static("ENABLED"));
            }
        }
        if let Some(etag) = &self.if_match {
            headers.insert(IF_MATCH, header_value("if_match", etag)?);
        }
        if let Some(etag) = &self.if_none_match {
            headers.insert(IF_NONE_MATCH, header_value("if_none_match", etag)?);
        }
        if let Some(time) = self.if_modified_since {
            headers.insert(IF_MODIFIED_SINCE, http_date(time)?);
        }
        if let Some(time) = self.if_unmodified_since {
            headers.insert(IF_UNMODIFIED_SINCE, http_date(time)?);
        }
        Ok(headers)
    }
}

impl ByteRange {
    fn to_header(self) -> Result<String, Error> {
        match self {
            Self::Between(start, end) if end > start => Ok(format!("bytes={start}-{}", end - 1)),
            Self::From(start) => Ok(format!("bytes={start}-")),
            Self::Last(length) if length > 0 => Ok(format!("bytes=-{length}")),
            Self::Between(..) | Self::Last(_) => {
                Err(Error::invalid_input("an empty range cannot be asked for"))
            }
        }
    }
}

impl From<Range<u64>> for ByteRange {
    fn from(range: Range<u64>) -> Self {
        Self::Between(range.start, range.end)
    }
}

impl From<RangeInclusive<u64>> for ByteRange {
    fn from(range: RangeInclusive<u64>) -> Self {
        Self::Between(*range.start(), range.end().saturating_add(1))
    }
}

impl From<RangeFrom<u64>> for ByteRange {
    fn from(range: RangeFrom<u64>) -> Self {
        Self::From(range.start)
    }
}

impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Between(start, end) => write!(f, "{start}..{end}"),
            Self::From(start) => write!(f, "{start}.."),
            Self::Last(length) => write!(f, "the last {length}"),
        }
    }
}

fn http_date(time: SystemTime) -> Result<HeaderValue, Error> {
    let date = dates::to_http(time).and_then(|date| HeaderValue::try_from(date).ok());
    date.ok_or_else(|| Error::invalid_input("the date lies outside what HTTP can say"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn ranges_are_written_as_http_counts() {
        let header = |range: ByteRange| range.to_header().ok();
        assert_eq!(header((0..100).into()).as_deref(), Some("bytes=0-99"));
        assert_eq!(header((5..=9).into()).as_deref(), Some("bytes=5-9"));
        assert_eq!(header((7..).into()).as_deref(), Some("bytes=7-"));
        assert_eq!(header(ByteRange::Last(3)).as_deref(), Some("bytes=-3"));
        assert_eq!(header((5..5).into()), None);
        assert_eq!(header(ByteRange::Last(0)), None);
    }

    #[test]
    fn conditions_become_headers() {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let options = GetOptions {
            range: Some((0..1).into()),
            if_none_match: Some("\"abc\"".to_owned()),
            if_modified_since: Some(moment),
            ..GetOptions::default()
        };
        let headers = options.headers().unwrap();
        assert_eq!(headers["range"], "bytes=0-0");
        assert_eq!(headers["if-none-match"], "\"abc\"");
        assert_eq!(headers["if-modified-since"], "Sun, 06 Nov 1994 08:49:37 GMT");
        assert!(!headers.contains_key("x-amz-checksum-mode"));

        let never = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::MAX / 4);
        let options = GetOptions { if_unmodified_since: Some(never), ..GetOptions::default() };
        assert_eq!(options.headers().unwrap_err().kind(), crate::ErrorKind::InvalidInput);
    }
}
