//! The events of the feature `tracing`: what an app's log shows.

use anyhow::{Context, Result, ensure};
use poolpass::ErrorKind;
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
