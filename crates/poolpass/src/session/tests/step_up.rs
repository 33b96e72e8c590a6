//! Step-up is all or nothing: what fails, on whichever way, leaves the session and its record as they were.

use super::stores::{StoreFailure, Use, each_failure, signed_in};
use super::*;
use crate::session::test_tokens::with_claim;

const LEVEL: &str = "urn:cognito:loa:3";

/// The tokens of a completed step-up of `sub`, whose access token has the level `acr`.
fn stronger(pool: &ScriptedPool, sub: &str, acr: Option<&str>) -> Value {
    let mut stronger = result(sub, pool.now(), Some("stronger refresh token"));
    stronger["AccessToken"] = with_claim(&stronger["AccessToken"], "acr", json!(acr));
    stronger["AccessToken"] = with_claim(&stronger["AccessToken"], "origin_jti", json!("of the step-up"));
    stronger
}

async fn step_up(client: &Client, result: &Value) -> Result<(), Error> {
    client.manager().unwrap().step_up(tokens(result), LEVEL.to_owned()).await.map(drop)
}

/// The record in the store and the tokens that the client hands out.
async fn state(client: &Client, store: &MemoryStore) -> (String, String, String) {
    let record = store.load(STORED).await.unwrap().unwrap().expose_secret().to_owned();
    let (id_token, access_token) = (client.id_token().await.unwrap(), client.access_token().await.unwrap());
    (record, id_token.jwt().to_owned(), access_token.jwt().to_owned())
}

async fn refresh_token(store: &MemoryStore) -> Value {
    let record = store.load(STORED).await.unwrap().unwrap();
    serde_json::from_str::<Value>(record.expose_secret()).unwrap()["refreshToken"].clone()
}

#[tokio::test]
async fn stronger_tokens_take_the_place_of_the_others_which_are_revoked() {
    let pool = ScriptedPool::default();
    let (client, store) = signed_in(&pool).await;
    let mut events = client.events();
    pool.answer(json!({}));
    step_up(&client, &stronger(&pool, "ada", Some("urn:cognito:loa:4"))).await.unwrap();
    assert_eq!(client.access_token().await.unwrap().claims().text("acr"), Some("urn:cognito:loa:4"));
    assert_eq!(refresh_token(&store.store).await, "stronger refresh token");
    pool.asked(1).await;
    assert_eq!(pool.last_input()["Token"], "ada's first refresh token");
    assert_eq!(events.next().await, Some(SessionEvent::Refreshed));
    assert_eq!(events.next().now_or_never(), None);
}

#[tokio::test]
async fn the_session_keeps_its_device_unless_the_step_up_names_another() {
    let pool = ScriptedPool::default();
    let device = |key: &str| json!({ "DeviceKey": key, "DeviceGroupKey": "-group" });
    let client = pool.client().build().unwrap();
    let mut first = result("ada", pool.now(), Some("ada's first refresh token"));
    first["NewDeviceMetadata"] = device("one");
    pool.answer(json!({ "UserConfirmationNecessary": true }));
    client.manager().unwrap().begin(tokens(&first)).await.unwrap();
    pool.asked(1).await;

    pool.answer(json!({}));
    step_up(&client, &stronger(&pool, "ada", Some(LEVEL))).await.unwrap();
    pool.asked(2).await;
    assert!(client.current_user().await.unwrap().unwrap().device_confirmation_necessary());
    pool.answer(refreshed(&pool, "ada", None));
    client.refresh().await.unwrap();
    assert_eq!(pool.last_input()["DeviceKey"], "one", "a refresh without it is refused");

    let mut from_another = stronger(&pool, "ada", Some(LEVEL));
    from_another["NewDeviceMetadata"] = device("two");
    pool.answer(json!({})).answer(json!({}));
    step_up(&client, &from_another).await.unwrap();
    assert_eq!(pool.operations()[3], "ConfirmDevice");
    pool.asked(5).await;
    pool.answer(refreshed(&pool, "ada", None));
    client.refresh().await.unwrap();
    assert_eq!(pool.last_input()["DeviceKey"], "two");
}

#[tokio::test(start_paused = true)]
async fn a_step_up_that_the_store_does_not_take_leaves_the_session_and_its_record() {
    for failure in each_failure().filter(|failure| failure.0 != Use::Remove) {
        let pool = ScriptedPool::default();
        let (client, store) = signed_in(&pool).await;
        let before = state(&client, &store.store).await;
        let mut events = client.events();
        store.has(Some(failure));
        pool.answer(json!({}));
        let error = step_up(&client, &stronger(&pool, "ada", Some(LEVEL))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store, "{failure:?}");
        store.has(None);
        assert_eq!(state(&client, &store.store).await, before, "{failure:?}");
        assert_eq!(events.next().now_or_never(), None, "{failure:?}");
        // Nobody will use the stronger tokens, so they are revoked; the session's are not.
        pool.asked(1).await;
        assert_eq!(pool.last_input()["Token"], "stronger refresh token", "{failure:?}");
        pool.answer(refreshed(&pool, "ada", None));
        client.refresh().await.unwrap();
        assert_eq!(pool.last_input()["RefreshToken"], "ada's first refresh token", "{failure:?}");
    }
}

