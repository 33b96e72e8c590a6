//! Bodies that arrive, or are sent, piece by piece.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use poolpass::platform::BoxStream;
use uniffi::UnexpectedUniFFICallbackError;

use crate::call::{Cancel, CancelHandle, call};
use crate::error::PoolpassError;

type Pieces = BoxStream<'static, Result<Bytes, poolpass::Error>>;

/// The body of an answer, which arrives while it is read. It can be read once.
#[derive(uniffi::Object)]
pub struct Body {
    pieces: Arc<Mutex<Option<Pieces>>>,
    cancel: Cancel,
}

impl Body {
    pub(crate) fn new(
        pieces: impl Stream<Item = Result<Bytes, poolpass::Error>> + Send + 'static,
        cancel: &Cancel,
    ) -> Arc<Self> {
        let pieces: Pieces = Box::pin(pieces);
        Arc::new(Self { pieces: Arc::new(Mutex::new(Some(pieces))), cancel: cancel.clone() })
    }

    fn take(&self) -> Option<Pieces> {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[uniffi::export]
impl Body {
    /// The same body whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { pieces: Arc::clone(&self.pieces), cancel: handle.cancel_of() })
    }

    /// The next piece; none at the end. One call at a time.
    pub async fn next(&self) -> Result<Option<Vec<u8>>, PoolpassError> {
        let Some(mut pieces) = self.take() else { return Ok(None) };
        let rest = Arc::clone(&self.pieces);
        call(&self.cancel, async move {
            let Some(piece) = pieces.next().await else { return Ok(None) };
            let piece = piece?.to_vec();
            *rest.lock().unwrap_or_else(PoisonError::into_inner) = Some(pieces);
            Ok(Some(piece))
        })
        .await
    }

    /// What has not been read yet, in memory.
    pub async fn bytes(&self) -> Result<Vec<u8>, PoolpassError> {
        let Some(pieces) = self.take() else { return Ok(Vec::new()) };
        call(&self.cancel, async move {
            let whole = pieces.try_fold(BytesMut::new(), async |mut whole, piece| {
                whole.extend_from_slice(&piece);
                Ok(whole)
            });
            Ok(whole.await?.to_vec())
        })
        .await
    }

    /// Stops the transfer.
    pub fn cancel(&self) {
        drop(self.take());
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body(..)")
    }
}

/// Bytes that the app hands over piece by piece, such as those of an input stream.
#[uniffi::export(rust, foreign)]
#[async_trait]
pub trait ByteStream: Send + Sync {
    /// The next piece; none at the end.
    async fn next(&self) -> Result<Option<Vec<u8>>, SourceError>;

    /// Nobody reads any more: after the end, and when the transfer is stopped before it.
    fn cancel(&self) -> Result<(), SourceError>;
}

/// The bytes cannot be read.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum SourceError {
    /// Why.
    #[error("{detail}")]
    Failed {
        /// The cause in words.
        detail: String,
    },
}

impl From<UnexpectedUniFFICallbackError> for SourceError {
    fn from(error: UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { detail: error.reason }
    }
}

/// The pieces of a stream, until it ends or fails.
pub(crate) fn pieces(
    stream: Arc<dyn ByteStream>,
) -> impl Stream<Item = Result<Bytes, SourceError>> + Send + 'static {
    stream::try_unfold(Reader(stream), async |reader| {
        let piece = reader.0.next().await?;
        Ok(piece.map(|piece| (Bytes::from(piece), reader)))
    })
}

/// Tells whoever produces the stream when nobody reads it any more.
struct Reader(Arc<dyn ByteStream>);

impl Drop for Reader {
    fn drop(&mut self) {
        // How it ends is the producer's affair.
        let _ = self.0.cancel();
    }
}
