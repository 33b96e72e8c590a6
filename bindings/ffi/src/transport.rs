//! HTTP that is written in Swift or Kotlin, such as URLSession or OkHttp.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt;
use http::{HeaderName, HeaderValue, StatusCode};
use poolpass::platform::{self, BoxFuture, Request, Response};
use uniffi::UnexpectedUniFFICallbackError;

use crate::body::{ByteStream, SourceError, pieces};

/// How the SDK reaches AWS, where the app wants another way than Poolpass's own.
///
/// A transport does one thing: it sends the request once, follows no redirect, and hands out the answer, whatever its status.
/// Time limits, retries, signatures and clock correction happen above it. When the call is cancelled, it aborts the request.
/// Where it has unpacked a body, it leaves out the headers of the packed one: `Content-Encoding`, `Content-Length` and every
/// `x-amz-checksum-…`.
#[uniffi::export(rust, foreign)]
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends `request` and waits for the answer's head.
    async fn send(&self, request: Arc<HttpRequest>) -> Result<HttpResponse, TransportError>;
}

/// A request. Its headers and, when it is presigned, its URL are secrets.
#[derive(uniffi::Object)]
pub struct HttpRequest(Request);

#[uniffi::export]
impl HttpRequest {
    /// Such as `GET`.
    pub fn method(&self) -> String {
        self.0.method().to_string()
    }

    /// The absolute URL. It has to be sent as it is: the signature covers it.
    pub fn url(&self) -> String {
        self.0.uri().to_string()
    }

    /// The headers. `Host` and `Content-Length` are the transport's to add.
    pub fn headers(&self) -> Vec<Header> {
        headers(self.0.headers())
    }

    /// The body; empty where there is none.
    pub fn body(&self) -> Vec<u8> {
        self.0.body().to_vec()
    }
}

/// One line of a request's or an answer's head.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Header {
    /// Such as `content-type`.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// An answer.
#[derive(uniffi::Record)]
pub struct HttpResponse {
    /// Such as 200.
    pub status: i32,
    /// Its headers.
    pub headers: Vec<Header>,
    /// Its body, as the server sent it: not unpacked where it is compressed.
    pub body: HttpBody,
}

/// The body of an answer.
#[derive(uniffi::Enum)]
pub enum HttpBody {
    /// All of it.
    Bytes(Vec<u8>),
    /// Piece by piece.
    Stream(Arc<dyn ByteStream>),
}

/// No answer came.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum TransportError {
    /// The request cannot have reached the server.
    #[error("{detail}")]
    NotSent {
        /// The cause in words, without the URL.
        detail: String,
    },
    /// The server may have acted on the request.
    #[error("{detail}")]
    Interrupted {
        /// The cause in words, without the URL.
        detail: String,
    },
    /// The transport's own time limit passed; the server may have acted on the request.
    #[error("{detail}")]
    TimedOut {
        /// The cause in words, without the URL.
        detail: String,
    },
}

impl From<UnexpectedUniFFICallbackError> for TransportError {
    fn from(error: UnexpectedUniFFICallbackError) -> Self {
        Self::Interrupted { detail: error.reason }
    }
}

impl From<TransportError> for platform::TransportError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::NotSent { detail } => Self::not_sent(detail),
            TransportError::Interrupted { detail } => Self::interrupted(detail),
            TransportError::TimedOut { detail } => Self::timed_out(detail),
        }
    }
}

/// A transport as the SDK wants it.
pub(crate) struct ForeignTransport(pub(crate) Arc<dyn Transport>);

impl platform::Transport for ForeignTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, platform::TransportError>> {
        Box::pin(async move {
            let answer = self.0.send(Arc::new(HttpRequest(request))).await?;
            response(answer).ok_or_else(|| platform::TransportError::interrupted("the answer is not HTTP"))
        })
    }
}

fn response(answer: HttpResponse) -> Option<Response> {
    let mut response = http::Response::new(match answer.body {
        HttpBody::Bytes(bytes) => platform::Body::from(Bytes::from(bytes)),
        HttpBody::Stream(stream) => {
            let broken = |SourceError::Failed { detail }| platform::TransportError::interrupted(detail);
            platform::Body::from_stream(pieces(stream).map_err(broken))
        }
    });
    *response.status_mut() = StatusCode::from_u16(u16::try_from(answer.status).ok()?).ok()?;
    for Header { name, value } in answer.headers {
        // One that HTTP has no room for, such as HTTP/2's `:status`, says nothing that the SDK reads.
        let (name, value) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()));
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().append(name, value);
        }
    }
    Some(response)
}

pub(crate) fn headers(headers: &http::HeaderMap) -> Vec<Header> {
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        let (name, value) = (name.as_str().to_owned(), str::from_utf8(value.as_bytes()).ok()?.to_owned());
        Some(Header { name, value })
    };
    headers.iter().filter_map(header).collect()
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpRequest({})", self.0.method())
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpResponse({})", self.status)
    }
}

impl fmt::Debug for HttpBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpBody(..)")
    }
}

impl fmt::Debug for ForeignTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForeignTransport")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_header_does_not_cost_the_answer() {
        let header = |(name, value): (&str, &str)| Header { name: name.to_owned(), value: value.to_owned() };
        let sent = [
            (":status", "200"),
            ("", "x"),
            ("line", "a\nb"),
            ("x-amz-meta-city", "Zürich"),
            ("etag", "\"e\""),
        ];
        let answer = HttpResponse {
            status: 200,
            headers: sent.map(header).to_vec(),
            body: HttpBody::Bytes(Vec::new()),
        };
        let response = response(answer).unwrap();
        assert_eq!(headers(response.headers()), [sent[3], sent[4]].map(header));
    }
}
