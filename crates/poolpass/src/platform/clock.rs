//! Time as an input, and the server's time as far as it has been learned.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{AGE, DATE};

use super::{MaybeSend, MaybeSync, sys};
use crate::dates;

/// Provides the device's time.
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

/// The device's clock, corrected by what AWS says about the time.
///
/// The device's clock may be hours off, and AWS refuses signatures that are more than a few minutes off. So may be a `Date` header,
/// which proxies write as well as AWS. Therefore one source alone is not believed against the device:
///
/// | says another time than the device | what follows |
/// |---|---|
/// | AWS's refusal for the time | is believed: its document, or else its `Date` |
/// | a `Date`, and later another one that fits and has moved on | is believed |
/// | a `Date` alone | is a claim: SRP tries it first, and what AWS says to that settles it |
/// | a `Date`, and a new token was issued at that time | is believed |
/// | a new token, where no `Date` agrees with the device | its time is believed |
/// | a `Date` that a new token, an accepted signature or AWS's document contradicts | the headers are not believed any more |
/// | a `Date`, where the device's time cannot be right (a flat battery) | is believed |
/// | a `Date` from before this software, from a cache or from an app's own API | is ignored |
#[derive(Clone, Debug)]
pub(crate) struct ServerClock {
    device: Arc<dyn Clock>,
    learned: Arc<Mutex<Learned>>,
}

#[derive(Debug, Default)]
struct Learned {
    /// AWS's time minus the device's, in milliseconds.
    offset: i64,
    /// The offset is no more than what `Date` headers agree on.
    is_by_dates_alone: bool,
    claim: Option<Claim>,
    /// Something on the way writes the `Date` headers.
    dates_are_wrong: bool,
    /// A `Date` agrees with the offset.
    is_borne_out: bool,
}

/// A `Date` header that contradicts what is known.
#[derive(Clone, Copy, Debug)]
struct Claim {
    date: SystemTime,
    offsets: Offsets,
}

/// The offsets, in milliseconds, that are possible when AWS has told its time.
#[derive(Clone, Copy, Debug)]
struct Offsets {
    least: i64,
    most: i64,
}

impl ServerClock {
    /// Differences below this are network latency and the `Date` header's whole seconds, not a wrong clock.
    const NOISE: Duration = Duration::from_secs(10);
    /// No clock that is right says a time before 2025: this software is younger.
    const EARLIEST: Duration = Duration::from_secs(1_735_689_600);
    /// The time difference that AWS tolerates in every signature, and at most.
    const LEAST_TOLERANCE: Duration = Duration::from_secs(5 * 60);
    const TOLERANCE: Duration = Duration::from_secs(15 * 60);

    pub(crate) fn new(device: Arc<dyn Clock>) -> Self {
        Self { device, learned: Arc::default() }
    }

    /// AWS's time, as far as it is known.
    pub(crate) fn now(&self) -> SystemTime {
        self.at(self.learned().offset)
    }

    /// AWS's time minus the device's, in milliseconds, as far as it is known.
    pub(crate) fn offset(&self) -> i64 {
        self.learned().offset
    }

    /// The later of the times that are possible: what has expired by one of them is renewed, which costs one request.
    pub(crate) fn latest(&self) -> SystemTime {
        let latest = self.disputed().map(|offsets| self.at(offsets[0].max(offsets[1])));
        latest.unwrap_or_else(|| self.now())
    }

    /// Converts `server`, a moment of AWS's time, to the device's clock, for comparison with that clock. If the time is in dispute, the
    /// result is the earlier of both.
    pub(crate) fn on_device(&self, server: SystemTime) -> SystemTime {
        let offset = self.learned().offset;
        let offset = self.disputed().map_or(offset, |[by_dates, other]| by_dates.max(other));
        let distance = Duration::from_millis(offset.unsigned_abs());
        let moment = if offset < 0 { server.checked_add(distance) } else { server.checked_sub(distance) };
        moment.unwrap_or(server)
    }

    /// The device's time, right or wrong: for ages that have to be told before AWS's time is known.
    ///
    /// An app's clock may say anything; a year that nobody can write is the last one that somebody can.
    pub(crate) fn device_now(&self) -> SystemTime {
        /// The end of the year 9998.
        const LATEST: Duration = Duration::from_secs(253_370_764_799);

        self.device.now().clamp(SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + LATEST)
    }

