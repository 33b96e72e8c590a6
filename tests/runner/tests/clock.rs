//! Which time the SDK uses: the device's, a proxy's or AWS's.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use poolpass::platform::{
    BoxFuture, Clock, HttpTransport, Request, Response, SystemClock, Transport, TransportError,
};
use poolpass::{Client, ErrorKind, RetryPolicy};
use poolpass_tests::{PASSWORD, TestPool};

/// The `Date` header that a proxy writes into every answer.
#[derive(Clone, Copy, Debug)]
enum Stamp {
    /// Always the same time.
    Fixed(SystemTime),
    /// A clock that is behind.
    Behind(Duration),
}

#[derive(Debug)]
struct StampingProxy {
    inner: HttpTransport,
    stamp: Stamp,
}

impl Transport for StampingProxy {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let mut response = self.inner.send(request).await?;
            let time = match self.stamp {
                Stamp::Fixed(time) => time,
                Stamp::Behind(time) => SystemClock.now() - time,
            };
            let date = httpdate(time);
            let date = date.parse().map_err(|_| TransportError::not_sent("no date"))?;
            response.headers_mut().insert("date", date);
            Ok(response)
        })
    }
}

fn httpdate(time: SystemTime) -> String {
    chrono::DateTime::<chrono::Utc>::from(time).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn a_proxy_that_writes_a_wrong_date_keeps_nobody_with_a_right_clock_from_signing_in() -> Result<()> {
    let yesterday = SystemClock.now() - DAY;
    for stamp in [Stamp::Fixed(SystemTime::UNIX_EPOCH), Stamp::Fixed(yesterday), Stamp::Behind(DAY)] {
        let pool = TestPool::start().await?;
        pool.add_user("ada").await?;
        let proxy = StampingProxy { inner: HttpTransport::new()?, stamp };
        let client = pool.client()?.transport(proxy).build()?;
        signed_in(&client).await?;
        // From now on, expiry is computed with the right clock.
        pool.pass(Duration::from_secs(3600));
        client.access_token().await?;
        assert_eq!(pool.aws.request_counts().of("GetTokensFromRefreshToken"), 1, "{stamp:?}");
        client.refresh().await?;
        signed_in(&client).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_stays_wrong_whatever_the_clocks_say() -> Result<()> {
    let pool = TestPool::start().await?;
    pool.add_user("ada").await?;
    let proxy = StampingProxy { inner: HttpTransport::new()?, stamp: Stamp::Behind(DAY) };
    let retry = RetryPolicy { first_delay: Duration::from_millis(1), ..RetryPolicy::default() };
    let client = pool.client()?.retry(retry).transport(proxy).build()?;
    for _ in 0..2 {
        let refusal = client.sign_in("ada", "Wrong-Horse-1").await.map(drop).map_err(|error| error.kind());
        assert_eq!(refusal, Err(ErrorKind::NotAuthorized));
    }
    signed_in(&client).await?;
    Ok(())
}

#[tokio::test]
async fn a_device_whose_clock_is_wrong_signs_in_and_knows_when_its_tokens_expire() -> Result<()> {
    for seconds in [-7200, 7200, 3 * 86_400] {
        let pool = TestPool::start().await?;
        pool.add_user("ada").await?;
        pool.clock.advance_seconds(seconds);
        let client = pool.client()?.build()?;
        signed_in(&client).await?;
        client.access_token().await?;
        assert_eq!(pool.aws.request_counts().of("GetTokensFromRefreshToken"), 0, "{seconds}");
        pool.pass(Duration::from_secs(3600));
        client.access_token().await?;
        assert_eq!(pool.aws.request_counts().of("GetTokensFromRefreshToken"), 1, "{seconds}");
    }
    Ok(())
}

async fn signed_in(client: &Client) -> Result<()> {
    client.sign_in("ada", PASSWORD).await?.done().context("a challenge").map(drop)
}
