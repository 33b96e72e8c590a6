//! The choice between the two operations that refresh.

use super::*;

#[tokio::test]
async fn a_server_without_the_first_operation_is_asked_by_the_second_one() {
    let unsupported = [
        ("UnknownOperationException", ""),
        ("UnsupportedOperationException", "not here"),
        ("NotAuthorizedException", "Invalid Refresh Token"),
    ];
    for (code, message) in unsupported {
        let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
        let client = stale(&pool, &store).await;
        pool.refuse(code, message).answer(refreshed(&pool, "ada", None));
        client.id_token().await.unwrap();
        assert_eq!(pool.operations(), ["GetTokensFromRefreshToken", "InitiateAuth"]);
        assert_eq!(pool.last_input()["AuthParameters"]["REFRESH_TOKEN"], "ada's first refresh token");

        // It is remembered, by the next process too.
        let next = pool.client().store(store).build().unwrap();
        pool.answer(refreshed(&pool, "ada", None));
        next.refresh().await.unwrap();
        assert_eq!(pool.operations()[2..], ["InitiateAuth"]);
    }
}

#[tokio::test]
async fn both_operations_have_to_agree_before_an_untried_token_is_given_up() {
    let both_refuse = |second: (&'static str, &'static str)| async move {
        let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
        let client = stale(&pool, &store).await;
        let events = client.events();
        pool.refuse("NotAuthorizedException", "Invalid Refresh Token").refuse(second.0, second.1);
        let error = client.id_token().await.unwrap_err();
        let ended = username(&client).await.is_none();
        assert_eq!(ended, events.into_future().now_or_never().is_some());
        (error, ended)
    };
    let (error, ended) = both_refuse(("NotAuthorizedException", "Refresh Token has been revoked")).await;
    assert_eq!((error.kind(), ended), (ErrorKind::SessionEnded, true));
    // The app client does not allow the second operation: the first has the last word.
    let (error, ended) =
        both_refuse(("InvalidParameterException", "REFRESH_TOKEN_AUTH flow not enabled")).await;
    assert_eq!(
        (error.message(), error.kind(), ended),
        ("Invalid Refresh Token", ErrorKind::SessionEnded, true)
    );
    // The second operation does not get through: nothing is known.
    let (error, ended) = both_refuse(("TooManyRequestsException", "Rate exceeded")).await;
    assert_eq!((error.kind(), ended), (ErrorKind::Throttled, false));
}

#[tokio::test]
async fn an_operation_that_has_worked_before_is_believed() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = stale(&pool, &store).await;
    pool.answer(refreshed(&pool, "ada", None));
    client.id_token().await.unwrap();
    let mut events = client.events();
    pool.refuse("NotAuthorizedException", "Invalid Refresh Token");
    assert_eq!(client.refresh().await.unwrap_err().kind(), ErrorKind::SessionEnded);
    assert_eq!(events.next().await, Some(SessionEvent::SessionEnded { reason: SessionEndReason::Refused }));
}

#[tokio::test]
async fn the_app_s_own_mistake_does_not_end_the_session() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = stale(&pool, &store).await;
    pool.refuse("NotAuthorizedException", "Unable to verify secret hash for client client");
    assert_eq!(client.id_token().await.unwrap_err().kind(), ErrorKind::NotAuthorized);
    assert_eq!(username(&client).await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn a_server_that_lacks_the_first_operation_in_its_own_words_is_asked_by_the_second_one() {
    let refusals = [
        ("UnsupportedOperation", "Operation GetTokensFromRefreshToken is not supported."),
        ("NotAuthorizedException", "Client client is configured with secret but secret was not received"),
        ("InvalidAction", "no"),
        (
            "InternalFailure",
            "The action GetTokensFromRefreshToken has not yet been implemented; not implemented",
        ),
        ("InvalidParameterException", "what?"),
        ("ValidationException", "what?"),
        ("AccessDeniedException", "what?"),
    ];
    for (code, message) in refusals {
        let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
        let client = stale(&pool, &store).await;
        pool.refuse(code, message).answer(refreshed(&pool, "ada", None));
        client.id_token().await.unwrap_or_else(|error| panic!("{code}: {error}"));
        assert_eq!(pool.operations(), ["GetTokensFromRefreshToken", "InitiateAuth"], "{code}");
    }
}

#[tokio::test]
async fn a_refusal_that_says_nothing_about_the_token_ends_no_session_whatever_the_second_operation_says() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = stale(&pool, &store).await;
    pool.refuse("InvalidParameterException", "what?")
        .refuse("NotAuthorizedException", "Invalid Refresh Token");
    assert_eq!(client.id_token().await.unwrap_err().message(), "what?");
    assert_eq!(username(&client).await.as_deref(), Some("ada"));
}
