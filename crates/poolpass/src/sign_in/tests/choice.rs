//! A choice of first factors, codes as first factor, custom challenges, and the sign-in after a sign-up.

use super::*;
use crate::sign_in::AuthFactor;

fn select_challenge(available: &[&str]) -> Value {
    let mut answer = challenge("SELECT_CHALLENGE", json!({ "USERNAME": "ada" }));
    answer["AvailableChallenges"] = json!(available);
    answer
}

fn email_otp() -> Value {
    challenge("EMAIL_OTP", json!({ "CODE_DELIVERY_DESTINATION": "a***@e***" }))
}

async fn choose(pool: &ScriptedPool, client: &Client, answer: Value) -> Challenge {
    pool.answer(answer);
    client.sign_in_without_password("ada@example.com").await.unwrap().challenge().unwrap()
}

#[tokio::test]
async fn the_choice_is_typed_and_unknown_factors_keep_their_names() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let available = ["PASSWORD_SRP", "WEB_AUTHN", "PIGEON_OTP"];
    let Challenge::SelectChallenge(choice) = choose(&pool, &client, select_challenge(&available)).await
    else {
        panic!("there is a choice");
    };
    let sent = json!({ "AuthFlow": "USER_AUTH", "ClientId": "client", "AuthParameters": { "USERNAME": "ada@example.com" } });
    assert_eq!(pool.last_input(), sent);
    let pigeon = AuthFactor::Other("PIGEON_OTP".to_owned());
    assert_eq!(choice.available(), [AuthFactor::PasswordSrp, AuthFactor::WebAuthn, pigeon.clone()]);
    assert_eq!(choice.answer(&AuthFactor::SmsOtp).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    pool.answer(challenge("PIGEON_OTP", json!({})));
    assert_eq!(choice.answer(&pigeon).await.unwrap().challenge().unwrap().kind(), "other");
    assert_eq!(pool.last_input()["ChallengeResponses"], json!({ "USERNAME": "ada", "ANSWER": "PIGEON_OTP" }));
}

#[tokio::test]
async fn a_password_answers_the_choice_in_one_round() {
    for (available, factor) in
        [(["PASSWORD", "PASSWORD_SRP"], "PASSWORD_SRP"), (["PASSWORD", "EMAIL_OTP"], "PASSWORD")]
    {
        let pool = ScriptedPool::default();
        let client = client(&pool);
        let Challenge::SelectChallenge(choice) = choose(&pool, &client, select_challenge(&available)).await
        else {
            panic!("there is a choice");
        };
        assert_eq!(choice.answer_with_password("").await.unwrap_err().kind(), ErrorKind::InvalidInput);
        if factor == "PASSWORD_SRP" {
            pool.answer(password_verifier());
        }
        // A code that comes after the password is a second factor.
        pool.answer(email_otp());
        let next = choice.answer_with_password(PASSWORD).await.unwrap().challenge().unwrap();
        assert_eq!(next.kind(), "emailMfa");
        let [first, ..] = &pool.inputs()[1..] else { panic!("it was sent") };
        assert_eq!(first["ChallengeName"], "SELECT_CHALLENGE");
        assert_eq!(first["Session"], "the session");
        let mut responses = first["ChallengeResponses"].clone();
        if factor == "PASSWORD_SRP" {
            assert!(responses["SRP_A"].take().is_string());
            assert_eq!(responses, json!({ "USERNAME": "ada", "ANSWER": factor, "SRP_A": null }));
        } else {
            assert_eq!(responses, json!({ "USERNAME": "ada", "ANSWER": factor, "PASSWORD": PASSWORD }));
        }
    }
}

#[tokio::test]
async fn no_password_is_sent_where_none_is_available() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let Challenge::SelectChallenge(choice) = choose(&pool, &client, select_challenge(&["EMAIL_OTP"])).await
    else {
        panic!("there is a choice");
    };
    let refusal = choice.answer_with_password(PASSWORD).await.unwrap_err();
    assert_eq!(refusal.kind(), ErrorKind::InvalidInput);
    assert_eq!(pool.operations(), ["InitiateAuth"]);
}

