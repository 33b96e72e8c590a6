//! AWS's time, as far as it has been learned.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{AGE, DATE};

use super::Clock;
use super::offsets::{NOISE, Offsets};
use crate::dates;

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
    is_confirmed: bool,
}

/// A `Date` header that contradicts what is known.
#[derive(Clone, Copy, Debug)]
struct Claim {
    date: SystemTime,
    offsets: Offsets,
}

impl ServerClock {
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
        distance(self.now(), moment) > NOISE
    }

    /// Considers the `Date` header of an answer of AWS; one that came out of a cache says nothing. `asked_at` is the device's time at which
    /// the request was sent, and `signed_at` the time of a signature that AWS has accepted.
    pub(crate) fn observe_answer(
        &self,
        headers: &HeaderMap,
        asked_at: SystemTime,
        signed_at: Option<SystemTime>,
    ) {
        let Some(date) = plausible_date(headers) else { return };
        let offsets = self.offsets(date, asked_at);
        let mut learned = self.learned();
        if offsets.contain(learned.offset) {
            learned.claim = None;
            learned.dates_are_wrong = false;
            learned.is_confirmed = true;
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
        learned.is_confirmed = false;
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
    pub(crate) fn observe_refusal(
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
    pub(crate) fn observe_token(&self, issued_at: Option<SystemTime>, asked_at: SystemTime) {
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
        if !learned.is_confirmed && !offsets.widened(Self::LEAST_TOLERANCE).contain(learned.offset) {
            learned.adopt(offsets);
        }
    }

    fn offsets(&self, server: SystemTime, asked_at: SystemTime) -> Offsets {
        Offsets::between(server, asked_at, self.device_now())
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

#[cfg(test)]
mod tests;
