//! Plain HTTP requests without the SDK.

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body as text.
    pub(crate) body: String,
}

/// Sends one request.
///
/// # Errors
///
/// If there is no answer.
pub(crate) async fn send(request: http::Request<Bytes>) -> Result<Answer> {
    let answer = exchange(request).await?;
    let status = answer.status().as_u16();
    Ok(Answer { status, body: String::from_utf8_lossy(answer.body()).into_owned() })
}

/// Sends one request over a new connection, and receives the whole answer.
///
/// # Errors
///
/// If there is no answer, or if it is cut off.
pub async fn exchange(request: http::Request<Bytes>) -> Result<http::Response<Bytes>> {
    let address = request.uri().authority().context("no host")?.clone();
    let (mut head, body) = request.into_parts();
    head.uri = head.uri.path_and_query().context("no path")?.as_str().parse()?;
    if !head.headers.contains_key(HOST) {
        head.headers.insert(HOST, address.as_str().parse()?);
    }
    let stream = TcpStream::connect(address.as_str()).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let (head, body) =
        sender.send_request(http::Request::from_parts(head, Full::new(body))).await?.into_parts();
    Ok(http::Response::from_parts(head, body.collect().await?.to_bytes()))
}