#[tokio::test]
async fn a_password_that_is_asked_alone_is_sent_or_proved_as_the_challenge_says() {
    for (name, response) in [("PASSWORD", "PASSWORD"), ("PASSWORD_SRP", "SRP_A")] {
        let pool = ScriptedPool::default();
        let client = client(&pool);
        let Challenge::Password(asked) =
            choose(&pool, &client, challenge(name, json!({ "USERNAME": "ada" }))).await
        else {
            panic!("{name}");
        };
        if name == "PASSWORD_SRP" {
            pool.answer(password_verifier());
        }
        pool.answer(tokens(&pool));
        asked.answer(PASSWORD).await.unwrap().done().unwrap();
        let sent = pool.inputs()[1].clone();
        assert_eq!(sent["ChallengeName"], name);
        let responses = sent["ChallengeResponses"].as_object().unwrap();
        assert_eq!(responses.keys().collect::<Vec<_>>(), [response, "USERNAME"], "{name}");
    }
}

#[tokio::test]
async fn a_wrong_password_ends_the_choice() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let Challenge::SelectChallenge(choice) =
        choose(&pool, &client, select_challenge(&["PASSWORD_SRP"])).await
    else {
        panic!("there is a choice");
    };
    pool.answer(password_verifier()).refuse("NotAuthorizedException", "Incorrect username or password.");
    assert_eq!(choice.answer_with_password(PASSWORD).await.unwrap_err().kind(), ErrorKind::NotAuthorized);
    assert!(client.pending_challenge().await.unwrap().is_none());
}

#[tokio::test]
async fn user_auth_with_a_password_proves_it_in_the_first_request() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    pool.answer(password_verifier()).answer(email_otp());
    let step = client.sign_in("ada", PASSWORD).flow(AuthFlow::UserAuth).await.unwrap();
    assert_eq!(step.challenge().unwrap().kind(), "emailMfa");
    let parameters = pool.inputs()[0]["AuthParameters"].clone();
    assert_eq!(parameters["PREFERRED_CHALLENGE"], "PASSWORD_SRP");
    assert!(parameters["SRP_A"].is_string());

    // Without a password there is nothing to prove.
    pool.answer(select_challenge(&["EMAIL_OTP"]));
    let step = client.sign_in("ada", PASSWORD).flow(AuthFlow::UserAuth).await.unwrap();
    assert_eq!(step.challenge().unwrap().kind(), "selectChallenge");
}

#[tokio::test]
async fn the_two_forms_of_a_code_by_email_are_told_apart_also_after_a_reload() {
    for (flow, kind) in [(None, "emailOtp"), (Some(AuthFlow::UserPasswordAuth), "emailMfa")] {
        let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
        let here = pool.client().store(store.clone()).build().unwrap();
        pool.answer(email_otp());
        let step = match flow {
            None => here.sign_in_without_password("ada").preferred(AuthFactor::EmailOtp).await,
            Some(flow) => here.sign_in("ada", PASSWORD).flow(flow).await,
        };
        assert_eq!(step.unwrap().challenge().unwrap().kind(), kind);
        let there = pool.client().store(store.clone()).build().unwrap();
        assert_eq!(there.pending_challenge().await.unwrap().unwrap().kind(), kind);
    }
    // A choice leads to the first form, its answer to the second one.
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let Challenge::SelectChallenge(choice) = choose(&pool, &client, select_challenge(&["EMAIL_OTP"])).await
    else {
        panic!("there is a choice");
    };
    pool.answer(email_otp()).answer(email_otp());
    let Some(Challenge::EmailOtp(first)) = choice.answer(&AuthFactor::EmailOtp).await.unwrap().challenge()
    else {
        panic!("a code was sent");
    };
    assert_eq!(first.answer("12345678").await.unwrap().challenge().unwrap().kind(), "emailMfa");
}

