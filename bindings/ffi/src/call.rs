//! One call from Swift or Kotlin.

use std::any::Any;
use std::panic::resume_unwind;
use std::sync::{Arc, LazyLock};

use futures_util::FutureExt as _;
use poolpass::platform::BoxFuture;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::error::PoolpassError;

/// Two threads do, since what waits holds none: the caller's own thread, which may be the app's main one, only waits too.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a system that refuses two threads runs no app")]
    Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("poolpass")
        .enable_all()
        .build()
        .expect("the system starts threads")
});

/// Runs `work` until it is done. When the caller does not wait any more, or `cancel` is called, it is dropped, which stops its
/// requests; what must not be lost, such as a refresh, runs on a task of its own in the crate `poolpass`.
pub(crate) fn call<T: Send + 'static>(
    cancel: &Cancel,
    work: impl Future<Output = Result<T, PoolpassError>> + Send + 'static,
) -> BoxFuture<'static, Result<T, PoolpassError>> {
    outcome(cancel, Box::pin(work))
}

/// Generic in the result alone, so that the library holds it once for each type of result instead of once for each method.
#[inline(never)]
fn outcome<T: Send + 'static>(
    cancel: &Cancel,
    work: BoxFuture<'static, Result<T, PoolpassError>>,
) -> BoxFuture<'static, Result<T, PoolpassError>> {
    let work = work.map(|outcome| Box::new(outcome) as Outcome);
    let outcome = |outcome: Option<Outcome>| match outcome.and_then(|outcome| outcome.downcast().ok()) {
        Some(outcome) => *outcome,
        None => Err(PoolpassError::cancelled()),
    };
    Box::pin(run(cancel.clone(), Box::pin(work)).map(outcome))
}

/// The result of any method.
type Outcome = Box<dyn Any + Send>;

/// Not generic, so that the library holds tokio's tasks once. None if the work was cancelled.
async fn run(cancel: Cancel, work: BoxFuture<'static, Outcome>) -> Option<Outcome> {
    // Work that is spawned may begin before anybody sees that it is not wanted.
    if cancel.0.is_cancelled() {
        return None;
    }
    let mut task = JoinSet::new();
    task.spawn_on(work, RUNTIME.handle());
    let joined = match cancel.0.run_until_cancelled(task.join_next()).await {
        Some(joined) => joined,
        // It may have been done already.
        None => task.try_join_next(),
    };
    match joined?.map_err(JoinError::try_into_panic) {
        Ok(outcome) => Some(outcome),
        Err(Ok(panic)) => resume_unwind(panic),
        Err(Err(_stopped)) => None,
    }
}

/// Cancels the calls of an object. By default nothing does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancel(CancellationToken);

/// Cancels calls from outside, for languages that do not stop a call by themselves: Kotlin does, Swift does not.
///
/// `cancellable(by:)` of an object gives the same object whose calls this handle cancels.
#[derive(Debug, Default, uniffi::Object)]
pub struct CancelHandle(Cancel);

#[uniffi::export]
impl CancelHandle {
    /// A handle that has not cancelled anything yet.
    #[uniffi::constructor]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Cancels every call under way, and all that come: they fail with kind `cancelled`. Calling it again changes nothing.
    pub fn cancel(&self) {
        self.0.0.cancel();
    }

    /// Whether it was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.0.is_cancelled()
    }
}

impl CancelHandle {
    pub(crate) fn cancel_of(&self) -> Cancel {
        self.0.clone()
    }
}
