use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, SystemTime},
};

use time::{OffsetDateTime, macros::format_description};

/// The server's clock: the machine's time plus an offset that tests set, by [`Clock::set_offset_seconds`] or
/// `POST /_local/clock {"offsetSeconds": 7200}`. The whole server uses this clock, so moving it also ages codes, sessions,
/// tokens and credentials.
#[derive(Debug, Default)]
pub struct Clock {
    offset_seconds: AtomicI64,
}

impl Clock {
    /// The time by this clock.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of the server that asks the machine for its time"
    )]
    pub fn now(&self) -> SystemTime {
        let machine = SystemTime::now();
        let offset = self.offset_seconds();
        let distance = Duration::from_secs(offset.unsigned_abs());
        let moved = if offset < 0 { machine.checked_sub(distance) } else { machine.checked_add(distance) };
        moved.unwrap_or(machine)
    }

    /// Seconds since 1970 by this clock.
    pub fn unix_seconds(&self) -> i64 {
        unix_seconds(self.now())
    }

    /// How many seconds this clock is ahead of the machine's; negative if it is behind. 0 at the start.
    pub fn offset_seconds(&self) -> i64 {
        self.offset_seconds.load(Ordering::Relaxed)
    }

    /// Sets how many seconds this clock is ahead of the machine's, at most a century either way.
    pub fn set_offset_seconds(&self, seconds: i64) {
        const CENTURY: i64 = 100 * 365 * 24 * 3600;
        self.offset_seconds.store(seconds.clamp(-CENTURY, CENTURY), Ordering::Relaxed);
    }

    /// Moves the clock forward; negative seconds move it back.
    pub fn advance_seconds(&self, seconds: i64) {
        self.set_offset_seconds(self.offset_seconds().saturating_add(seconds));
    }
}

pub(crate) fn unix_seconds(time: SystemTime) -> i64 {
    OffsetDateTime::from(time).unix_timestamp()
}

/// The form of the HTTP `Date` header: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn http_date(time: SystemTime) -> String {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    OffsetDateTime::from(time).format(format).unwrap_or_default()
}

/// The form of RFC 3339: `1994-11-06T08:49:37Z`.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    OffsetDateTime::from(time).format(format).unwrap_or_default()
}

/// The form of times in the JSON services: seconds since 1970, with milliseconds.
pub(crate) fn json_timestamp(time: SystemTime) -> serde_json::Value {
    let milliseconds = OffsetDateTime::from(time).unix_timestamp_nanos() / 1_000_000;
    serde_json::json!(milliseconds as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_moves_the_clock_both_ways() {
        let clock = Clock::default();
        let start = clock.unix_seconds();

        clock.set_offset_seconds(7200);
        assert!((7200..7205).contains(&(clock.unix_seconds() - start)));
        clock.advance_seconds(-10_800);
        assert!((-3600..-3595).contains(&(clock.unix_seconds() - start)));
    }

    #[test]
    fn an_absurd_offset_does_not_break_the_clock() {
        let clock = Clock::default();
        clock.set_offset_seconds(i64::MAX);
        clock.advance_seconds(i64::MAX);
        assert!(clock.unix_seconds() > 0);
        clock.set_offset_seconds(i64::MIN);
        assert!(!http_date(clock.now()).is_empty());
    }

    #[test]
    fn dates_have_the_forms_that_http_and_rfc_3339_ask_for() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(784_111_777_250);
        assert_eq!(http_date(time), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(rfc3339(time), "1994-11-06T08:49:37Z");
        assert_eq!(json_timestamp(time), serde_json::json!(784_111_777.25));
    }
}
