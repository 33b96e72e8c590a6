//! Stores that fail, hang, lag behind, or hold what this client has not written.

use super::*;

/// A failure of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StoreFailure {
    Throws,
    Hangs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Load,
    Save,
    Remove,
    Lock,
}

const USES: [Use; 4] = [Use::Load, Use::Save, Use::Remove, Use::Lock];

/// A store in which some use fails from a moment on.
#[derive(Clone, Debug, Default)]
pub(super) struct FailingStore {
    pub(super) store: MemoryStore,
    failure: Arc<Mutex<Option<(Use, StoreFailure)>>>,
    has_failed: Arc<AtomicBool>,
}

impl FailingStore {
    pub(super) fn has(&self, failure: Option<(Use, StoreFailure)>) {
        *self.failure.lock().unwrap() = failure;
    }

    fn used<'a, T: 'a>(
        &self,
        used: Use,
        work: BoxFuture<'a, Result<T, StoreError>>,
    ) -> BoxFuture<'a, Result<T, StoreError>> {
        let failure = self.failure.lock().unwrap().filter(|failure| failure.0 == used);
        self.has_failed.fetch_or(failure.is_some(), Ordering::Relaxed);
        match failure {
            Some((_, StoreFailure::Throws)) => Box::pin(async { Err(StoreError("no".to_owned())) }),
            Some((_, StoreFailure::Hangs)) => Box::pin(std::future::pending()),
            None => work,
        }
    }

    /// Waits until the failure has come.
    pub(super) async fn has_failed(&self) {
        while !self.has_failed.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
    }
}

impl SessionStore for FailingStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>> {
        self.used(Use::Load, self.store.load(key))
    }

    fn save<'a>(&'a self, key: &'a str, value: SecretString) -> BoxFuture<'a, Result<(), StoreError>> {
        let store = self.store.clone();
        self.used(Use::Save, Box::pin(async move { store.save(key, value).await }))
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        let store = self.store.clone();
        self.used(Use::Remove, Box::pin(async move { store.remove(key).await }))
    }

    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        self.used(Use::Lock, self.store.lock(name))
    }
}

pub(super) fn each_failure() -> impl Iterator<Item = (Use, StoreFailure)> {
    USES.into_iter().flat_map(|used| [(used, StoreFailure::Throws), (used, StoreFailure::Hangs)])
}

pub(super) async fn signed_in(pool: &ScriptedPool) -> (Client, FailingStore) {
    let store = FailingStore::default();
    let client = pool.client().store(store.clone()).build().unwrap();
    begin(&client, pool, "ada").await;
    (client, store)
}

#[tokio::test(start_paused = true)]
async fn valid_tokens_are_handed_out_at_once_whatever_the_store_does() {
    for failure in each_failure() {
        let pool = ScriptedPool::default();
        let (client, store) = signed_in(&pool).await;
        pool.pass(HOUR - Duration::from_secs(50));
        store.has(Some(failure));
        pool.answer(refreshed(&pool, "ada", Some("ada's rotated refresh token")));
        for limit in [2000, 2000, 10] {
            let (token, waited) = timed(client.id_token()).await;
            assert!(token.is_ok(), "{failure:?} {token:?}");
            assert!(waited <= Duration::from_millis(limit), "{failure:?} {waited:?}");
        }
        // The store recovers, and nothing was lost.
        store.has(None);
        tokio::time::sleep(Duration::from_secs(120)).await;
        pool.pass(HOUR);
        pool.forget_answers().answer(refreshed(&pool, "ada", None));
        assert!(client.refresh().await.is_ok(), "{failure:?}");
        assert_eq!(username(&client).await.as_deref(), Some("ada"));
    }
}

