//! Cases that no server can produce: races with a refresh, a failing store, answers that AWS would not give.
//! Everything else is tested against local-aws, in `tests/runner/tests/session.rs`.

mod adopt;
mod cancelled;
mod clocks;
mod devices;
mod operations;
mod refusals;
mod step_up;
mod stores;
mod waits;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::test_tokens::{result, tokens};
use super::{SessionEndReason, SessionEvent, SignOut};
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::platform::{BoxFuture, Clock, MemoryStore, SessionStore, StoreError, StoreLock};
use crate::user_pool::scripted::ScriptedPool;

const HOUR: Duration = Duration::from_secs(3600);
const STORED: &str = "client.session";

/// AWS's answer to a refresh, with tokens that are good for an hour.
fn refreshed(pool: &ScriptedPool, sub: &str, refresh_token: Option<&str>) -> Value {
    json!({ "AuthenticationResult": result(sub, pool.now(), refresh_token) })
}

async fn begin(client: &Client, pool: &ScriptedPool, sub: &str) {
    let refresh_token = format!("{sub}'s first refresh token");
    let result = tokens(&result(sub, pool.now(), Some(&refresh_token)));
    client.manager().unwrap().begin(result).await.unwrap();
}

/// Ada is signed in, and her tokens have expired.
async fn stale(pool: &ScriptedPool, store: &MemoryStore) -> Client {
    let client = pool.client().store(store.clone()).build().unwrap();
    begin(&client, pool, "ada").await;
    pool.pass(HOUR);
    client
}

async fn username(client: &Client) -> Option<String> {
    client.current_user().await.unwrap().map(|user| user.username().to_owned())
}

/// A refresh that has come as far as AWS; it goes on when the sender has sent.
async fn refresh_under_way(
    pool: &ScriptedPool,
    client: &Client,
) -> (tokio::task::JoinHandle<Result<String, Error>>, futures_channel::oneshot::Sender<()>) {
    let release = pool.answer(refreshed(pool, "ada", Some("ada's rotated refresh token"))).hold();
    let asked = pool.operations().len();
    let client = client.clone();
    let waiting = tokio::spawn(async move { client.id_token().await.map(|token| token.sub().to_owned()) });
    pool.asked(asked + 1).await;
    (waiting, release)
}

#[tokio::test]
async fn signing_out_during_a_refresh_stands() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = stale(&pool, &store).await;
    let mut events = client.events();
    let (waiting, release) = refresh_under_way(&pool, &client).await;

    pool.answer(json!({}));
    assert!(matches!(client.sign_out().await.unwrap(), SignOut::Revoked));
    assert_eq!(pool.last_input()["Token"], "ada's first refresh token");

    pool.answer(json!({}));
    release.send(()).unwrap();
    assert_eq!(waiting.await.unwrap().unwrap_err().kind(), ErrorKind::SignedOut);
    assert_eq!(username(&client).await, None);
    assert!(store.load(STORED).await.unwrap().is_none());
    // The rotated token, which nobody will use, is revoked too.
    pool.asked(3).await;
    assert_eq!(pool.last_input()["Token"], "ada's rotated refresh token");
    assert_eq!(events.next().await, Some(SessionEvent::SignedOut));
    assert_eq!(events.next().now_or_never(), None);
}

#[tokio::test]
async fn a_refresh_that_ends_after_somebody_else_has_signed_in_changes_nothing() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = stale(&pool, &store).await;
    let (waiting, release) = refresh_under_way(&pool, &client).await;

    begin(&client, &pool, "bob").await;
    pool.answer(json!({}));
    release.send(()).unwrap();
    assert_eq!(waiting.await.unwrap().unwrap_err().kind(), ErrorKind::SignedOut);
    assert_eq!(username(&client).await.as_deref(), Some("bob"));
    assert_eq!(client.id_token().await.unwrap().sub(), "bob");
}

