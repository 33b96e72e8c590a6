//! How long a call lasts at most, and how much it takes.

use super::*;

/// Answers with a body of these pieces, each of which takes its time.
#[derive(Clone, Debug)]
struct Slow {
    status: u16,
    head: Duration,
    pieces: usize,
    piece: usize,
    every: Duration,
}

impl Transport for Slow {
    fn send(&self, _request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let slow = self.clone();
        Box::pin(async move {
            sleep(slow.head).await;
            let body = stream::unfold(0, move |sent| async move {
                sleep(slow.every).await;
                let piece = Bytes::from(vec![if sent == 0 { b'{' } else { b' ' }; slow.piece]);
                (sent < slow.pieces).then_some((Ok(piece), sent + 1))
            });
            Ok(http::Response::builder()
                .status(slow.status)
                .header("x-amzn-requestid", "7a1b")
                .body(Body::from_stream(body))
                .unwrap())
        })
    }
}

const DRIPPING: Slow =
    Slow { status: 200, head: Duration::ZERO, pieces: 100_000, piece: 1, every: Duration::from_secs(5) };

fn pipeline(transport: Slow) -> Pipeline {
    Pipeline::new(Arc::new(transport), Arc::new(Stopped), Arc::new(SystemRandom), RetryPolicy::default())
}

async fn took(pipeline: Pipeline, request: AwsRequest) -> (Result<Bytes, Error>, Duration) {
    let began = tokio::time::Instant::now();
    let outcome = pipeline.bytes(&request, &AuthScheme::None).await;
    (outcome, began.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_body_that_drips_is_a_timeout_within_the_limit() {
    for status in [200, 400] {
        let (outcome, took) = took(pipeline(Slow { status, ..DRIPPING }), request(Method::POST)).await;
        assert!(outcome.is_err());
        assert_eq!(took, Duration::from_secs(30), "{status}");
    }
    let late = Slow { head: Duration::from_secs(29), ..DRIPPING };
    let (outcome, took) = took(pipeline(late), request(Method::POST)).await;
    assert_eq!((outcome.unwrap_err().kind(), took), (ErrorKind::Timeout, Duration::from_secs(30)));
}

#[tokio::test(start_paused = true)]
async fn a_large_answer_over_a_slow_line_arrives() {
    // 16 KiB a second for five minutes.
    let slow = Slow { pieces: 300, piece: 16 * 1024, every: Duration::from_secs(1), ..DRIPPING };
    let (outcome, _) = took(pipeline(slow), request(Method::POST)).await;
    assert_eq!(outcome.unwrap().len(), 300 * 16 * 1024);
    // The beginning of a body buys no time for the rest of it.
    let stuck = Slow { pieces: 300, piece: 64 * 1024, every: Duration::from_secs(8), ..DRIPPING };
    let (outcome, took) = took(pipeline(stuck), request(Method::POST)).await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(took <= Duration::from_secs(40), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn all_attempts_together_end_within_the_total_limit() {
    let mut request = request(Method::GET);
    request.total_timeout = Some(Duration::from_secs(50));
    let (outcome, took) = took(pipeline(DRIPPING), request).await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(took, Duration::from_secs(50));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_too_long_is_not_asked_for_again() {
    let mut request = request(Method::GET);
    request.answer_limit = 4;
    let script = Script::new().answer(200, "12345");
    let error = script.pipeline().bytes(&request, &AuthScheme::None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.message().contains("4 bytes"), "{error}");
    let script = Script::new().answer(200, "1234");
    assert_eq!(script.pipeline().bytes(&request, &AuthScheme::None).await.unwrap(), "1234");
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_be_as_long_as_its_request_allows() {
    let endpoint: Endpoint = "https://dynamodb.eu-west-1.amazonaws.com".parse().unwrap();
    let mut request =
        AwsRequest::json(&endpoint, "1.0", "DynamoDB_20120810", "BatchGetItem", Bytes::new()).unwrap();
    // The answers of other services are small.
    assert!(request.answer_limit <= 1024 * 1024);

    let body = 53_000_000;
    let batch = Slow { pieces: 1, piece: body, every: Duration::ZERO, ..DRIPPING };
    request.answer_limit = 128 * 1024 * 1024;
    assert_eq!(took(pipeline(batch), request).await.0.unwrap().len(), body);
}
