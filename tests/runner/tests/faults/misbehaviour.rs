//! The faults of `tests/faults.md`, by name, as the proxy causes them.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, ETAG};
use http::{HeaderMap, Method};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use poolpass::platform::{Clock, SystemClock};

use crate::proxy::{Cut, Outgoing, Proxy, Request, own, whole};
use crate::transport::is_sts;

const FOREVER: Duration = Duration::from_secs(1_000_000);
const PAGE: &str = "<!DOCTYPE html><html><body>Bad Gateway</body></html>";
const HOUR: i64 = 3600;

/// The kind of service that a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    Json,
    Sts,
    S3,
    Api,
}

/// Answers `request` with `fault`, or as AWS does if there is no fault.
pub async fn misbehave(
    proxy: &Proxy,
    fault: &str,
    request: Request,
) -> Result<http::Response<Outgoing>, Cut> {
    let method = &request.head.method;
    let wait = |duration| request.time.sleep(request.exchange, 0, duration);
    match fault {
        "reset before handling" => return Err(Cut),
        "silence before handling" => wait(FOREVER).await,
        "slow" => wait(Duration::from_secs(20)).await,
        _ => {}
    }
    if let Some(mut answer) = refusal(fault, service(&request)) {
        // With "time refused", only the refusals report a wrong time.
        let wrong = if fault == "time refused" { HOUR } else { 0 };
        set(answer.headers_mut(), DATE.as_str(), &date(&request, wrong));
        return Ok(whole(answer, method));
    }
    if fault == "endless" {
        let mut answer = endless();
        set(answer.headers_mut(), DATE.as_str(), &date(&request, 0));
        return Ok(answer);
    }
    let mut answer = proxy.forward(&request).await.map_err(|_| Cut)?;
    let body = answer.body().clone();
    let headers = answer.headers_mut();
    match fault {
        "answer lost" => return Err(Cut),
        "silence after handling" => wait(FOREVER).await,
        "503 after handling" => {
            answer =
                own(503, &[("content-type", "application/json")], r#"{"message":"Service Unavailable"}"#);
            set(answer.headers_mut(), DATE.as_str(), &date(&request, 0));
        }
        "504 after handling" => {
            answer = own(
                504,
                &[("content-type", "application/json")],
                r#"{"message":"Endpoint request timed out"}"#,
            );
            set(answer.headers_mut(), DATE.as_str(), &date(&request, 0));
        }
        "drip" if !body.is_empty() => return Ok(dripping(answer, request)),
        "cut off" if !body.is_empty() => return Ok(cut_off(answer)),
        "as a page" => set(headers, CONTENT_TYPE.as_str(), "text/html"),
        "wrong checksum" => {
            if headers.contains_key("x-amz-crc32") {
                set(headers, "x-amz-crc32", "1");
            }
            if headers.contains_key("x-amz-checksum-crc32") {
                set(headers, "x-amz-checksum-crc32", "AAAAAQ==");
            }
        }
        "nameless" => {
            for name in [ETAG.as_str(), "x-amzn-requestid", "x-amz-request-id", "x-amz-version-id"] {
                headers.remove(name);
            }
        }
        "gzip garbage" => {
            set(headers, "content-encoding", "gzip");
            *answer.body_mut() = garbled(&body, 0x1f);
        }
        "not UTF-8" => *answer.body_mut() = garbled(&body, 0xff),
        "half a body" => *answer.body_mut() = body.slice(..body.len() / 2),
        "date of 1970" => set(headers, DATE.as_str(), "Thu, 01 Jan 1970 00:00:00 GMT"),
        "date of yesterday" => set(headers, DATE.as_str(), &date(&request, -24 * HOUR)),
        "date an hour ahead" => set(headers, DATE.as_str(), &date(&request, HOUR)),
        _ => {}
    }
    Ok(whole(answer, &request.head.method))
}

/// The faults that are answered without AWS.
fn refusal(fault: &str, service: Service) -> Option<http::Response<Bytes>> {
    let aws = |status, code: &str| Some(refused(service, status, code));
    let page = |status| Some(own(status, &[("content-type", "text/html")], PAGE));
    let empty = |status| Some(own(status, &[], ""));
    match fault {
        "throttled" => match service {
            Service::Json => aws(400, "TooManyRequestsException"),
            Service::Sts => aws(400, "Throttling"),
            Service::S3 => aws(503, "SlowDown"),
            Service::Api => aws(429, "TooManyRequestsException"),
        },
        "400 throttled" => aws(400, "ThrottlingException"),
        "500 by code" => {
            aws(500, if service == Service::S3 { "InternalError" } else { "InternalServerError" })
        }
        "503 by code" => aws(503, "ServiceUnavailable"),
        "500 message" => {
            Some(own(500, &[("content-type", "application/json")], r#"{"message":"Internal server error"}"#))
        }
        "500" => empty(500),
        "502 page" => page(502),
        "503" => empty(503),
        "503 page" => page(503),
        "504" => empty(504),
        "501" => empty(501),
        "505" => empty(505),
        "429 page" => page(429),
        "403 page" => page(403),
        "403" => empty(403),
        "407 page" => page(407),
        "400 validation" => aws(400, "ValidationException"),
        "422 cut off" => Some(own(422, &[], "{\"__type\":\"Val")),
        "request timeout" => aws(400, "RequestTimeout"),
        "token expired" => aws(400, "NotAuthorizedException"),
        "credentials expired" => {
            aws(400, if service == Service::S3 { "ExpiredToken" } else { "ExpiredTokenException" })
        }
        "time refused" => aws(403, "RequestTimeTooSkewed"),
        "301" => Some(own(301, &[("location", "http://127.0.0.1:9/")], "")),
        "307" => Some(own(307, &[("location", "http://127.0.0.1:9/")], "")),
        "308" => Some(own(308, &[("location", "http://127.0.0.1:9/")], "")),
        "firewall challenge" => Some(own(202, &[("x-amzn-waf-action", "challenge")], "")),
        "firewall captcha" => {
            Some(own(405, &[("x-amzn-waf-action", "captcha"), ("content-type", "text/html")], PAGE))
        }
        "another's answer" => Some(match service {
            Service::S3 | Service::Sts => {
                own(200, &[("content-type", "application/xml")], "<LocationConstraint/>")
            }
            _ => own(
                200,
                &[("content-type", "application/x-amz-json-1.1"), ("x-amzn-requestid", "another")],
                r#"{"HostedZones":[]}"#,
            ),
        }),
        "error inside 200" => {
            let mut answer = refused(service, 500, "InternalError");
            *answer.status_mut() = http::StatusCode::OK;
            Some(answer)
        }
        "200 page" => page(200),
        "203 page" => page(203),
        "200 empty" => empty(200),
        "202 empty" => empty(202),
        "204 empty" => empty(204),
        _ => None,
    }
}

/// An error in the service's format.
fn refused(service: Service, status: u16, code: &str) -> http::Response<Bytes> {
    match service {
        Service::Sts => {
            let error =
                format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>A fault.</Message></Error>");
            let body = format!("<ErrorResponse>{error}<RequestId>refused</RequestId></ErrorResponse>");
            own(status, &[("content-type", "text/xml")], body)
        }
        Service::S3 => {
            let body = format!("<Error><Code>{code}</Code><Message>A fault.</Message></Error>");
            own(status, &[("content-type", "application/xml")], body)
        }
        Service::Json | Service::Api => {
            let headers = [
                ("content-type", "application/x-amz-json-1.1"),
                ("x-amzn-errortype", code),
                ("x-amzn-requestid", "refused"),
            ];
            own(status, &headers, format!(r#"{{"__type":"{code}","message":"A fault."}}"#))
        }
    }
}

fn service(request: &Request) -> Service {
    if request.head.headers.contains_key("x-amz-target") || request.head.uri.path().ends_with("/oauth2/token")
    {
        Service::Json
    } else if is_sts(&request.body) {
        Service::Sts
    } else if request.head.uri.path().starts_with("/_api") {
        Service::Api
    } else {
        Service::S3
    }
}

/// Sends the answer at one byte every five seconds. Answers other than objects begin with spaces, to make them longer.
fn dripping(answer: http::Response<Bytes>, request: Request) -> http::Response<Outgoing> {
    let is_object = service(&request) == Service::S3
        && request.head.method == Method::GET
        && !request.head.uri.query().unwrap_or_default().contains("list-type");
    let (mut head, body) = answer.into_parts();
    let body = if is_object {
        body
    } else {
        head.headers.remove(CONTENT_LENGTH);
        Bytes::from([&[b' '; 200], body.as_ref()].concat())
    };
    let drops = stream::unfold((body, 0, request), |(body, sent, request)| async move {
        if sent == body.len() {
            return None;
        }
        request.time.sleep(request.exchange, sent, Duration::from_secs(5)).await;
        let drop = body.slice(sent..=sent);
        Some((Ok(Frame::data(drop)), (body, sent + 1, request)))
    });
    http::Response::from_parts(head, StreamBody::new(drops).boxed_unsync())
}

/// Sends half of the answer's body, with the content length of the whole.
fn cut_off(answer: http::Response<Bytes>) -> http::Response<Outgoing> {
    let (mut head, body) = answer.into_parts();
    head.headers.insert(CONTENT_LENGTH, body.len().into());
    let half = body.slice(..body.len() / 2);
    let pieces = stream::unfold(Some(half), |half| async {
        if let Some(half) = half {
            return Some((Ok(Frame::data(half)), None));
        }
        // hyper sends its buffer only when the body is pending.
        tokio::task::yield_now().await;
        Some((Err(Cut), None))
    });
    http::Response::from_parts(head, StreamBody::new(pieces).boxed_unsync())
}

/// An endless answer of spaces.
fn endless() -> http::Response<Outgoing> {
    let blanks = Bytes::from(vec![b' '; 1 << 20]);
    let pieces = stream::repeat_with(move || Ok(Frame::data(blanks.clone())));
    let mut answer = http::Response::new(StreamBody::new(pieces).boxed_unsync());
    set(answer.headers_mut(), CONTENT_TYPE.as_str(), "application/x-amz-json-1.1");
    set(answer.headers_mut(), ETAG.as_str(), "\"endless\"");
    answer
}

/// A body of the same length that repeats `byte`.
fn garbled(body: &Bytes, byte: u8) -> Bytes {
    vec![byte; body.len()].into()
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = value.parse() {
        headers.insert(name, value);
    }
}

/// The value of a `Date` header that differs from AWS's time by `seconds`.
fn date(request: &Request, seconds: i64) -> String {
    let ahead = request.head.headers.get(crate::transport::AHEAD);
    let ahead: i64 = ahead.and_then(|ahead| ahead.to_str().ok()?.parse().ok()).unwrap_or_default();
    let now: chrono::DateTime<chrono::Utc> = SystemClock.now().into();
    let then = now + chrono::Duration::seconds(ahead + seconds);
    then.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