#[tokio::test]
async fn a_sign_out_in_another_process_during_a_refresh_stands() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = stale(&pool, &store).await;
    let (waiting, release) = refresh_under_way(&pool, &client).await;

    store.remove(STORED).await.unwrap();
    pool.answer(json!({}));
    release.send(()).unwrap();
    assert_eq!(waiting.await.unwrap().unwrap_err().kind(), ErrorKind::SignedOut);
    assert_eq!(username(&client).await, None);
}

#[tokio::test]
async fn a_token_that_was_refused_is_not_the_end_if_somebody_was_faster() {
    // As two tabs of a browser that has no locks.
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = stale(&pool, &store).await;
    let old = store.load(STORED).await.unwrap().unwrap();
    let faster = pool.client().store(store.clone()).build().unwrap();
    pool.answer(refreshed(&pool, "ada", Some("ada's rotated refresh token")));
    faster.id_token().await.unwrap();
    let new = store.load(STORED).await.unwrap().unwrap();

    store.save(STORED, old).await.unwrap();
    let release = pool.refuse("RefreshTokenReuseException", "Refresh token has been rotated out").hold();
    let arrives = async {
        pool.asked(2).await;
        store.save(STORED, new).await.unwrap();
        release.send(()).unwrap();
    };
    let (outcome, ()) = tokio::join!(client.refresh(), arrives);
    assert_eq!(outcome.unwrap().username(), "ada");
}

#[tokio::test]
async fn somebody_else_s_tokens_are_not_taken() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = stale(&pool, &store).await;
    pool.answer(refreshed(&pool, "mallory", None));
    assert_eq!(client.id_token().await.unwrap_err().kind(), ErrorKind::InvalidResponse);
    let mut mixed = refreshed(&pool, "ada", None);
    mixed["AuthenticationResult"]["AccessToken"] = result("mallory", pool.now(), None)["AccessToken"].clone();
    pool.answer(mixed);
    assert_eq!(client.id_token().await.unwrap_err().kind(), ErrorKind::InvalidResponse);
    assert_eq!(username(&client).await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn signing_out_everywhere_takes_no_refusal_for_success() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store).build().unwrap();
    begin(&client, &pool, "ada").await;
    pool.refuse("NotAuthorizedException", "Access Token does not have required scopes");
    assert_eq!(client.sign_out_everywhere().await.unwrap_err().kind(), ErrorKind::MissingScope);
    pool.lose();
    assert_eq!(client.sign_out_everywhere().await.unwrap_err().kind(), ErrorKind::Network);
    assert_eq!(username(&client).await.as_deref(), Some("ada"));
    pool.refuse("NotAuthorizedException", "Access Token has been revoked");
    client.sign_out_everywhere().await.unwrap();
    assert_eq!(username(&client).await, None);
}

#[tokio::test]
async fn a_remembered_device_is_named_in_the_refresh() {
    let pool = ScriptedPool::default();
    let client = pool.client().refresh_metadata("app", "notes").build().unwrap();
    let mut tokens_of_device = result("ada", pool.now(), Some("r"));
    tokens_of_device["NewDeviceMetadata"] = json!({ "DeviceKey": "eu-west-1_dev", "DeviceGroupKey": "g" });
    pool.answer(json!({}));
    client.manager().unwrap().begin(tokens(&tokens_of_device)).await.unwrap();
    assert_eq!(pool.last_input()["DeviceKey"], "eu-west-1_dev");
    pool.answer(refreshed(&pool, "ada", None));
    client.refresh().await.unwrap();
    assert_eq!(pool.last_input()["DeviceKey"], "eu-west-1_dev");
    assert_eq!(pool.last_input()["ClientMetadata"], json!({ "app": "notes" }));
    pool.answer(refreshed(&pool, "ada", None));
    client.refresh().await.unwrap();
    assert_eq!(
        pool.last_input()["DeviceKey"],
        "eu-west-1_dev",
        "also after a refresh that does not repeat it"
    );
}

/// A disk that may be full.
#[derive(Clone, Debug, Default)]
struct Disk {
    store: MemoryStore,
    is_full: Arc<AtomicBool>,
    has_no_locks: Arc<AtomicBool>,
}

