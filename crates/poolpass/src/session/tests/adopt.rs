//! Sessions from elsewhere: checked before they replace anything, taken over once, and never lost.

use super::stores::{FailingStore, StoreFailure, Use, signed_in};
use super::*;
use crate::session::test_tokens::with_claim;
use crate::session::{DeviceTokens, SessionTokens};

/// Tokens of Bob as another SDK keeps them, of the sign-in called `origin` at AWS.
fn of_bob(pool: &ScriptedPool, origin: &str) -> Value {
    let mut result = result("bob", pool.now(), Some("bob's"));
    result["AccessToken"] = with_claim(&result["AccessToken"], "origin_jti", json!(origin));
    result
}

fn handed_in(result: &Value) -> SessionTokens {
    let text = |name: &str| result[name].as_str().unwrap_or_default().to_owned();
    SessionTokens::new(text("IdToken"), text("AccessToken"), text("RefreshToken"))
}

/// AWS's answer to the refresh of a session, which keeps the sign-in's name.
fn rotated(pool: &ScriptedPool, origin: &str, refresh_token: &str) -> Value {
    let mut result = of_bob(pool, origin);
    result["RefreshToken"] = json!(refresh_token);
    json!({ "AuthenticationResult": result })
}

async fn record(store: &MemoryStore) -> String {
    store.load(STORED).await.unwrap().unwrap().expose_secret().to_owned()
}

async fn refresh_token(store: &MemoryStore) -> Value {
    serde_json::from_str::<Value>(&record(store).await).unwrap()["refreshToken"].clone()
}

#[tokio::test]
async fn valid_tokens_become_the_session_and_nothing_is_sent() {
    let pool = ScriptedPool::default();
    let (client, store) = signed_in(&pool).await;
    let mut events = client.events();
    let user = client.adopt_session(handed_in(&of_bob(&pool, "one"))).await.unwrap();
    assert_eq!(user.username(), "bob");
    assert_eq!(username(&client).await.as_deref(), Some("bob"));
    assert_eq!(refresh_token(&store.store).await, "bob's");
    assert!(pool.operations().is_empty());
    assert_eq!(events.next().await, Some(SessionEvent::SignedIn));
    pool.pass(HOUR);
    pool.answer(rotated(&pool, "one", "rotated"));
    assert_eq!(client.id_token().await.unwrap().sub(), "bob");
    assert_eq!(pool.last_input()["RefreshToken"], "bob's");
}

#[tokio::test]
async fn the_device_goes_on_with_the_session_and_into_later_sign_ins() {
    let pool = ScriptedPool::default();
    let (client, _) = signed_in(&pool).await;
    let device = DeviceTokens::new("eu-west-1_device", "-group", "device password");
    let tokens = handed_in(&of_bob(&pool, "one")).device(device);
    assert!(!format!("{tokens:?}").contains("eu-west-1_device"));
    client.adopt_session(tokens).await.unwrap();
    pool.answer(rotated(&pool, "one", "rotated"));
    client.refresh().await.unwrap();
    assert_eq!(pool.last_input()["DeviceKey"], "eu-west-1_device");
    let kept = client.manager().unwrap().shared().pool.devices().of("bob").await.unwrap();
    assert_eq!(
        (kept.ids.key.as_str(), kept.password.expose_secret()),
        ("eu-west-1_device", "device password")
    );
}

#[tokio::test]
async fn expired_tokens_are_refreshed_before_anything_is_replaced() {
    let pool = ScriptedPool::default();
    let (client, store) = signed_in(&pool).await;
    let tokens = handed_in(&of_bob(&pool, "one"));
    pool.pass(HOUR);
    let release = pool.answer(rotated(&pool, "one", "rotated")).hold();
    let adopting = tokio::spawn({
        let client = client.clone();
        async move { client.adopt_session(tokens).await.map(|user| user.username().to_owned()) }
    });
    pool.asked(1).await;
    assert_eq!(refresh_token(&store.store).await, "ada's first refresh token");
    release.send(()).unwrap();
    assert_eq!(adopting.await.unwrap().unwrap(), "bob");
    assert_eq!(refresh_token(&store.store).await, "rotated");
    assert_eq!(pool.operations(), ["GetTokensFromRefreshToken"]);
}

