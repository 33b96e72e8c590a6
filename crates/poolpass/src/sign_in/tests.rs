//! Cases that no server can be made to produce: hostile challenges, two answers at once, a lost step of setting up MFA.
//! The scenarios play everything else against local-aws.

mod choice;
mod custom;

use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{AuthFlow, SignInStep};
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::platform::{Clock, MemoryStore, SessionStore};
use crate::session::test_tokens::result;
use crate::sign_in::challenge::Challenge;
use crate::srp::{ClientEphemeral, Identity, ServerChallenge, claim_timestamp};
use crate::user_pool::scripted::ScriptedPool;

const SAVED: &str = "client.pendingSignIn";
const PASSWORD: &str = "pässwörd 漢字";

fn client(pool: &ScriptedPool) -> Client {
    pool.client().build().unwrap()
}

fn tokens(pool: &ScriptedPool) -> Value {
    json!({ "AuthenticationResult": result("ada", pool.now(), Some("refresh token")) })
}

fn challenge(name: &str, parameters: impl Into<Value>) -> Value {
    json!({ "ChallengeName": name, "Session": "the session", "ChallengeParameters": parameters.into() })
}

fn password_verifier() -> Value {
    challenge(
        "PASSWORD_VERIFIER",
        json!({
            "SALT": "36ef01c6dde9fe503da333b1acc758ba", "SRP_B": "36ef01c6dde9fe503da333b1acc758ba",
            "SECRET_BLOCK": "c2VjcmV0IGJsb2Nr", "USER_ID_FOR_SRP": "8f0e", "USERNAME": "ada",
        }),
    )
}

async fn sign_in(client: &Client) -> Result<SignInStep, Error> {
    client.sign_in("ada@example.com", PASSWORD).await
}

/// Signs in as far as the challenge.
async fn challenged(pool: &ScriptedPool, client: &Client, name: &str, parameters: Value) -> Challenge {
    pool.answer(challenge(name, parameters));
    let sign_in = client.sign_in("ada", PASSWORD).flow(AuthFlow::UserPasswordAuth).client_metadata("k", "v");
    sign_in.await.unwrap().challenge().unwrap()
}

async fn software_token(
    pool: &ScriptedPool,
    client: &Client,
) -> crate::sign_in::challenge::SoftwareTokenMfaChallenge {
    let challenge =
        challenged(pool, client, "SOFTWARE_TOKEN_MFA", json!({ "USER_ID_FOR_SRP": "8f0e" })).await;
    let Challenge::SoftwareTokenMfa(challenge) = challenge else { panic!("{challenge:?}") };
    challenge
}

