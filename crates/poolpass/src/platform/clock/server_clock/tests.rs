//! The times that are believed, and those that are not.

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
    clock.observe_answer(&date(seconds), clock.device_now(), None);
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
        clock.observe_refusal(Some(at(DATE_SECONDS)), &HeaderMap::new(), clock.device_now(), true);
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
    clock.observe_answer(&malformed, clock.device_now(), None);
    let mut cached = date(DATE_SECONDS + DAY);
    cached.insert(AGE, HeaderValue::from_static("30"));
    clock.observe_answer(&cached, clock.device_now(), None);
    assert_eq!((clock.now(), clock.disputed()), (at(DATE_SECONDS - 8), None));
}

#[test]
fn a_refusal_for_the_time_is_believed_and_its_document_more_than_its_header() {
    let (_, clock) = device(DATE_SECONDS - 7200);
    clock.observe_refusal(None, &date(DATE_SECONDS), clock.device_now(), true);
    assert_eq!(clock.now(), at(DATE_SECONDS));
    let (_, clock) = device(DATE_SECONDS - 7200);
    clock.observe_refusal(Some(at(DATE_SECONDS)), &date(DATE_SECONDS - DAY), clock.device_now(), true);
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
    clock.observe_refusal(None, &date(DATE_SECONDS - DAY + 2), clock.device_now(), true);
    assert_eq!(clock.now(), device_1.now());
    // A signature that AWS has accepted, and a token that it has issued.
    let by_signature = |clock: &ServerClock| {
        clock.observe_answer(&date(DATE_SECONDS - DAY), clock.device_now(), Some(clock.now()));
    };
    let by_token = |clock: &ServerClock| {
        hear(clock, DATE_SECONDS - DAY);
        clock.observe_token(Some(clock.device_now()), clock.device_now());
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
    clock.observe_token(Some(at(DATE_SECONDS)), clock.device_now());
    assert_eq!(clock.now(), at(DATE_SECONDS));
}

#[test]
fn a_new_token_tells_the_time_where_no_header_does_and_not_against_headers_that_agree_with_the_device() {
    for seconds in [-7200, 7200] {
        let (_, clock) = device(DATE_SECONDS.saturating_add_signed(seconds));
        clock.observe_token(Some(at(DATE_SECONDS)), clock.device_now());
        assert_eq!(clock.now(), at(DATE_SECONDS));
        // The device is set right, and the next token shows it.
        let (device, clock) = device(DATE_SECONDS);
        clock.observe_token(Some(at(DATE_SECONDS.saturating_add_signed(-seconds))), clock.device_now());
        clock.observe_token(Some(at(DATE_SECONDS)), clock.device_now());
        assert_eq!(clock.now(), device.now());

        hear(&clock, DATE_SECONDS);
        clock.observe_token(Some(at(DATE_SECONDS.saturating_add_signed(seconds))), clock.device_now());
        assert_eq!(clock.now(), device.now());
    }
    // A token that does not say when, that says nonsense, or that was long on its way.
    let (device, clock) = device(DATE_SECONDS);
    for issued_at in [None, Some(at(0)), Some(at(12)), Some(at(DATE_SECONDS - 200))] {
        clock.observe_token(issued_at, clock.device_now());
        assert_eq!(clock.now(), device.now());
    }
    clock.observe_token(Some(at(DATE_SECONDS - 3600)), at(DATE_SECONDS - 3600));
    assert_eq!(clock.now(), device.now());
}

#[test]
fn what_has_expired_by_one_of_two_times_has_to_be_renewed_and_no_dispute_outlives_a_new_token() {
    for seconds in [-7200, 7200] {
        for issued_at in [None, Some(at(DATE_SECONDS - DAY))] {
            let (device, clock) = device(DATE_SECONDS.saturating_add_signed(seconds));
            hear(&clock, DATE_SECONDS);
            assert_eq!(clock.latest(), at(DATE_SECONDS).max(device.now()));
            clock.observe_token(issued_at, clock.device_now());
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
    clock.observe_refusal(Some(at(DATE_SECONDS)), &HeaderMap::new(), at(DATE_SECONDS), true);
    assert_eq!(clock.now(), clock.device_now());
    // It corrects what it contradicts nevertheless.
    clock.observe_refusal(Some(at(DATE_SECONDS + 7200)), &HeaderMap::new(), at(DATE_SECONDS), true);
    assert_eq!(clock.now(), at(DATE_SECONDS + 7200));
}

#[test]
fn times_at_the_ends_of_what_there_is_are_no_panic() {
    let (_, clock) = device(0);
    clock.observe_refusal(Some(at(i64::MAX as u64)), &HeaderMap::new(), at(i64::MAX as u64), true);
    clock.observe_refusal(Some(at(0)), &HeaderMap::new(), at(i64::MAX as u64), true);
    let _ = clock.now();
}
