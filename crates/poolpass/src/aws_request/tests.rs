//! The pipeline against scripted answers.

use std::collections::VecDeque;
use std::sync::Mutex;

use futures_util::stream;
use http::{Method, Uri};

use super::*;
use crate::config::{Endpoint, Region};
use crate::error::ErrorKind;
use crate::platform::{BoxFuture, SystemRandom};

mod deadlines;
pub(crate) mod protocol;
mod redaction;
pub(crate) mod refusal;

const NOW: Duration = Duration::from_secs(1_784_111_777);

#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + NOW
    }
}

/// Answers in turn and remembers what was sent.
#[derive(Debug, Default)]
pub(crate) struct Script {
    answers: Mutex<VecDeque<Result<Answer, TransportError>>>,
    sent: Mutex<Vec<Request>>,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: &'static str,
}

impl Script {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn answer(self: &Arc<Self>, status: u16, body: &'static str) -> Arc<Self> {
        self.answer_with(status, Vec::new(), body)
    }

    pub(crate) fn answer_with(
        self: &Arc<Self>,
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: &'static str,
    ) -> Arc<Self> {
        self.answers.lock().unwrap().push_back(Ok(Answer { status, headers, body }));
        Arc::clone(self)
    }

    pub(crate) fn fail(self: &Arc<Self>, error: TransportError) -> Arc<Self> {
        self.answers.lock().unwrap().push_back(Err(error));
        Arc::clone(self)
    }

    fn sent(&self, header: &str) -> Vec<String> {
        let sent = self.sent.lock().unwrap();
        let value =
            |request: &Request| request.headers().get(header).map(|value| value.to_str().unwrap().to_owned());
        sent.iter().map(|request| value(request).unwrap_or_default()).collect()
    }

    pub(crate) fn pipeline(self: &Arc<Self>) -> Pipeline {
        Pipeline::new(
            Arc::new(Shared(Arc::clone(self))),
            Arc::new(Stopped),
            Arc::new(SystemRandom),
            RetryPolicy::default(),
        )
    }
}

#[derive(Debug)]
struct Shared(Arc<Script>);

impl Transport for Shared {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        self.0.sent.lock().unwrap().push(request);
        let answer = self.0.answers.lock().unwrap().pop_front().expect("no answer left");
        Box::pin(async move {
            let Answer { status, headers, body } = answer?;
            let mut response = http::Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            Ok(response.body(Body::from(Bytes::from_static(body.as_bytes()))).unwrap())
        })
    }
}

/// Hands out a new access key whenever the last one is forgotten.
#[derive(Debug, Default)]
pub(crate) struct Keys(Mutex<u32>);

impl CredentialsSource for Keys {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        let generation = *self.0.lock().unwrap();
        Box::pin(async move { Ok(Credentials::new(format!("KEY{generation}"), "secret", None, None)) })
    }

    fn forget<'a>(&'a self, _refused: &'a Credentials) -> BoxFuture<'a, ()> {
        *self.0.lock().unwrap() += 1;
        Box::pin(async {})
    }
}

pub(crate) fn request(method: Method) -> AwsRequest {
    AwsRequest::new("GetNote", method, Uri::from_static("https://api.example/notes"))
}

pub(crate) async fn send(script: &Arc<Script>, method: Method) -> Result<Bytes, Error> {
    script.pipeline().bytes(&request(method), &AuthScheme::None).await
}

async fn send_signed(script: &Arc<Script>) -> Result<Bytes, Error> {
    send_signed_by(script, Method::GET).await
}

async fn send_signed_by(script: &Arc<Script>, method: Method) -> Result<Bytes, Error> {
    let region: Region = "eu-west-1".parse()?;
    let keys = Keys::default();
    let authorization = AuthScheme::SigV4 { service: "execute-api", region: &region, source: &keys };
    script.pipeline().bytes(&request(method), &authorization).await
}