#[tokio::test]
async fn a_hostile_srp_challenge_is_refused_before_anything_about_the_password_is_sent() {
    let too_long = "f".repeat(5000);
    let hostile = [
        ("SRP_B", json!("0")),
        ("SRP_B", json!("")),
        ("SRP_B", json!("not hexadecimal")),
        ("SRP_B", json!("f".repeat(768))),
        ("SRP_B", json!(too_long)),
        ("SRP_B", Value::Null),
        ("SALT", json!("")),
        ("SALT", json!("salt")),
        ("SECRET_BLOCK", json!("*")),
    ];
    for (parameter, value) in hostile {
        let pool = ScriptedPool::default();
        let mut answer = password_verifier();
        answer["ChallengeParameters"][parameter] = value;
        if answer["ChallengeParameters"][parameter].is_null() {
            answer["ChallengeParameters"].as_object_mut().unwrap().remove(parameter);
        }
        pool.answer(answer);
        let error = sign_in(&client(&pool)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{parameter}: {error:?}");
        assert_eq!(pool.operations(), ["InitiateAuth"], "{parameter}");
    }
}

#[tokio::test]
async fn the_claim_is_signed_for_the_srp_user_id_and_answers_for_the_user_name() {
    let named = password_verifier();
    let mut nameless = password_verifier();
    nameless["ChallengeParameters"].as_object_mut().unwrap().remove("USERNAME");
    for (answer, username) in [(named, "ada"), (nameless, "8f0e")] {
        let pool = ScriptedPool::default();
        pool.answer(answer).answer(tokens(&pool));
        sign_in(&client(&pool)).await.unwrap().done().unwrap();

        let timestamp = claim_timestamp(pool.now()).unwrap();
        let identity = Identity::user("AbCdEfGhI", "8f0e");
        let number = "36ef01c6dde9fe503da333b1acc758ba";
        let server = ServerChallenge::parse(number, number).unwrap();
        // The client's random source gives the SRP secret first.
        let ephemeral = ClientEphemeral::new([1; 32]).unwrap();
        let key = ephemeral.password_key(identity, PASSWORD, &server).unwrap();
        let signature = key.claim_signature(identity, "c2VjcmV0IGJsb2Nr", &timestamp).unwrap();
        assert_eq!(
            pool.last_input(),
            json!({
                "ClientId": "client", "ChallengeName": "PASSWORD_VERIFIER", "Session": "the session",
                "ChallengeResponses": {
                    "USERNAME": username, "TIMESTAMP": timestamp,
                    "PASSWORD_CLAIM_SECRET_BLOCK": "c2VjcmV0IGJsb2Nr", "PASSWORD_CLAIM_SIGNATURE": signature,
                }
            })
        );
    }
}

#[tokio::test]
async fn answers_that_aws_would_not_give_are_errors() {
    let mut without_refresh_token = tokens(&ScriptedPool::default());
    without_refresh_token["AuthenticationResult"]["RefreshToken"] = Value::Null;
    let odd = [
        json!({}),
        json!({ "ChallengeName": "SELECT_MFA_TYPE", "ChallengeParameters": { "MFAS_CAN_CHOOSE": "both" } }),
        json!({ "ChallengeName": "NEW_PASSWORD_REQUIRED", "ChallengeParameters": { "userAttributes": "[]" } }),
        json!({ "AuthenticationResult": { "IdToken": "x", "AccessToken": "y", "RefreshToken": "z" } }),
        json!({ "AuthenticationResult": {} }),
        without_refresh_token,
        json!([]),
    ];
    for answer in odd {
        let pool = ScriptedPool::default();
        pool.answer(answer.clone());
        let client = client(&pool);
        let error = sign_in(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{answer}");
        assert!(client.current_user().await.unwrap().is_none());
        assert!(client.pending_challenge().await.unwrap().is_none(), "{answer}");
    }
}

#[tokio::test]
async fn nothing_is_sent_without_a_user_name_and_a_password() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    for (username, password) in [("", "x"), ("ada", "")] {
        assert_eq!(client.sign_in(username, password).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    assert!(pool.operations().is_empty());
}

#[tokio::test]
async fn one_step_is_taken_at_a_time() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let challenge = software_token(&pool, &client).await;

    let release = pool.answer(tokens(&pool)).hold();
    let second_answer = async {
        pool.asked(2).await;
        let answer = challenge.answer("654321").await.unwrap_err();
        let sign_in = sign_in(&client).await.unwrap_err();
        release.send(()).unwrap();
        [answer.kind(), sign_in.kind()]
    };
    let (first, others) = tokio::join!(challenge.answer("123456"), second_answer);
    assert!(matches!(first.unwrap(), SignInStep::Done(_)));
    assert_eq!(others, [ErrorKind::Conflict, ErrorKind::Conflict]);
    assert_eq!(pool.operations().len(), 2);
}

#[tokio::test]
async fn a_challenge_is_answered_once_and_not_after_another_took_its_place() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let first = software_token(&pool, &client).await;
    let second = software_token(&pool, &client).await;
    assert_eq!(first.answer("123456").await.unwrap_err().kind(), ErrorKind::ChallengeExpired);

    pool.answer(tokens(&pool));
    second.answer("123456").await.unwrap().done().unwrap();
    assert_eq!(second.answer("123456").await.unwrap_err().kind(), ErrorKind::ChallengeExpired);
    assert_eq!(pool.operations().len(), 3, "what is over is not sent");
    assert!(client.pending_challenge().await.unwrap().is_none());
}

#[tokio::test]
async fn a_wrong_code_leaves_the_challenge_and_its_end_removes_it() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let challenge = software_token(&pool, &client).await;
    pool.refuse("CodeMismatchException", "Invalid code received for user");
    assert_eq!(challenge.answer("1").await.unwrap_err().kind(), ErrorKind::CodeMismatch);
    pool.lose();
    assert_eq!(challenge.answer("2").await.unwrap_err().kind(), ErrorKind::Network);
    assert!(client.pending_challenge().await.unwrap().is_some());

    pool.refuse("NotAuthorizedException", "Invalid session for the user, session is expired.");
    assert_eq!(challenge.answer("3").await.unwrap_err().kind(), ErrorKind::ChallengeExpired);
    assert!(client.pending_challenge().await.unwrap().is_none());
}

#[tokio::test]
async fn an_answer_that_is_given_up_can_be_given_again() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let challenge = software_token(&pool, &client).await;
    let _never = pool.answer(tokens(&pool)).hold();
    let given_up = challenge.answer("123456");
    tokio::select! {
        _ = given_up => panic!("it is held"),
        () = pool.asked(2) => {}
    }
    pool.answer(tokens(&pool));
    challenge.answer("123 456 ").await.unwrap().done().unwrap();
    assert_eq!(pool.last_input()["ChallengeResponses"]["SOFTWARE_TOKEN_MFA_CODE"], "123456");
}