#[tokio::test]
async fn tokens_that_do_not_fit_are_refused_and_the_old_session_stays() {
    let pool = ScriptedPool::default();
    let (client, store) = signed_in(&pool).await;
    let before = record(&store.store).await;
    let mut events = client.events();
    let good = of_bob(&pool, "one");
    let with = |name: &str, value: Value| {
        let mut result = good.clone();
        result[name] = value;
        result
    };
    let with_claim_in =
        |token: &str, claim: &str, value: Value| with(token, with_claim(&good[token], claim, value));
    let issuer = json!("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Another12");
    let refused = [
        with_claim_in("IdToken", "aud", json!("another")),
        with_claim_in("IdToken", "aud", Value::Null),
        with_claim_in("AccessToken", "client_id", json!("another")),
        with_claim_in("AccessToken", "client_id", Value::Null),
        with_claim_in("IdToken", "iss", issuer.clone()),
        with_claim_in("AccessToken", "iss", issuer),
        with_claim_in("AccessToken", "iss", Value::Null),
        with_claim_in("IdToken", "iss", json!("https://evil.example/eu-west-1_AbCdEfGhI")),
        with_claim_in(
            "AccessToken",
            "iss",
            json!("http://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI"),
        ),
        with_claim_in("AccessToken", "sub", json!("ada")),
        with_claim_in("IdToken", "sub", json!("ada")),
        with_claim_in("IdToken", "exp", json!("soon")),
        with("IdToken", good["AccessToken"].clone()),
        with("AccessToken", good["IdToken"].clone()),
        with("IdToken", json!("a.b.c")),
        with("IdToken", json!("")),
        with("AccessToken", json!(format!("{}\n", good["AccessToken"].as_str().unwrap()))),
        with("RefreshToken", json!("")),
    ];
    for tokens in refused {
        let error = client.adopt_session(handed_in(&tokens)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?} {tokens}");
        assert!(!error.to_string().contains("bob's"));
        assert_eq!(record(&store.store).await, before);
    }
    for device in [("", "group", "hush"), ("key", "", "hush"), ("key", "group", "")] {
        let tokens = handed_in(&good).device(DeviceTokens::new(device.0, device.1, device.2));
        assert_eq!(client.adopt_session(tokens).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(record(&store.store).await, before);
    assert_eq!(username(&client).await.as_deref(), Some("ada"));
    assert!(pool.operations().is_empty());
    assert_eq!(events.next().now_or_never(), None);
}

#[tokio::test]
async fn a_refresh_that_fails_leaves_the_old_session() {
    type Answer = fn(&ScriptedPool);
    let answers: [(Answer, ErrorKind); 4] = [
        (
            |pool| {
                pool.refuse("NotAuthorizedException", "Refresh Token has expired");
            },
            ErrorKind::SessionEnded,
        ),
        (
            |pool| {
                pool.refuse("NotAuthorizedException", "Refresh Token has been revoked");
            },
            ErrorKind::SessionEnded,
        ),
        (
            |pool| {
                pool.lose();
            },
            ErrorKind::Network,
        ),
        (
            |pool| {
                pool.answer(refreshed(pool, "mallory", Some("m")));
            },
            ErrorKind::InvalidResponse,
        ),
    ];
    for (answer, kind) in answers {
        let pool = ScriptedPool::default();
        let (client, store) = signed_in(&pool).await;
        let before = record(&store.store).await;
        let mut events = client.events();
        let tokens = handed_in(&of_bob(&pool, "one"));
        pool.pass(HOUR);
        answer(&pool);
        assert_eq!(client.adopt_session(tokens).await.unwrap_err().kind(), kind);
        assert_eq!(record(&store.store).await, before, "{kind:?}");
        assert_eq!(username(&client).await.as_deref(), Some("ada"), "{kind:?}");
        assert_eq!(events.next().now_or_never(), None, "{kind:?}");
    }
}

#[tokio::test]
async fn the_same_session_is_adopted_once_also_by_two_tabs_at_once() {
    let pool = ScriptedPool::default();
    let (client, store) = signed_in(&pool).await;
    let other_tab = pool.client().store(store.clone()).build().unwrap();
    let tokens = handed_in(&of_bob(&pool, "one"));
    pool.pass(HOUR);
    pool.answer(rotated(&pool, "one", "rotated"));
    let both = tokio::join!(client.adopt_session(tokens.clone()), other_tab.adopt_session(tokens.clone()));
    assert_eq!((both.0.unwrap().username(), both.1.unwrap().username()), ("bob", "bob"));
    client.adopt_session(tokens).await.unwrap();
    assert_eq!(pool.operations(), ["GetTokensFromRefreshToken"]);
    assert_eq!(refresh_token(&store.store).await, "rotated");

    // The other SDK has refreshed in the meantime, and the token has rotated.
    pool.pass(Duration::from_secs(60));
    let mut newer = of_bob(&pool, "one");
    newer["RefreshToken"] = json!("rotated by the other SDK");
    client.adopt_session(handed_in(&newer)).await.unwrap();
    assert_eq!(refresh_token(&store.store).await, "rotated by the other SDK");
}

#[tokio::test(start_paused = true)]
async fn a_rotated_token_that_the_store_does_not_take_serves_the_next_attempt() {
    for failure in [StoreFailure::Throws, StoreFailure::Hangs] {
        let pool = ScriptedPool::default();
        let (client, store) = signed_in(&pool).await;
        let before = record(&store.store).await;
        let tokens = handed_in(&of_bob(&pool, "one"));
        pool.pass(HOUR);
        pool.answer(rotated(&pool, "one", "rotated"));
        store.has(Some((Use::Save, failure)));
        assert_eq!(client.adopt_session(tokens.clone()).await.unwrap_err().kind(), ErrorKind::Store);
        assert_eq!(record(&store.store).await, before);
        store.has(None);
        client.adopt_session(tokens).await.unwrap();
        assert_eq!(pool.operations(), ["GetTokensFromRefreshToken"]);
        assert_eq!(refresh_token(&store.store).await, "rotated");
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_the_store_did_not_take_is_not_adopted_in_the_place_of_another() {
    for (origin, later) in [("two", 0), ("one", 60)] {
        let pool = ScriptedPool::default();
        let (client, store) = signed_in(&pool).await;
        let tokens = handed_in(&of_bob(&pool, "one"));
        pool.pass(HOUR);
        pool.answer(rotated(&pool, "one", "rotated"));
        store.has(Some((Use::Save, StoreFailure::Throws)));
        assert_eq!(client.adopt_session(tokens).await.unwrap_err().kind(), ErrorKind::Store);
        store.has(None);

        pool.pass(Duration::from_secs(later));
        let mut other = of_bob(&pool, origin);
        other["RefreshToken"] = json!("handed in");
        client.adopt_session(handed_in(&other)).await.unwrap();
        assert_eq!(refresh_token(&store.store).await, "handed in", "{origin}");
        assert_eq!(pool.operations(), ["GetTokensFromRefreshToken"]);
    }
}

#[tokio::test]
async fn a_device_that_the_refresh_of_handed_in_tokens_names_is_confirmed() {
    let pool = ScriptedPool::default();
    let (client, _) = signed_in(&pool).await;
    let tokens = handed_in(&of_bob(&pool, "one"));
    pool.pass(HOUR);
    let mut renewed = rotated(&pool, "one", "rotated");
    renewed["AuthenticationResult"]["NewDeviceMetadata"] =
        json!({ "DeviceKey": "eu-west-1_new", "DeviceGroupKey": "-group" });
    pool.answer(renewed).answer(json!({}));
    client.adopt_session(tokens).await.unwrap();
    assert_eq!(pool.operations(), ["GetTokensFromRefreshToken", "ConfirmDevice"]);
    pool.answer(rotated(&pool, "one", "rotated"));
    client.refresh().await.unwrap();
    assert_eq!(pool.last_input()["DeviceKey"], "eu-west-1_new");
}

#[tokio::test]
async fn a_caller_who_goes_away_loses_no_rotated_token() {
    let (pool, store) = (ScriptedPool::default(), FailingStore::default());
    let client = pool.client().store(store.clone()).build().unwrap();
    let tokens = handed_in(&of_bob(&pool, "one"));
    pool.pass(HOUR);
    let release = pool.answer(rotated(&pool, "one", "rotated")).hold();
    let adopting = tokio::spawn({
        let client = client.clone();
        async move { client.adopt_session(tokens).await.map(drop) }
    });
    pool.asked(1).await;
    adopting.abort();
    let mut events = client.events();
    release.send(()).unwrap();
    assert_eq!(events.next().await, Some(SessionEvent::SignedIn));
    assert_eq!(refresh_token(&store.store).await, "rotated");
}