    /// The offsets by the `Date` headers and by what was known before, where nothing has proved which of the two is right.
    pub(crate) fn disputed(&self) -> Option<[i64; 2]> {
        let learned = self.learned();
        match learned.claim {
            Some(claim) => Some([claim.offsets.likely(), learned.offset]),
            None => learned.is_by_dates_alone.then_some([learned.offset, 0]),
        }
    }

    /// AWS's time if it differs so much from the device's.
    pub(crate) fn at(&self, offset: i64) -> SystemTime {
        let distance = Duration::from_millis(offset.unsigned_abs());
        let device = self.device_now();
        let corrected = if offset < 0 { device.checked_sub(distance) } else { device.checked_add(distance) };
        corrected.unwrap_or(device)
    }

    /// AWS has accepted the time at one of the [`disputed`](Self::disputed) offsets, by the `Date` headers or against them.
    pub(crate) fn settle(&self, offset: i64, dates_are_wrong: bool) {
        *self.learned() = Learned { offset, dates_are_wrong, ..Learned::default() };
    }

    /// Whether it is another time by now than `moment`: because time has passed, or because the offset was learned.
    pub(crate) fn has_left(&self, moment: SystemTime) -> bool {
        distance(self.now(), moment) > Self::NOISE
    }

    /// Hears the `Date` header of an answer of AWS; one that came out of a cache says nothing. `asked_at` is the device's time at which
    /// the request was sent, and `signed_at` the time of a signature that AWS has accepted.
    pub(crate) fn hear(&self, headers: &HeaderMap, asked_at: SystemTime, signed_at: Option<SystemTime>) {
        let Some(date) = plausible_date(headers) else { return };
        let offsets = self.offsets(date, asked_at);
        let mut learned = self.learned();
        if offsets.contain(learned.offset) {
            learned.claim = None;
            learned.dates_are_wrong = false;
            learned.is_borne_out = true;
            learned.is_by_dates_alone &= signed_at.is_none();
            return;
        }
        if learned.dates_are_wrong {
            return;
        }
        if signed_at.is_some_and(|signed_at| distance(date, signed_at) > Self::TOLERANCE)
            && !offsets.widened(Self::TOLERANCE).contain(learned.offset)
        {
            learned.claim = None;
            learned.dates_are_wrong = true;
            return;
        }
        learned.is_borne_out = false;
        let claim = Claim { date, offsets };
        match learned.claim {
            _ if !is_plausible(self.device_now()) => learned.adopt(offsets),
            Some(before) if before.offsets.meet(offsets) => {
                // A header that stands still is no clock.
                if date > before.date {
                    learned.adopt(offsets);
                    learned.is_by_dates_alone = true;
                }
            }
            _ => learned.claim = Some(claim),
        }
    }

    /// AWS has refused a request for its time. `server_time` is what its document says; without it the `Date` counts. A refusal that is
    /// not explicit may have another reason, and the time is one only where AWS would not tolerate the difference.
    pub(crate) fn hear_refusal(
        &self,
        server_time: Option<SystemTime>,
        headers: &HeaderMap,
        asked_at: SystemTime,
        is_explicit: bool,
    ) {
        if let Some(server_time) = server_time {
            let offsets = self.offsets(server_time, asked_at);
            let mut learned = self.learned();
            learned.dates_are_wrong |= learned.claim.is_some_and(|claim| !claim.offsets.meet(offsets));
            learned.adopt(offsets);
            return;
        }
        let tolerated = if is_explicit { Duration::ZERO } else { Self::LEAST_TOLERANCE };
        let offsets = plausible_date(headers).map(|date| self.offsets(date, asked_at));
        let mut learned = self.learned();
        match offsets {
            Some(offsets)
                if !learned.dates_are_wrong && !offsets.widened(tolerated).contain(learned.offset) =>
            {
                learned.adopt(offsets);
                learned.is_by_dates_alone = true;
            }
            // The headers agreed on a time that AWS refuses: they are not AWS's.
            _ if is_explicit && learned.is_by_dates_alone => {
                *learned = Learned { dates_are_wrong: true, ..Learned::default() };
            }
            _ => {}
        }
    }

    /// AWS has issued a token at this time. It decides between the device and the `Date` headers, where they disagree; a header that
    /// it does not bear out is not believed, so that no dispute outlives a new token.
    pub(crate) fn hear_token(&self, issued_at: Option<SystemTime>, asked_at: SystemTime) {
        let Some([by_dates, other]) = self.disputed() else {
            return self.adopt_token(issued_at, asked_at);
        };
        if issued_at.is_some_and(|issued_at| self.offsets(issued_at, asked_at).contain(by_dates)) {
            self.settle(by_dates, false);
        } else {
            self.settle(other, true);
        }
    }