#[tokio::test]
async fn a_saved_challenge_goes_on_elsewhere_and_holds_no_password() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let here = pool.client().store(store.clone()).build().unwrap();
    pool.answer(password_verifier())
        .answer(challenge("SMS_MFA", json!({ "CODE_DELIVERY_DESTINATION": "+***67" })));
    sign_in(&here).await.unwrap().challenge().unwrap();

    let saved = store.load(SAVED).await.unwrap().unwrap();
    let ephemeral = ClientEphemeral::new([1; 32]).unwrap();
    for secret in [PASSWORD, ephemeral.public_hex(), &hex::encode([1; 32]), "c2VjcmV0IGJsb2Nr"] {
        assert!(!saved.expose_secret().contains(secret), "{secret}");
    }

    let there = pool.client().store(store.clone()).build().unwrap();
    let Some(Challenge::SmsMfa(challenge)) = there.pending_challenge().await.unwrap() else {
        panic!("saved")
    };
    assert_eq!(challenge.destination(), Some("+***67"));
    pool.answer(tokens(&pool));
    challenge.answer("123456").await.unwrap().done().unwrap();
    let sent = pool.last_input();
    assert_eq!(sent["Session"], "the session");
    assert_eq!(sent["ChallengeResponses"], json!({ "USERNAME": "ada", "SMS_MFA_CODE": "123456" }));
    assert!(store.load(SAVED).await.unwrap().is_none());
}

#[tokio::test]
async fn signing_out_and_time_remove_a_pending_challenge() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store.clone()).build().unwrap();
    let challenge = software_token(&pool, &client).await;
    client.sign_out().await.unwrap();
    assert!(store.load(SAVED).await.unwrap().is_none());
    assert_eq!(challenge.answer("123456").await.unwrap_err().kind(), ErrorKind::ChallengeExpired);

    software_token(&pool, &client).await;
    pool.pass(Duration::from_secs(15 * 60));
    assert!(client.pending_challenge().await.unwrap().is_some());
    pool.pass(Duration::from_secs(1));
    assert!(client.pending_challenge().await.unwrap().is_none());
    assert!(store.load(SAVED).await.unwrap().is_none());
}

#[tokio::test]
async fn a_redirect_that_waits_is_no_challenge_and_stays_beside_the_next_sign_in() {
    const REDIRECTS: &str = "client.pendingRedirects";
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store.clone()).build().unwrap();
    let _ = client.sign_in_with_redirect("https://app.example/").await.unwrap();
    let waiting = store.load(REDIRECTS).await.unwrap().unwrap();
    assert!(client.pending_challenge().await.unwrap().is_none());

    software_token(&pool, &client).await;
    assert_eq!(client.pending_challenge().await.unwrap().unwrap().name(), "SOFTWARE_TOKEN_MFA");
    let saved = store.load(REDIRECTS).await.unwrap().unwrap();
    assert_eq!(saved.expose_secret(), waiting.expose_secret());
}

#[tokio::test]
async fn a_record_of_an_older_version_is_forgotten() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store.clone()).build().unwrap();
    software_token(&pool, &client).await;
    let saved = store.load(SAVED).await.unwrap().unwrap();
    let older = saved.expose_secret().replace("\"version\":2", "\"version\":1");
    assert_ne!(older, saved.expose_secret());
    store.save(SAVED, older.into()).await.unwrap();
    assert!(client.pending_challenge().await.unwrap().is_none());
    assert!(store.load(SAVED).await.unwrap().is_none());
}

#[tokio::test]
async fn an_unknown_challenge_is_answered_by_hand() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let Challenge::Other(question) = challenged(&pool, &client, "RIDDLE", json!({ "question": "?" })).await
    else {
        panic!("there is no such type");
    };
    assert_eq!((question.name(), question.parameters()["question"].as_str()), ("RIDDLE", "?"));
    pool.answer(challenge("RIDDLE", json!({ "question": "??" })));
    let next = question.answer(&[("ANSWER", "42")]).await.unwrap().challenge().unwrap();
    assert_eq!(next.name(), "RIDDLE");
    assert_eq!(
        pool.last_input(),
        json!({
            "ClientId": "client", "ChallengeName": "RIDDLE", "Session": "the session",
            "ChallengeResponses": { "USERNAME": "ada", "ANSWER": "42" }, "ClientMetadata": { "k": "v" }
        })
    );
}

