use super::{
    super::{
        testing::{PASSWORD, SrpClient, TestPool, claims, secret_hash},
        triggers::{TriggerError, TriggerScript},
    },
    *,
};

fn custom_pool(client: Value) -> TestPool {
    let mut members = json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"] });
    super::super::testing::merge(&mut members, client);
    let test = TestPool::with(json!({}), members);
    test.add_user("ada", &[("email", "ada@example.com")]);
    test
}

/// Two questions, of which one may be answered wrong once.
fn riddles() -> TestPool {
    let test = custom_pool(json!({}));
    set(&test, json!({}));
    test
}

fn set(test: &TestPool, triggers: Value) {
    let mut script = json!({
        "userPoolId": test.pool_id,
        "customAuth": {
            "challenges": [
                { "publicParameters": { "question": "one?" }, "answer": "1", "metadata": "FIRST" },
                { "publicParameters": { "question": "two?" }, "answer": "2" },
            ],
            "wrongAnswers": 1,
        },
    });
    script["triggers"] = triggers;
    serde_json::from_value::<TriggerScript>(script).unwrap().set(&test.account.triggers);
}

fn start(test: &TestPool, parameters: Value) -> Result<Value, AwsError> {
    let mut input = json!({ "AuthFlow": "CUSTOM_AUTH" });
    input["AuthParameters"] = parameters;
    test.call("InitiateAuth", input)
}

fn answer(test: &TestPool, challenge: &Value, answer: &str) -> Result<Value, AwsError> {
    let username = &challenge["ChallengeParameters"]["USERNAME"];
    let responses = json!({ "USERNAME": username, "ANSWER": answer });
    test.answer("CUSTOM_CHALLENGE", Some(&challenge["Session"]), responses)
}

fn message(result: Result<Value, AwsError>) -> String {
    result.unwrap_err().to_string()
}

const WRONG: &str = "NotAuthorizedException: Incorrect username or password.";
const LOST: &str = "NotAuthorizedException: Invalid session for the user.";