impl SessionStore for Disk {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>> {
        self.store.load(key)
    }

    fn save<'a>(&'a self, key: &'a str, value: SecretString) -> BoxFuture<'a, Result<(), StoreError>> {
        if self.is_full.load(Ordering::Relaxed) {
            return Box::pin(async { Err(StoreError("no space left on device".to_owned())) });
        }
        self.store.save(key, value)
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        self.store.remove(key)
    }

    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        if self.has_no_locks.load(Ordering::Relaxed) {
            return Box::pin(async { Err(StoreError("no locks available".to_owned())) });
        }
        self.store.lock(name)
    }
}

#[tokio::test]
async fn rotated_tokens_are_kept_until_the_store_takes_them_and_not_handed_out_before() {
    let (pool, disk) = (ScriptedPool::default(), Disk::default());
    let client = pool.client().store(disk.clone()).build().unwrap();
    begin(&client, &pool, "ada").await;
    let old = client.id_token().await.unwrap();
    pool.pass(HOUR - Duration::from_secs(30));

    disk.is_full.store(true, Ordering::Relaxed);
    pool.answer(refreshed(&pool, "ada", Some("ada's rotated refresh token")));
    assert_eq!(client.refresh().await.unwrap_err().kind(), ErrorKind::Store);
    assert_eq!(client.id_token().await.unwrap().jwt(), old.jwt(), "the old token is still valid");
    pool.pass(Duration::from_secs(30));
    assert_eq!(client.id_token().await.unwrap_err().kind(), ErrorKind::Store);

    disk.is_full.store(false, Ordering::Relaxed);
    assert_ne!(client.id_token().await.unwrap().jwt(), old.jwt());
    assert_eq!(
        pool.operations().len(),
        1,
        "the rotated token was not lost, so nothing had to be asked again"
    );
    let stored = disk.load(STORED).await.unwrap().unwrap();
    assert!(stored.expose_secret().contains("ada's rotated refresh token"));
}

#[tokio::test]
async fn unsaved_tokens_are_nobody_else_s() {
    let (pool, disk) = (ScriptedPool::default(), Disk::default());
    let client = pool.client().store(disk.clone()).build().unwrap();
    begin(&client, &pool, "ada").await;
    disk.is_full.store(true, Ordering::Relaxed);
    pool.answer(refreshed(&pool, "ada", Some("ada's rotated refresh token")));
    assert_eq!(client.refresh().await.unwrap_err().kind(), ErrorKind::Store);

    disk.is_full.store(false, Ordering::Relaxed);
    let elsewhere = pool.client().store(disk.clone()).build().unwrap();
    begin(&elsewhere, &pool, "bob").await;
    pool.pass(HOUR);
    pool.answer(refreshed(&pool, "bob", None));
    assert_eq!(client.id_token().await.unwrap().sub(), "bob");
}

#[tokio::test]
async fn signing_out_revokes_the_token_that_the_store_has_not_taken() {
    let (pool, disk) = (ScriptedPool::default(), Disk::default());
    let client = pool.client().store(disk.clone()).build().unwrap();
    begin(&client, &pool, "ada").await;
    disk.is_full.store(true, Ordering::Relaxed);
    pool.answer(refreshed(&pool, "ada", Some("ada's rotated refresh token")));
    assert_eq!(client.refresh().await.unwrap_err().kind(), ErrorKind::Store);

    pool.answer(json!({}));
    assert!(client.sign_out().await.unwrap().is_revoked());
    assert_eq!(pool.last_input()["Token"], "ada's rotated refresh token");
}

#[tokio::test]
async fn signing_out_removes_the_session_although_the_store_refuses_its_lock() {
    let (pool, disk) = (ScriptedPool::default(), Disk::default());
    let client = pool.client().store(disk.clone()).build().unwrap();
    begin(&client, &pool, "ada").await;
    let mut events = client.events();
    disk.has_no_locks.store(true, Ordering::Relaxed);

    pool.answer(json!({}));
    assert_eq!(client.sign_out().await.unwrap_err().kind(), ErrorKind::Store);
    assert!(disk.load(STORED).await.unwrap().is_none());
    assert_eq!(username(&client).await, None);
    assert_eq!(events.next().await, Some(SessionEvent::SignedOut));
    assert_eq!(pool.operations(), ["RevokeToken"]);
}

