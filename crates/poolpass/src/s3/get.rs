//! GetObject and HeadObject.

mod answer;
mod body;
mod checksum;

use std::future::IntoFuture;
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use http::response::Parts;
use http::{HeaderMap, Method, StatusCode};

pub use body::ObjectBody;

use super::bucket::Bucket;
use super::key::ObjectKey;
use super::metadata::{Extent, ObjectMetadata};
use super::object_options::{ByteRange, GetOptions};
use super::query::Query;
use super::setters::get_setters;
use crate::aws_request::AwsRequest;
use crate::error::Error;
use crate::input::not_empty;
use crate::platform::{Body, BoxFuture};

/// An object: its metadata, and its content, which arrives while it is read.
///
/// ```no_run
/// # async fn example(bucket: poolpass::s3::Bucket) -> Result<(), poolpass::Error> {
/// use futures_util::TryStreamExt;
///
/// let object = bucket.get("film.mp4").await?;
/// println!("{:?}", object.metadata().content_type);
/// let mut content = object.into_stream();
/// while let Some(piece) = content.try_next().await? {
///     println!("{} more bytes", piece.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct StoredObject {
    metadata: ObjectMetadata,
    body: ObjectBody,
}

/// A response that fits the request.
struct Answer {
    head: Parts,
    /// The part of the object that it holds, unless that is the whole.
    extent: Option<Extent>,
    body: Body,
}

/// A read of an object, made by [`Bucket::get`]. Awaiting it sends the request (GetObject).
///
/// ```no_run
/// # async fn example(bucket: poolpass::s3::Bucket) -> Result<(), poolpass::Error> {
/// let beginning = bucket.get("film.mp4").range(0..1024).await?.bytes().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct GetObject {
    bucket: Bucket,
    key: String,
    options: GetOptions,
}

/// A read of an object's metadata, made by [`Bucket::head`]. Awaiting it sends the request (HeadObject).
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct HeadObject {
    bucket: Bucket,
    key: String,
    options: GetOptions,
}

impl Bucket {
    /// Reads an object (GetObject). The content arrives while it is read.
    ///
    /// S3's checksum of the whole object (CRC32, CRC64NVME or SHA-256), if it has one, is verified at the end of the content.
    ///
    /// Waits at most 112 seconds, and for the [credentials](crate::Client::credentials). Reading the content fails if no byte arrives
    /// for 30 seconds.
    ///
    /// # Errors
    ///
    /// See [`Bucket`]. If the role may not list the bucket, S3 answers `AccessDenied` for objects that do not exist. `NotModified` and
    /// `ConditionFailed` if a condition does not hold; kind `Aws` with code `InvalidRange` for a range after the end.
    pub fn get(&self, key: impl Into<String>) -> GetObject {
        GetObject { bucket: self.clone(), key: key.into(), options: GetOptions::default() }
    }

    /// Reads an object's metadata without its content (HeadObject).
    ///
    /// Waits at most 112 seconds, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// See [`Bucket`]. S3 does not explain its refusals here, so the kind follows from the HTTP status. `NotModified` and
    /// `ConditionFailed` if a condition does not hold.
    pub fn head(&self, key: impl Into<String>) -> HeadObject {
        HeadObject { bucket: self.clone(), key: key.into(), options: GetOptions::default() }
    }

    pub(super) async fn head_headers(&self, key: &str, options: &GetOptions) -> Result<HeaderMap, Error> {
        Ok(self.read("HeadObject", Method::HEAD, key, options).await?.head.headers)
    }

    /// Sends the request, and checks that the response fits `options`.
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

impl GetObject {
    get_setters!();

    /// Reads only these bytes.
    pub fn range(mut self, range: impl Into<ByteRange>) -> Self {
        self.options.range = Some(range.into());
        self
    }

    async fn send(self) -> Result<StoredObject, Error> {
        let Self { bucket, key, options } = self;
        let Answer { head, extent, body } = bucket.read("GetObject", Method::GET, &key, &options).await?;
        let mut metadata = ObjectMetadata::from_headers(&head.headers);
        if options.range.is_some() && extent.is_none() && head.status == StatusCode::PARTIAL_CONTENT {
            // The length is that of the range.
            metadata.size = None;
        }
        let body = ObjectBody::new(bucket, &key, options, &head, extent, body);
        Ok(StoredObject { metadata, body })
    }
}

impl IntoFuture for GetObject {
    type Output = Result<StoredObject, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl HeadObject {
    get_setters!();
}

impl IntoFuture for HeadObject {
    type Output = Result<ObjectMetadata, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            Ok(ObjectMetadata::from_headers(&self.bucket.head_headers(&self.key, &self.options).await?))
        })
    }
}

impl StoredObject {
    /// The object's metadata.
    pub fn metadata(&self) -> &ObjectMetadata {
        &self.metadata
    }

    /// The number of bytes in the content, or in the range that was asked for. `None` if it is unknown: the server may not tell, and a
    /// browser may decompress the content on the way.
    pub fn content_length(&self) -> Option<u64> {
        self.body.length
    }

    /// The content as a stream of pieces.
    pub fn into_stream(self) -> ObjectBody {
        self.body
    }

    /// Reads the whole content, or the whole range, into memory.
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

    /// Reads the whole content as UTF-8 text. Malformed bytes become replacement characters.
    ///
    /// # Errors
    ///
    /// As [`ObjectBody`]'s items.
    pub async fn text(self) -> Result<String, Error> {
        Ok(String::from_utf8_lossy(&self.bytes().await?).into_owned())
    }

    /// Writes the content to a file. The file appears at `path`, replacing any file there, once all the content has arrived and is
    /// verified. Until then it is a temporary file in the same folder.
    ///
    /// # Errors
    ///
    /// As [`ObjectBody`]'s items, and `Platform` if the file cannot be written.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn save_to(self, path: impl AsRef<std::path::Path>) -> Result<(), Error> {
        let unwritable = |message| Error::new(crate::ErrorKind::Platform, message);
        crate::platform::save(path.as_ref(), self.body, unwritable).await
    }
}
