//! Reading an answer within a time limit.

use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::{Either, select};
use futures_util::{Future, StreamExt, stream};

use crate::platform::{Body, BoxFuture, TransportError, time_limit, timeout};

/// The time limit of one attempt, head and body together.
pub(super) struct TimeLimit {
    limit: Duration,
    passed: BoxFuture<'static, ()>,
}

/// Why a whole body was not received.
pub(super) enum Incomplete {
    Broken(TransportError),
    TooLong,
}

impl TimeLimit {
    /// A body may go on after the limit at this pace, in bytes per second, so that large answers arrive over slow lines.
    const PACE: usize = 8 * 1024;
    const PACE_WINDOW: Duration = Duration::from_secs(5);

    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, passed: Box::pin(time_limit(limit)) }
    }

    /// Waits for the future's output, unless the time is over first.
    pub(super) async fn head<T>(
        &mut self,
        head: impl Future<Output = Result<T, TransportError>>,
    ) -> Result<T, TransportError> {
        match select(pin!(head), self.passed.as_mut()).await {
            Either::Left((head, _)) => head,
            Either::Right(_) => Err(self.is_over()),
        }
    }

    /// Reads the whole body, of at most `most` bytes.
    pub(super) async fn body(&mut self, mut body: Body, most: usize) -> Result<Bytes, Incomplete> {
        let mut whole = BytesMut::new();
        // The bytes that must have arrived when the limit passes. A body that began late gets no more time.
        let mut due = Self::PACE.saturating_mul(usize::try_from(self.limit.as_secs()).unwrap_or(usize::MAX));
        loop {
            let piece = match select(body.next(), self.passed.as_mut()).await {
                Either::Left((piece, _)) => piece,
                Either::Right(_) if whole.len() < due => return Err(Incomplete::Broken(self.is_over())),
                Either::Right(_) => {
                    due = whole.len() + Self::PACE * Self::PACE_WINDOW.as_secs() as usize;
                    self.passed = Box::pin(time_limit(Self::PACE_WINDOW));
                    continue;
                }
            };
            match piece {
                None => return Ok(whole.freeze()),
                Some(Err(error)) => return Err(Incomplete::Broken(error)),
                Some(Ok(piece)) if whole.len() + piece.len() > most => return Err(Incomplete::TooLong),
                Some(Ok(piece)) => whole.extend_from_slice(&piece),
            }
        }
    }

    fn is_over(&self) -> TransportError {
        TransportError::timed_out(format!("no answer within {} s", self.limit.as_secs()))
    }
}

/// Ends the body with an error when nothing of it arrives for `limit`.
pub(super) fn watched(body: Body, limit: Duration) -> Body {
    Body::from_stream(stream::try_unfold(body, move |mut body| async move {
        match timeout(limit, body.next()).await {
            None => {
                Err(TransportError::timed_out(format!("the answer stood still for {} s", limit.as_secs())))
            }
            Some(None) => Ok(None),
            Some(Some(piece)) => Ok(Some((piece?, body))),
        }
    }))
}