#[tokio::test]
async fn a_deleted_user_is_forgotten_although_the_caller_goes_away() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store.clone()).build().unwrap();
    begin(&client, &pool, "ada").await;
    let busy = store.lock("client.session.write").await.unwrap();
    pool.answer(json!({}));
    assert!(client.account().delete_user().now_or_never().is_none(), "the lock is held by somebody else");
    drop(busy);
    let forgotten = async {
        while store.load(STORED).await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), forgotten).await.unwrap();
    assert_eq!(pool.operations(), ["DeleteUser"]);
}

#[tokio::test]
async fn a_sign_out_goes_on_when_its_caller_goes_away() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = stale(&pool, &store).await;
    let busy = store.lock("client.session.write").await.unwrap();
    pool.answer(json!({}));
    assert!(
        client.sign_out().into_future().now_or_never().is_none(),
        "the session's lock is held by somebody else"
    );
    drop(busy);
    pool.asked(1).await;
    assert_eq!(pool.operations(), ["RevokeToken"]);
    assert_eq!(username(&client).await, None);
}

#[tokio::test]
async fn nobody_is_signed_in_before_the_store_has_taken_the_session() {
    let (pool, disk) = (ScriptedPool::default(), Disk::default());
    let client = pool.client().store(disk.clone()).build().unwrap();
    disk.is_full.store(true, Ordering::Relaxed);
    let tokens = tokens(&result("ada", pool.now(), Some("r")));
    pool.answer(json!({}));
    assert_eq!(client.manager().unwrap().begin(tokens).await.unwrap_err().kind(), ErrorKind::Store);
    assert_eq!(username(&client).await, None);
    // Nobody will use the tokens, so they are revoked.
    pool.asked(1).await;
    assert_eq!(pool.last_input()["Token"], "r");
}

#[tokio::test]
async fn a_damaged_or_newer_stored_session_is_no_session() {
    for damaged in ["", "{", "null", "{\"version\":1}", "{\"version\":2,\"id\":\"x\"}"] {
        let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
        store.save(STORED, damaged.into()).await.unwrap();
        let client = pool.client().store(store.clone()).build().unwrap();
        assert_eq!(username(&client).await, None, "{damaged}");
        assert_eq!(client.id_token().await.unwrap_err().kind(), ErrorKind::SignedOut);
        begin(&client, &pool, "ada").await;
        assert_eq!(username(&client).await.as_deref(), Some("ada"));
    }
}

#[tokio::test]
async fn debug_output_shows_no_token() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store).build().unwrap();
    begin(&client, &pool, "ada").await;
    let id_token = client.id_token().await.unwrap();
    let debug = format!("{client:?} {:?} {:?}", client.current_user().await, client.manager());
    assert!(!debug.contains(id_token.jwt()) && !debug.contains("refresh token"), "{debug}");
}

/// The time that `work` takes on the paused clock.
async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let begun = tokio::time::Instant::now();
    (work.await, begun.elapsed())
}

#[tokio::test]
async fn a_stored_session_of_two_people_is_no_session() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store.clone()).build().unwrap();
    begin(&client, &pool, "ada").await;
    let adas = store.load(STORED).await.unwrap().unwrap();
    begin(&client, &pool, "bob").await;
    let bobs = store.load(STORED).await.unwrap().unwrap();
    let member = |text: &SecretString| serde_json::from_str::<Value>(text.expose_secret()).unwrap();
    let mut mixed = member(&adas);
    mixed["accessToken"] = member(&bobs)["accessToken"].clone();
    store.save(STORED, mixed.to_string().into()).await.unwrap();
    assert_eq!(username(&client).await, None);
}