#[tokio::test]
async fn resending_a_code_begins_anew_and_leaves_the_old_challenge_unanswerable() {
    for (name, response) in [("EMAIL_OTP", "EMAIL_OTP_CODE"), ("SMS_OTP", "SMS_OTP_CODE")] {
        let pool = ScriptedPool::default();
        let client = client(&pool);
        pool.answer(challenge(name, json!({ "USERNAME": "8f0e" })));
        let factor = AuthFactor::from(name.to_owned());
        let sign_in = client.sign_in_without_password("ada").preferred(factor).client_metadata("k", "v");
        let old = sign_in.await.unwrap().challenge().unwrap();
        let mut again = challenge(name, json!({ "USERNAME": "8f0e" }));
        again["Session"] = json!("the second session");
        pool.answer(again);
        let next = match &old {
            Challenge::EmailOtp(old) => old.resend().await,
            Challenge::SmsOtp(old) => old.resend().await,
            other => panic!("{other:?}"),
        };
        let next = next.unwrap().challenge().unwrap();
        let parameters = json!({ "USERNAME": "8f0e", "PREFERRED_CHALLENGE": name });
        assert_eq!(pool.last_input()["AuthParameters"], parameters);
        assert_eq!(pool.last_input()["ClientMetadata"], json!({ "k": "v" }));

        let sent = pool.operations().len();
        let refusal = match &old {
            Challenge::EmailOtp(old) => [old.answer("1").await.unwrap_err(), old.resend().await.unwrap_err()],
            Challenge::SmsOtp(old) => [old.answer("1").await.unwrap_err(), old.resend().await.unwrap_err()],
            other => panic!("{other:?}"),
        };
        assert_eq!(refusal.map(|error| error.kind()), [ErrorKind::ChallengeExpired; 2]);
        assert_eq!(pool.operations().len(), sent, "what is over is not sent");

        pool.answer(tokens(&pool));
        let step = match &next {
            Challenge::EmailOtp(next) => next.answer("1234 5678").await,
            Challenge::SmsOtp(next) => next.answer("1234 5678").await,
            other => panic!("{other:?}"),
        };
        step.unwrap().done().unwrap();
        assert_eq!(pool.last_input()["Session"], "the second session");
        assert_eq!(pool.last_input()["ChallengeResponses"][response], "12345678");
    }
}

#[tokio::test]
async fn custom_challenges_follow_each_other_and_each_has_its_own_session() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    pool.answer(password_verifier()).answer(challenge("CUSTOM_CHALLENGE", json!({ "question": "?" })));
    let step = client.sign_in("ada", PASSWORD).flow(AuthFlow::CustomAuth).await.unwrap();
    let Some(Challenge::CustomChallenge(question)) = step.challenge() else { panic!("it is asked") };
    assert_eq!(question.parameters()["question"], "?");
    assert_eq!(pool.inputs()[0]["AuthFlow"], "CUSTOM_AUTH");
    assert_eq!(pool.inputs()[0]["AuthParameters"]["CHALLENGE_NAME"], "SRP_A");

    let mut again = challenge("CUSTOM_CHALLENGE", json!({ "question": "??" }));
    again["Session"] = json!("the second session");
    pool.answer(again).answer(tokens(&pool));
    let Some(Challenge::CustomChallenge(next)) = question.answer("wrong").await.unwrap().challenge() else {
        panic!("it is asked again");
    };
    next.answer("42").await.unwrap().done().unwrap();
    assert_eq!(pool.last_input()["Session"], "the second session");
    assert_eq!(pool.last_input()["ChallengeResponses"], json!({ "USERNAME": "ada", "ANSWER": "42" }));

    pool.answer(challenge("CUSTOM_CHALLENGE", json!({})));
    let step = client.sign_in_without_password("ada").flow(AuthFlow::CustomAuth).await.unwrap();
    assert_eq!(step.challenge().unwrap().kind(), "customChallenge");
    assert_eq!(pool.last_input()["AuthParameters"], json!({ "USERNAME": "ada" }));
}

#[tokio::test]
async fn a_passkey_answers_with_its_credential() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let options = json!({ "CREDENTIAL_REQUEST_OPTIONS": "{\"challenge\":\"AA\"}" });
    let Challenge::WebAuthn(passkey) = choose(&pool, &client, challenge("WEB_AUTHN", options)).await else {
        panic!("a passkey is asked for");
    };
    assert_eq!(passkey.request_options(), "{\"challenge\":\"AA\"}");
    assert_eq!(passkey.answer("").await.unwrap_err().kind(), ErrorKind::InvalidInput);
    pool.answer(tokens(&pool));
    passkey.answer("{\"id\":\"AQ\"}").await.unwrap().done().unwrap();
    assert_eq!(pool.last_input()["ChallengeResponses"]["CREDENTIAL"], "{\"id\":\"AQ\"}");
}

