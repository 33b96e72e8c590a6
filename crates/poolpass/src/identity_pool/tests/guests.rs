//! Guests and their identities.

use super::*;

#[tokio::test]
async fn a_guest_who_signs_in_keeps_the_identity_id() {
    let world = World::new(friendly);
    assert_eq!(world.pool.identity_id().await.unwrap(), "eu-west-1:guest");
    world.signs_in("ada");
    assert_eq!(world.pool.identity_id().await.unwrap(), "eu-west-1:guest");
    assert_eq!(world.asked(), ["GetId", "GetCredentialsForIdentity", "GetCredentialsForIdentity"]);
    // It is ada's now, so the next guest is another one.
    assert!(world.store.load(GUEST_KEY).await.unwrap().is_none());
    world.signs_out();
    world.pool.identity_id().await.unwrap();
    assert_eq!(world.asked(), ["GetId", "GetCredentialsForIdentity"]);
}

#[tokio::test]
async fn a_login_that_has_an_identity_gets_that_one() {
    for (code, guest_stays) in [("NotAuthorizedException", false), ("ResourceConflictException", true)] {
        let world = World::new(move |operation, input| {
            let of_login = input.get("Logins").is_some();
            if operation == "GetCredentialsForIdentity"
                && of_login
                && input["IdentityId"] == "eu-west-1:guest"
            {
                return refuse(code);
            }
            friendly(operation, input)
        });
        world.pool.current(Duration::ZERO).await.unwrap();
        world.signs_in("ada");
        assert_eq!(world.pool.identity_id().await.unwrap(), "eu-west-1:own");
        assert_eq!(world.store.load(GUEST_KEY).await.unwrap().is_some(), guest_stays);
    }
}

#[tokio::test]
async fn a_guest_whose_identity_is_gone_becomes_a_new_guest() {
    let world = World::new(|operation, input| match input["IdentityId"].as_str() {
        Some("eu-west-1:old") => refuse("ResourceNotFoundException"),
        _ => friendly(operation, input),
    });
    world.store.save(GUEST_KEY, "eu-west-1:old".into()).await.unwrap();
    assert_eq!(world.pool.identity_id().await.unwrap(), "eu-west-1:guest");
    assert_eq!(world.store.load(GUEST_KEY).await.unwrap().unwrap().expose_secret(), "eu-west-1:guest");
}

#[tokio::test]
async fn where_guests_are_not_welcome_nobody_is_signed_in() {
    let world = World::new(|_, _| refuse("NotAuthorizedException"));
    let error = world.pool.current(Duration::ZERO).await.err().unwrap();
    assert_eq!((error.kind(), error.aws_code()), (ErrorKind::SignedOut, Some("NotAuthorizedException")));
}

#[tokio::test]
async fn a_refusal_about_the_pool_its_roles_or_its_settings_costs_no_guest_their_identity() {
    let refusals = [
        (
            "ResourceNotFoundException",
            "IdentityPool 'eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11' not found.",
        ),
        ("NotAuthorizedException", "Unauthenticated access is not supported for this identity pool."),
        (
            "InvalidIdentityPoolConfigurationException",
            "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
        ),
        ("NotAuthorizedException", "Access to Role 'arn:aws:iam::1:role/guests' is forbidden."),
        ("ForbiddenException", "Forbidden"),
        ("ResourceConflictException", "no"),
        ("NotAuthorizedException", "no"),
        ("ResourceNotFoundException", "no"),
    ];
    for (code, message) in refusals {
        for who in [None, Some("ada")] {
            // The pool refuses every identity, but still hands out new ones.
            let world = World::new(move |operation, input| match operation {
                "GetCredentialsForIdentity" => refuse_saying(code, message),
                _ => friendly(operation, input),
            });
            world.store.save(GUEST_KEY, OLD_GUEST.into()).await.unwrap();
            *world.logins.person.lock().unwrap() = who.map(|who| (who, &[USER_POOL][..]));
            assert!(world.pool.current(Duration::ZERO).await.is_err(), "{code} {message}");
            let kept = world.store.load(GUEST_KEY).await.unwrap().unwrap();
            assert_eq!(kept.expose_secret(), OLD_GUEST, "{code} {message} {who:?}");
        }
    }
}

