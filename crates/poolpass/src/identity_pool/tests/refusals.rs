//! Refusals in the middle of things: what they cost, and what they do not.

use super::*;
use crate::platform::{StoreError, StoreLock};

/// Every code of GetId and GetCredentialsForIdentity, and what stands between, about everything but the identity.
const ABOUT_OTHERS: &[(u16, &str, &str)] = &[
    (400, "ResourceNotFoundException", "IdentityPool 'eu-west-1:9f1d63d7' not found."),
    (400, "ResourceNotFoundException", "User pool eu-west-1_Ab1 does not exist."),
    (400, "ResourceNotFoundException", "Role arn:aws:iam::1:role/guests does not exist"),
    (400, "NotAuthorizedException", "Unauthenticated access is not supported for this identity pool."),
    (400, "NotAuthorizedException", "Token is not from a supported provider of this identity pool."),
    (400, "NotAuthorizedException", "Invalid login token. Token expired: 1800000000 >= 1799999999"),
    (400, "NotAuthorizedException", "Invalid login token. Issuer doesn't match providerName"),
    (400, "NotAuthorizedException", "Invalid login token. Not a valid OpenId Connect identity token."),
    (400, "NotAuthorizedException", "Access to Role 'arn:aws:iam::1:role/guests' is forbidden."),
    (400, "NotAuthorizedException", "The account is suspended"),
    (400, "NotAuthorizedException", "Identities of this region are disabled"),
    (400, "InvalidIdentityPoolConfigurationException", "Invalid identity pool configuration."),
    (400, "InvalidParameterException", "Please provide a valid public provider"),
    (400, "InvalidParameterException", "1 validation error detected: Value at 'customRoleArn' failed"),
    (400, "ExternalServiceException", "the provider does not answer"),
    (400, "LimitExceededException", "too many identities"),
    (400, "TooManyRequestsException", "Rate exceeded"),
    (400, "InternalErrorException", "no"),
    (403, "ForbiddenException", "Request not allowed due to WAF block."),
    (500, "ResourceNotFoundException", "Identity 'eu-west-1:x' not found."),
    (503, "ServiceUnavailable", "no"),
];

/// Refuses the first request that names the old guest, and nothing else: so a new identity would be had for the asking.
fn refuses_once(status: u16, code: &'static str, message: &'static str) -> World {
    let has_refused = std::sync::atomic::AtomicBool::new(false);
    World::new(move |operation, input| {
        if input["IdentityId"] == OLD_GUEST && !has_refused.swap(true, Ordering::Relaxed) {
            return (status, json!({ "__type": code, "message": message }));
        }
        friendly(operation, input)
    })
}

#[tokio::test]
async fn a_refusal_about_something_else_makes_no_new_guest() {
    for (status, code, message) in ABOUT_OTHERS {
        let world = refuses_once(*status, code, message);
        world.store.save(GUEST_KEY, OLD_GUEST.into()).await.unwrap();
        assert!(world.pool.current(Duration::ZERO).await.is_err(), "{message}");
        assert_eq!(world.asked(), ["GetCredentialsForIdentity"], "{message}");
        assert_eq!(world.pool.identity_id().await.unwrap(), OLD_GUEST, "{message}");
    }
}

#[tokio::test]
async fn a_refusal_about_something_else_takes_no_guest_from_who_signs_in() {
    for (status, code, message) in ABOUT_OTHERS {
        let world = refuses_once(*status, code, message);
        world.store.save(GUEST_KEY, OLD_GUEST.into()).await.unwrap();
        world.signs_in("ada");
        // The first call may fail, or go on with a newer token; no identity but the guest's becomes ada's.
        let _ = world.pool.current(Duration::ZERO).await;
        assert_eq!(world.pool.identity_id().await.unwrap(), OLD_GUEST, "{message}");
    }
}

#[tokio::test]
async fn valid_credentials_outlast_every_refusal_of_new_ones() {
    for (status, code, message) in ABOUT_OTHERS {
        let refuses = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let world = World::new({
            let refuses = Arc::clone(&refuses);
            move |operation, input| match refuses.load(Ordering::Relaxed) {
                true => (*status, json!({ "__type": code, "message": message })),
                false => friendly(operation, input),
            }
        });
        world.signs_in("ada");
        assert_eq!(world.key_id().await, "ASIA0");
        refuses.store(true, Ordering::Relaxed);
        world.clock.0.fetch_add(3500, Ordering::Relaxed);
        world.asked();
        assert_eq!(world.key_id().await, "ASIA0", "{message}");
        let asked = world.asked().len();
        assert_eq!(world.key_id().await, "ASIA0", "{message}");
        assert!(asked > 0 && world.asked().is_empty(), "not each call tries anew: {message}");
        world.clock.0.fetch_add(11, Ordering::Relaxed);
        refuses.store(false, Ordering::Relaxed);
        assert_eq!(world.key_id().await, "ASIA1", "{message}");
    }
}

