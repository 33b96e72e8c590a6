//! The session against a server: one refresh for everyone, and never a lost one.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "what a test's helpers do not expect fails the test"
)]

use std::collections::HashSet;
use std::time::Duration;

use anyhow::Result;
use futures_util::future::{join_all, try_join_all};
use futures_util::{FutureExt, StreamExt};
use poolpass::platform::{BoxFuture, FileStore, SessionStore, StoreError};
use poolpass::{
    Client, ErrorKind, Events, RefreshOperation, SessionEndReason, SessionEvent, SignInStep, SignOut,
};
use poolpass_tests::{PASSWORD, TestPool};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

const REFRESH: &str = "GetTokensFromRefreshToken";
/// Tokens live for an hour.
const LIFE: Duration = Duration::from_secs(3600);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_tasks_at_the_moment_of_expiry_cause_one_refresh() -> Result<()> {
    let [rotating, tracking] = TestPool::rotating_and_tracking(0).await?;
    for pool in [TestPool::start().await?, rotating, tracking] {
        let client = signed_in(&pool).await?;
        let old = client.id_token().await?;
        pool.pass(LIFE);

        let tasks = (0..1000).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.id_token().await })
        });
        for token in try_join_all(tasks).await? {
            assert_ne!(token?.jwt(), old.jwt());
        }
        assert_eq!(pool.aws.request_counts().of(REFRESH), 1);
    }
    Ok(())
}

#[tokio::test]
async fn tokens_are_refreshed_shortly_before_they_expire() -> Result<()> {
    let pool = TestPool::start().await?;
    let client = signed_in(&pool).await?;
    pool.pass(LIFE - Duration::from_secs(90));
    client.access_token().await?;
    assert_eq!(pool.aws.request_counts().of(REFRESH), 0);
    pool.pass(Duration::from_secs(45));
    client.access_token().await?;
    assert_eq!(pool.aws.request_counts().of(REFRESH), 1);
    Ok(())
}

#[tokio::test]
async fn a_caller_who_gives_up_in_the_middle_of_a_rotation_loses_nothing() -> Result<()> {
    for pool in TestPool::rotating_and_tracking(0).await? {
        let client = signed_in(&pool).await?;
        let mut events = client.events();
        pool.pass(LIFE);
        pool.fault(json!({ "operation": REFRESH, "times": 1, "action": { "delayMs": 50 } }))?;

        let impatient = tokio::spawn({
            let client = client.clone();
            async move { client.id_token().await }
        });
        while pool.aws.request_counts().of(REFRESH) == 0 {
            tokio::task::yield_now().await;
        }
        impatient.abort();
        assert!(impatient.await.is_err_and(|error| error.is_cancelled()));

        // Without a grace period, a lost rotated token would be the end.
        assert_eq!(next(&mut events).await, Some(SessionEvent::Refreshed));
        assert_eq!(pool.aws.request_counts().of(REFRESH), 1);
        client.refresh().await?;
        assert_eq!(pool.aws.request_counts().of(REFRESH), 2);
    }
    Ok(())
}

