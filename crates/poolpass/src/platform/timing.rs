//! Time limits for any future.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, Shared, select};
use futures_util::{Future, FutureExt};

use super::{BoxFuture, sleep};

/// Waits for the future's output; `None` when `limit` passes first.
pub(crate) async fn timeout<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    match select(pin!(future), pin!(time_limit(limit))).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}

/// Waits for `limit`, in two stretches.
///
/// A suspended process wakes up when every timer has run out, and every answer that has arrived is still unread. The last stretch
/// begins then, so that the answers are read.
pub(crate) async fn time_limit(limit: Duration) {
    const LAST_LOOK: Duration = Duration::from_millis(500);

    let last_look = LAST_LOOK.min(limit / 2);
    sleep(limit - last_look).await;
    sleep(last_look).await;
}

/// The time for which a caller with valid tokens or credentials waits for their renewal. All callers who wait for one renewal share one
/// grace period, so that only the first of them waits for it.
pub(crate) type GracePeriod = Shared<BoxFuture<'static, ()>>;

/// A grace period that begins when somebody first waits for it.
pub(crate) fn grace_period() -> GracePeriod {
    const LENGTH: Duration = Duration::from_millis(1500);

    let passed: BoxFuture<'static, ()> = Box::pin(time_limit(LENGTH));
    passed.shared()
}

/// Waits for the renewal's output; `None` when the grace period passes first.
pub(crate) async fn within_grace_period<F: Future + Unpin>(
    grace: GracePeriod,
    renewal: F,
) -> Option<F::Output> {
    match select(renewal, grace).await {
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

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_arrived_during_a_suspension_is_read_before_the_limit_counts() {
        let (sender, answer) = futures_channel::oneshot::channel();
        let waiting = tokio::spawn(timeout(Duration::from_secs(15), answer));
        tokio::task::yield_now().await;
        // The process stands still for 75 s: timers run out first, and what has arrived is read a moment later.
        tokio::time::advance(Duration::from_secs(75)).await;
        tokio::task::yield_now().await;
        sleep(Duration::from_millis(100)).await;
        sender.send(7).unwrap();
        assert_eq!(waiting.await.unwrap(), Some(Ok(7)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_is_as_long_as_it_says() {
        for limit in [Duration::ZERO, Duration::from_millis(300), Duration::from_secs(30)] {
            let begun = tokio::time::Instant::now();
            time_limit(limit).await;
            assert!(begun.elapsed() >= limit && begun.elapsed() <= limit + Duration::from_millis(2));
        }
    }
}