#[tokio::test]
async fn a_login_that_only_aws_takes_for_expired_is_renewed() {
    let world = World::new(|operation, input| {
        match input["Logins"]["cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab1"].as_str() {
            Some("token of ada") => refuse_saying(
                "NotAuthorizedException",
                "Invalid login token. Token expired: 1800007200 >= 1800003600",
            ),
            _ => friendly(operation, input),
        }
    });
    world.signs_in("ada");
    assert_eq!(world.pool.identity_id().await.unwrap(), "eu-west-1:own");
    assert_eq!(world.logins.renewals.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_login_that_is_refused_for_another_reason_is_not_renewed() {
    let world = World::new(|_, _| {
        refuse_saying(
            "NotAuthorizedException",
            "Token is not from a supported provider of this identity pool.",
        )
    });
    world.signs_in("ada");
    assert_eq!(world.pool.current(Duration::ZERO).await.err().unwrap().kind(), ErrorKind::NotAuthorized);
    assert_eq!(world.logins.renewals.load(Ordering::Relaxed), 0);
    assert_eq!(world.asked(), ["GetId"], "it is not tried again");
}

/// Begins an exchange for the login of now, which has not sent anything yet when this returns.
async fn begun_exchange(world: &World) -> Exchange {
    let key = world.pool.key().await.unwrap();
    match world.pool.shared.look_up(&key, Duration::ZERO) {
        Lookup::Exchanging { exchange, .. } => exchange,
        Lookup::Fresh(_) => panic!("nothing is cached yet"),
    }
}

#[tokio::test]
async fn an_exchange_for_somebody_who_is_not_there_any_more_takes_nobody_else_s_login() {
    // Bob signs in before the exchange has read the login.
    let world = World::new(friendly);
    world.signs_in("ada");
    let exchange = begun_exchange(&world).await;
    world.signs_in("bob");
    assert_eq!(exchange.outcome(false).await.err().unwrap().kind(), ErrorKind::SignedOut);
    assert_eq!(world.asked(), [""; 0]);

    // He signs in while AWS refuses Ada's token.
    let world = World::new(|operation, input| match input["Logins"][USER_POOL].as_str() {
        Some("token of ada") => {
            refuse_saying("NotAuthorizedException", "Invalid login token. Token expired: 1 >= 2")
        }
        _ => friendly(operation, input),
    });
    world.signs_in("ada");
    let gate = world.cognito.gate.lock().await;
    let exchange = begun_exchange(&world).await;
    while world.cognito.asked.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    world.signs_in("bob");
    drop(gate);
    assert_eq!(exchange.outcome(false).await.err().unwrap().kind(), ErrorKind::NotAuthorized);
    assert_eq!(world.logins.renewals.load(Ordering::Relaxed), 0);
    assert_eq!(world.asked(), ["GetId"]);
}

#[tokio::test]
async fn after_a_failed_renewal_credentials_are_not_handed_out_until_it_is_too_late_to_use_them() {
    let down = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let world = World::new({
        let down = Arc::clone(&down);
        move |operation, input| match down.load(Ordering::Relaxed) {
            true => (503, json!({})),
            false => friendly(operation, input),
        }
    });
    assert_eq!(world.key_id().await, "ASIA0");
    down.store(true, Ordering::Relaxed);
    world.clock.0.fetch_add(3600 - 19, Ordering::Relaxed);
    assert_eq!(world.key_id().await, "ASIA0");
    down.store(false, Ordering::Relaxed);
    world.clock.0.fetch_add(8, Ordering::Relaxed);
    assert_eq!(world.key_id().await, "ASIA0", "the next attempt is ten seconds later");
    world.clock.0.fetch_add(1, Ordering::Relaxed);
    assert_eq!(world.key_id().await, "ASIA1", "unless there are only ten seconds left");
}

#[tokio::test(start_paused = true)]
async fn credentials_that_expire_during_a_renewal_that_gets_no_answer_are_not_handed_out() {
    let world = World::new(friendly);
    assert_eq!(world.key_id().await, "ASIA0");
    world.clock.0.fetch_add(3500, Ordering::Relaxed);
    let _silence = world.cognito.gate.lock().await;
    let passes = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        world.clock.0.fetch_add(95, Ordering::Relaxed);
    };
    let (outcome, ()) = tokio::join!(world.pool.current(Duration::ZERO), passes);
    assert_eq!(outcome.err().map(|error| error.kind()), Some(ErrorKind::Timeout));
}

/// Can be read and not written.
#[derive(Debug)]
struct ReadOnly(MemoryStore, Arc<std::sync::atomic::AtomicBool>);

impl SessionStore for ReadOnly {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>> {
        self.0.load(key)
    }

    fn save<'a>(&'a self, key: &'a str, value: SecretString) -> BoxFuture<'a, Result<(), StoreError>> {
        if self.1.load(Ordering::Relaxed) {
            return Box::pin(async { Err(StoreError("read-only file system".to_owned())) });
        }
        self.0.save(key, value)
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        if self.1.load(Ordering::Relaxed) {
            return Box::pin(async { Err(StoreError("read-only file system".to_owned())) });
        }
        self.0.remove(key)
    }

    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        self.0.lock(name)
    }
}

#[tokio::test]
async fn a_guest_whom_the_store_does_not_take_is_no_new_one_at_each_attempt() {
    let is_read_only = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let store = MemoryStore::new();
    let world = World::on(ReadOnly(store.clone(), Arc::clone(&is_read_only)), friendly);
    for _ in 0..3 {
        assert_eq!(world.pool.identity_id().await.unwrap_err().kind(), ErrorKind::Store);
    }
    assert_eq!(world.asked(), ["GetId"]);
    is_read_only.store(false, Ordering::Relaxed);
    assert_eq!(world.pool.identity_id().await.unwrap(), "eu-west-1:guest");
    assert_eq!(world.asked(), ["GetCredentialsForIdentity"]);
    assert!(store.load(GUEST_KEY).await.unwrap().is_some());
}

#[tokio::test]
async fn a_guest_who_signs_in_gets_credentials_although_the_store_keeps_the_guest() {
    let store = MemoryStore::new();
    store.save(GUEST_KEY, OLD_GUEST.into()).await.unwrap();
    let is_read_only = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let world = World::on(ReadOnly(store, is_read_only), friendly);
    world.signs_in("ada");
    assert_eq!(world.pool.identity_id().await.unwrap(), OLD_GUEST);
}
