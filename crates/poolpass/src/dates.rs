//! Dates as HTTP and XML write them.
//!
//! `SystemTime` and `OffsetDateTime` hold different ranges, and `From` between them panics outside the common one. A time from a server
//! or the app may be any time, so these conversions are fallible.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::macros::format_description;

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`. Returns `None` for any other text and for dates before 1970.
pub(crate) fn from_http(text: &str) -> Option<SystemTime> {
    // HTTP dates are RFC 2822 dates whose zone is spelled "GMT".
    system_time(OffsetDateTime::parse(text, &Rfc2822).ok()?)
}

/// Writes `Sun, 06 Nov 1994 08:49:37 GMT`. `None` outside the years 1 to 9999.
pub(crate) fn to_http(time: SystemTime) -> Option<String> {
    let format = format_description!(
        version = 3,
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    calendar(time)?.format(&format).ok()
}

/// Reads `1994-11-06T08:49:37.000Z`. Returns `None` for any other text and for dates before 1970.
pub(crate) fn from_rfc3339(text: &str) -> Option<SystemTime> {
    system_time(OffsetDateTime::parse(text, &Rfc3339).ok()?)
}

/// Reads seconds since 1970, as AWS's JSON has them. `None` for a time that no clock shows.
pub(crate) fn from_unix(seconds: f64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
}

/// The date and time in UTC, to the second. `None` outside the years 1 to 9999.
pub(crate) fn calendar(time: SystemTime) -> Option<OffsetDateTime> {
    let seconds = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).ok()?,
        Err(before) => -i64::try_from(before.duration().as_secs()).ok()?,
    };
    OffsetDateTime::from_unix_timestamp(seconds).ok().filter(|date| date.year() >= 1)
}

fn system_time(date: OffsetDateTime) -> Option<SystemTime> {
    let seconds = u64::try_from(date.unix_timestamp()).ok()?;
    UNIX_EPOCH.checked_add(Duration::new(seconds, date.nanosecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Duration = Duration::from_secs(784_111_777);

    #[test]
    fn dates_are_read_and_written() {
        let moment = UNIX_EPOCH + MOMENT;
        assert_eq!(from_http("Sun, 06 Nov 1994 08:49:37 GMT"), Some(moment));
        assert_eq!(to_http(moment).as_deref(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(from_rfc3339("1994-11-06T08:49:37Z"), Some(moment));
        assert_eq!(from_rfc3339("1994-11-06T10:49:37.250+02:00"), Some(moment + Duration::from_millis(250)));
    }

    #[test]
    fn times_that_fit_nowhere_are_none_and_no_panic() {
        for text in ["", "yesterday", "Sun, 06 Nov 1894 08:49:37 GMT"] {
            assert_eq!(from_http(text), None, "{text}");
        }
        for text in ["", "1994", "1894-11-06T08:49:37Z", "-0001-01-01T00:00:00Z"] {
            assert_eq!(from_rfc3339(text), None, "{text}");
        }
        let far = Duration::from_secs(u64::MAX / 4);
        assert_eq!(to_http(UNIX_EPOCH + far), None);
        assert_eq!(calendar(UNIX_EPOCH - Duration::from_secs(63_000_000_000)), None);
    }
}