#[tokio::test(start_paused = true)]
async fn a_passing_failure_is_overcome_and_a_lasting_one_reported() {
    let script = Script::new().answer(500, "").fail(TransportError::timed_out("slow")).answer(200, "done");
    assert_eq!(send(&script, Method::GET).await.unwrap(), "done");

    let script = Script::new().answer(500, "").answer(502, "").answer(503, "");
    let error = send(&script, Method::GET).await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Unavailable, Some(503)));
    assert_eq!(error.operation(), Some("GetNote"));
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_done_is_not_done_twice() {
    let script = Script::new().fail(TransportError::interrupted("reset"));
    assert_eq!(send(&script, Method::POST).await.unwrap_err().kind(), ErrorKind::Network);
    // API Gateway answers 503 and 504 while the app's function is still at work, and a function may pass on another's code.
    for status in [500, 502, 503, 504] {
        for body in
            ["", "<html>", r#"{"message":"Service Unavailable"}"#, r#"{"__type":"ThrottlingException"}"#]
        {
            let script = Script::new().answer(status, body);
            assert!(send(&script, Method::POST).await.is_err(), "{status} {body}");
        }
    }
    let throttled = vec![("x-amzn-errortype", "ThrottlingException".to_owned())];
    let script = Script::new().answer_with(503, throttled, "").answer(200, "done");
    assert_eq!(send(&script, Method::POST).await.unwrap(), "done");
    let script = Script::new().answer(429, "").fail(TransportError::not_sent("refused")).answer(200, "done");
    assert_eq!(send(&script, Method::POST).await.unwrap(), "done");
}

#[tokio::test(start_paused = true)]
async fn what_the_server_does_not_implement_is_asked_for_once() {
    for status in [501, 505] {
        let script = Script::new().answer(status, "<Error><Code>NotImplemented</Code></Error>");
        assert_eq!(send(&script, Method::GET).await.unwrap_err().http_status(), Some(status));
    }
}

#[tokio::test(start_paused = true)]
async fn a_quota_of_api_gateway_is_met_after_a_while() {
    let script = Script::new()
        .answer_with(
            429,
            vec![("x-amzn-errortype", "LimitExceededException".to_owned())],
            r#"{"message":"Limit Exceeded"}"#,
        )
        .answer(200, "done");
    assert_eq!(send(&script, Method::POST).await.unwrap(), "done");
}

#[tokio::test(start_paused = true)]
async fn a_redirect_that_the_platform_hides_is_final_and_explained() {
    let redirected = || TransportError::redirected("the server answered with a redirect");
    let error = send(&Script::new().fail(redirected()), Method::GET).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::InvalidResponse, "the server answered with a redirect")
    );

    let region: Region = "eu-west-1".parse().unwrap();
    let keys = Keys::default();
    let authorization = AuthScheme::SigV4 { service: "s3", region: &region, source: &keys };
    let script = Script::new().fail(redirected());
    let protocol = &const { Protocol { regional_resource: Some("the bucket"), ..Protocol::API } };
    let request = AwsRequest { protocol, ..request(Method::GET) };
    let error = script.pipeline().bytes(&request, &authorization).await.unwrap_err();
    assert!(error.message().ends_with("the bucket is probably not in eu-west-1"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_repeated() {
    let script = Script::new().answer(400, r#"{"__type":"ValidationException","message":"no"}"#);
    let error = send(&script, Method::GET).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.aws_code(), error.message()),
        (ErrorKind::Aws, Some("ValidationException"), "no")
    );
}

#[tokio::test(start_paused = true)]
async fn aws_says_how_long_to_wait_and_is_obeyed() {
    let wait = vec![("retry-after", "7".to_owned())];
    let script = Script::new().answer_with(503, wait, "").answer(200, "");
    let before = tokio::time::Instant::now();
    send(&script, Method::GET).await.unwrap();
    assert_eq!(before.elapsed(), Duration::from_secs(7));
}

/// Two answers that agree on a time, and move on, would be believed if they were AWS's.
#[tokio::test]
async fn an_apps_own_api_tells_no_time() {
    let agreed = async |protocol| {
        let date = |second| vec![("date", format!("Wed, 15 Jul 2026 12:36:{second} GMT"))];
        let script = Script::new().answer_with(200, date("17"), "{}").answer_with(200, date("18"), "{}");
        let pipeline = script.pipeline();
        for _ in 0..2 {
            let request = AwsRequest { protocol, ..request(Method::GET) };
            pipeline.bytes(&request, &AuthScheme::None).await.unwrap();
        }
        pipeline.latest()
    };
    let device = SystemTime::UNIX_EPOCH + NOW;
    assert_eq!(agreed(&Protocol::API).await, device);
    assert!(agreed(&Protocol::JSON).await > device + Duration::from_secs(7000));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_is_corrected_and_the_request_sent_once_more() {
    let skewed =
        "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference is too large.</Message></Error>";
    let two_hours_later = || vec![("date", "Wed, 15 Jul 2026 12:36:17 GMT".to_owned())];
    let script = Script::new().answer_with(403, two_hours_later(), skewed).answer(200, "done");
    assert_eq!(send_signed(&script).await.unwrap(), "done");
    assert_eq!(script.sent("x-amz-date"), ["20260715T103617Z", "20260715T123617Z"]);

    let script =
        Script::new().answer_with(403, two_hours_later(), skewed).answer_with(403, two_hours_later(), skewed);
    let error = send_signed(&script).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignatureRefused);
    assert!(error.message().contains("clock"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_an_hour_on_its_way_is_signed_anew() {
    /// A phone that sleeps while its first request is on the way.
    #[derive(Clone, Debug)]
    struct Phone(Arc<std::sync::atomic::AtomicBool>, Arc<Script>);
    impl Clock for Phone {
        fn now(&self) -> SystemTime {
            let slept = u32::from(self.0.load(std::sync::atomic::Ordering::Relaxed));
            SystemTime::UNIX_EPOCH + NOW + slept * Duration::from_secs(3600)
        }
    }
    impl Transport for Phone {
        fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
            self.0.store(true, std::sync::atomic::Ordering::Relaxed);
            let shared = Shared(Arc::clone(&self.1));
            Box::pin(async move { shared.send(request).await })
        }
    }
    let skewed = "<Error><Code>RequestTimeTooSkewed</Code><Message>m</Message></Error>";
    let script = Script::new().answer(403, skewed).answer(200, "done");
    let phone = Phone(Arc::default(), Arc::clone(&script));
    let pipeline = Pipeline::new(
        Arc::new(phone.clone()),
        Arc::new(phone),
        Arc::new(SystemRandom),
        RetryPolicy::default(),
    );
    let (region, keys) = ("eu-west-1".parse().unwrap(), Keys::default());
    let authorization = AuthScheme::SigV4 { service: "s3", region: &region, source: &keys };
    assert_eq!(pipeline.bytes(&request(Method::GET), &authorization).await.unwrap(), "done");
    assert_eq!(script.sent("x-amz-date"), ["20260715T103617Z", "20260715T113617Z"]);
}

#[tokio::test(start_paused = true)]
async fn expired_credentials_are_replaced_once() {
    let expired = r#"{"__type":"ExpiredTokenException","message":"expired"}"#;
    let script = Script::new().answer(400, expired).answer(200, "done");
    assert_eq!(send_signed(&script).await.unwrap(), "done");
    let keys: Vec<_> = script.sent("authorization");
    assert!(keys[0].contains("KEY0/") && keys[1].contains("KEY1/"), "{keys:?}");

    let script = Script::new().answer(400, expired).answer(400, expired);
    assert_eq!(send_signed(&script).await.unwrap_err().kind(), ErrorKind::CredentialsExpired);
}

#[tokio::test(start_paused = true)]
async fn a_bad_head_request_is_tried_once_with_fresh_credentials_and_no_other_is() {
    let script = Script::new().answer(400, "").answer(200, "");
    assert!(send_signed_by(&script, Method::HEAD).await.is_ok());
    let script = Script::new().answer(400, "").answer(400, "");
    assert_eq!(send_signed_by(&script, Method::HEAD).await.unwrap_err().kind(), ErrorKind::Aws);
    let script = Script::new().answer(400, "");
    assert_eq!(send_signed_by(&script, Method::GET).await.unwrap_err().kind(), ErrorKind::Aws);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_a_timeout() {
    #[derive(Debug)]
    struct Silent;
    impl Transport for Silent {
        fn send(&self, _request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
            Box::pin(std::future::pending())
        }
    }
    let pipeline =
        Pipeline::new(Arc::new(Silent), Arc::new(Stopped), Arc::new(SystemRandom), RetryPolicy::default());
    let error = pipeline.bytes(&request(Method::GET), &AuthScheme::None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stands_still_is_a_timeout() {
    let body = watched(Body::from_stream(stream::pending()), Duration::from_secs(30));
    assert!(body.bytes(1).await.unwrap_err().to_string().contains("30 s"));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_is_fetched_again() {
    /// Cuts the first answer after a few bytes.
    #[derive(Debug, Default)]
    struct Cutting(std::sync::atomic::AtomicBool);
    impl Transport for Cutting {
        fn send(&self, _request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
            let mut pieces = vec![Ok(Bytes::from_static(b"do")), Err(TransportError::interrupted("reset"))];
            if self.0.swap(true, std::sync::atomic::Ordering::Relaxed) {
                pieces[1] = Ok(Bytes::from_static(b"ne"));
            }
            Box::pin(async { Ok(Response::new(Body::from_stream(stream::iter(pieces)))) })
        }
    }
    let pipeline = |cutting| {
        Pipeline::new(Arc::new(cutting), Arc::new(Stopped), Arc::new(SystemRandom), RetryPolicy::default())
    };
    let answer = pipeline(Cutting::default()).bytes(&request(Method::GET), &AuthScheme::None).await;
    assert_eq!(answer.unwrap(), "done");
    let answer = pipeline(Cutting::default()).bytes(&request(Method::POST), &AuthScheme::None).await;
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::Network);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_takes_any_status_gets_the_refusal_itself() {
    let script =
        Script::new().answer(503, "").answer_with(404, vec![("x-note", "gone".to_owned())], "no such note");
    let mut request = request(Method::GET);
    request.any_status = true;
    let answer = script.pipeline().whole(&request, &AuthScheme::None).await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["x-note"]), (404, &"gone".parse().unwrap()));
    assert_eq!(answer.body(), "no such note");
}

#[tokio::test(start_paused = true)]
async fn hostile_json_is_an_error_that_quotes_nothing() {
    for body in ["<html>", "{\"secret\":", "[1]", "\u{0}", "\"secret\""] {
        let script = Script::new().answer(200, body);
        let error = script.pipeline().json(&request(Method::GET), &AuthScheme::None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_travels_as_it_is_and_is_marked_sensitive() {
    let script = Script::new().answer(200, "");
    script.pipeline().bytes(&request(Method::GET), &AuthScheme::Header("eyJ.a.b")).await.unwrap();
    assert_eq!(script.sent("authorization"), ["eyJ.a.b"]);
    assert!(script.sent.lock().unwrap()[0].headers()["authorization"].is_sensitive());
    let error =
        script.pipeline().bytes(&request(Method::GET), &AuthScheme::Header("a\nb")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn debug_shows_what_is_asked_for_and_nothing_of_what_is_sent() {
    let endpoint: Endpoint = "https://cognito-idp.eu-west-1.amazonaws.com".parse().unwrap();
    let input = Object::new().with("PASSWORD", "hunter2");
    let request = AwsRequest::json(&endpoint, "1.1", "Service", "InitiateAuth", input.to_bytes()).unwrap();
    let debug = format!("{request:?}");
    assert!(debug.contains("InitiateAuth") && !debug.contains("hunter2"), "{debug}");
}
