use futures_util::future::join_all;
use serde_json::json;

use super::super::fetch::keys_unavailable;
use super::super::key_cache::{KeyCache, KeyServerKind};
use super::super::{Requirements, VerifyErrorKind};
use super::*;

async fn verify(verifier: &UserPoolVerifier, key_id: &str, key: usize) -> Option<VerifyErrorKind> {
    let jwt = rs256(&json!({ "alg": "RS256", "kid": key_id }), &access_claims(), key);
    kind(verifier.verify(&jwt, &Requirements::access_token()).await)
}

#[tokio::test(start_paused = true)]
async fn many_callers_share_one_fetch() {
    let server = KeyServer::of_user_pool();
    let verifier = server.user_pool_verifier();
    let outcomes = join_all((0..50).map(|_| verify(&verifier, "one", 0))).await;
    assert!(outcomes.iter().all(Option::is_none), "{outcomes:?}");
    assert_eq!(server.requests(), [KEY_SET]);
    assert_eq!(verify(&verifier.clone(), "one", 0).await, None);
    assert_eq!(server.requests(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn many_callers_share_one_failed_fetch() {
    let server = KeyServer::of_user_pool();
    server.is_down(true);
    let verifier = server.user_pool_verifier();
    let outcomes = join_all((0..50).map(|_| verify(&verifier, "one", 0))).await;
    assert!(
        outcomes.iter().all(|outcome| *outcome == Some(VerifyErrorKind::KeysUnavailable)),
        "{outcomes:?}"
    );
    assert_eq!(server.requests().len(), 2, "one fetch of two attempts");
    server.is_down(false);
    assert_eq!(verify(&verifier, "one", 0).await, None, "the next caller tries again");
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_leaves_the_fetch_to_the_next() {
    let server = KeyServer::of_user_pool();
    let verifier = server.user_pool_verifier();
    let gone = tokio::time::timeout(Duration::from_millis(5), verify(&verifier, "one", 0)).await;
    assert!(gone.is_err());
    assert_eq!(verify(&verifier, "one", 0).await, None);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_found_and_an_old_one_is_void() {
    let server = KeyServer::of_user_pool();
    let verifier = server.user_pool_verifier();
    assert_eq!(verify(&verifier, "one", 0).await, None);
    server.put(KEY_SET, &key_set(&[("two", 1)]));
    assert_eq!(verify(&verifier, "two", 1).await, None);
    assert_eq!(verify(&verifier, "one", 0).await, Some(VerifyErrorKind::UnknownKey));
}

#[tokio::test(start_paused = true)]
async fn unknown_keys_do_not_flood_the_server() {
    let server = KeyServer::of_user_pool();
    let verifier = server.user_pool_verifier();
    assert_eq!(verify(&verifier, "one", 0).await, None);
    server.requests();
    for attempt in 0..100 {
        let key_id = format!("unknown-{attempt}");
        assert_eq!(verify(&verifier, &key_id, 0).await, Some(VerifyErrorKind::UnknownKey));
    }
    assert_eq!(server.requests().len(), 3);
    assert_eq!(verify(&verifier, "one", 0).await, None, "known keys are as good as before");
    tokio::time::sleep(Duration::from_secs(11)).await;
    server.put(KEY_SET, &key_set(&[("one", 0), ("two", 1)]));
    assert_eq!(verify(&verifier, "two", 1).await, None, "later there is another look");
}

#[tokio::test(start_paused = true)]
async fn unknown_keys_of_many_tokens_at_once_are_looked_for_once() {
    let server = KeyServer::of_user_pool();
    let verifier = server.user_pool_verifier();
    let ids: Vec<_> = (0..50).map(|number| format!("unknown-{number}")).collect();
    let outcomes = join_all(ids.iter().map(|id| verify(&verifier, id, 0))).await;
    assert!(outcomes.iter().all(|outcome| *outcome == Some(VerifyErrorKind::UnknownKey)), "{outcomes:?}");
    assert_eq!(server.requests(), [KEY_SET]);
}

#[tokio::test(start_paused = true)]
async fn a_known_key_does_not_wait_for_the_fetch_of_another() {
    let server = KeyServer::of_user_pool();
    let verifier = server.user_pool_verifier();
    assert_eq!(verify(&verifier, "one", 0).await, None);
    let known = async {
        // The other caller has begun.
        tokio::task::yield_now().await;
        let since = tokio::time::Instant::now();
        assert_eq!(verify(&verifier, "one", 0).await, None);
        since.elapsed()
    };
    let (unknown, waited) = tokio::join!(verify(&verifier, "two", 1), known);
    assert_eq!((unknown, waited), (Some(VerifyErrorKind::UnknownKey), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_not_called_bad_where_the_server_is_asked_no_more() {
    let server = KeyServer::of_user_pool();
    server.is_down(true);
    let verifier = server.user_pool_verifier();
    for id in ["one", "two", "three"] {
        assert_eq!(verify(&verifier, id, 0).await, Some(VerifyErrorKind::KeysUnavailable), "{id}");
    }
    assert_eq!(server.requests().len(), 6, "three fetches of two attempts");
    assert_eq!(verify(&verifier, "four", 0).await, Some(VerifyErrorKind::KeysUnavailable));
    assert_eq!(server.requests(), [""; 0]);
}

/// Looks for a key that its server has, and returns whether it was fetched.
async fn is_fetched(cache: &KeyCache<()>, id: &str) -> bool {
    tokio::time::sleep(Duration::from_millis(1)).await;
    let mut is_fetched = false;
    let fetch = || {
        is_fetched = true;
        async { Ok(HashMap::from([(id.to_owned(), ())])) }
    };
    cache.get(id, fetch).await.unwrap();
    is_fetched
}

#[tokio::test(start_paused = true)]
async fn thirty_two_single_keys_are_kept_and_the_oldest_makes_room() {
    let cache = KeyCache::new(KeyServerKind::Single);
    let ids: Vec<_> = (0..33).map(|number| number.to_string()).collect();
    for id in &ids[..32] {
        assert!(is_fetched(&cache, id).await, "{id}");
    }
    for id in &ids[..32] {
        assert!(!is_fetched(&cache, id).await, "{id} is kept");
    }
    assert!(is_fetched(&cache, &ids[32]).await);
    for id in &ids[1..] {
        assert!(!is_fetched(&cache, id).await, "{id} is still kept");
    }
    assert!(is_fetched(&cache, &ids[0]).await, "the oldest has made room");
    assert!(is_fetched(&cache, &ids[1]).await, "it has taken the place of the next");
}

#[tokio::test(start_paused = true)]
async fn callers_of_a_single_key_share_its_fetch_and_no_other() {
    let cache = KeyCache::new(KeyServerKind::Single);
    let fetches = &Mutex::new(Vec::new());
    let get = |id: &'static str| {
        let fetch = move || {
            fetches.lock().unwrap().push(id);
            async move {
                tokio::time::sleep(Duration::from_millis(10)).await;
                match id {
                    "good" => Ok(HashMap::from([(id.to_owned(), ())])),
                    "unknown" => Ok(HashMap::new()),
                    _ => Err(keys_unavailable("garbled".to_owned())),
                }
            }
        };
        let outcome = cache.get(id, fetch);
        async move { outcome.await.err().map(|error| error.kind()) }
    };
    let outcomes = join_all(["garbled", "garbled", "unknown", "unknown", "good", "good"].map(get)).await;
    let (unavailable, unknown) = (Some(VerifyErrorKind::KeysUnavailable), Some(VerifyErrorKind::UnknownKey));
    assert_eq!(outcomes, [unavailable, unavailable, unknown, unknown, None, None]);
    assert_eq!(*fetches.lock().unwrap(), ["garbled", "unknown", "good"]);
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_anew_after_a_day_if_the_server_answers() {
    let server = KeyServer::of_user_pool();
    let verifier = server.user_pool_verifier();
    assert_eq!(verify(&verifier, "one", 0).await, None);
    tokio::time::sleep(Duration::from_hours(25)).await;
    server.is_down(true);
    assert_eq!(verify(&verifier, "one", 0).await, None, "an old key is better than none");
    tokio::time::sleep(Duration::from_secs(11)).await;
    server.is_down(false);
    server.put(KEY_SET, &key_set(&[("two", 1)]));
    assert_eq!(verify(&verifier, "one", 0).await, Some(VerifyErrorKind::UnknownKey), "AWS has withdrawn it");
}

#[tokio::test(start_paused = true)]
async fn a_document_that_is_no_key_set_is_no_reason_to_refuse_tokens_for_good() {
    for document in
        ["", "[]", "{}", r#"{"keys":1}"#, "<html>", r#"{"keys":[{}, 1, {"kty":"RSA","kid":"one"}]}"#]
    {
        let server = KeyServer::of_user_pool();
        server.put(KEY_SET, document);
        let verifier = server.user_pool_verifier();
        let outcome = verify(&verifier, "one", 0).await;
        let expected = if document.contains("RSA") {
            VerifyErrorKind::UnknownKey
        } else {
            VerifyErrorKind::KeysUnavailable
        };
        assert_eq!(outcome, Some(expected), "{document}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_for_encryption_or_another_algorithm_verifies_nothing() {
    for (name, value) in [("use", "enc"), ("alg", "RS512"), ("kty", "EC")] {
        let server = KeyServer::of_user_pool();
        let mut keys: Value = serde_json::from_str(&key_set(&[("one", 0)])).unwrap();
        keys["keys"][0][name] = json!(value);
        server.put(KEY_SET, &keys.to_string());
        let outcome = verify(&server.user_pool_verifier(), "one", 0).await;
        assert_eq!(outcome, Some(VerifyErrorKind::UnknownKey), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_does_not_say_what_it_is_for_verifies() {
    let server = KeyServer::of_user_pool();
    let mut keys: Value = serde_json::from_str(&key_set(&[("one", 0)])).unwrap();
    keys["keys"][0] = with(with(keys["keys"][0].clone(), "use", Value::Null), "alg", Value::Null);
    server.put(KEY_SET, &keys.to_string());
    assert_eq!(verify(&server.user_pool_verifier(), "one", 0).await, None);
}

#[tokio::test(start_paused = true)]
async fn odd_keys_beside_a_good_one_do_no_harm() {
    let good: Value = serde_json::from_str(&key_set(&[("one", 0)])).unwrap();
    let good = &good["keys"][0];
    let changed = |name: &str, value: Value| with(good.clone(), name, value);
    for odd in [
        json!({ "kty": "EC", "crv": "P-256", "kid": "one", "x": "AQ", "y": "AQ" }),
        json!({ "kty": "oct", "kid": "one", "alg": "RS256", "k": "AQ" }),
        changed("kid", Value::Null),
        changed("kid", json!(1)),
        changed("n", Value::Null),
        changed("n", json!("AQ")),
        changed("n", json!("not base64")),
        changed("e", Value::Null),
    ] {
        let server = KeyServer::of_user_pool();
        server.put(KEY_SET, &json!({ "keys": [good, odd] }).to_string());
        assert_eq!(verify(&server.user_pool_verifier(), "one", 0).await, None, "{odd}");
    }
    let modulus = URL_SAFE_NO_PAD.decode(good["n"].as_str().unwrap()).unwrap();
    let with_zero = URL_SAFE_NO_PAD.encode([&[0], &modulus[..]].concat());
    for (odd, expected) in [
        (changed("n", json!(with_zero)), None),
        (changed("e", json!("AA")), Some(VerifyErrorKind::Signature)),
        (changed("e", json!("AQ")), Some(VerifyErrorKind::Signature)),
    ] {
        let server = KeyServer::of_user_pool();
        server.put(KEY_SET, &json!({ "keys": [odd] }).to_string());
        assert_eq!(verify(&server.user_pool_verifier(), "one", 0).await, expected, "{odd}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_endless_key_set_is_not_read() {
    let server = KeyServer::of_user_pool();
    let long = key_set(&[("one", 0)]) + &" ".repeat(10_000_000);
    server.put(KEY_SET, &long);
    let outcome = verify(&server.user_pool_verifier(), "one", 0).await;
    assert_eq!(outcome, Some(VerifyErrorKind::KeysUnavailable));
}