#[tokio::test]
async fn tokens_of_another_person_or_below_the_level_are_revoked_and_change_nothing() {
    for (sub, acr, kind) in [
        ("mallory", Some(LEVEL), ErrorKind::SignedOut),
        ("ada", None, ErrorKind::InvalidResponse),
        ("ada", Some("urn:cognito:loa:1"), ErrorKind::InvalidResponse),
        ("ada", Some("urn:cognito:loa:2"), ErrorKind::InvalidResponse),
    ] {
        let pool = ScriptedPool::default();
        let (client, store) = signed_in(&pool).await;
        let before = state(&client, &store.store).await;
        let mut events = client.events();
        pool.answer(json!({}));
        let error = step_up(&client, &stronger(&pool, sub, acr)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{sub} {acr:?}");
        assert_eq!(state(&client, &store.store).await, before, "{sub} {acr:?}");
        assert_eq!(events.next().now_or_never(), None, "{sub} {acr:?}");
        pool.asked(1).await;
        assert_eq!(pool.last_input()["Token"], "stronger refresh token", "{sub} {acr:?}");
    }
}

#[tokio::test]
async fn tokens_of_two_people_and_garbled_ones_change_nothing() {
    let pool = ScriptedPool::default();
    let (client, store) = signed_in(&pool).await;
    let before = state(&client, &store.store).await;
    let mut of_two = stronger(&pool, "ada", Some(LEVEL));
    of_two["AccessToken"] = stronger(&pool, "mallory", Some(LEVEL))["AccessToken"].clone();
    let mut garbled = stronger(&pool, "ada", Some(LEVEL));
    garbled["IdToken"] = json!("a.b.c");
    let mut without_refresh_token = stronger(&pool, "ada", Some(LEVEL));
    without_refresh_token["RefreshToken"] = json!("");
    for answer in [of_two, garbled, without_refresh_token] {
        assert_eq!(step_up(&client, &answer).await.unwrap_err().kind(), ErrorKind::InvalidResponse);
        assert_eq!(state(&client, &store.store).await, before);
    }
    assert!(pool.operations().is_empty());
}

#[tokio::test]
async fn a_sign_out_and_another_sign_in_before_the_tokens_arrive_stand() {
    for other in [None, Some("bob")] {
        let pool = ScriptedPool::default();
        let (client, store) = signed_in(&pool).await;
        match other {
            Some(sub) => begin(&client, &pool, sub).await,
            None => store.store.remove(STORED).await.unwrap(),
        }
        pool.answer(json!({}));
        let error = step_up(&client, &stronger(&pool, "ada", Some(LEVEL))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SignedOut);
        assert_eq!(username(&client).await.as_deref(), other);
        pool.asked(1).await;
        assert_eq!(pool.last_input()["Token"], "stronger refresh token");
    }
}

#[tokio::test]
async fn a_process_that_dies_before_or_after_the_write_leaves_one_of_the_two_sessions() {
    let pool = ScriptedPool::default();
    let (client, store) = signed_in(&pool).await;
    let before = state(&client, &store.store).await;
    let after_the_crash = || pool.client().store(store.store.clone()).build().unwrap();

    // The process dies while it writes.
    store.has(Some((Use::Save, StoreFailure::Hangs)));
    let writing = tokio::spawn({
        let (client, answer) = (client.clone(), stronger(&pool, "ada", Some(LEVEL)));
        async move { step_up(&client, &answer).await }
    });
    store.has_failed().await;
    writing.abort();
    assert_eq!(state(&after_the_crash(), &store.store).await, before);

    // It dies after the write, before the tokens that were replaced are revoked.
    let other = pool.client().store(store.store.clone()).build().unwrap();
    let _held = pool.answer(json!({})).hold();
    step_up(&other, &stronger(&pool, "ada", Some(LEVEL))).await.unwrap();
    let client = after_the_crash();
    assert_eq!(client.access_token().await.unwrap().claims().text("acr"), Some(LEVEL));
    assert_eq!(refresh_token(&store.store).await, "stronger refresh token");
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_stop_it_half_way() {
    let pool = ScriptedPool::default();
    let (client, store) = signed_in(&pool).await;
    let busy = store.store.lock("client.session.write").await.unwrap();
    pool.answer(json!({}));
    let answer = stronger(&pool, "ada", Some(LEVEL));
    assert!(step_up(&client, &answer).now_or_never().is_none(), "the lock is held by somebody else");
    assert_eq!(refresh_token(&store.store).await, "ada's first refresh token");
    drop(busy);
    pool.asked(1).await;
    assert_eq!(pool.last_input()["Token"], "ada's first refresh token");
    assert_eq!(refresh_token(&store.store).await, "stronger refresh token");
}