#[tokio::test]
async fn a_pool_that_was_missing_for_a_moment_knows_its_guest_afterwards() {
    let answers = AtomicU32::new(0);
    let world = World::new(move |operation, input| match answers.fetch_add(1, Ordering::Relaxed) {
        0 => refuse_saying("ResourceNotFoundException", "IdentityPool 'eu-west-1:x' not found."),
        _ => friendly(operation, input),
    });
    world.store.save(GUEST_KEY, OLD_GUEST.into()).await.unwrap();
    assert_eq!(world.pool.identity_id().await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(world.pool.identity_id().await.unwrap(), OLD_GUEST);
}

#[tokio::test]
async fn a_guest_whose_identity_has_become_somebody_s_is_a_new_guest() {
    let refusals = [
        (
            "NotAuthorizedException",
            "Logins don't match. Please include at least one valid login for this identity or identity pool.",
        ),
        (
            "NotAuthorizedException",
            "Access to Identity 'eu-west-1:0e3f6a5c-0000-4000-8000-000000000001' is forbidden.",
        ),
        (
            "InvalidParameterException",
            "1 validation error detected: Value 'x' at 'identityId' failed to satisfy constraint",
        ),
    ];
    for (code, message) in refusals {
        let world = World::new(move |operation, input| match input["IdentityId"].as_str() {
            Some(OLD_GUEST) => refuse_saying(code, message),
            _ => friendly(operation, input),
        });
        world.store.save(GUEST_KEY, OLD_GUEST.into()).await.unwrap();
        assert_eq!(world.pool.identity_id().await.unwrap(), "eu-west-1:guest", "{message}");
        let kept = world.store.load(GUEST_KEY).await.unwrap().unwrap();
        assert_eq!(kept.expose_secret(), "eu-west-1:guest");
    }
}

#[tokio::test]
async fn a_stored_value_that_is_no_identity_id_is_no_guest() {
    for garbage in
        ["garbage", "", "a:", ":b", "eu-west-1:b c", "{\"version\":1}", "eu-west-1:\n", "eu-west-1:é"]
    {
        for (who, id) in [(None, "eu-west-1:guest"), (Some("ada"), "eu-west-1:own")] {
            let world = World::new(friendly);
            world.store.save(GUEST_KEY, garbage.into()).await.unwrap();
            *world.logins.person.lock().unwrap() = who.map(|who| (who, &[USER_POOL][..]));
            assert_eq!(world.pool.identity_id().await.unwrap(), id, "{garbage:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_guest_waits_for_no_lock_and_a_new_one_not_for_ever() {
    let world = World::new(friendly);
    let _hangs = world.store.lock(GUEST_KEY).await.unwrap();
    let begun = tokio::time::Instant::now();
    assert_eq!(world.pool.current(Duration::ZERO).await.err().unwrap().kind(), ErrorKind::Store);
    assert!(begun.elapsed() <= Duration::from_secs(61));
    world.store.save(GUEST_KEY, OLD_GUEST.into()).await.unwrap();
    assert_eq!(world.pool.identity_id().await.unwrap(), OLD_GUEST);
}

#[tokio::test]
async fn a_guest_of_this_run_whose_identity_is_gone_becomes_a_new_guest_too() {
    let guests = AtomicU32::new(0);
    let world = World::new(move |operation, input| match operation {
        "GetId" => {
            (200, json!({ "IdentityId": format!("eu-west-1:{}", guests.fetch_add(1, Ordering::Relaxed)) }))
        }
        _ if input["IdentityId"] == "eu-west-1:0" => refuse("ResourceNotFoundException"),
        _ => friendly(operation, input),
    });
    // The first guest is refused at once, and is the one in the store.
    world.pool.identity_id().await.unwrap_err();
    assert!(world.store.load(GUEST_KEY).await.unwrap().is_some());
    assert_eq!(world.pool.identity_id().await.unwrap(), "eu-west-1:1");
}

#[tokio::test]
async fn a_guest_s_credentials_stay_where_those_of_logins_are_wiped() {
    let world = World::new(friendly);
    assert_eq!(world.key_id().await, "ASIA0");
    world.pool.forget_logins();
    assert_eq!(world.key_id().await, "ASIA0");
    world.signs_in("ada");
    assert_eq!(world.key_id().await, "ASIA1");
    world.pool.forget_logins();
    assert_eq!(world.key_id().await, "ASIA2", "a login's are gone, although ada is still signed in");
}