    /// Adopts the time of a new token if no `Date` has told the time, for example because a browser hides it. Otherwise the token would
    /// look expired to a device whose clock is ahead, and outlive its expiry on one whose clock is behind.
    fn adopt_token(&self, issued_at: Option<SystemTime>, asked_at: SystemTime) {
        let Some(issued_at) = issued_at.filter(|issued_at| is_plausible(*issued_at)) else { return };
        let offsets = self.offsets(issued_at, asked_at);
        let mut learned = self.learned();
        if !learned.is_borne_out && !offsets.widened(Self::LEAST_TOLERANCE).contain(learned.offset) {
            learned.adopt(offsets);
        }
    }

    /// The possible offsets after AWS has answered with the time `server` to a request that was sent at `asked_at` on the device's clock.
    ///
    /// AWS answered at some time between then and now. Usually that is an instant, but a phone may have slept in between: then
    /// the answer says little, and what it does not contradict stays.
    fn offsets(&self, server: SystemTime, asked_at: SystemTime) -> Offsets {
        let (one, other) = (millis_from(self.device_now(), server), millis_from(asked_at, server));
        Offsets { least: one.min(other), most: one.max(other) }.widened(Self::NOISE)
    }

    fn learned(&self) -> MutexGuard<'_, Learned> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Learned {
    /// Corrects the offset unless it is possible as it is.
    fn adopt(&mut self, offsets: Offsets) {
        self.claim = None;
        self.is_by_dates_alone = false;
        if !offsets.contain(self.offset) {
            self.offset = if offsets.contain(0) { 0 } else { offsets.likely() };
        }
    }
}

impl Offsets {
    fn contain(self, offset: i64) -> bool {
        (self.least..=self.most).contains(&offset)
    }

    fn meet(self, other: Self) -> bool {
        self.least <= other.most && other.least <= self.most
    }

    fn widened(self, by: Duration) -> Self {
        let by = by.as_millis() as i64;
        Self { least: self.least.saturating_sub(by), most: self.most.saturating_add(by) }
    }

    /// The answer was on its way for an instant only.
    fn likely(self) -> i64 {
        self.least.saturating_add(ServerClock::NOISE.as_millis() as i64)
    }
}

/// The `Date` of an answer, where it can be that of a clock.
fn plausible_date(headers: &HeaderMap) -> Option<SystemTime> {
    if headers.contains_key(AGE) {
        return None;
    }
    dates::from_http(headers.get(DATE)?.to_str().ok()?).filter(|date| is_plausible(*date))
}

fn is_plausible(time: SystemTime) -> bool {
    time >= SystemTime::UNIX_EPOCH + ServerClock::EARLIEST
}

