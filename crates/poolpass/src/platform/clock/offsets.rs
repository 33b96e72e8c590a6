//! How far AWS's clock can be from the device's.

use std::time::{Duration, SystemTime};

/// Differences below this are network latency and the `Date` header's whole seconds, not a wrong clock.
pub(super) const NOISE: Duration = Duration::from_secs(10);

/// The offsets, in milliseconds, that are possible when AWS has told its time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offsets {
    least: i64,
    most: i64,
}

impl Offsets {
    /// The offsets that are possible when AWS said `server` to a request that was sent at `asked_at`, and answered by `answered_at`, on
    /// the device's clock.
    ///
    /// AWS answered at some time in between. Usually that is an instant, but a phone may have slept: then the answer says little, and
    /// what it does not contradict stays.
    pub(super) fn between(server: SystemTime, asked_at: SystemTime, answered_at: SystemTime) -> Self {
        let (one, other) = (millis_from(answered_at, server), millis_from(asked_at, server));
        Self { least: one.min(other), most: one.max(other) }.widened(NOISE)
    }

    pub(super) fn contain(self, offset: i64) -> bool {
        (self.least..=self.most).contains(&offset)
    }

    pub(super) fn meet(self, other: Self) -> bool {
        self.least <= other.most && other.least <= self.most
    }

    pub(super) fn widened(self, by: Duration) -> Self {
        let by = by.as_millis() as i64;
        Self { least: self.least.saturating_sub(by), most: self.most.saturating_add(by) }
    }

    /// The answer was on its way for an instant only.
    pub(super) fn likely(self) -> i64 {
        self.least.saturating_add(NOISE.as_millis() as i64)
    }
}

/// `to` minus `from`.
fn millis_from(from: SystemTime, to: SystemTime) -> i64 {
    let millis = |distance: Duration| i64::try_from(distance.as_millis()).unwrap_or(i64::MAX);
    match to.duration_since(from) {
        Ok(ahead) => millis(ahead),
        Err(error) => -millis(error.duration()),
    }
}