#[tokio::test]
async fn trouble_during_a_refresh_leaves_the_session_signed_in() -> Result<()> {
    let hotel = json!({ "body": "<html>Welcome to the hotel</html>", "contentType": "text/html" });
    let hostile = json!({ "body": r#"{"AuthenticationResult":{"IdToken":"a.b.c","AccessToken":"d"}}"# });
    let faults = [
        (json!({ "status": 503 }), ErrorKind::Unavailable),
        (json!({ "status": 500 }), ErrorKind::Unavailable),
        (json!("drop"), ErrorKind::Network),
        (json!("throttle"), ErrorKind::Throttled),
        (json!({ "truncate": 100 }), ErrorKind::Network),
        (hotel, ErrorKind::InvalidResponse),
        (hostile, ErrorKind::InvalidResponse),
        (json!({ "body": "{}" }), ErrorKind::InvalidResponse),
        (json!({ "status": 403, "code": "ForbiddenException" }), ErrorKind::AccessDenied),
        (json!({ "status": 400, "code": "InvalidParameterException" }), ErrorKind::Aws),
    ];
    let pool = TestPool::start().await?;
    let client = signed_in(&pool).await?;
    let mut events = client.events();
    for (action, expected) in faults {
        pool.pass(LIFE);
        pool.fault(json!({ "operation": REFRESH, "action": action }))?;
        let error = client.id_token().await.unwrap_err();
        assert_eq!(error.kind(), expected, "{action}: {error:?}");
        assert!(client.current_user().await?.is_some(), "{action}");
        assert_eq!(events.next().now_or_never(), None, "{action}");

        pool.aws.faults().clear();
        client.id_token().await?;
        assert_eq!(next(&mut events).await, Some(SessionEvent::Refreshed));
    }
    Ok(())
}

#[tokio::test]
async fn a_valid_token_is_handed_out_although_the_refresh_fails() -> Result<()> {
    let pool = TestPool::start().await?;
    let client = signed_in(&pool).await?;
    let old = client.id_token().await?;
    pool.pass(LIFE - Duration::from_secs(30));
    pool.fault(json!({ "operation": REFRESH, "action": "drop" }))?;
    for _ in 0..5 {
        assert_eq!(client.id_token().await?.jwt(), old.jwt());
    }
    // A refresh that has failed is not tried again at every call.
    assert_eq!(pool.aws.request_counts().of(REFRESH), 3, "one refresh with its repetitions");
    // A caller who asks for new tokens gets the error.
    assert_eq!(client.refresh().await.unwrap_err().kind(), ErrorKind::Network);
    Ok(())
}

#[tokio::test]
async fn a_rotation_whose_answer_is_lost_is_recovered_within_the_grace_period() -> Result<()> {
    for pool in TestPool::rotating_and_tracking(60).await? {
        let client = signed_in(&pool).await?;
        pool.pass(LIFE);
        pool.fault(json!({ "operation": REFRESH, "times": 1, "action": "dropAfterHandling" }))?;
        client.id_token().await?;
        assert_eq!(pool.aws.request_counts().of(REFRESH), 2);
        // The recovered token can be refreshed again.
        pool.pass(LIFE);
        client.id_token().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_rotated_token_that_is_used_again_ends_the_session_with_that_reason() -> Result<()> {
    for pool in TestPool::rotating_and_tracking(0).await? {
        let client = signed_in(&pool).await?;
        let events = client.events();
        pool.pass(LIFE);
        pool.fault(json!({ "operation": REFRESH, "times": 1, "action": "dropAfterHandling" }))?;
        let error = client.id_token().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.aws_code()),
            (ErrorKind::SessionEnded, Some("RefreshTokenReuseException"))
        );
        assert_ended(&client, events, SessionEndReason::Reused).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_revoked_token_ends_the_session_with_that_reason() -> Result<()> {
    let pool = TestPool::start().await?;
    let client = signed_in(&pool).await?;
    let events = client.events();
    pool.pass(LIFE);
    pool.fault(json!({ "operation": REFRESH, "times": 1, "action": "revokeRefreshTokens" }))?;
    for outcome in join_all((0..10).map(|_| client.id_token())).await {
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::SessionEnded);
    }
    assert_eq!(pool.aws.request_counts().of(REFRESH), 1);
    assert_ended(&client, events, SessionEndReason::Revoked).await
}

#[tokio::test]
async fn an_old_token_and_a_disabled_user_end_the_session_with_their_reasons() -> Result<()> {
    let pool = TestPool::start().await?;
    let client = signed_in(&pool).await?;
    let events = client.events();
    pool.pass(Duration::from_secs(31 * 24 * 3600));
    assert_eq!(client.id_token().await.unwrap_err().kind(), ErrorKind::SessionEnded);
    assert_ended(&client, events, SessionEndReason::Expired).await?;

    let client = signed_in_as(&pool, "bob").await?;
    let events = client.events();
    pool.admin("AdminDisableUser", json!({ "Username": "bob" })).await?;
    assert_eq!(client.refresh().await.unwrap_err().kind(), ErrorKind::SessionEnded);
    assert!(matches!(
        ended(&client, events).await?,
        SessionEndReason::UserDisabled | SessionEndReason::Revoked
    ));

    let client = signed_in_as(&pool, "eve").await?;
    let events = client.events();
    pool.admin("AdminDeleteUser", json!({ "Username": "eve" })).await?;
    assert_eq!(client.refresh().await.unwrap_err().kind(), ErrorKind::SessionEnded);
    assert!(matches!(
        ended(&client, events).await?,
        SessionEndReason::UserDeleted | SessionEndReason::Revoked | SessionEndReason::Refused
    ));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_clients_on_one_file_store_refresh_once_and_share_what_happens() -> Result<()> {
    for pool in TestPool::rotating_and_tracking(0).await? {
        let directory = tempfile::tempdir()?;
        let client = || anyhow::Ok(pool.client()?.store(FileStore::new(directory.path())?).build()?);
        pool.add_user("ada").await?;
        let (first, second) = (client()?, client()?);
        done(first.sign_in("ada", PASSWORD).await?);
        assert_eq!(username(&second).await?.as_deref(), Some("ada"));

        for round in 1..=5 {
            pool.pass(LIFE);
            let tasks = [&first, &second].into_iter().cycle().take(40).cloned().map(|client| {
                tokio::spawn(async move { client.id_token().await.map(|token| token.jwt().to_owned()) })
            });
            let tokens = try_join_all(tasks).await?.into_iter().collect::<Result<HashSet<_>, _>>()?;
            assert_eq!(tokens.len(), 1);
            assert_eq!(pool.aws.request_counts().of(REFRESH), round);
        }

        let mut events = second.events();
        assert!(first.sign_out().await?.is_revoked());
        assert_eq!(username(&second).await?, None);
        let reason = SessionEndReason::SignedOutElsewhere;
        assert_eq!(next(&mut events).await, Some(SessionEvent::SessionEnded { reason }));
        assert_eq!(second.id_token().await.unwrap_err().kind(), ErrorKind::SignedOut);

        pool.add_user("bob").await?;
        done(first.sign_in("bob", PASSWORD).await?);
        assert_eq!(username(&second).await?.as_deref(), Some("bob"));
        assert_eq!(next(&mut events).await, Some(SessionEvent::SignedIn));
    }
    Ok(())
}

#[tokio::test]
async fn an_app_that_starts_offline_knows_who_is_signed_in() -> Result<()> {
    let pool = TestPool::start().await?;
    let directory = tempfile::tempdir()?;
    pool.add_user("ada").await?;
    let client = pool.client()?.store(FileStore::new(directory.path())?).build()?;
    done(client.sign_in("ada", PASSWORD).await?);
    drop(client);

    pool.pass(24 * LIFE);
    pool.fault(json!({ "operation": "*", "action": "drop" }))?;
    let client = pool.client()?.store(FileStore::new(directory.path())?).build()?;
    assert_eq!(username(&client).await?.as_deref(), Some("ada"));
    assert_eq!(client.id_token().await.unwrap_err().kind(), ErrorKind::Network);
    assert_eq!(username(&client).await?.as_deref(), Some("ada"));

    pool.aws.faults().clear();
    client.id_token().await?;
    Ok(())
}

#[tokio::test]
async fn signing_out_without_a_network_forgets_the_session_and_says_so() -> Result<()> {
    let pool = TestPool::start().await?;
    let client = signed_in(&pool).await?;
    let mut events = client.events();
    pool.fault(json!({ "operation": "RevokeToken", "action": "drop" }))?;
    let SignOut::LocalOnly(error) = client.sign_out().await? else { panic!("there is no network") };
    assert_eq!(error.kind(), ErrorKind::Network);
    assert_eq!(username(&client).await?, None);
    assert_eq!(next(&mut events).await, Some(SessionEvent::SignedOut));
    assert!(matches!(client.sign_out().await?, SignOut::NotSignedIn));
    Ok(())
}

#[tokio::test]
async fn signing_out_kills_the_tokens_here_and_everywhere() -> Result<()> {
    let pool = TestPool::start().await?;
    pool.add_user("ada").await?;
    let (phone, laptop) = (pool.client()?.build()?, pool.client()?.build()?);
    done(phone.sign_in("ada", PASSWORD).await?);
    done(laptop.sign_in("ada", PASSWORD).await?);

    assert!(phone.sign_out().await?.is_revoked());
    laptop.account().attributes().await?;
    laptop.refresh().await?;

    done(phone.sign_in("ada", PASSWORD).await?);
    phone.sign_out_everywhere().await?;
    assert_eq!(username(&phone).await?, None);
    let events = laptop.events();
    // The access token still looks valid: AWS refuses it, and the refresh tells why.
    let error = laptop.account().attributes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SessionEnded);
    assert_ended(&laptop, events, SessionEndReason::Revoked).await
}

#[tokio::test]
async fn a_device_with_a_wrong_clock_signs_in_and_refreshes_in_time() -> Result<()> {
    for hours in [-30, 30] {
        let pool = TestPool::start().await?;
        pool.clock.advance_seconds(hours * 3600);
        let client = signed_in(&pool).await?;
        client.id_token().await?;
        assert_eq!(pool.aws.request_counts().of(REFRESH), 0, "{hours} h off");
        pool.pass(LIFE);
        client.id_token().await?;
        assert_eq!(pool.aws.request_counts().of(REFRESH), 1, "{hours} h off");
    }
    Ok(())
}

#[tokio::test]
async fn an_app_client_with_a_secret_refreshes_and_signs_out() -> Result<()> {
    let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 });
    let rotating = json!({
        "GenerateSecret": true,
        "RefreshTokenRotation": rotation,
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]
    });
    for members in [json!({ "GenerateSecret": true }), rotating] {
        let pool = TestPool::with(json!({}), members).await?;
        let client = signed_in(&pool).await?;
        client.refresh().await?;
        client.refresh().await?;
        assert!(client.sign_out().await?.is_revoked());
    }
    Ok(())
}

