//! `VerifyLayer` in front of servers that others wrote: hyper's over HTTP/1.1 and tonic's over gRPC, with tokens of a running user pool.
//! `examples/server` has the same on axum.
#![expect(clippy::unwrap_used, reason = "what a test does not expect fails it")]

mod hyper_server;
mod tokens;
mod tonic_server;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{BoxStream, unfold};
use tokio::sync::mpsc;

/// A stream and the sender of its items. It ends with the sender.
fn pipe() -> (mpsc::UnboundedSender<Bytes>, BoxStream<'static, Bytes>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let stream = unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) });
    (sender, stream.boxed())
}