#[tokio::test(start_paused = true)]
async fn no_call_waits_for_ever_for_a_store() {
    for failure in each_failure() {
        for age in [Duration::ZERO, HOUR] {
            let pool = ScriptedPool::default();
            let (client, store) = signed_in(&pool).await;
            pool.pass(age);
            store.has(Some(failure));
            for _ in 0..3 {
                pool.answer(refreshed(&pool, "ada", Some("rotated")));
            }
            let (user, waited) = timed(client.current_user()).await;
            assert!(waited <= Duration::from_secs(10), "{failure:?} {waited:?}");
            assert!(user.is_ok() || failure.0 == Use::Load, "{failure:?}");
            let (_, waited) = timed(client.pending_challenge()).await;
            assert!(waited <= Duration::from_secs(10), "{failure:?} {waited:?}");
            let (_, waited) = timed(client.refresh()).await;
            assert!(waited <= Duration::from_secs(81), "{failure:?} {waited:?}");
            let result = tokens(&result("bob", pool.now(), Some("bob's")));
            let (_, waited) = timed(client.manager().unwrap().begin(result)).await;
            assert!(waited <= Duration::from_secs(31), "{failure:?} {waited:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn signing_out_forgets_the_session_whatever_the_store_does() {
    for failure in each_failure() {
        let pool = ScriptedPool::default();
        let (client, store) = signed_in(&pool).await;
        store.has(Some(failure));
        pool.answer(json!({}));
        let (outcome, waited) = timed(client.sign_out().into_future()).await;
        assert!(waited <= Duration::from_secs(24), "{failure:?} {waited:?}");
        // A store that cannot remove the session reports it.
        assert!(failure.0 != Use::Remove || outcome.is_err(), "{failure:?}");
        assert_eq!(pool.last_input()["Token"], "ada's first refresh token", "{failure:?}");
        assert_eq!(pool.operations(), ["RevokeToken"], "{failure:?}");
        store.has(None);
        if failure.0 != Use::Remove {
            assert_eq!(username(&client).await, None, "{failure:?}");
        }
    }
}

/// A store whose reads are behind its writes.
#[derive(Clone, Debug, Default)]
struct Late {
    store: MemoryStore,
    before: Arc<Mutex<Option<SecretString>>>,
}

impl SessionStore for Late {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>> {
        match self.before.lock().unwrap().clone() {
            Some(value) if key == STORED => Box::pin(async { Ok(Some(value)) }),
            _ => self.store.load(key),
        }
    }

    fn save<'a>(&'a self, key: &'a str, value: SecretString) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            if key == STORED {
                *self.before.lock().unwrap() = self.store.load(key).await?;
            }
            self.store.save(key, value).await
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        *self.before.lock().unwrap() = None;
        self.store.remove(key)
    }
}

#[tokio::test]
async fn a_store_that_still_says_what_was_replaced_brings_no_old_refresh_token_back() {
    let (pool, store) = (ScriptedPool::default(), Late::default());
    let client = pool.client().store(store.clone()).build().unwrap();
    begin(&client, &pool, "ada").await;
    let mut events = client.events();
    pool.pass(HOUR);
    for turn in 0..3 {
        let rotated = format!("rotated {turn}");
        pool.answer(refreshed(&pool, "ada", Some(&rotated)));
        client.id_token().await.unwrap();
        assert_eq!(username(&client).await.as_deref(), Some("ada"));
        assert_eq!(events.next().now_or_never(), Some(Some(SessionEvent::Refreshed)));
        assert_eq!(events.next().now_or_never(), None, "nobody else has refreshed");
        pool.pass(HOUR);
    }
    assert_eq!(pool.last_input()["RefreshToken"], "rotated 1");
}

#[tokio::test]
async fn what_this_client_has_not_written_is_no_session() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store.clone()).build().unwrap();
    begin(&client, &pool, "ada").await;
    let good = store.load(STORED).await.unwrap().unwrap().expose_secret().to_owned();
    let with = |name: &str, value: Value| {
        let mut record: Value = serde_json::from_str(&good).unwrap();
        record[name] = value;
        record.to_string()
    };
    let member = |name: &str| serde_json::from_str::<Value>(&good).unwrap()[name].clone();
    let id_token = member("idToken").as_str().unwrap().to_owned();
    let damaged = [
        good.chars().take(good.len() / 2).collect(),
        format!("{good}{good}"),
        format!("\u{feff}{good}"),
        format!("[{good}]"),
        "\0".repeat(4096),
        format!("{good}\0"),
        "x".repeat(10_000_000),
        "[".repeat(1_000_000),
        with("version", json!(2)),
        with("version", json!("1")),
        with("version", json!(-1)),
        with("version", json!(1e300)),
        with("id", Value::Null),
        with("refreshToken", Value::Null),
        with("refreshToken", json!("")),
        with("refreshToken", json!(7)),
        with("idToken", member("accessToken")),
        with("accessToken", member("idToken")),
        with("idToken", json!(format!("{id_token}\n"))),
        with("idToken", json!(format!("\0{id_token}"))),
        with("idToken", json!("a.b.c")),
        with("clientId", json!("another")),
        with("userPoolId", json!("eu-west-1_Another12")),
        with("userPoolId", json!(7)),
    ];
    for value in damaged {
        store.save(STORED, value.clone().into()).await.unwrap();
        let client = pool.client().store(store.clone()).build().unwrap();
        let start: String = value.chars().take(80).collect();
        assert_eq!(username(&client).await, None, "{start}");
        assert_eq!(client.id_token().await.unwrap_err().kind(), ErrorKind::SignedOut, "{start}");
        begin(&client, &pool, "bob").await;
        assert_eq!(username(&client).await.as_deref(), Some("bob"), "{start}");
    }
    // The format of an earlier release does not name the pool.
    let mut earlier: Value = serde_json::from_str(&good).unwrap();
    for name in ["clientId", "userPoolId"] {
        assert!(earlier.as_object_mut().unwrap().remove(name).is_some());
    }
    store.save(STORED, earlier.to_string().into()).await.unwrap();
    let client = pool.client().store(store.clone()).build().unwrap();
    assert_eq!(username(&client).await.as_deref(), Some("ada"));
}
