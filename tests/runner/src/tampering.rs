//! A transport that alters requests between the SDK and AWS.

use std::fmt;
use std::sync::Arc;

use poolpass::platform::{BoxFuture, HttpTransport, Request, Response, Transport, TransportError};

/// A transport that alters each signed request before it is sent.
#[derive(Clone)]
pub struct Tampering {
    inner: HttpTransport,
    alter: Arc<dyn Fn(&mut Request) -> Verdict + Send + Sync>,
}

/// How often the altered request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The request is sent once.
    Send,
    /// The request is sent twice. The second answer is returned.
    SendTwice,
}

impl Tampering {
    /// Alters requests with `alter`.
    ///
    /// # Errors
    ///
    /// If there is no HTTP client.
    pub fn new(
        alter: impl Fn(&mut Request) -> Verdict + Send + Sync + 'static,
    ) -> Result<Self, TransportError> {
        Ok(Self { inner: HttpTransport::new()?, alter: Arc::new(alter) })
    }
}

impl Transport for Tampering {
    fn send(&self, mut request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let verdict = (self.alter)(&mut request);
        Box::pin(async move {
            if verdict == Verdict::SendTwice {
                self.inner.send(request.clone()).await?;
            }
            self.inner.send(request).await
        })
    }
}

impl fmt::Debug for Tampering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tampering")
    }
}
