//! Time as an input, and the server's time as far as it has been learned.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{AGE, DATE};

use super::{MaybeSend, MaybeSync, sys};
use crate::dates;

/// Where the SDK takes the device's time from.
pub trait Clock: fmt::Debug + MaybeSend + MaybeSync {
    /// The device's wall clock time, right or wrong.
    fn now(&self) -> SystemTime;
}

/// The device's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        sys::now()
    }
}

/// The device's clock, corrected by what AWS's answers say about the time.
///
/// The device clock may be hours off. AWS refuses signatures that are more than a few minutes off,
/// so the offset is learned from the `Date` header of every answer and applied to signatures,
/// SRP timestamps and expiry alike.
#[derive(Clone, Debug)]
pub(crate) struct ServerClock {
    device: Arc<dyn Clock>,
    offset_millis: Arc<AtomicI64>,
}

impl ServerClock {
    /// Differences below this are network latency and the `Date` header's whole seconds, not a wrong clock.
    const NOISE: Duration = Duration::from_secs(10);

    pub(crate) fn new(device: Arc<dyn Clock>) -> Self {
        Self { device, offset_millis: Arc::default() }
    }

    /// AWS's time, as far as it is known.
    pub(crate) fn now(&self) -> SystemTime {
        let offset = self.offset_millis();
        let distance = Duration::from_millis(offset.unsigned_abs());
        let device = self.device.now();
        let corrected = if offset < 0 { device.checked_sub(distance) } else { device.checked_add(distance) };
        corrected.unwrap_or(device)
    }

    /// The moment `server` of AWS's time on the device's clock, for whoever compares it with that.
    pub(crate) fn on_device(&self, server: SystemTime) -> SystemTime {
        let offset = self.offset_millis();
        let distance = Duration::from_millis(offset.unsigned_abs());
        let moment = if offset < 0 { server.checked_add(distance) } else { server.checked_sub(distance) };
        moment.unwrap_or(server)
    }

    /// The device's time, right or wrong: for ages that have to be told before AWS's time is known.
    pub(crate) fn device_now(&self) -> SystemTime {
        self.device.now()
    }

    /// Whether it is another time by now than `moment`: because time has passed, or because the offset was learned.
    pub(crate) fn has_left(&self, moment: SystemTime) -> bool {
        let distance = self.now().duration_since(moment).unwrap_or_else(|error| error.duration());
        distance > Self::NOISE
    }

    /// AWS's time minus the device's, in milliseconds.
    fn offset_millis(&self) -> i64 {
        self.offset_millis.load(Ordering::Relaxed)
    }

    /// Learns from an answer's `Date` header; one that came out of a cache says nothing. `asked_at` is the device's time at
    /// which the request was sent.
    pub(crate) fn learn_from_headers(&self, headers: &HeaderMap, asked_at: SystemTime) {
        if headers.contains_key(AGE) {
            return;
        }
        if let Some(date) = headers.get(DATE).and_then(|value| dates::from_http(value.to_str().ok()?)) {
            self.learn(date, asked_at);
        }
    }

    /// Learns from a moment at which AWS says that it answered a request that was sent at `asked_at`, on the device's clock.
    ///
    /// AWS answered at some time between then and now. Usually that is an instant, but a phone may have slept in between: then
    /// the answer says little, and what it does not contradict stays.
    pub(crate) fn learn(&self, server: SystemTime, asked_at: SystemTime) {
        let (least, most) = (millis_from(self.device.now(), server), millis_from(asked_at, server));
        let noise = Self::NOISE.as_millis() as i64;
        let (least, most) = (least.min(most).saturating_sub(noise), least.max(most).saturating_add(noise));
        let known = self.offset_millis();
        if (least..=most).contains(&known) {
            return;
        }
        let offset = if (least..=most).contains(&0) { 0 } else { least.saturating_add(noise) };
        self.offset_millis.store(offset, Ordering::Relaxed);
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

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[derive(Debug)]
    struct Stopped(SystemTime);

    impl Clock for Stopped {
        fn now(&self) -> SystemTime {
            self.0
        }
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn clock_at(seconds: u64) -> ServerClock {
        ServerClock::new(Arc::new(Stopped(at(seconds))))
    }

    fn date(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(DATE, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_device_that_is_two_hours_late_is_corrected() {
        let clock = clock_at(784_111_777 - 7200);
        clock.learn_from_headers(&date("Sun, 06 Nov 1994 08:49:37 GMT"), clock.device_now());
        assert_eq!(clock.offset_millis(), 7_200_000);
        assert_eq!(clock.now(), at(784_111_777));
    }

    #[test]
    fn a_moment_on_the_devices_clock_is_as_far_away_as_on_awss() {
        for (device, server) in [(1_000_000, 1_007_200), (1_007_200, 1_000_000), (1_000_000, 1_000_000)] {
            let clock = clock_at(device);
            clock.learn(at(server), clock.device_now());
            assert_eq!(clock.on_device(at(server + 3600)), at(device + 3600));
        }
    }

    #[test]
    fn a_device_that_is_ahead_is_corrected_and_a_later_right_clock_undoes_it() {
        let clock = clock_at(784_111_777 + 600);
        clock.learn_from_headers(&date("Sun, 06 Nov 1994 08:49:37 GMT"), clock.device_now());
        assert_eq!(clock.offset_millis(), -600_000);
        clock.learn(at(784_111_777 + 601), clock.device_now());
        assert_eq!(clock.offset_millis(), 0);
    }

    #[test]
    fn latency_malformed_dates_and_cached_answers_teach_nothing() {
        let clock = clock_at(784_111_777 - 8);
        clock.learn_from_headers(&date("Sun, 06 Nov 1994 08:49:37 GMT"), clock.device_now());
        clock.learn_from_headers(&date("yesterday"), clock.device_now());
        let mut cached = date("Mon, 07 Nov 1994 08:49:37 GMT");
        cached.insert(AGE, HeaderValue::from_static("30"));
        clock.learn_from_headers(&cached, clock.device_now());
        assert_eq!(clock.offset_millis(), 0);
    }

    #[test]
    fn an_answer_that_was_read_an_hour_late_does_not_make_the_device_wrong() {
        let clock = clock_at(784_111_777 + 3600);
        clock.learn(at(784_111_777), at(784_111_777));
        assert_eq!(clock.offset_millis(), 0);
        // What it contradicts is corrected all the same.
        clock.learn(at(784_111_777 + 7200), at(784_111_777));
        assert_eq!(clock.offset_millis(), 3_600_000);
    }

    #[test]
    fn times_at_the_ends_of_what_there_is_are_no_panic() {
        let clock = clock_at(0);
        clock.learn(at(i64::MAX as u64), at(i64::MAX as u64));
        clock.learn(at(0), at(i64::MAX as u64));
        let _ = clock.now();
    }
}
