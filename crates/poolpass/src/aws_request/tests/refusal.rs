//! The refusals of services, proxies and apps.

use super::*;

/// A service whose refusals may have neither body nor request id.
const SILENT: &Protocol = &Protocol { refuses_silently: true, ..Protocol::JSON };
const COMPARING: &Protocol = &Protocol { refuses_silently: true, compares_versions: true, ..Protocol::JSON };

fn refusal(status: u16, headers: &[(&'static str, &str)], body: &'static str) -> Refusal {
    refusal_of(&Protocol::JSON, status, headers, body)
}

pub(crate) fn refusal_of(
    protocol: &'static Protocol,
    status: u16,
    headers: &[(&'static str, &str)],
    body: &'static str,
) -> Refusal {
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    Refusal::parse(response.body(Bytes::from_static(body.as_bytes())).unwrap(), protocol)
}

#[test]
fn json_refusals_are_read() {
    let refusal = refusal(
        400,
        &[("x-amzn-requestid", "7a1b")],
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","Message":"no table"}"#,
    );
    assert_eq!(refusal.error.aws_code(), Some("ResourceNotFoundException"));
    assert_eq!(refusal.error.message(), "no table");
    assert_eq!(refusal.error.request_id(), Some("7a1b"));
}

#[test]
fn members_of_other_kinds_and_several_messages_hide_nothing() {
    let refusal = refusal(
        400,
        &[],
        r#"{"__type":"ValidationException","code":7,"Message":"long","message":"short","errorMessage":null}"#,
    );
    assert_eq!(refusal.error.aws_code(), Some("ValidationException"));
    assert_eq!(refusal.error.message(), "short");
}

#[test]
fn every_name_of_the_request_id_is_known() {
    for name in ["x-amzn-requestid", "x-amz-request-id", "apigw-requestid"] {
        assert_eq!(refusal(403, &[(name, "7a1b")], "{}").error.request_id(), Some("7a1b"), "{name}");
    }
}

#[test]
fn the_header_wins_over_the_body() {
    let headers = [("x-amzn-errortype", "TooManyRequestsException:http://internal.amazon.com/coral/")];
    let refusal = refusal(429, &headers, "{}");
    assert_eq!(refusal.error.aws_code(), Some("TooManyRequestsException"));
    assert!(refusal.is_throttled() && refusal_of(&Protocol::API, 429, &headers, "{}").is_throttled());
}

#[test]
fn xml_refusals_are_read() {
    let s3 = "<?xml version=\"1.0\"?><Error><Code>RequestTimeTooSkewed</Code><Message>m</Message>\
              <ServerTime>2026-01-02T03:04:05Z</ServerTime><RequestId>r</RequestId></Error>";
    let skewed = refusal(403, &[], s3);
    assert!(skewed.is_about_time());
    assert_eq!(skewed.error.request_id(), Some("r"));

    let sts = "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>m</Message></Error>\
               <RequestId>r</RequestId></ErrorResponse>";
    assert!(refusal(400, &[], sts).is_about_expiry(&Method::POST));
}

#[test]
fn an_error_inside_a_success_is_found_and_nothing_else_is() {
    let inside = |body: &'static str| {
        Refusal::inside(&http::Response::new(Bytes::from_static(body.as_bytes())), &Protocol::JSON)
    };
    let refusal = inside(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n  \n<Error><Code>InternalError</Code><Message>m</Message></Error>",
    )
    .unwrap();
    assert_eq!(refusal.error.aws_code(), Some("InternalError"));
    assert!(refusal.is_passing());
    let json = inside(r#" {"message":"m","__type":"com.amazon.coral#InternalFailure"}"#).unwrap();
    assert_eq!((json.error.aws_code(), json.error.message()), (Some("InternalFailure"), "m"));
    let nested = r#"{"Item":{"__type":{"S":"x"}}}"#;
    for body in [
        "",
        "{}",
        nested,
        r#"{"__type":7}"#,
        "<a>",
        "no <Error>",
        "<CopyObjectResult><Error/></CopyObjectResult>",
        "<!-- ",
    ] {
        assert!(inside(body).is_none(), "{body}");
    }
}

#[test]
fn hostile_bodies_leave_the_status() {
    let bomb = "<!DOCTYPE a [<!ENTITY x \"boom\">]><Error><Code>&x;</Code></Error>";
    let deep = "<Error>".repeat(10_000).leak();
    for body in
        ["", "<html><body>502</body>", "{\"__type\":", "\u{0}\u{1}", "[]", "{\"message\":7}", bomb, deep]
    {
        let refusal = refusal(502, &[], body);
        assert_eq!((refusal.error.aws_code(), refusal.error.http_status()), (None, Some(502)), "{body}");
        assert!(refusal.is_passing());
    }
}
fn of_api(status: u16, body: &'static str) -> Refusal {
    let answer = http::Response::builder().status(status).body(Bytes::from_static(body.as_bytes()));
    Refusal::parse(answer.unwrap(), &Protocol::API)
}

#[test]
fn a_page_in_the_place_of_aws_is_no_refusal() {
    for status in [400, 401, 403, 404, 407, 409, 412] {
        for page in
            ["<html><body>Sign in to the network</body></html>", "<!DOCTYPE html><p>no", "blocked", "{}"]
        {
            let error = refusal(status, &[], page).error;
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{status} {page}");
        }
    }
    for (status, kind) in [(403, ErrorKind::AccessDenied), (404, ErrorKind::NotFound)] {
        assert_eq!(refusal_of(SILENT, status, &[], "").error.kind(), kind, "HEAD");
        assert_eq!(refusal(status, &[], "").error.kind(), ErrorKind::InvalidResponse);
        assert_eq!(refusal(status, &[("x-amzn-requestid", "7a1b")], "").error.kind(), kind);
        assert_eq!(of_api(status, "{}").error.kind(), kind, "an app's own API");
    }
    for (protocol, status, is_of_aws) in [
        (&Protocol::JSON, 301, false),
        (SILENT, 302, false),
        (SILENT, 307, false),
        (SILENT, 407, false),
        (&Protocol::JSON, 304, false),
        (SILENT, 304, false),
        (COMPARING, 304, true),
        (SILENT, 412, true),
    ] {
        let kind = refusal_of(protocol, status, &[], "").error.kind();
        assert_eq!(kind != ErrorKind::InvalidResponse, is_of_aws, "{protocol:?} {status}");
    }
    assert_eq!(refusal(502, &[], "<html>").error.kind(), ErrorKind::Unavailable);
    assert_eq!(refusal(429, &[], "<html>").error.kind(), ErrorKind::Throttled);
}

#[test]
fn the_errors_of_ec2_and_of_services_that_once_spoke_xml_are_read() {
    let ec2 = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>m</Message></Error></Errors>\
               <RequestID>r</RequestID></Response>";
    let error = refusal(403, &[], ec2).error;
    assert_eq!(
        (error.aws_code(), error.message(), error.request_id()),
        (Some("UnauthorizedOperation"), "m", Some("r"))
    );
    assert_eq!(error.kind(), ErrorKind::AccessDenied);

    let headers = [("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")];
    let error =
        refusal(400, &headers, r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"m"}"#).error;
    assert_eq!((error.aws_code(), error.message()), (Some("AWS.SimpleQueueService.NonExistentQueue"), "m"));
}

#[test]
fn a_code_is_found_wherever_a_service_puts_it() {
    let (type_, query) = ("x-amzn-errortype", "x-amzn-query-error");
    for (headers, body, code) in [
        (&[(type_, "")][..], r#"{"__type":"A"}"#, "A"),
        (&[(type_, "A:http://internal.amazon.com/coral/#b")], "{}", "A"),
        (&[(type_, "com.amazonaws.x#A:http://internal.amazon.com/b#c")], r#"{"__type":"B"}"#, "A"),
        (&[(type_, " A ")], "", "A"),
        (&[(type_, "A,B")], "", "A"),
        (&[(query, "")], r#"{"__type":"x#A"}"#, "A"),
        (&[(query, ";Sender")], r#"{"__type":"A"}"#, "A"),
        (&[(query, "A;Sender")], r#"{"__type":"B"}"#, "A"),
        (&[], r#"{"__type":null,"code":"A"}"#, "A"),
        (&[], r#"{"__type":"","code":"A"}"#, "A"),
        (&[], r#"{"__type":" ","Code":"A"}"#, "A"),
        (&[], r#"{"__type":["B"],"Code":"A"}"#, "A"),
        (&[], r#"{"__type":"B","__type":"A"}"#, "A"),
        (&[], "\u{feff}{\"__type\":\"A\"}", "A"),
        (&[], "\u{feff}<Error><Code>A</Code></Error>", "A"),
        (&[], " <Error><Code> A </Code></Error>", "A"),
    ] {
        let refusal = refusal(400, headers, body);
        assert_eq!(refusal.error.aws_code(), Some(code), "{headers:?} {body}");
    }
    let empty = refusal(400, &[], r#"{"__type":"A","message":"","Message":"said"}"#);
    assert_eq!(empty.error.message(), "said");
}

#[test]
fn an_api_s_own_codes_have_the_kind_of_its_status() {
    for (status, kind) in [
        (400, ErrorKind::Aws),
        (401, ErrorKind::NotAuthorized),
        (403, ErrorKind::AccessDenied),
        (404, ErrorKind::NotFound),
        (409, ErrorKind::Conflict),
        (412, ErrorKind::ConditionFailed),
        (429, ErrorKind::Throttled),
        (500, ErrorKind::Unavailable),
    ] {
        let error = of_api(status, r#"{"code":"NOTE_42","message":"m"}"#).error;
        assert_eq!((error.kind(), error.aws_code(), error.message()), (kind, Some("NOTE_42"), "m"));
    }
    for status in [301, 302, 303, 307, 308] {
        assert_eq!(of_api(status, "<html>").error.kind(), ErrorKind::InvalidResponse, "{status}");
    }
    assert_eq!(of_api(304, "").error.kind(), ErrorKind::NotModified);
    let throttled = refusal(429, &[], r#"{"__type":"SomethingNew"}"#);
    assert!(throttled.is_throttled());
}

#[test]
fn api_gateway_throttles_and_hides_its_routes_by_codes_that_mean_something_else_elsewhere() {
    let limited = of_api(429, r#"{"__type":"LimitExceededException","message":"m"}"#);
    assert_eq!(limited.error.kind(), ErrorKind::Throttled);
    assert!(limited.is_throttled());
    let unknown = of_api(
        403,
        r#"{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}"#,
    );
    assert!(unknown.error.message().ends_with("no such route or method."), "{}", unknown.error);
}
