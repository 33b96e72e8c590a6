//! HTTP as the SDK needs it: one request, one answer whose body is a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};

use super::{BoxFuture, BoxStream, MaybeSend, MaybeSync};

/// A request. Its body is one buffer: large content is sent in parts, each read when it is sent.
pub type Request = http::Request<Bytes>;

/// An answer, whose body arrives piece by piece.
pub type Response = http::Response<Body>;

/// Sends requests to AWS.
///
/// The SDK has [`HttpTransport`](super::HttpTransport) for each platform; an app may bring its own. A transport does one thing: it sends
/// the request once and returns the answer, whatever its status. Time limits, retries, signatures and clock correction are added above
/// it.
pub trait Transport: fmt::Debug + MaybeSend + MaybeSync {
    /// Sends `request` and waits for the answer's head.
    ///
    /// Redirects must not be followed, since a signature holds for one host and path. Dropping the
    /// future must abort the request.
    ///
    /// The body must arrive as the server sent it. If the platform unpacks it nevertheless, the transport must leave out the headers of
    /// the packed body: `Content-Encoding`, `Content-Length` and every `x-amz-checksum-…`.
    ///
    /// # Errors
    ///
    /// [`TransportError`] when no answer came; any HTTP status is an answer.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>>;
}

/// Marks a request, as one of its `extensions`, that a browser sends with the cookies of the page's own origin. Every other request goes
/// without cookies.
#[derive(Clone, Copy, Debug)]
pub struct SameOriginCookies;

/// The body of an answer: a stream of pieces.
pub struct Body(BoxStream<'static, Result<Bytes, TransportError>>);

impl Body {
    /// A body that arrives piece by piece.
    pub fn from_stream(
        pieces: impl Stream<Item = Result<Bytes, TransportError>> + MaybeSend + 'static,
    ) -> Self {
        Self(Box::pin(pieces))
    }

    /// Reads the whole body into memory.
    ///
    /// # Errors
    ///
    /// Kind [`TransportErrorKind::Interrupted`] when the connection breaks or when the body is
    /// longer than `limit` bytes.
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes, TransportError> {
        let Some(first) = self.next().await.transpose()? else { return Ok(Bytes::new()) };
        let mut whole = BytesMut::from(first);
        while let Some(piece) = self.next().await.transpose()? {
            whole.extend_from_slice(&piece);
            if whole.len() > limit {
                break;
            }
        }
        if whole.len() > limit {
            return Err(TransportError::interrupted(format!("the answer is longer than {limit} bytes")));
        }
        Ok(whole.freeze())
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::from_stream(futures_util::stream::iter([Ok(bytes)]))
    }
}

impl Stream for Body {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body(..)")
    }
}

/// No answer came, or it broke off.
///
/// The detail names the cause, never the URL: a presigned URL is a secret.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{detail}")]
pub struct TransportError {
    /// Whether the server may have acted on the request.
    pub kind: TransportErrorKind,
    /// The cause in words.
    pub detail: String,
}

impl TransportError {
    /// The request cannot have reached the server.
    pub fn not_sent(detail: impl Into<String>) -> Self {
        Self { kind: TransportErrorKind::NotSent, detail: detail.into() }
    }

    /// The server may have acted on the request.
    pub fn interrupted(detail: impl Into<String>) -> Self {
        Self { kind: TransportErrorKind::Interrupted, detail: detail.into() }
    }

    /// The time limit passed; the server may have acted on the request.
    pub fn timed_out(detail: impl Into<String>) -> Self {
        Self { kind: TransportErrorKind::TimedOut, detail: detail.into() }
    }

    /// The server answered with a redirect, and the platform tells nothing else about the answer.
    pub fn redirected(detail: impl Into<String>) -> Self {
        Self { kind: TransportErrorKind::Redirected, detail: detail.into() }
    }

    /// The platform lacks what it takes to send a request, so that trying again does not help.
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self { kind: TransportErrorKind::Unsupported, detail: detail.into() }
    }
}

/// The reason why a request has no answer, and whether the server may have acted on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The connection was never made (DNS, refused, TLS): the server has not seen the request.
    NotSent,
    /// The connection broke: the server may have acted on the request.
    Interrupted,
    /// The time limit passed: the server may have acted on the request.
    TimedOut,
    /// The server answered with a redirect, of which browsers hide the status, the headers and the target.
    Redirected,
    /// The platform lacks what it takes to send a request: the server has not seen it, and trying again does not help.
    Unsupported,
}

#[cfg(test)]
mod tests {
    use futures_util::stream::iter;

    use super::*;

    #[tokio::test]
    async fn a_body_is_collected_up_to_its_limit() {
        let pieces =
            || Body::from_stream(iter([Ok(Bytes::from_static(b"ab")), Ok(Bytes::from_static(b"cd"))]));
        assert_eq!(pieces().bytes(4).await.unwrap(), "abcd");
        assert_eq!(pieces().bytes(3).await.unwrap_err().kind, TransportErrorKind::Interrupted);
        assert_eq!(Body::from_stream(iter([])).bytes(0).await.unwrap(), "");
        assert!(Body::from(Bytes::from_static(b"too long")).bytes(1).await.is_err());
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_an_error() {
        let broken = Body::from_stream(iter([
            Ok(Bytes::from_static(b"ab")),
            Err(TransportError::interrupted("connection reset")),
        ]));
        assert_eq!(broken.bytes(10).await.unwrap_err().to_string(), "connection reset");
    }
}