#[tokio::test]
async fn the_operation_that_refreshes_can_be_pinned() -> Result<()> {
    let pool = TestPool::with(json!({}), json!({ "GenerateSecret": true })).await?;
    pool.add_user("ada").await?;
    let client = pool.client()?.refresh_operation(RefreshOperation::RefreshTokenAuth).build()?;
    done(client.sign_in("ada", PASSWORD).await?);
    let before = pool.aws.request_counts().of("InitiateAuth");
    client.refresh().await?;
    assert_eq!(pool.aws.request_counts().of("InitiateAuth"), before + 1);
    assert_eq!(pool.aws.request_counts().of(REFRESH), 0);
    Ok(())
}

async fn signed_in(pool: &TestPool) -> Result<Client> {
    signed_in_as(pool, "ada").await
}

async fn signed_in_as(pool: &TestPool, username: &str) -> Result<Client> {
    pool.add_user(username).await?;
    let client = pool.client()?.build()?;
    done(client.sign_in(username, PASSWORD).await?);
    Ok(client)
}

fn done(step: SignInStep) {
    assert!(matches!(step, SignInStep::Done(_)), "{step:?}");
}

async fn username(client: &Client) -> Result<Option<String>> {
    Ok(client.current_user().await?.map(|user| user.username().to_owned()))
}

