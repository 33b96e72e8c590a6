//! Which answers to a refresh end the session, and which do not.

use super::*;

/// AWS's answers when the session is over, in each wording.
const ENDS: &[(&str, &str, SessionEndReason)] = &[
    ("NotAuthorizedException", "Refresh Token has been revoked", SessionEndReason::Revoked),
    ("NotAuthorizedException", "Refresh Token has expired", SessionEndReason::Expired),
    ("NotAuthorizedException", "refresh token has expired.", SessionEndReason::Expired),
    ("NotAuthorizedException", "Invalid Refresh Token", SessionEndReason::Refused),
    ("NotAuthorizedException", "Invalid Refresh Token.", SessionEndReason::Refused),
    ("NotAuthorizedException", "Invalid refresh_token", SessionEndReason::Refused),
    ("NotAuthorizedException", "User is disabled.", SessionEndReason::UserDisabled),
    ("NotAuthorizedException", "User does not exist.", SessionEndReason::UserDeleted),
    ("UserNotFoundException", "User does not exist.", SessionEndReason::UserDeleted),
    ("RefreshTokenReuseException", "Refresh token reuse: rotation has replaced it", SessionEndReason::Reused),
    (
        "PasswordResetRequiredException",
        "Password reset required for the user",
        SessionEndReason::PasswordResetRequired,
    ),
    ("UserNotConfirmedException", "User is not confirmed.", SessionEndReason::UserNotConfirmed),
];

/// Answers about the app, the user pool, its limits and triggers, or from proxies, but not about the session.
const STAYS: &[(u16, &str, &str)] = &[
    (400, "NotAuthorizedException", "Unable to verify secret hash for client client"),
    (400, "NotAuthorizedException", "SecretHash does not match for the client: client"),
    (400, "NotAuthorizedException", "Invalid client secret"),
    (400, "NotAuthorizedException", "Password attempts exceeded"),
    (400, "NotAuthorizedException", "Unable to login because of security reasons."),
    (400, "NotAuthorizedException", "Auth flow not enabled for this client"),
    (400, "NotAuthorizedException", "Refresh token flow not enabled for this client"),
    (400, "NotAuthorizedException", "Refresh token rotation is disabled for this client"),
    (400, "NotAuthorizedException", "Refresh tokens are not supported for this user pool"),
    (400, "NotAuthorizedException", "App client is disabled"),
    (400, "NotAuthorizedException", "User pool is disabled"),
    (400, "NotAuthorizedException", "User pool client client does not exist."),
    (400, "NotAuthorizedException", "Feature plan of this user pool has expired"),
    (400, "NotAuthorizedException", "Your certificate has been revoked"),
    (400, "NotAuthorizedException", "Request not allowed due to WAF block."),
    (403, "ForbiddenException", "Request not allowed due to WAF block."),
    (400, "NotAuthorizedException", ""),
    (400, "UserPoolAddOnNotEnabledException", "no"),
    (400, "ResourceNotFoundException", "User pool client client does not exist."),
    (400, "ResourceNotFoundException", "User pool eu-west-1_AbCdEfGhI does not exist."),
    (400, "InvalidUserPoolConfigurationException", "no"),
    (400, "UserLambdaValidationException", "PreTokenGeneration failed with error User is disabled."),
    (
        400,
        "UnexpectedLambdaException",
        "PreTokenGeneration invocation failed due to error AccessDeniedException.",
    ),
    (400, "InvalidLambdaResponseException", "Invalid lambda function output : Refresh Token has expired"),
    (400, "TooManyRequestsException", "Rate exceeded"),
    (400, "LimitExceededException", "Attempt limit exceeded, please try after some time."),
    (400, "ThrottlingException", "Rate exceeded"),
    (400, "InternalErrorException", "Refresh Token has been revoked"),
    (500, "NotAuthorizedException", "Refresh Token has been revoked"),
    (503, "UserNotFoundException", "User does not exist."),
    (400, "InvalidParameterException", "1 validation error detected: Value at 'refreshToken' failed"),
    (400, "UnsupportedTokenTypeException", "Refresh Token"),
    (400, "ExpiredTokenException", "The security token included in the request is expired"),
];

