//! Devices in sessions, where local-aws cannot be made to answer so.

use super::*;

const DEVICES: &str = "client.devices";

fn with_device(result: Value, key: &str) -> Value {
    let mut result = result;
    result["NewDeviceMetadata"] = json!({ "DeviceKey": key, "DeviceGroupKey": "-group" });
    result
}

/// Ada is signed in from the device `one`; AWS has answered ConfirmDevice.
async fn signed_in(pool: &ScriptedPool, store: &MemoryStore) -> Client {
    let client = pool.client().store(store.clone()).build().unwrap();
    let result = with_device(result("ada", pool.now(), Some("ada's first refresh token")), "one");
    client.manager().unwrap().begin(tokens(&result)).await.unwrap();
    client
}

async fn stored(store: &MemoryStore, key: &str) -> Value {
    let value = store.load(key).await.unwrap();
    value.map_or(Value::Null, |value| serde_json::from_str(value.expose_secret()).unwrap())
}

#[tokio::test]
async fn a_device_that_a_refresh_names_is_confirmed_too() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = stale(&pool, &store).await;
    let renewed = with_device(result("ada", pool.now(), Some("rotated")), "two");
    pool.answer(json!({ "AuthenticationResult": renewed }))
        .answer(json!({ "UserConfirmationNecessary": true }));
    let user = client.refresh().await.unwrap();
    assert!(user.device_confirmation_necessary());
    assert_eq!(pool.operations(), ["GetTokensFromRefreshToken", "ConfirmDevice"]);
    let session = stored(&store, STORED).await;
    assert_eq!((&session["refreshToken"], &session["deviceKey"]), (&json!("rotated"), &json!("two")));
    let device = stored(&store, DEVICES).await["devices"][0].clone();
    assert_eq!((&device["key"], &device["sub"]), (&json!("two"), &json!("ada")));

    pool.answer(refreshed(&pool, "ada", None));
    client.refresh().await.unwrap();
    assert_eq!(pool.last_input()["DeviceKey"], "two");
}

#[tokio::test]
async fn rotated_tokens_are_stored_before_their_device_is_confirmed() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = stale(&pool, &store).await;
    let renewed = with_device(result("ada", pool.now(), Some("rotated")), "two");
    let release = pool.answer(json!({ "AuthenticationResult": renewed })).answer(json!({})).hold();
    let waiting = tokio::spawn(async move { client.refresh().await });
    pool.asked(2).await;
    assert_eq!(stored(&store, STORED).await["refreshToken"], "rotated");
    assert_eq!(stored(&store, STORED).await["deviceTask"], "confirm");
    release.send(()).unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(stored(&store, STORED).await["deviceTask"], Value::Null);
}

#[tokio::test]
async fn a_device_that_the_refresh_does_not_know_is_left_out_once() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    pool.answer(json!({}));
    let client = signed_in(&pool, &store).await;
    pool.refuse("ResourceNotFoundException", "Device does not exist.");
    pool.answer(refreshed(&pool, "ada", None));
    client.refresh().await.unwrap();
    assert_eq!(pool.last_input()["DeviceKey"], Value::Null);

    pool.refuse("ResourceNotFoundException", "Device does not exist.");
    pool.refuse("NotAuthorizedException", "Invalid Refresh Token.");
    let error = client.refresh().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SessionEnded);
}

#[tokio::test]
async fn a_lost_confirmation_is_made_up_for_even_if_aws_has_it_already() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    pool.lose();
    let client = signed_in(&pool, &store).await;
    assert_eq!(stored(&store, STORED).await["deviceTask"], "confirm");
    pool.refuse("DeviceKeyExistsException", "Device already exists.").answer(refreshed(&pool, "ada", None));
    client.refresh().await.unwrap();
    assert_eq!(stored(&store, STORED).await["deviceTask"], Value::Null);
    assert_eq!(stored(&store, DEVICES).await["devices"][0]["key"], "one");
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_that_is_not_answered_delays_a_sign_in_for_ten_seconds() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let _held = pool.answer(json!({})).hold();
    let before = tokio::time::Instant::now();
    let client = signed_in(&pool, &store).await;
    assert_eq!(before.elapsed(), Duration::from_secs(10));
    assert_eq!(username(&client).await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn no_error_shows_the_password_of_a_device() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    pool.answer(json!({}));
    let _client = signed_in(&pool, &store).await;
    let config = pool.last_input()["DeviceSecretVerifierConfig"].clone();
    let device = stored(&store, DEVICES).await["devices"][0].clone();
    let secrets = [&config["PasswordVerifier"], &config["Salt"], &device["password"]];
    let secrets = secrets.map(|secret| secret.as_str().unwrap().to_owned());
    assert!(!pool.last_input().to_string().contains(&secrets[2]), "the password never leaves the device");

    let other = ScriptedPool::default();
    let client = other.client().build().unwrap();
    let result = with_device(result("ada", other.now(), Some("token")), "one");
    other.refuse("InvalidParameterException", &format!("bad: {} {}", secrets[0], secrets[1]));
    client.manager().unwrap().begin(tokens(&result)).await.unwrap();
    let shown = format!("{client:?}");
    assert!(secrets.iter().all(|secret| !shown.contains(secret)), "{shown}");
}
