//! Custom challenges: their metadata, their end, and other tabs.

use super::*;
use crate::sign_in::challenge::CustomChallenge;

async fn asked(pool: &ScriptedPool, client: &Client, question: &str) -> CustomChallenge {
    let mut answer = challenge("CUSTOM_CHALLENGE", json!({ "question": question, "USERNAME": "ada" }));
    answer["Session"] = json!(format!("session of {question}"));
    pool.answer(answer);
    let sign_in = client.sign_in_without_password("ada@example.com").flow(AuthFlow::CustomAuth);
    custom(sign_in.client_metadata("campaign", "spring").await)
}

fn custom(step: Result<SignInStep, Error>) -> CustomChallenge {
    match step.unwrap() {
        SignInStep::Challenge(Challenge::CustomChallenge(challenge)) => challenge,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_answer_has_metadata_of_its_own_beside_that_of_the_sign_in() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let first = asked(&pool, &client, "1?").await;
    let next = || challenge("CUSTOM_CHALLENGE", json!({ "question": "2?" }));
    pool.answer(next());
    let second = custom(first.answer(" 4 2 ").client_metadata("channel", "app").await);
    assert_eq!(
        pool.last_input(),
        json!({
            "ClientId": "client", "ChallengeName": "CUSTOM_CHALLENGE", "Session": "session of 1?",
            "ChallengeResponses": { "USERNAME": "ada", "ANSWER": " 4 2 " },
            "ClientMetadata": { "campaign": "spring", "channel": "app" },
        })
    );
    pool.answer(next());
    custom(second.answer("43").client_metadata("campaign", "summer").await);
    assert_eq!(pool.last_input()["ClientMetadata"], json!({ "campaign": "summer" }));
    assert_eq!(pool.last_input()["Session"], "the session");
}

#[tokio::test]
async fn an_empty_answer_is_not_sent() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let challenge = asked(&pool, &client, "?").await;
    assert_eq!(challenge.answer("").await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(pool.operations(), ["InitiateAuth"]);
    assert!(client.pending_challenge().await.unwrap().is_some());
}

#[tokio::test]
async fn a_trigger_s_refusal_ends_the_challenge_and_keeps_its_words() {
    for code in
        ["UserLambdaValidationException", "UnexpectedLambdaException", "InvalidLambdaResponseException"]
    {
        let pool = ScriptedPool::default();
        let client = client(&pool);
        let challenge = asked(&pool, &client, "?").await;
        pool.refuse(code, "VerifyAuthChallengeResponse failed with error Closed on Mondays.");
        let error = challenge.answer("1").await.unwrap_err();
        assert_eq!((error.kind(), error.aws_code()), (ErrorKind::TriggerRejected, Some(code)));
        assert!(error.message().contains("Closed on Mondays"), "{error}");
        assert!(client.pending_challenge().await.unwrap().is_none());
        assert_eq!(challenge.answer("1").await.unwrap_err().kind(), ErrorKind::ChallengeExpired);
        assert_eq!(pool.operations().len(), 2);
    }
}

#[tokio::test]
async fn a_lost_answer_is_not_sent_again() {
    let pool = ScriptedPool::default();
    let client = pool.client().retry(crate::aws_request::RetryPolicy::default()).build().unwrap();
    let challenge = asked(&pool, &client, "?").await;
    pool.lose();
    assert_eq!(challenge.answer("1").await.unwrap_err().kind(), ErrorKind::Network);
    assert_eq!(pool.operations().len(), 2);
}

#[tokio::test]
async fn a_tab_that_comes_late_does_not_drop_the_challenge_that_another_has_got() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let here = pool.client().store(store.clone()).build().unwrap();
    let first = asked(&pool, &here, "1?").await;
    let there = pool.client().store(store.clone()).build().unwrap();
    let Some(Challenge::CustomChallenge(same)) = there.pending_challenge().await.unwrap() else {
        panic!("it is saved")
    };
    pool.answer(challenge("CUSTOM_CHALLENGE", json!({ "question": "2?" })));
    let second = custom(same.answer("1").await);

    pool.refuse("NotAuthorizedException", "Invalid session for the user.");
    assert_eq!(first.answer("1").await.unwrap_err().kind(), ErrorKind::ChallengeExpired);
    let Some(Challenge::CustomChallenge(pending)) = here.pending_challenge().await.unwrap() else {
        panic!("the second challenge waits")
    };
    assert_eq!(pending.parameters()["question"], "2?");
    pool.answer(tokens(&pool));
    second.answer("2").await.unwrap().done().unwrap();
}

#[tokio::test]
async fn twenty_kilobytes_of_parameters_are_saved_and_read() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let here = pool.client().store(store.clone()).build().unwrap();
    let question = "?".repeat(20 * 1024);
    asked(&pool, &here, &question).await;
    let there = pool.client().store(store).build().unwrap();
    let Some(Challenge::CustomChallenge(pending)) = there.pending_challenge().await.unwrap() else {
        panic!("it is saved")
    };
    assert_eq!(pending.parameters()["question"], question);
}

#[tokio::test]
async fn debug_output_shows_no_answer() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let challenge = asked(&pool, &client, "?").await;
    let shown = format!("{:?} {challenge:?}", challenge.answer("the answer"));
    assert!(!shown.contains("the answer") && !shown.contains("session of"), "{shown}");
}
