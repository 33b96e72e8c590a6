//! A time limit for any future.

use std::pin::pin;
use std::time::Duration;

use futures_util::Future;
use futures_util::future::{Either, select};

use super::sleep;

/// The future's output, or `None` when `limit` passes first.
pub(crate) async fn timeout<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    match select(pin!(future), pin!(sleep(limit))).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_future_that_never_ends_is_given_up() {
        assert_eq!(timeout(Duration::from_secs(30), pending::<()>()).await, None);
        assert_eq!(timeout(Duration::from_secs(30), ready(7)).await, Some(7));
    }
}
