//! Uploads of any size, from memory, from files and from what the app has.

use std::fmt;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt;
use poolpass::platform::{self, BoxFuture};
use poolpass::s3::{self, Upload, UploadState};

use super::options::PutOptions;
use crate::body::{ByteStream, SourceError, pieces};
use crate::convert::{count, counts, signed};
use crate::error::{ErrorKind, PoolpassError};

/// What is uploaded.
#[derive(uniffi::Enum)]
pub enum UploadBody {
    /// Bytes in memory.
    Bytes(Vec<u8>),
    /// The file at this path, read part by part.
    File(String),
    /// Something of known size that can be read at any position.
    Source(Arc<dyn UploadSource>),
    /// Something that is read once, from beginning to end.
    Stream(Arc<dyn ByteStream>),
}

/// Something of known size whose bytes can be read at any position, and more than once. Parts are read side by side.
#[uniffi::export(rust, foreign)]
#[async_trait]
pub trait UploadSource: Send + Sync {
    /// The number of bytes.
    fn size(&self) -> Result<i64, SourceError>;

    /// The `length` bytes from `offset` on, which lie within the size.
    async fn read(&self, offset: i64, length: i64) -> Result<Vec<u8>, SourceError>;
}

/// How something is uploaded.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct UploadOptions {
    /// How the object is written. Default: as S3 does by itself.
    #[uniffi(default)]
    pub put: Option<PutOptions>,
    /// The bytes of a part. Default: 8 MiB, more where the object would have too many parts.
    #[uniffi(default)]
    pub part_size: Option<i64>,
    /// How many parts are sent at once. Default: 4.
    #[uniffi(default)]
    pub concurrency: Option<i32>,
}

/// Hears how an upload goes. It is called on a thread of Poolpass, which it must not block.
#[uniffi::export(rust, foreign)]
pub trait UploadListener: Send + Sync {
    /// So many bytes were sent, of so many in total where that is known.
    fn on_progress(&self, sent: i64, total: Option<i64>) -> Result<(), SourceError>;

    /// Whether the listener keeps the state of an upload that can be resumed. Otherwise S3 is told to forget the parts of one
    /// that fails or is cancelled, so that they cost nothing.
    fn is_resumable(&self) -> Result<bool, SourceError>;

    /// The upload can be resumed from `state`, which is text to be kept.
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
    // What a listener throws is the app's affair: the upload goes on.
    Ok(upload.on_progress(move |progress| {
        let _ = listener.on_progress(signed(progress.sent), progress.total.map(signed));
    }))
}

/// The state that a listener was told.
pub(super) fn state(json: &str) -> Result<UploadState, PoolpassError> {
    serde_json::from_str(json).map_err(|_| PoolpassError::invalid_input("this is not the state of an upload"))
}

/// A source as the SDK wants it.
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
