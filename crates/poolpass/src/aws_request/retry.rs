//! When a request is sent again, and after which wait.
//!
//! This follows the standard mode of the AWS SDKs: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use super::{Failure, Repeat};
use crate::error::Error;
use crate::platform::{Random, TransportErrorKind};

/// How often a request is sent again, and how long the client waits before.
///
/// The waits grow exponentially with jitter. All requests of one client share a budget of retries,
/// so that they do not flood a service in trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a request is sent at most, the first time included. Default: 3. With 1 nothing is sent again.
    pub max_attempts: u32,
    /// The wait before the first repetition, before jitter (which at most doubles it). Default: 100 ms.
    pub first_delay: Duration,
    /// The longest wait; also the longest `Retry-After` that is obeyed. Default: 20 s.
    pub max_delay: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_attempts: 3, first_delay: Duration::from_millis(100), max_delay: Duration::from_secs(20) }
    }
}

impl RetryPolicy {
    /// The wait before each repetition.
    pub(super) fn delays(&self, random: &dyn Random) -> Result<ExponentialBackoff, Error> {
        let mut seed = [0; 8];
        random.fill(&mut seed)?;
        Ok(ExponentialBuilder::new()
            .with_min_delay(self.first_delay)
            .with_max_delay(self.max_delay)
            .with_max_times(usize::try_from(self.max_attempts.saturating_sub(1)).unwrap_or(usize::MAX))
            .with_jitter()
            .with_jitter_seed(u64::from_ne_bytes(seed))
            .build())
    }
}

/// The token bucket that all requests of a client share.
#[derive(Debug)]
pub(super) struct RetryBudget(Mutex<u32>);

impl RetryBudget {
    const CAPACITY: u32 = 500;
    const RETRY_COST: u32 = 5;
    const TIMEOUT_COST: u32 = 10;
    const SUCCESS_REFUND: u32 = 1;

    /// Starts the attempts of one request.
    pub(super) fn attempts<'a>(&'a self, policy: &'a RetryPolicy, random: &'a dyn Random) -> Attempts<'a> {
        Attempts { budget: self, policy, random, delays: None, paid: 0 }
    }

    /// Refunds the cost of the last repetition after a success.
    pub(super) fn succeeded(&self, attempts: &Attempts<'_>) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *tokens = (*tokens + attempts.paid.max(Self::SUCCESS_REFUND)).min(Self::CAPACITY);
    }

    fn pay(&self, cost: u32) -> bool {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(left) = tokens.checked_sub(cost) else { return false };
        *tokens = left;
        true
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self(Mutex::new(Self::CAPACITY))
    }
}

/// The attempts of one request.
pub(super) struct Attempts<'a> {
    budget: &'a RetryBudget,
    policy: &'a RetryPolicy,
    random: &'a dyn Random,
    /// Present from the first failure on: a request that succeeds at once needs no random numbers.
    delays: Option<ExponentialBackoff>,
    /// The cost of the last repetition.
    paid: u32,
}

/// The decision after a failed attempt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    GiveUp,
    WaitAndRepeat(Duration),
}

impl Attempts<'_> {
    pub(super) fn verdict(&mut self, failure: &Failure, repeat: Repeat) -> Verdict {
        let (may_repeat, cost, asked) = match failure {
            Failure::NoAnswer(error) => match error.kind {
                TransportErrorKind::NotSent => (true, RetryBudget::TIMEOUT_COST, None),
                TransportErrorKind::Interrupted | TransportErrorKind::TimedOut => {
                    (repeat == Repeat::Safe, RetryBudget::TIMEOUT_COST, None)
                }
                TransportErrorKind::Redirected | TransportErrorKind::Unsupported => (false, 0, None),
            },
            Failure::Final(_) => (false, 0, None),
            Failure::Refused(refusal) => {
                let may_repeat = refusal.is_throttled() || (refusal.is_passing() && repeat == Repeat::Safe);
                (may_repeat, RetryBudget::RETRY_COST, refusal.retry_after)
            }
        };
        if !may_repeat {
            return Verdict::GiveUp;
        }
        let Some(delay) = self.next_delay() else { return Verdict::GiveUp };
        if !self.budget.pay(cost) {
            return Verdict::GiveUp;
        }
        self.paid = cost;
        Verdict::WaitAndRepeat(asked.map_or(delay, |asked| asked.max(delay).min(self.policy.max_delay)))
    }

    /// Without random numbers nothing is repeated, and the caller gets the original failure.
    fn next_delay(&mut self) -> Option<Duration> {
        if self.delays.is_none() {
            self.delays = self.policy.delays(self.random).ok();
        }
        self.delays.as_mut()?.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{RandomError, SystemRandom, TransportError};

    fn lost() -> Failure {
        Failure::NoAnswer(TransportError::interrupted("reset"))
    }

    fn attempts<'a>(budget: &'a RetryBudget, policy: &'a RetryPolicy) -> Attempts<'a> {
        budget.attempts(policy, &SystemRandom)
    }

    #[test]
    fn a_lost_answer_is_repeated_only_where_that_is_safe() {
        let budget = RetryBudget::default();
        let policy = RetryPolicy::default();
        assert_eq!(attempts(&budget, &policy).verdict(&lost(), Repeat::IfNotDone), Verdict::GiveUp);
        assert_ne!(attempts(&budget, &policy).verdict(&lost(), Repeat::Safe), Verdict::GiveUp);
        let unsent = Failure::NoAnswer(TransportError::not_sent("refused"));
        assert_ne!(attempts(&budget, &policy).verdict(&unsent, Repeat::IfNotDone), Verdict::GiveUp);
    }

    #[test]
    fn without_random_numbers_nothing_is_repeated() {
        #[derive(Debug)]
        struct Broken;
        impl Random for Broken {
            fn fill(&self, _: &mut [u8]) -> Result<(), RandomError> {
                Err(RandomError("no entropy".to_owned()))
            }
        }
        let (budget, policy) = (RetryBudget::default(), RetryPolicy::default());
        assert_eq!(budget.attempts(&policy, &Broken).verdict(&lost(), Repeat::Safe), Verdict::GiveUp);
    }

    #[test]
    fn the_number_of_attempts_is_bounded_and_waits_grow() {
        let budget = RetryBudget::default();
        let policy = RetryPolicy { max_attempts: 4, ..RetryPolicy::default() };
        let mut attempts = attempts(&budget, &policy);
        let mut waits = Vec::new();
        while let Verdict::WaitAndRepeat(wait) = attempts.verdict(&lost(), Repeat::Safe) {
            waits.push(wait);
        }
        assert_eq!(waits.len(), 3);
        for (wait, base) in waits.iter().zip([100, 200, 400]) {
            assert!((base..=2 * base).contains(&wait.as_millis()), "{waits:?}");
        }
    }

    #[test]
    fn a_service_in_trouble_is_not_flooded() {
        let budget = RetryBudget::default();
        let policy = RetryPolicy { max_attempts: 2, ..RetryPolicy::default() };
        let repeated = (0..1000)
            .filter(|_| attempts(&budget, &policy).verdict(&lost(), Repeat::Safe) != Verdict::GiveUp)
            .count();
        assert_eq!(repeated, 50);
        budget.succeeded(&Attempts { paid: 10, ..attempts(&budget, &policy) });
        assert_ne!(attempts(&budget, &policy).verdict(&lost(), Repeat::Safe), Verdict::GiveUp);
    }
}
