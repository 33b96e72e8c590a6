//! Work that goes on when its caller goes away.

use std::future::Future;

use futures_channel::oneshot;

use crate::error::{Error, ErrorKind};
use crate::platform::{MaybeSend, spawn};

/// Runs `work` to its end on a task of its own, and waits for it.
///
/// Dropping the returned future ends the wait, not the work.
pub(crate) fn detached<T: MaybeSend + 'static>(
    work: impl Future<Output = Result<T, Error>> + MaybeSend + 'static,
) -> impl Future<Output = Result<T, Error>> + MaybeSend + 'static {
    let (sender, receiver) = oneshot::channel();
    spawn(async move {
        // The caller may be gone; the work was done for its effects.
        let _ = sender.send(work.await);
    });
    async move { receiver.await.unwrap_or_else(|_| Err(stopped())) }
}

/// The runtime was shut down, or the task panicked.
fn stopped() -> Error {
    Error::new(ErrorKind::Cancelled, "the task that did the work was stopped")
}
