//! Tests of the longest time that a call takes, as docs/reliability.md and the documentation of the calls promise it.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::stream;
use tokio::time::Instant;

use crate::client::Client;
use crate::config::Config;
use crate::platform::{
    Body, BoxFuture, Clock, MemoryStore, Request, Response, SessionStore, Transport, TransportError, sleep,
};
use crate::session::test_tokens::{result, tokens};

/// A device on which no time passes, so that tokens do not expire during a test.
#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }
}

/// An AWS that does not answer in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aws {
    /// It takes requests and never answers.
    Silent,
    /// It answers by a byte every five seconds.
    Dripping,
}

impl Transport for Aws {
    fn send(&self, _: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        if *self == Self::Silent {
            return Box::pin(std::future::pending());
        }
        let drops = stream::unfold((), |()| {
            let drop: BoxFuture<'static, _> = Box::pin(async {
                sleep(Duration::from_secs(5)).await;
                Some((Ok(Bytes::from_static(b" ")), ()))
            });
            drop
        });
        let answer = http::Response::builder().header("content-type", "application/x-amz-json-1.1");
        Box::pin(async { Ok(answer.body(Body::from_stream(drops)).unwrap()) })
    }
}

/// Ada is signed in, with tokens that are this old.
async fn ada(aws: Aws, store: &MemoryStore, age: Duration) -> Client {
    let config = Config::builder()
        .user_pool("eu-west-1_AbCdEfGhI", "client")
        .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
        .build()
        .unwrap();
    let client =
        Client::builder(config).transport(aws).clock(FixedClock).store(store.clone()).build().unwrap();
    client.manager().unwrap().begin(tokens(&result("ada", FixedClock.now() - age, Some("r")))).await.unwrap();
    client
}

/// Whether the call failed.
type Call = fn(Client) -> BoxFuture<'static, bool>;

/// The calls, and the seconds that they take at most while nobody else holds a lock: with valid tokens, and with expired ones.
const CALLS: &[(&str, u64, u64, Call)] = &[
    ("current_user", 0, 0, |client| Box::pin(async move { client.current_user().await.is_err() })),
    ("id_token", 0, 55, |client| Box::pin(async move { client.id_token().await.is_err() })),
    ("access_token", 0, 55, |client| Box::pin(async move { client.access_token().await.is_err() })),
    ("refresh", 55, 55, |client| Box::pin(async move { client.refresh().await.is_err() })),
    ("sign_in", 120, 120, |client| Box::pin(async move { client.sign_in("ada", "password").await.is_err() })),
    ("sign_out", 10, 10, |client| Box::pin(async move { client.sign_out().await.is_err() })),
    ("sign_out_everywhere", 60, 55, |client| {
        Box::pin(async move { client.sign_out_everywhere().await.is_err() })
    }),
    ("attributes", 60, 55, |client| Box::pin(async move { client.account().attributes().await.is_err() })),
    ("delete_user", 60, 55, |client| Box::pin(async move { client.account().delete_user().await.is_err() })),
    ("forgot_password", 60, 60, |client| {
        Box::pin(async move { client.account().forgot_password("ada").await.is_err() })
    }),
    ("credentials", 120, 55, |client| Box::pin(async move { client.credentials().await.is_err() })),
    ("identity_id", 120, 55, |client| Box::pin(async move { client.identity_id().await.is_err() })),
];

#[tokio::test(start_paused = true)]
async fn every_call_ends_in_time_whether_aws_is_silent_or_drips() {
    for aws in [Aws::Silent, Aws::Dripping] {
        for (name, valid, expired, call) in CALLS {
            for (age, limit) in [(0, *valid), (2 * 3600, *expired)] {
                let client = ada(aws, &MemoryStore::new(), Duration::from_secs(age)).await;
                let begun = Instant::now();
                let failed = call(client).await;
                let waited = begun.elapsed();
                assert!(waited <= Duration::from_secs(limit + 1), "{name} with {aws:?}: {waited:?}");
                // Signing out works without AWS.
                assert!(*name == "sign_out" || failed || waited.is_zero(), "{name} with {aws:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_call_ends_in_time_although_another_process_hangs_with_the_locks() {
    /// The wait for the lock of a refresh. The calls that write the session do so after AWS has answered.
    const REFRESH_LOCK: u64 = 60;

    for (name, valid, expired, call) in CALLS {
        for (age, limit) in [(0, *valid), (2 * 3600, *expired)] {
            let store = MemoryStore::new();
            let client = ada(Aws::Silent, &store, Duration::from_secs(age)).await;
            let mut locks = Vec::new();
            for lock in ["session.refresh", "session.write"] {
                locks.push(store.lock(&format!("client.{lock}")).await.unwrap());
            }
            let begun = Instant::now();
            call(client).await;
            let limit = match *name {
                "sign_out" => limit + 3,
                _ => limit.max(REFRESH_LOCK),
            };
            assert!(begun.elapsed() <= Duration::from_secs(limit + 1), "{name}: {:?}", begun.elapsed());
        }
    }
}