#[tokio::test]
async fn a_new_password_comes_with_the_attributes_that_the_pool_requires() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let parameters = json!({
        "requiredAttributes": "[\"userAttributes.name\"]", "userAttributes": "{\"email\":\"ada@example.com\"}"
    });
    let Challenge::NewPasswordRequired(challenge) =
        challenged(&pool, &client, "NEW_PASSWORD_REQUIRED", parameters).await
    else {
        panic!("a new password is asked for");
    };
    assert_eq!(challenge.required_attributes(), ["name"]);
    assert_eq!(challenge.attributes()["email"], "ada@example.com");
    for (password, attributes) in
        [("", [("name", "Ada")]), ("new", [("name", "")]), ("new", [("nick", "Ada")])]
    {
        let error = challenge.answer(password, &attributes).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(pool.operations().len(), 1);

    pool.answer(tokens(&pool));
    challenge.answer("new", &[("name", "Ada")]).await.unwrap().done().unwrap();
    let expected = json!({ "USERNAME": "ada", "NEW_PASSWORD": "new", "userAttributes.name": "Ada" });
    assert_eq!(pool.last_input()["ChallengeResponses"], expected);
}

#[tokio::test]
async fn setting_up_totp_goes_on_where_it_was_interrupted() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let here = pool.client().store(store.clone()).build().unwrap();
    let parameters = json!({ "MFAS_CAN_SETUP": "[\"SOFTWARE_TOKEN_MFA\"]" });
    let Challenge::MfaSetup(challenge) = challenged(&pool, &here, "MFA_SETUP", parameters).await else {
        panic!("MFA has to be set up");
    };
    assert_eq!(
        challenge.verify_software_token("123456", None).await.unwrap_err().kind(),
        ErrorKind::InvalidInput
    );

    pool.answer(json!({ "SecretCode": "JBSWY3DPEHPK3PXP", "Session": "second session" }));
    assert_eq!(challenge.associate_software_token().await.unwrap().secret(), "JBSWY3DPEHPK3PXP");
    assert_eq!(pool.last_input(), json!({ "Session": "the session" }));
    assert!(!store.load(SAVED).await.unwrap().unwrap().expose_secret().contains("JBSWY3DPEHPK3PXP"));

    // The app is reloaded while the person scans the code; later the last answer gets lost.
    let there = pool.client().store(store.clone()).build().unwrap();
    let Some(Challenge::MfaSetup(challenge)) = there.pending_challenge().await.unwrap() else {
        panic!("saved")
    };
    pool.refuse("EnableSoftwareTokenMFAException", "Code mismatch");
    assert_eq!(challenge.verify_software_token("1", None).await.unwrap_err().kind(), ErrorKind::CodeMismatch);
    assert_eq!(pool.last_input(), json!({ "Session": "second session", "UserCode": "1" }));
    pool.answer(json!({ "Status": "SUCCESS", "Session": "third session" })).lose();
    assert_eq!(challenge.verify_software_token("123456", None).await.unwrap_err().kind(), ErrorKind::Network);

    let Some(Challenge::MfaSetup(challenge)) = there.pending_challenge().await.unwrap() else {
        panic!("saved")
    };
    pool.answer(tokens(&pool));
    challenge.verify_software_token("123456", None).await.unwrap().done().unwrap();
    assert_eq!(pool.last_input()["Session"], "third session");
    assert_eq!(pool.last_input()["ChallengeName"], "MFA_SETUP");
}

#[tokio::test]
async fn only_an_offered_method_is_chosen() {
    use crate::mfa::MfaMethod;

    let pool = ScriptedPool::default();
    let client = client(&pool);
    let parameters = json!({ "MFAS_CAN_CHOOSE": "[\"SMS_MFA\",\"PIGEON_MFA\"]" });
    let Challenge::SelectMfaType(choice) = challenged(&pool, &client, "SELECT_MFA_TYPE", parameters).await
    else {
        panic!("there is a choice");
    };
    let pigeon = MfaMethod::Other("PIGEON_MFA".to_owned());
    assert_eq!(choice.methods(), [MfaMethod::SmsMfa, pigeon.clone()]);
    assert_eq!(choice.answer(&MfaMethod::EmailMfa).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    pool.answer(challenge("PIGEON_MFA", json!({})));
    assert_eq!(choice.answer(&pigeon).await.unwrap().challenge().unwrap().name(), "PIGEON_MFA");
    assert_eq!(pool.last_input()["ChallengeResponses"]["ANSWER"], "PIGEON_MFA");
}

#[tokio::test]
async fn debug_output_shows_no_secret() {
    let pool = ScriptedPool::default();
    let client = client(&pool);
    let challenge = software_token(&pool, &client).await;
    let sign_in = client.sign_in("ada", PASSWORD);
    let debug = format!("{challenge:?} {sign_in:?} {client:?}");
    assert!(!debug.contains("the session") && !debug.contains(PASSWORD), "{debug}");
}
