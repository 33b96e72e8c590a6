//! Bodies that arrive, or are sent, piece by piece.

use std::fmt;
use std::mem;
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
    state: Arc<Mutex<ReadState>>,
    cancel: Cancel,
}

/// The rest of the content.
enum ReadState {
    Unread(Pieces),
    /// A call is reading it; what is left when it was cancelled or has failed is lost.
    UnderWay,
    /// It was read to its end, or given up.
    Over,
}

impl Body {
    pub(crate) fn new(
        pieces: impl Stream<Item = Result<Bytes, poolpass::Error>> + Send + 'static,
        cancel: &Cancel,
    ) -> Arc<Self> {
        let pieces: Pieces = Box::pin(pieces);
        Arc::new(Self { state: Arc::new(Mutex::new(ReadState::Unread(pieces))), cancel: cancel.clone() })
    }

    fn take(&self) -> Result<Pieces, PoolpassError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match mem::replace(&mut *state, ReadState::UnderWay) {
            ReadState::Unread(pieces) => Ok(pieces),
            other => {
                *state = other;
                Err(PoolpassError::invalid_input("the body was read already"))
            }
        }
    }
}

#[uniffi::export]
impl Body {
    /// The same body whose calls `handle` cancels.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { state: Arc::clone(&self.state), cancel: handle.cancel_of() })
    }

    /// The next piece; none at the end, and then an error of kind `InvalidInput`. One call at a time.
    pub async fn next(&self) -> Result<Option<Vec<u8>>, PoolpassError> {
        let mut pieces = self.take()?;
        let state = Arc::clone(&self.state);
        call(&self.cancel, async move {
            let Some(piece) = pieces.next().await else { return Ok(None) };
            let piece = piece?.to_vec();
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            // Unless the transfer was stopped meanwhile.
            if matches!(*state, ReadState::UnderWay) {
                *state = ReadState::Unread(pieces);
            }
            Ok(Some(piece))
        })
        .await
    }

    /// The rest of the content, in memory.
    pub async fn bytes(&self) -> Result<Vec<u8>, PoolpassError> {
        let pieces = self.take()?;
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
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = ReadState::Over;
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

#[cfg(test)]
mod tests {
    use poolpass::platform::TransportError;

    use super::*;
    use crate::error::ErrorKind;

    fn body(pieces: impl IntoIterator<Item = Result<&'static str, &'static str>>) -> Arc<Body> {
        let pieces: Vec<_> = pieces.into_iter().collect();
        let pieces = stream::iter(pieces).map(|piece| match piece {
            Ok(text) => Ok(Bytes::from(text)),
            Err(detail) => Err(TransportError::interrupted(detail).into()),
        });
        Body::new(pieces, &Cancel::default())
    }

    fn kind<T: fmt::Debug>(outcome: Result<T, PoolpassError>) -> ErrorKind {
        let PoolpassError::Failed { kind, .. } = outcome.unwrap_err();
        kind
    }

    #[tokio::test]
    async fn a_body_that_was_read_is_no_empty_one() {
        let whole = body([Ok("a"), Ok("b")]);
        assert_eq!(whole.next().await.unwrap().unwrap(), b"a");
        assert_eq!(whole.bytes().await.unwrap(), b"b");
        assert_eq!(kind(whole.bytes().await), ErrorKind::InvalidInput);
        assert_eq!(kind(whole.next().await), ErrorKind::InvalidInput);

        let in_pieces = body([Ok("a")]);
        assert!(in_pieces.next().await.unwrap().is_some());
        assert!(in_pieces.next().await.unwrap().is_none());
        assert_eq!(kind(in_pieces.next().await), ErrorKind::InvalidInput);
    }

    #[tokio::test]
    async fn a_body_that_broke_off_or_was_given_up_is_no_empty_one() {
        let broken = body([Ok("a"), Err("reset")]);
        assert_eq!(kind(broken.bytes().await), ErrorKind::Network);
        assert_eq!(kind(broken.bytes().await), ErrorKind::InvalidInput);

        let given_up = body([Ok("a")]);
        given_up.cancel();
        assert_eq!(kind(given_up.next().await), ErrorKind::InvalidInput);
    }
}
