//! Callers who go away after each step of a call.

use std::pin::pin;
use std::task::{Context, Waker};

use super::*;
use crate::platform::{Request, Response, Transport, TransportError};

/// A store that takes a turn of the scheduler for each use, as every real one does.
#[derive(Clone, Debug, Default)]
struct Slow(MemoryStore);

impl SessionStore for Slow {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>> {
        Box::pin(async {
            tokio::task::yield_now().await;
            self.0.load(key).await
        })
    }

    fn save<'a>(&'a self, key: &'a str, value: SecretString) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async {
            tokio::task::yield_now().await;
            self.0.save(key, value).await
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async {
            tokio::task::yield_now().await;
            self.0.remove(key).await
        })
    }

    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async {
            tokio::task::yield_now().await;
            self.0.lock(name).await
        })
    }
}

/// A network on which both ways take a turn of the scheduler.
#[derive(Clone, Debug)]
struct Wire(ScriptedPool);

impl Transport for Wire {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async {
            tokio::task::yield_now().await;
            let answer = self.0.send(request).await;
            tokio::task::yield_now().await;
            answer
        })
    }
}

/// Ada is signed in; the tokens expire after an hour.
async fn signed_in() -> (ScriptedPool, Slow, Client) {
    let (pool, store) = (ScriptedPool::default(), Slow::default());
    let client = pool.client().transport(Wire(pool.clone())).store(store.clone()).build().unwrap();
    begin(&client, &pool, "ada").await;
    (pool, store, client)
}

/// Polls `call` so often, lets everything else run each time, and drops it.
async fn dropped_after<T>(polls: usize, call: impl Future<Output = T>) -> bool {
    let mut call = pin!(call);
    for _ in 0..polls {
        if call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            return true;
        }
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }
    false
}

async fn settled() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_sign_out_is_whole_whenever_its_caller_goes_away() {
    for polls in 1..40 {
        let (pool, store, client) = signed_in().await;
        pool.answer(json!({}));
        let done = dropped_after(polls, client.sign_out().into_future()).await;
        settled().await;
        assert!(store.load(STORED).await.unwrap().is_none(), "{polls}");
        assert_eq!(pool.operations(), ["RevokeToken"], "{polls}");
        if done {
            return;
        }
    }
    panic!("the sign-out does not end");
}

#[tokio::test]
async fn a_refresh_is_whole_whenever_its_caller_goes_away() {
    for polls in 1..40 {
        let (pool, store, client) = signed_in().await;
        pool.pass(HOUR);
        pool.answer(refreshed(&pool, "ada", Some("ada's rotated refresh token")));
        let done = dropped_after(polls, client.id_token()).await;
        settled().await;
        // If AWS has rotated the token, the new one is stored.
        let stored = store.load(STORED).await.unwrap().unwrap();
        let is_rotated = stored.expose_secret().contains("ada's rotated refresh token");
        assert_eq!(is_rotated, !pool.operations().is_empty(), "{polls}");
        if done {
            return assert!(is_rotated);
        }
    }
    panic!("the refresh does not end");
}

#[tokio::test]
async fn an_account_that_is_being_deleted_leaves_no_session_whenever_its_caller_goes_away() {
    for polls in 1..60 {
        let (pool, store, client) = signed_in().await;
        pool.answer(json!({}));
        let done = dropped_after(polls, client.account().delete_user()).await;
        settled().await;
        let is_deleted = pool.operations() == ["DeleteUser"];
        assert_eq!(store.load(STORED).await.unwrap().is_none(), is_deleted, "{polls}");
        if done {
            return assert!(is_deleted);
        }
    }
    panic!("the deletion does not end");
}

#[tokio::test]
async fn signing_out_everywhere_is_whole_whenever_its_caller_goes_away() {
    for polls in 1..60 {
        let (pool, store, client) = signed_in().await;
        pool.answer(json!({}));
        let done = dropped_after(polls, client.sign_out_everywhere()).await;
        settled().await;
        let has_ended = pool.operations() == ["GlobalSignOut"];
        assert_eq!(store.load(STORED).await.unwrap().is_none(), has_ended, "{polls}");
        if done {
            return assert!(has_ended);
        }
    }
    panic!("the sign-out does not end");
}