#[test]
fn right_answers_sign_in_and_a_wrong_one_asks_again_in_a_new_session() {
    let test = riddles();
    let first = start(&test, json!({ "USERNAME": "ada" })).unwrap();
    assert_eq!(first["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(first["ChallengeParameters"], json!({ "question": "one?", "USERNAME": "ada" }));
    let again = answer(&test, &first, "wrong").unwrap();
    assert_eq!(again["ChallengeParameters"]["question"], "one?");
    assert_ne!(again["Session"], first["Session"]);
    assert!(message(answer(&test, &first, "1")).starts_with("NotAuthorizedException: Invalid session"));
    let second = answer(&test, &again, "1").unwrap();
    assert_eq!(second["ChallengeParameters"]["question"], "two?");
    let tokens = answer(&test, &second, "2").unwrap()["AuthenticationResult"].clone();
    assert_eq!(claims(&tokens["IdToken"])["cognito:username"], "ada");
}

#[test]
fn too_many_wrong_answers_end_the_sign_in() {
    let test = riddles();
    let first = start(&test, json!({ "USERNAME": "ada" })).unwrap();
    let again = answer(&test, &first, "wrong").unwrap();
    assert_eq!(message(answer(&test, &again, "wrong")), WRONG);
    assert!(message(answer(&test, &again, "1")).starts_with("NotAuthorizedException: Invalid session"));
}

#[test]
fn triggers_get_the_events_that_aws_documents() {
    let test = riddles();
    let input = json!({
        "AuthFlow": "CUSTOM_AUTH", "AuthParameters": { "USERNAME": "ada" }, "ClientMetadata": { "from": "first" },
    });
    let first = test.call("InitiateAuth", input).unwrap();
    let input = json!({
        "ChallengeName": "CUSTOM_CHALLENGE", "Session": first["Session"],
        "ChallengeResponses": { "USERNAME": "ada", "ANSWER": "1" }, "ClientMetadata": { "from": "answer" },
    });
    test.call("RespondToAuthChallenge", input).unwrap();
    let events = test.account.triggers.events();
    let sources: Vec<_> = events.iter().map(|event| event["triggerSource"].as_str().unwrap()).collect();
    assert_eq!(
        sources,
        [
            "DefineAuthChallenge_Authentication",
            "CreateAuthChallenge_Authentication",
            "VerifyAuthChallengeResponse_Authentication",
            "DefineAuthChallenge_Authentication",
            "CreateAuthChallenge_Authentication",
        ]
    );
    let mut expected = json!({
        "version": "1", "region": "eu-west-1", "userPoolId": test.pool_id, "userName": "ada",
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": test.client_id },
        "triggerSource": "DefineAuthChallenge_Authentication",
        "request": {
            "userAttributes": {
                "sub": events[0]["request"]["userAttributes"]["sub"], "cognito:user_status": "CONFIRMED",
                "email": "ada@example.com", "email_verified": "false",
            },
            "session": [], "clientMetadata": {},
        },
        "response": { "challengeName": null, "issueTokens": null, "failAuthentication": null },
    });
    assert_eq!(events[0], expected);
    expected["request"]["session"] = json!([
        { "challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "FIRST" },
    ]);
    expected["request"]["clientMetadata"] = json!({ "from": "answer" });
    assert_eq!(events[3], expected);
    let verified = &events[2]["request"];
    assert_eq!(verified["privateChallengeParameters"], json!({ "answer": "1" }));
    assert_eq!(
        (&verified["challengeAnswer"], &verified["clientMetadata"]["from"]),
        (&json!("1"), &json!("answer"))
    );
}

fn by_srp(test: &TestPool, password: &str) -> Result<Value, AwsError> {
    let srp = SrpClient::new();
    let parameters = json!({
        "USERNAME": "ada", "CHALLENGE_NAME": "SRP_A", "SRP_A": srp.public.to_str_radix(16),
    });
    let challenge = start(test, parameters)?;
    assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
    let responses = srp.answer(&test.pool_id, &challenge, password, &test.timestamp());
    test.answer("PASSWORD_VERIFIER", None, responses)
}

#[test]
fn a_password_by_srp_comes_first_and_does_not_suffice() {
    let test = riddles();
    assert_eq!(message(by_srp(&test, "Wrong-Horse-1")), WRONG);
    let challenge = by_srp(&test, PASSWORD).unwrap();
    assert_eq!(challenge["ChallengeName"], "CUSTOM_CHALLENGE");
    assert!(challenge.get("AuthenticationResult").is_none());
    let defined = test
        .account
        .triggers
        .events()
        .into_iter()
        .rfind(|event| event["triggerSource"] == "DefineAuthChallenge_Authentication");
    let names = |event: &Value| {
        event["request"]["session"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["challengeName"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&defined.unwrap()), ["SRP_A", "PASSWORD_VERIFIER"]);
    let second = answer(&test, &challenge, "1").unwrap();
    assert!(answer(&test, &second, "2").unwrap()["AuthenticationResult"].is_object());
}

#[test]
fn the_flow_needs_the_client_s_permission_and_the_pool_s_triggers() {
    let test = custom_pool(json!({}));
    assert_eq!(
        message(start(&test, json!({ "USERNAME": "ada" }))),
        "InvalidParameterException: Custom auth lambda trigger is not configured for the user pool."
    );
    let test = custom_pool(json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] }));
    set(&test, json!({}));
    assert_eq!(
        message(start(&test, json!({ "USERNAME": "ada" }))),
        "InvalidParameterException: CUSTOM_AUTH flow not enabled for this client"
    );
    assert!(test.account.triggers.events().is_empty());
}

#[test]
fn a_client_with_a_secret_needs_its_hash() {
    let test = riddles();
    let client =
        test.create_client(json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"], "GenerateSecret": true }));
    let secret = client["ClientSecret"].as_str().unwrap();
    let id = client["ClientId"].as_str().unwrap();
    let start = |hash: Value| {
        let parameters = json!({ "USERNAME": "ada", "SECRET_HASH": hash });
        let input = json!({ "ClientId": id, "AuthFlow": "CUSTOM_AUTH", "AuthParameters": parameters });
        test.call("InitiateAuth", input)
    };
    for wrong in ["", "AAAA", &secret_hash(secret, "bob", id)] {
        assert_eq!(start(json!(wrong)).unwrap_err().code, "NotAuthorizedException");
    }
    assert_eq!(start(json!(secret_hash(secret, "ada", id))).unwrap()["ChallengeName"], "CUSTOM_CHALLENGE");
}

#[test]
fn a_missing_user_is_told_or_cannot_be_told_apart() {
    let test = riddles();
    assert_eq!(
        message(start(&test, json!({ "USERNAME": "ghost" }))),
        "UserNotFoundException: User does not exist."
    );

    let test = custom_pool(json!({ "PreventUserExistenceErrors": "ENABLED" }));
    set(&test, json!({}));
    let known = start(&test, json!({ "USERNAME": "ada" })).unwrap();
    let mut unknown = start(&test, json!({ "USERNAME": "ghost" })).unwrap();
    for guess in ["1", "1"] {
        assert_eq!(known["ChallengeParameters"]["question"], unknown["ChallengeParameters"]["question"]);
        match answer(&test, &unknown, guess) {
            Ok(next) => unknown = next,
            Err(error) => assert_eq!(error.to_string(), WRONG),
        }
    }
    let found: Vec<_> =
        test.account.triggers.events().iter().map(|event| event["request"]["userNotFound"].clone()).collect();
    assert_eq!((&found[0], &found[2]), (&json!(false), &json!(true)));
}

#[test]
fn tokens_for_nobody_are_not_issued() {
    let test = custom_pool(json!({ "PreventUserExistenceErrors": "ENABLED" }));
    test.account.triggers.set(&test.pool_id, Trigger::DefineAuthChallenge, |mut event| {
        event["response"]["issueTokens"] = json!(true);
        Ok(event)
    });
    assert!(start(&test, json!({ "USERNAME": "ada" })).unwrap()["AuthenticationResult"].is_object());
    assert_eq!(message(start(&test, json!({ "USERNAME": "ghost" }))), WRONG);
}

#[test]
fn what_goes_wrong_in_a_trigger_has_aws_s_code_and_ends_the_sign_in() {
    for (behaviour, error) in [
        (
            json!({ "throws": "Closed on Mondays" }),
            "UserLambdaValidationException: VerifyAuthChallengeResponse failed with error Closed on Mondays.",
        ),
        (
            json!({ "notInvoked": true }),
            "UnexpectedLambdaException: VerifyAuthChallengeResponse invocation failed due to error AccessDeniedException.",
        ),
        (json!({ "output": [] }), "InvalidLambdaResponseException: Unrecognizable lambda output"),
        (json!({ "output": {} }), "InvalidLambdaResponseException: Unrecognizable lambda output"),
        (
            json!({ "response": { "answerCorrect": "yes" } }),
            "InvalidLambdaResponseException: Unrecognizable lambda output",
        ),
    ] {
        let test = riddles();
        set(&test, json!({ "VerifyAuthChallengeResponse": behaviour }));
        let challenge = start(&test, json!({ "USERNAME": "ada" })).unwrap();
        assert_eq!(message(answer(&test, &challenge, "1")), error);
        assert!(
            message(answer(&test, &challenge, "1")).starts_with("NotAuthorizedException: Invalid session")
        );
    }
    let test = riddles();
    test.account.triggers.set(&test.pool_id, Trigger::DefineAuthChallenge, |_| Err(TriggerError::NoJson));
    let error = message(start(&test, json!({ "USERNAME": "ada" })));
    assert_eq!(error, "InvalidLambdaResponseException: Invalid lambda function output : Invalid JSON");
}

#[test]
fn an_answer_belongs_to_its_user_and_needs_an_answer() {
    let test = riddles();
    test.add_user("bob", &[]);
    let challenge = start(&test, json!({ "USERNAME": "ada" })).unwrap();
    let session = Some(&challenge["Session"]);
    let as_bob = json!({ "USERNAME": "bob", "ANSWER": "1" });
    assert_eq!(message(test.answer("CUSTOM_CHALLENGE", session, as_bob)), LOST);
    assert_eq!(
        message(test.answer("CUSTOM_CHALLENGE", session, json!({ "USERNAME": "ada" }))),
        "InvalidParameterException: Missing required parameter ANSWER"
    );
    assert!(answer(&test, &challenge, "1").is_ok());
}

#[test]
fn twenty_kilobytes_of_public_parameters_reach_the_client() {
    let test = custom_pool(json!({}));
    let script = json!({
        "userPoolId": test.pool_id,
        "customAuth": { "challenges": [{ "padding": 20_480, "answer": "1" }] },
    });
    serde_json::from_value::<TriggerScript>(script).unwrap().set(&test.account.triggers);
    let challenge = start(&test, json!({ "USERNAME": "ada" })).unwrap();
    assert_eq!(challenge["ChallengeParameters"]["padding"].as_str().unwrap().len(), 20_480);
    assert!(answer(&test, &challenge, "1").unwrap()["AuthenticationResult"].is_object());
}