#[tokio::test]
async fn a_flow_without_a_password_takes_what_fits_it() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let sign_in = || client.sign_in_without_password("ada");
    for refused in [
        client.sign_in_without_password(""),
        sign_in().flow(AuthFlow::UserSrpAuth),
        sign_in().flow(AuthFlow::UserPasswordAuth),
        sign_in().flow(AuthFlow::CustomAuth).preferred(AuthFactor::EmailOtp),
    ] {
        assert_eq!(refused.await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    assert!(pool.operations().is_empty());
}

#[tokio::test]
async fn a_session_of_any_length_that_cognito_knows_comes_back_as_it_was() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let here = pool.client().store(store.clone()).build().unwrap();
    let session = "S".repeat(4096);
    let mut answer = email_otp();
    answer["Session"] = json!(session);
    pool.answer(answer);
    drop(here.sign_in_without_password("ada").preferred(AuthFactor::EmailOtp).await.unwrap());
    let there = pool.client().store(store).build().unwrap();
    let Some(Challenge::EmailOtp(challenge)) = there.pending_challenge().await.unwrap() else {
        panic!("saved")
    };
    pool.answer(tokens(&pool));
    challenge.answer("12345678").await.unwrap().done().unwrap();
    assert_eq!(pool.last_input()["Session"], session);
}

#[tokio::test]
async fn an_unknown_challenge_in_mid_flow_is_handed_out_by_name() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    pool.answer(email_otp()).answer(challenge("PIGEON", json!({ "colour": "grey" })));
    let step = client.sign_in_without_password("ada").preferred(AuthFactor::EmailOtp).await.unwrap();
    let Some(Challenge::EmailOtp(code)) = step.challenge() else { panic!("a code was sent") };
    let Some(Challenge::Other(other)) = code.answer("12345678").await.unwrap().challenge() else {
        panic!("it is unknown");
    };
    assert_eq!((other.name(), other.parameters()["colour"].as_str()), ("PIGEON", "grey"));
    assert_eq!(client.pending_challenge().await.unwrap().unwrap().name(), "PIGEON");
}

#[tokio::test]
async fn a_sign_up_that_is_confirmed_signs_in_also_after_a_reload() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = || pool.client().store(store.clone()).build().unwrap();
    assert_eq!(client().auto_sign_in().await.unwrap_err().kind(), ErrorKind::ChallengeExpired);

    pool.answer(json!({ "UserConfirmed": false, "UserSub": "8f0e", "Session": "of the sign-up" }));
    client().account().sign_up_without_password("ada").attribute("email", "ada@example.com").await.unwrap();
    assert!(pool.last_input().get("Password").is_none());
    assert_eq!(client().auto_sign_in().await.unwrap_err().kind(), ErrorKind::ChallengeExpired);
    assert!(client().pending_challenge().await.unwrap().is_none());

    pool.refuse("CodeMismatchException", "Invalid verification code provided.");
    client().account().confirm_sign_up("ada", "000000").await.unwrap_err();
    pool.answer(json!({ "Session": "of the confirmation" }));
    client().account().confirm_sign_up("ada", "123456").await.unwrap();
    assert_eq!(pool.last_input()["Session"], "of the sign-up");

    pool.lose();
    assert_eq!(client().auto_sign_in().await.unwrap_err().kind(), ErrorKind::Network);
    pool.answer(tokens(&pool));
    client().auto_sign_in().await.unwrap().done().unwrap();
    assert_eq!(
        pool.last_input(),
        json!({
            "AuthFlow": "USER_AUTH", "ClientId": "client", "AuthParameters": { "USERNAME": "ada" },
            "Session": "of the confirmation",
        })
    );
    assert!(store.load(SAVED).await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_that_is_too_old_does_not_keep_a_sign_up_from_being_confirmed() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    pool.answer(json!({ "UserConfirmed": false, "UserSub": "8f0e", "Session": "of the sign-up" }));
    client.account().sign_up("ada", PASSWORD).await.unwrap();
    pool.refuse("NotAuthorizedException", "Invalid session for the user, session is expired.")
        .answer(json!({}));
    client.account().confirm_sign_up("ada", "123456").await.unwrap();
    assert!(pool.last_input().get("Session").is_none());
    assert_eq!(client.auto_sign_in().await.unwrap_err().kind(), ErrorKind::ChallengeExpired);

    // Somebody else's session does not go along.
    pool.answer(json!({ "UserConfirmed": false, "UserSub": "8f0e", "Session": "of the sign-up" }));
    client.account().sign_up("ada", PASSWORD).await.unwrap();
    pool.answer(json!({}));
    client.account().confirm_sign_up("bob", "123456").await.unwrap();
    assert!(pool.last_input().get("Session").is_none());
}
