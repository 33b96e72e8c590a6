//! Uploads of any size: from memory, from files, and from sources and streams of the app.

use std::fmt;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt;
use poolpass::platform::{self, BoxFuture};
use poolpass::s3::{self, Upload, UploadState};

use super::object_options::PutOptions;
use crate::body::{ByteStream, SourceError, pieces};
use crate::convert::{count, counts, signed};
use crate::error::{ErrorKind, PoolpassError};

/// The content of an upload.
#[derive(uniffi::Enum)]
pub enum UploadBody {
    /// Bytes in memory.
    Bytes(Vec<u8>),
    /// The file at this path, read part by part.
    File(String),
    /// Content of known size that can be read at any position, and more than once.
    Source(Arc<dyn UploadSource>),
    /// Content that is read once, from beginning to end.
    Stream(Arc<dyn ByteStream>),
}

/// Content of known size that can be read at any position, and more than once. Several parts are read at the same time.
#[uniffi::export(rust, foreign)]
#[async_trait]
pub trait UploadSource: Send + Sync {
    /// The number of bytes.
    fn size(&self) -> Result<i64, SourceError>;

    /// The `length` bytes from `offset` on, which lie within the size.
    async fn read(&self, offset: i64, length: i64) -> Result<Vec<u8>, SourceError>;
}

/// Settings for an upload: those of the object, the size of a part, and the number of parts sent at the same time.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct UploadOptions {
    /// The settings of the object. Default: none.
    #[uniffi(default)]
    pub put: Option<PutOptions>,
    /// The size of a part in bytes; smaller content is sent in one request. Default: 8 MiB. More if there would be too many parts.
    #[uniffi(default)]
    pub part_size: Option<i64>,
    /// The number of parts sent at the same time. Default: 4.
    #[uniffi(default)]
    pub concurrency: Option<i32>,
}

/// Follows an upload. It is called on a thread of Poolpass, which it must not block.
#[uniffi::export(rust, foreign)]
pub trait UploadListener: Send + Sync {
    /// Called whenever a part is done, with the bytes that S3 has and the total number of bytes, if it is known.
    fn on_progress(&self, sent: i64, total: Option<i64>) -> Result<(), SourceError>;

    /// Whether the listener keeps the state of the upload. Otherwise an upload that fails or is cancelled is aborted.
    fn is_resumable(&self) -> Result<bool, SourceError>;

    /// Called once, when an upload in parts has begun, with the state for continuing or aborting it.
    fn on_resumable(&self, state: String) -> Result<(), SourceError>;
}

pub(super) async fn body(body: UploadBody) -> Result<s3::UploadBody, PoolpassError> {
    Ok(match body {
        UploadBody::Bytes(bytes) => bytes.into(),
        UploadBody::File(path) => s3::UploadBody::file(&path).await.map_err(|error| {
            PoolpassError::of_kind(ErrorKind::Platform, &format!("{path} cannot be read: {error}"))
        })?,
        UploadBody::Source(source) => {
            let size = count(source.size().map_err(unreadable)?, "size")?;
            s3::UploadBody::source(ForeignSource { source, size })
        }
        UploadBody::Stream(stream) => s3::UploadBody::stream(pieces(stream).map_err(io::Error::other)),
    })
}

pub(super) fn prepared(
    mut upload: Upload,
    options: UploadOptions,
    listener: Option<Arc<dyn UploadListener>>,
) -> Result<Upload, PoolpassError> {
    if let Some(put) = options.put {
        upload = upload.options(put.into());
    }
    if let Some(bytes) = counts(options.part_size, "partSize")? {
        upload = upload.part_size(bytes);
    }
    if let Some(parts) = counts(options.concurrency, "concurrency")? {
        upload = upload.concurrency(parts);
    }
    let Some(listener) = listener else { return Ok(upload) };
    if listener.is_resumable().unwrap_or(false) {
        let listener = Arc::clone(&listener);
        upload = upload.on_resumable(move |state| {
            if let Ok(state) = serde_json::to_string(&state) {
                let _ = listener.on_resumable(state);
            }
        });
    }
    // An upload goes on when a listener throws.
    Ok(upload.on_progress(move |progress| {
        let _ = listener.on_progress(signed(progress.sent), progress.total.map(signed));
    }))
}

/// Parses the state that a listener was called with.
pub(super) fn state(json: &str) -> Result<UploadState, PoolpassError> {
    serde_json::from_str(json).map_err(|_| PoolpassError::invalid_input("this is not the state of an upload"))
}

/// An app's source as a source of the SDK.
struct ForeignSource {
    source: Arc<dyn UploadSource>,
    size: u64,
}

impl platform::UploadSource for ForeignSource {
    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, offset: u64, length: usize) -> BoxFuture<'_, io::Result<Bytes>> {
        Box::pin(async move {
            let bytes = self.source.read(signed(offset), signed(length as u64)).await;
            Ok(Bytes::from(bytes.map_err(io::Error::other)?))
        })
    }
}

fn unreadable(SourceError::Failed { detail }: SourceError) -> PoolpassError {
    PoolpassError::of_kind(ErrorKind::Platform, &format!("the source cannot be read: {detail}"))
}

impl fmt::Debug for ForeignSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ForeignSource({} bytes)", self.size)
    }
}

impl fmt::Debug for UploadBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes(_) => "Bytes",
            Self::File(_) => "File",
            Self::Source(_) => "Source",
            Self::Stream(_) => "Stream",
        })
    }
}
