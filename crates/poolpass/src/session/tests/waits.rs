//! Limits of the waits for AWS and for other processes.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_token_that_is_valid_for_50_s_is_handed_out_within_2_s_while_cognito_is_silent() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store).build().unwrap();
    begin(&client, &pool, "ada").await;
    let old = client.id_token().await.unwrap();
    pool.pass(HOUR - Duration::from_secs(50));
    let release = pool.answer(refreshed(&pool, "ada", None)).hold();
    let (token, waited) = timed(client.id_token()).await;
    assert_eq!(token.unwrap().jwt(), old.jwt());
    assert!(waited <= Duration::from_secs(2), "{waited:?}");
    // The renewal's grace period is over for everybody.
    let (token, waited) = timed(client.access_token()).await;
    assert!(token.is_ok() && waited <= Duration::from_millis(10), "{waited:?}");
    release.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_ne!(client.id_token().await.unwrap().jwt(), old.jwt(), "the refresh went on");
    assert_eq!(pool.operations(), ["GetTokensFromRefreshToken"]);
}

#[tokio::test(start_paused = true)]
async fn a_valid_token_waits_for_no_lock_that_another_process_hangs_with() {
    for name in ["client.session.refresh", "client.session.write"] {
        let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
        let client = pool.client().store(store.clone()).build().unwrap();
        begin(&client, &pool, "ada").await;
        pool.pass(HOUR - Duration::from_secs(50));
        let _hangs = store.lock(name).await.unwrap();
        pool.answer(refreshed(&pool, "ada", None));
        let (token, waited) = timed(client.id_token()).await;
        assert!(token.is_ok() && waited <= Duration::from_secs(2), "{name} {waited:?}");
        let (user, waited) = timed(username(&client)).await;
        assert_eq!(user.as_deref(), Some("ada"));
        assert!(waited <= Duration::from_millis(10), "{name} {waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_call_waits_for_ever_for_a_lock_that_another_process_hangs_with() {
    for (name, limit) in [("client.session.refresh", 61), ("client.session.write", 71)] {
        let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
        let client = stale(&pool, &store).await;
        let _hangs = store.lock(name).await.unwrap();
        pool.answer(refreshed(&pool, "ada", Some("ada's rotated refresh token")));
        let (token, waited) = timed(client.id_token()).await;
        assert_eq!(token.unwrap_err().kind(), ErrorKind::Store, "{name}");
        assert!(waited <= Duration::from_secs(limit), "{name} {waited:?}");
    }
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store.clone()).build().unwrap();
    let _hangs = store.lock("client.session.write").await.unwrap();
    pool.answer(json!({}));
    let tokens = tokens(&result("ada", pool.now(), Some("r")));
    let (begun, waited) = timed(client.manager().unwrap().begin(tokens)).await;
    assert_eq!(begun.unwrap_err().kind(), ErrorKind::Store);
    assert!(waited <= Duration::from_secs(11), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn signing_out_works_while_another_process_hangs_with_the_locks() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = stale(&pool, &store).await;
    let _hang = (
        store.lock("client.session.refresh").await.unwrap(),
        store.lock("client.session.write").await.unwrap(),
    );
    pool.answer(json!({}));
    let (outcome, waited) = timed(client.sign_out().into_future()).await;
    assert!(outcome.unwrap().is_revoked());
    assert!(waited <= Duration::from_secs(4), "{waited:?}");
    assert!(store.load(STORED).await.unwrap().is_none());
    assert_eq!(username(&client).await, None);
}