fn distance(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).unwrap_or_else(|error| error.duration())
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

    const DATE_SECONDS: u64 = 1_784_111_777;
    const DAY: u64 = 86_400;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// A device whose clock a test moves.
    #[derive(Clone, Debug)]
    struct Device(Arc<Mutex<SystemTime>>);

    impl Clock for Device {
        fn now(&self) -> SystemTime {
            *self.0.lock().unwrap()
        }
    }

    impl Device {
        fn pass(&self, seconds: u64) {
            *self.0.lock().unwrap() += Duration::from_secs(seconds);
        }
    }

    fn device(seconds: u64) -> (Device, ServerClock) {
        let device = Device(Arc::new(Mutex::new(at(seconds))));
        (device.clone(), ServerClock::new(Arc::new(device)))
    }

    fn date(seconds: u64) -> HeaderMap {
        let date = HeaderValue::try_from(dates::to_http(at(seconds)).unwrap()).unwrap();
        HeaderMap::from_iter([(DATE, date)])
    }

    fn hear(clock: &ServerClock, seconds: u64) {
        clock.hear(&date(seconds), clock.device_now(), None);
    }

    #[test]
    fn a_date_alone_is_a_claim_and_a_second_one_that_has_moved_on_confirms_it() {
        let (device, clock) = device(DATE_SECONDS - 7200);
        hear(&clock, DATE_SECONDS);
        assert_eq!(clock.now(), at(DATE_SECONDS - 7200));
        assert_eq!(clock.disputed(), Some([7_200_000, 0]));
        device.pass(3);
        hear(&clock, DATE_SECONDS + 3);
        assert_eq!((clock.now(), clock.disputed()), (at(DATE_SECONDS + 3), Some([7_200_000, 0])));
        // The device is set right while the program runs.
        device.pass(7200);
        hear(&clock, DATE_SECONDS + 4);
        device.pass(2);
        hear(&clock, DATE_SECONDS + 6);
        assert_eq!(clock.now(), device.now());
    }

    #[test]
    fn a_moment_on_the_devices_clock_is_as_far_away_as_on_awss() {
        for seconds in [-7200, 0, 7200] {
            let (device, clock) = device(DATE_SECONDS.saturating_add_signed(-seconds));
            clock.hear_refusal(Some(at(DATE_SECONDS)), &HeaderMap::new(), clock.device_now(), true);
            assert_eq!(clock.on_device(at(DATE_SECONDS + 3600)), device.now() + Duration::from_secs(3600));
        }
        // Of two times that are possible the earlier one: credentials are renewed too early rather than too late.
        let (_, clock) = device(DATE_SECONDS - 7200);
        hear(&clock, DATE_SECONDS);
        assert_eq!(clock.on_device(at(DATE_SECONDS + 3600)), at(DATE_SECONDS - 3600));
        let (_, clock) = device(DATE_SECONDS + 7200);
        hear(&clock, DATE_SECONDS);
        assert_eq!(clock.on_device(at(DATE_SECONDS + 3600)), at(DATE_SECONDS + 3600));
    }

    #[test]
    fn a_date_that_stands_still_is_never_believed() {
        let (device, clock) = device(DATE_SECONDS);
        for _ in 0..100 {
            hear(&clock, DATE_SECONDS - DAY);
            device.pass(2);
        }
        assert_eq!(clock.now(), device.now());
    }

    #[test]
    fn a_date_before_this_software_is_ignored_and_a_device_with_such_a_time_is_corrected_at_once() {
        let (_, clock) = device(DATE_SECONDS);
        hear(&clock, 0);
        assert_eq!((clock.now(), clock.disputed()), (at(DATE_SECONDS), None));
        let (_, clock) = device(12);
        hear(&clock, DATE_SECONDS);
        assert_eq!(clock.now(), at(DATE_SECONDS));
    }

    #[test]
    fn latency_malformed_dates_and_cached_answers_claim_nothing() {
        let (_, clock) = device(DATE_SECONDS - 8);
        hear(&clock, DATE_SECONDS);
        let malformed = HeaderMap::from_iter([(DATE, HeaderValue::from_static("yesterday"))]);
        clock.hear(&malformed, clock.device_now(), None);
        let mut cached = date(DATE_SECONDS + DAY);
        cached.insert(AGE, HeaderValue::from_static("30"));
        clock.hear(&cached, clock.device_now(), None);
        assert_eq!((clock.now(), clock.disputed()), (at(DATE_SECONDS - 8), None));
    }

    #[test]
    fn a_refusal_for_the_time_is_believed_and_its_document_more_than_its_header() {
        let (_, clock) = device(DATE_SECONDS - 7200);
        clock.hear_refusal(None, &date(DATE_SECONDS), clock.device_now(), true);
        assert_eq!(clock.now(), at(DATE_SECONDS));
        let (_, clock) = device(DATE_SECONDS - 7200);
        clock.hear_refusal(Some(at(DATE_SECONDS)), &date(DATE_SECONDS - DAY), clock.device_now(), true);
        assert_eq!(clock.now(), at(DATE_SECONDS));
    }

    #[test]
    fn a_proxy_whose_clock_goes_wrong_is_found_out_by_a_refusal_a_signature_and_a_token() {
        // A refusal of the time that its headers agree on.
        let (device_1, clock) = device(DATE_SECONDS);
        hear(&clock, DATE_SECONDS - DAY);
        device_1.pass(2);
        hear(&clock, DATE_SECONDS - DAY + 2);
        assert_eq!(clock.now(), at(DATE_SECONDS - DAY + 2));
        clock.hear_refusal(None, &date(DATE_SECONDS - DAY + 2), clock.device_now(), true);
        assert_eq!(clock.now(), device_1.now());
        // A signature that AWS has accepted, and a token that it has issued.
        let by_signature = |clock: &ServerClock| {
            clock.hear(&date(DATE_SECONDS - DAY), clock.device_now(), Some(clock.now()));
        };
        let by_token = |clock: &ServerClock| {
            hear(clock, DATE_SECONDS - DAY);
            clock.hear_token(Some(clock.device_now()), clock.device_now());
        };
        for proof in [&by_signature as &dyn Fn(&ServerClock), &by_token] {
            let (device, clock) = device(DATE_SECONDS);
            proof(&clock);
            for passed in 1..10 {
                device.pass(10);
                hear(&clock, DATE_SECONDS - DAY + 10 * passed);
            }
            assert_eq!((clock.now(), clock.disputed()), (device.now(), None));
        }
    }

    #[test]
    fn a_token_that_was_issued_at_the_time_of_the_header_proves_the_device_wrong() {
        let (_, clock) = device(DATE_SECONDS + 7200);
        hear(&clock, DATE_SECONDS);
        clock.hear_token(Some(at(DATE_SECONDS)), clock.device_now());
        assert_eq!(clock.now(), at(DATE_SECONDS));
    }

    #[test]
    fn a_new_token_tells_the_time_where_no_header_does_and_not_against_headers_that_agree_with_the_device() {
        for seconds in [-7200, 7200] {
            let (_, clock) = device(DATE_SECONDS.saturating_add_signed(seconds));
            clock.hear_token(Some(at(DATE_SECONDS)), clock.device_now());
            assert_eq!(clock.now(), at(DATE_SECONDS));
            // The device is set right, and the next token shows it.
            let (device, clock) = device(DATE_SECONDS);
            clock.hear_token(Some(at(DATE_SECONDS.saturating_add_signed(-seconds))), clock.device_now());
            clock.hear_token(Some(at(DATE_SECONDS)), clock.device_now());
            assert_eq!(clock.now(), device.now());

            hear(&clock, DATE_SECONDS);
            clock.hear_token(Some(at(DATE_SECONDS.saturating_add_signed(seconds))), clock.device_now());
            assert_eq!(clock.now(), device.now());
        }
        // A token that does not say when, that says nonsense, or that was long on its way.
        let (device, clock) = device(DATE_SECONDS);
        for issued_at in [None, Some(at(0)), Some(at(12)), Some(at(DATE_SECONDS - 200))] {
            clock.hear_token(issued_at, clock.device_now());
            assert_eq!(clock.now(), device.now());
        }
        clock.hear_token(Some(at(DATE_SECONDS - 3600)), at(DATE_SECONDS - 3600));
        assert_eq!(clock.now(), device.now());
    }

    #[test]
    fn what_has_expired_by_one_of_two_times_has_to_be_renewed_and_no_dispute_outlives_a_new_token() {
        for seconds in [-7200, 7200] {
            for issued_at in [None, Some(at(DATE_SECONDS - DAY))] {
                let (device, clock) = device(DATE_SECONDS.saturating_add_signed(seconds));
                hear(&clock, DATE_SECONDS);
                assert_eq!(clock.latest(), at(DATE_SECONDS).max(device.now()));
                clock.hear_token(issued_at, clock.device_now());
                hear(&clock, DATE_SECONDS + 1);
                assert_eq!((clock.latest(), clock.disputed()), (device.now(), None));
            }
        }
    }

    #[test]
    fn what_aws_has_accepted_settles_the_dispute() {
        for dates_are_right in [true, false] {
            for confirmed in [true, false] {
                let (device, clock) = device(DATE_SECONDS + 7200);
                hear(&clock, DATE_SECONDS);
                if confirmed {
                    device.pass(1);
                    hear(&clock, DATE_SECONDS + 1);
                }
                let [by_dates, other] = clock.disputed().unwrap();
                let right = if dates_are_right { by_dates } else { other };
                clock.settle(right, !dates_are_right);
                assert_eq!((clock.now(), clock.disputed()), (clock.at(right), None));
                assert_eq!(right, if dates_are_right { -7_200_000 } else { 0 });
            }
        }
    }

    #[test]
    fn an_answer_that_was_read_an_hour_late_does_not_make_the_device_wrong() {
        let (_, clock) = device(DATE_SECONDS + 3600);
        clock.hear_refusal(Some(at(DATE_SECONDS)), &HeaderMap::new(), at(DATE_SECONDS), true);
        assert_eq!(clock.now(), clock.device_now());
        // It corrects what it contradicts nevertheless.
        clock.hear_refusal(Some(at(DATE_SECONDS + 7200)), &HeaderMap::new(), at(DATE_SECONDS), true);
        assert_eq!(clock.now(), at(DATE_SECONDS + 7200));
    }

    #[test]
    fn times_at_the_ends_of_what_there_is_are_no_panic() {
        let (_, clock) = device(0);
        clock.hear_refusal(Some(at(i64::MAX as u64)), &HeaderMap::new(), at(i64::MAX as u64), true);
        clock.hear_refusal(Some(at(0)), &HeaderMap::new(), at(i64::MAX as u64), true);
        let _ = clock.now();
    }
}
