//! Plain HTTP, as somebody without the SDK would do it.

use anyhow::Result;
use bytes::Bytes;
use poolpass::platform::{HttpTransport, Transport};

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body, which is text.
    pub(crate) body: String,
}

/// Sends one request.
///
/// # Errors
///
/// When there is no answer.
pub(crate) async fn send(request: http::Request<Bytes>) -> Result<Answer> {
    const LIMIT: usize = 64 * 1024 * 1024;
    let response = HttpTransport::new()?.send(request).await?;
    let status = response.status().as_u16();
    let body = response.into_body().bytes(LIMIT).await?;
    Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned() })
}