#[tokio::test]
async fn each_of_aws_s_words_for_a_session_that_is_over_ends_it() {
    for (code, message, reason) in ENDS {
        let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
        let client = stale(&pool, &store).await;
        pool.answer(refreshed(&pool, "ada", None));
        client.refresh().await.unwrap();
        let mut events = client.events();
        pool.refuse(code, message);
        assert_eq!(client.refresh().await.unwrap_err().kind(), ErrorKind::SessionEnded, "{message}");
        let ended = Some(Some(SessionEvent::SessionEnded { reason: *reason }));
        assert_eq!(events.next().now_or_never(), ended, "{message}");
        assert!(store.load(STORED).await.unwrap().is_none(), "{message}");
    }
}

#[tokio::test]
async fn a_refusal_about_the_app_the_pool_its_limits_or_a_firewall_ends_no_session() {
    for (status, code, message) in STAYS {
        for has_refreshed in [false, true] {
            let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
            let client = stale(&pool, &store).await;
            if has_refreshed {
                pool.answer(refreshed(&pool, "ada", None));
                client.refresh().await.unwrap();
            }
            let events = client.events();
            // Both operations may be asked.
            pool.refuse_with(*status, code, message).refuse_with(*status, code, message);
            let error = client.refresh().await.unwrap_err();
            assert_ne!(error.kind(), ErrorKind::SessionEnded, "{code} {message}");
            assert!(events.into_future().now_or_never().is_none(), "{code} {message}");
            assert_eq!(username(&client).await.as_deref(), Some("ada"), "{code} {message}");

            let next = pool.client().store(store.clone()).build().unwrap();
            pool.forget_answers().answer(refreshed(&pool, "ada", None));
            assert!(next.refresh().await.is_ok(), "{code} {message}");
        }
    }
}

#[tokio::test]
async fn an_operation_that_was_switched_off_after_it_had_worked_gives_way_to_the_other() {
    let refusals = [
        ("InvalidParameterException", "REFRESH_TOKEN_AUTH is not available with refresh token rotation."),
        ("InvalidParameterException", "REFRESH_TOKEN_AUTH flow not enabled for this client"),
        ("NotAuthorizedException", "Auth flow not enabled for this client"),
        ("UnsupportedOperationException", "no"),
        ("UnknownOperationException", ""),
        ("InvalidAction", "Could not find operation"),
    ];
    for (code, message) in refusals {
        let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
        let client = stale(&pool, &store).await;
        let [first, second] = ["GetTokensFromRefreshToken", "InitiateAuth"];
        pool.refuse("UnknownOperationException", "").answer(refreshed(&pool, "ada", None));
        client.refresh().await.unwrap();
        for expected in [[second, first], [first, second]] {
            pool.refuse(code, message).answer(refreshed(&pool, "ada", None));
            client.refresh().await.unwrap_or_else(|error| panic!("{code} {message}: {error}"));
            assert!(pool.operations().ends_with(&expected.map(str::to_owned)), "{code} {message}");
        }
    }
}

#[tokio::test]
async fn an_empty_refresh_token_is_none() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = stale(&pool, &store).await;
    pool.answer(refreshed(&pool, "ada", Some("")));
    client.refresh().await.unwrap();
    pool.answer(refreshed(&pool, "ada", None));
    client.refresh().await.unwrap();
    assert_eq!(pool.last_input()["RefreshToken"], "ada's first refresh token");

    let empty = tokens(&result("bob", pool.now(), Some("")));
    let error = client.manager().unwrap().begin(empty).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(username(&client).await.as_deref(), Some("ada"));
}
