//! Work that outlives whoever asked for it.

use std::future::Future;

use futures_channel::oneshot;

use crate::error::{Error, ErrorKind};
use crate::platform::{MaybeSend, spawn};

/// Runs `work` to its end on a task of its own, and waits for it.
///
/// Dropping the returned future stops the waiting, not the work.
pub(crate) fn detached<T: MaybeSend + 'static>(
    work: impl Future<Output = Result<T, Error>> + MaybeSend + 'static,
) -> impl Future<Output = Result<T, Error>> + MaybeSend + 'static {
    let (sender, receiver) = oneshot::channel();
    spawn(async move {
        // Nobody may be waiting any more; the work was done for its effects.
        let _ = sender.send(work.await);
    });
    async move { receiver.await.unwrap_or_else(|_| Err(stopped())) }
}

/// The runtime was shut down, or the task panicked.
fn stopped() -> Error {
    Error::new(ErrorKind::Cancelled, "the task that did the work was stopped")
}
