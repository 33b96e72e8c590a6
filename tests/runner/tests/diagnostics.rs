//! The events of the feature `tracing`: what an app's log shows.

use anyhow::{Context, Result, ensure};
use poolpass::platform::{BoxFuture, HttpTransport, Request, Response, Transport, TransportError};
use poolpass::{AuthFlow, ErrorKind};
use poolpass_tests::{Demo, EventLog, PASSWORD, TestPool};
use serde_json::json;

/// The events that follow each other, in this order, with others in between.
fn expect(log: &EventLog, events: &[&str]) -> Result<()> {
    let lines = log.lines();
    let mut rest = lines.iter();
    for event in events {
        ensure!(rest.any(|line| line.starts_with(event)), "{event:?} is missing in {lines:#?}");
    }
    log.check()
}

#[tokio::test]
async fn each_attempt_of_a_request_and_why_it_is_sent_again_is_reported() -> Result<()> {
    let log = EventLog::default();
    let _recording = tracing::subscriber::set_default(log.clone());
    let demo = Demo::start().await?;
    let client = demo.person("throttled").await?;
    client.credentials().await?;
    demo.fault(json!({"operation": "Invoke", "times": 1, "action": "throttle"}))?;
    client.api("execute-api").get("/notes").await?;
    expect(
        &log,
        &[
            "DEBUG message=request succeeded operation=InitiateAuth attempt=1 status=200 request_id=",
            "DEBUG message=request succeeded operation=GetCredentialsForIdentity attempt=1 status=200",
            "WARN message=request failed operation=execute-api GET attempt=1 status=429 kind=throttled request_id=",
            "INFO message=the request is sent again after a wait operation=execute-api GET attempt=1",
            "DEBUG message=request succeeded operation=execute-api GET attempt=2 status=200",
        ],
    )
}

#[tokio::test]
async fn a_refresh_its_failure_and_a_lost_connection_are_reported() -> Result<()> {
    let log = EventLog::default();
    let _recording = tracing::subscriber::set_default(log.clone());
    let pool = TestPool::start().await?;
    pool.add_user("ada").await?;
    let client = pool.client()?.build()?;
    client.sign_in("ada", PASSWORD).await?.done().context("a challenge")?;
    client.refresh().await?;
    drop(pool);
    let error = client.refresh().await.map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    expect(
        &log,
        &[
            "DEBUG message=the refresh of the session started",
            "INFO message=the session was refreshed",
            "DEBUG message=the refresh of the session started",
            "WARN message=request failed operation=GetTokensFromRefreshToken attempt=1 kind=network",
            "WARN message=the refresh of the session failed kind=network",
        ],
    )
}

#[tokio::test]
async fn a_wrong_clock_of_the_device_is_reported_once_it_is_corrected() -> Result<()> {
    let log = EventLog::default();
    let _recording = tracing::subscriber::set_default(log.clone());
    let pool = TestPool::start().await?;
    pool.add_user("ada").await?;
    pool.clock.advance_seconds(7200);
    let client = pool.client()?.build()?;
    client.sign_in("ada", PASSWORD).await?.done().context("a challenge")?;
    expect(&log, &["INFO message=the clock was corrected"])
}

/// A server that writes the person's password into the id of every answer.
#[derive(Debug)]
struct Quoting(HttpTransport);

impl Transport for Quoting {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let mut response = self.0.send(request).await?;
            let id = PASSWORD.parse().map_err(|_| TransportError::not_sent("no id"))?;
            response.headers_mut().insert("x-amzn-requestid", id);
            Ok(response)
        })
    }
}

#[tokio::test]
async fn a_request_id_that_quotes_a_secret_of_the_request_is_left_out() -> Result<()> {
    let log = EventLog::default();
    let _recording = tracing::subscriber::set_default(log.clone());
    let pool = TestPool::start().await?;
    pool.add_user("ada").await?;
    let client = pool.client()?.transport(Quoting(HttpTransport::new()?)).build()?;
    let step = client.sign_in("ada", PASSWORD).flow(AuthFlow::UserPasswordAuth).await?;
    step.done().context("a challenge")?;
    log.add_secret(PASSWORD);
    expect(&log, &["DEBUG message=request succeeded operation=InitiateAuth attempt=1 status=200"])
}