/// The next event, which has to come without further ado.
async fn next(events: &mut Events) -> Option<SessionEvent> {
    let event = tokio::time::timeout(Duration::from_secs(10), events.next()).await;
    event.unwrap_or_else(|_| panic!("nothing has happened"))
}

async fn assert_ended(client: &Client, events: Events, expected: SessionEndReason) -> Result<()> {
    assert_eq!(ended(client, events).await?, expected);
    Ok(())
}

async fn ended(client: &Client, mut events: Events) -> Result<SessionEndReason> {
    let event = next(&mut events).await;
    let Some(SessionEvent::SessionEnded { reason }) = event else { panic!("{event:?}") };
    assert_eq!(events.next().now_or_never(), None);
    assert_eq!(username(client).await?, None);
    assert_eq!(client.id_token().await.unwrap_err().kind(), ErrorKind::SignedOut);
    Ok(reason)
}

/// Keeps nothing, and quotes what it was given.
#[derive(Debug)]
struct Quoting;

impl SessionStore for Quoting {
    fn load<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>> {
        Box::pin(async { Ok(None) })
    }

    fn save<'a>(&'a self, key: &'a str, value: SecretString) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { Err(StoreError(format!("no room for {key}={:?}", value.expose_secret()))) })
    }

    fn remove<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test]
async fn a_store_that_quotes_what_it_did_not_keep_puts_no_token_into_an_error() -> Result<()> {
    let pool = TestPool::start().await?;
    pool.add_user("ada").await?;
    let client = pool.client()?.store(Quoting).build()?;
    let error = client.sign_in("ada", PASSWORD).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    for text in [error.to_string(), format!("{error:?}"), error.message().to_owned()] {
        assert!(text.contains("no room for"), "{text}");
        // The beginning of a JSON Web Token, and the member names of a stored session.
        assert!(!text.contains("eyJ") && !text.contains("refresh"), "{text}");
    }
    Ok(())
}
