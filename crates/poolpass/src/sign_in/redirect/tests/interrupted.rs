//! A redirect that is interrupted: by the network, the store, the caller, another process or a crash.

use super::*;

#[tokio::test]
async fn a_caller_who_goes_away_does_not_lose_the_session() {
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    let url = begun(&client).await;
    let answer = redirected(&url, "code=c");
    let release = pool.answer(good(&pool, &url)).hold();
    let mut call = Box::pin(client.handle_redirect(&answer));
    while pool.operations().is_empty() {
        assert!(call.as_mut().now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    drop(call);
    release.send(()).unwrap();
    while username(&client).await.is_none() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn another_process_does_not_exchange_the_code_again() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let one = pool.client().store(store.clone()).build().unwrap();
    let two = pool.client().store(store.clone()).build().unwrap();
    let url = begun(&one).await;
    let answer = redirected(&url, "code=c");
    let release = pool.answer(good(&pool, &url)).hold();
    let (done, nothing) = tokio::join!(two.handle_redirect(&answer), async {
        pool.asked(1).await;
        let nothing = one.handle_redirect(&answer).await;
        release.send(()).unwrap();
        nothing
    });
    assert!(done.unwrap().is_some() && nothing.unwrap().is_none());
    assert_eq!(username(&one).await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn after_a_network_fault_the_same_url_works_again() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store.clone()).build().unwrap();
    let url = begun(&client).await;
    let answer = redirected(&url, "code=c");
    pool.lose();
    assert_eq!(client.handle_redirect(&answer).await.unwrap_err().kind(), ErrorKind::Network);
    // The app was restarted meanwhile.
    let client = pool.client().store(store).build().unwrap();
    pool.answer(good(&pool, &url));
    assert!(client.handle_redirect(&answer).await.unwrap().is_some());
}

/// A store that fails to save some values when told so.
#[derive(Clone, Debug, Default)]
struct Failing(MemoryStore, Arc<Mutex<Option<(&'static str, Failure)>>>);

#[derive(Clone, Copy, Debug)]
enum Failure {
    Throws,
    Hangs,
}

impl Failing {
    /// Sets how it fails to save the values whose key contains this name.
    fn fails(&self, failure: Option<(&'static str, Failure)>) {
        *self.1.lock().unwrap() = failure;
    }
}

impl SessionStore for Failing {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>> {
        self.0.load(key)
    }

    fn save<'a>(&'a self, key: &'a str, value: SecretString) -> BoxFuture<'a, Result<(), StoreError>> {
        match *self.1.lock().unwrap() {
            Some((name, Failure::Throws)) if key.contains(name) => {
                let quoting = StoreError(format!("disk full: {}", value.expose_secret()));
                Box::pin(async { Err(quoting) })
            }
            Some((name, Failure::Hangs)) if key.contains(name) => Box::pin(std::future::pending()),
            _ => self.0.save(key, value),
        }
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.remove(key)
    }
}

#[tokio::test]
async fn nothing_is_exchanged_that_could_not_be_taken_from_the_store() {
    let (pool, store) = (ScriptedPool::default(), Failing::default());
    let client = pool.client().store(store.clone()).build().unwrap();
    let url = begun(&client).await;
    store.fails(Some(("pendingRedirects", Failure::Throws)));
    let error = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(!format!("{error:?}").contains(&parameter(&url, "nonce").unwrap()), "{error:?}");
    assert_eq!(client.sign_in_with_redirect(REDIRECT_URI).await.unwrap_err().kind(), ErrorKind::Store);
    assert!(pool.operations().is_empty());
    store.fails(None);
    pool.answer(good(&pool, &url));
    assert!(client.handle_redirect(&redirected(&url, "code=c")).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn tokens_that_the_store_does_not_take_are_revoked_and_the_code_is_not_used_again() {
    for failure in [Failure::Throws, Failure::Hangs] {
        let (pool, store) = (ScriptedPool::default(), Failing::default());
        let client = client_of_bob_on(&pool, store.clone()).await;
        let url = begun(&client).await;
        store.fails(Some((".session", failure)));
        pool.answer(good(&pool, &url)).answer(json!({}));
        let error = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store, "{failure:?}");
        assert!(!format!("{error:?}").contains("the refresh token"), "{error:?}");
        pool.asked(2).await;
        assert_eq!(pool.last_input()["Token"], "the refresh token", "{failure:?}");
        store.fails(None);
        assert!(client.handle_redirect(&redirected(&url, "code=c")).await.unwrap().is_none());
        assert_eq!(pool.operations(), ["/oauth2/token", "RevokeToken"], "{failure:?}");
        assert_eq!(username(&client).await.as_deref(), Some("bob"), "{failure:?}");
    }
}

#[tokio::test]
async fn tokens_that_fail_a_check_are_revoked_although_the_caller_went_away() {
    let pool = ScriptedPool::default();
    let client = client_of_bob(&pool).await;
    let url = begun(&client).await;
    let release = pool.answer(answer(&pool, &url, |id, _| id["nonce"] = json!("another"))).hold();
    pool.answer(json!({}));
    let call = tokio::spawn({
        let (client, answer) = (client.clone(), redirected(&url, "code=c"));
        async move { client.handle_redirect(&answer).await.map(drop) }
    });
    pool.asked(1).await;
    call.abort();
    release.send(()).unwrap();
    pool.asked(2).await;
    assert_eq!(pool.last_input()["Token"], "the refresh token");
    assert_eq!(username(&client).await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn a_process_that_dies_during_the_exchange_leaves_the_old_session_and_the_code_unused() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = client_of_bob_on(&pool, store.clone()).await;
    let url = begun(&client).await;
    let _never = pool.answer(good(&pool, &url)).hold();
    let call = tokio::spawn({
        let (client, answer) = (client.clone(), redirected(&url, "code=c"));
        async move { client.handle_redirect(&answer).await.map(drop) }
    });
    pool.asked(1).await;
    call.abort();
    // The app starts again, with the same URL.
    let client = pool.client().store(store).build().unwrap();
    assert!(client.handle_redirect(&redirected(&url, "code=c")).await.unwrap().is_none());
    assert_eq!(username(&client).await.as_deref(), Some("bob"));
    assert_eq!(pool.operations(), ["/oauth2/token"]);
    let url = begun(&client).await;
    pool.answer(good(&pool, &url));
    assert!(client.handle_redirect(&redirected(&url, "code=c")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_redirect_that_comes_back_after_the_store_was_cleared_sends_nothing() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store.clone()).build().unwrap();
    let url = begun(&client).await;
    store.remove("client.pendingRedirects").await.unwrap();
    let error = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRedirect);
    assert!(error.message().contains("begin the sign-in again"), "{error}");
    assert!(pool.operations().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_process_that_hangs_with_a_lock_is_not_waited_for_longer_than_documented() {
    let began = tokio::time::Instant::now();
    let waited = || began.elapsed();

    // The lock of the redirects: nothing is begun, and nothing is exchanged.
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = client_of_bob_on(&pool, store.clone()).await;
    let url = begun(&client).await;
    let hangs = store.lock("client.redirect").await.unwrap();
    let error = client.sign_in_with_redirect(REDIRECT_URI).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(waited() <= Duration::from_secs(20), "{:?}", waited());
    let before = waited();
    let error = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(waited() - before <= Duration::from_secs(80), "{:?}", waited());
    assert!(pool.operations().is_empty());
    drop(hangs);

    // The lock of the session, after the exchange.
    let _hangs = store.lock("client.session.write").await.unwrap();
    pool.answer(good(&pool, &url)).answer(json!({}));
    let before = waited();
    let error = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(waited() - before <= Duration::from_secs(80), "{:?}", waited());
    pool.asked(2).await;
    assert_eq!(pool.last_input()["Token"], "the refresh token");
    assert_eq!(username(&client).await.as_deref(), Some("bob"));
}
