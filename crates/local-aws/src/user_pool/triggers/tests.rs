use serde_json::{Value, json};

use super::*;
use crate::user_pool::testing::{PASSWORD, TestPool, claims};

fn set(test: &TestPool, triggers: Value) {
    let mut script = json!({ "userPoolId": test.pool_id });
    script["triggers"] = triggers;
    serde_json::from_value::<TriggerScript>(script).unwrap().set(&test.account.triggers);
}

fn sign_up(test: &TestPool) -> Result<Value, AwsError> {
    let input = json!({
        "Username": "ada", "Password": PASSWORD, "UserAttributes": [{ "Name": "email", "Value": "ada@example.com" }],
        "ValidationData": [{ "Name": "invitation", "Value": "7" }], "ClientMetadata": { "locale": "en" },
    });
    test.call("SignUp", input)
}

fn sign_in(test: &TestPool) -> Result<Value, AwsError> {
    test.call(
        "InitiateAuth",
        json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": { "USERNAME": "ada", "PASSWORD": PASSWORD },
            "ClientMetadata": { "locale": "en" },
        }),
    )
}

fn sources(test: &TestPool) -> Vec<String> {
    let events = test.account.triggers.events();
    events.iter().map(|event| event["triggerSource"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_sign_up_is_refused_or_confirmed_by_its_trigger() {
    let test = TestPool::new();
    set(&test, json!({ "PreSignUp": { "throws": "By invitation only" } }));
    assert_eq!(
        sign_up(&test).unwrap_err().to_string(),
        "UserLambdaValidationException: PreSignUp failed with error By invitation only."
    );
    assert!(test.admin("AdminGetUser", json!({ "Username": "ada" })).is_err());
    set(
        &test,
        json!({
            "PreSignUp": {
                "validationData": { "invitation": "7" }, "clientMetadata": { "locale": "en" },
                "response": { "autoConfirmUser": true, "autoVerifyEmail": true },
            },
            "PostConfirmation": { "clientMetadata": { "locale": "en" } },
        }),
    );
    assert_eq!(sign_up(&test).unwrap()["UserConfirmed"], true);
    let user = test.admin("AdminGetUser", json!({ "Username": "ada" })).unwrap();
    assert_eq!(user["UserStatus"], "CONFIRMED");
    let verified = json!({ "Name": "email_verified", "Value": "true" });
    assert!(user["UserAttributes"].as_array().unwrap().contains(&verified));
    assert!(test.account.messages.all().is_empty());
    assert_eq!(sources(&test)[1..], ["PreSignUp_SignUp", "PostConfirmation_ConfirmSignUp"]);
    assert!(test.sign_in("ada", PASSWORD).is_ok());
}

#[test]
fn a_confirmation_runs_its_trigger() {
    let test = TestPool::new();
    set(&test, json!({ "PostConfirmation": {} }));
    sign_up(&test).unwrap();
    let code = test.code_to("ada@example.com");
    test.call("ConfirmSignUp", json!({ "Username": "ada", "ConfirmationCode": code })).unwrap();
    test.call("ForgotPassword", json!({ "Username": "ada" })).unwrap();
    let code = test.code_to("ada@example.com");
    let input = json!({ "Username": "ada", "ConfirmationCode": code, "Password": "Newer-Horse-2" });
    test.call("ConfirmForgotPassword", input).unwrap();
    assert_eq!(sources(&test), ["PostConfirmation_ConfirmSignUp", "PostConfirmation_ConfirmForgotPassword"]);
}

#[test]
fn a_sign_in_is_refused_before_or_after_it_succeeds() {
    let test = TestPool::new();
    test.add_user("ada", &[]);
    for (trigger, message) in [
        ("PreAuthentication", "UserLambdaValidationException: PreAuthentication failed with error Closed."),
        ("PostAuthentication", "UserLambdaValidationException: PostAuthentication failed with error Closed."),
        ("PreTokenGeneration", "UserLambdaValidationException: PreTokenGeneration failed with error Closed."),
    ] {
        set(&test, json!({ trigger: { "throws": "Closed" } }));
        assert_eq!(sign_in(&test).unwrap_err().to_string(), message);
    }
}

#[test]
fn the_metadata_of_initiate_auth_reaches_pre_authentication_only() {
    let test = TestPool::new();
    test.add_user("ada", &[]);
    set(&test, json!({ "PreAuthentication": {}, "PostAuthentication": {}, "PreTokenGeneration": {} }));
    sign_in(&test).unwrap();
    assert_eq!(
        sources(&test),
        [
            "PreAuthentication_Authentication",
            "PostAuthentication_Authentication",
            "TokenGeneration_Authentication"
        ]
    );
    let requests: Vec<_> =
        test.account.triggers.events().iter().map(|event| event["request"].clone()).collect();
    assert_eq!(requests[0]["validationData"], json!({ "locale": "en" }));
    assert_eq!((&requests[1]["clientMetadata"], &requests[2]["clientMetadata"]), (&json!({}), &json!({})));
    assert_eq!(requests[1]["newDeviceUsed"], false);
}

#[test]
fn an_id_token_has_the_claims_that_its_trigger_wants() {
    let test = TestPool::new();
    test.add_user("ada", &[("email", "ada@example.com")]);
    let details = json!({
        "claimsToAddOrOverride": { "plan": "gold", "sub": "forged" },
        "claimsToSuppress": ["email", "token_use"],
        "groupOverrideDetails": { "groupsToOverride": ["guests"], "preferredRole": "arn:aws:iam::1:role/r" },
    });
    set(
        &test,
        json!({ "PreTokenGeneration": {
            "clientMetadata": { "tenant": "1" }, "response": { "claimsOverrideDetails": details },
        } }),
    );
    let refused = test.sign_in("ada", PASSWORD).unwrap_err();
    assert_eq!(refused.code, "UserLambdaValidationException");
    test.account.triggers.clear();
    let refresh_token = test.tokens("ada")["RefreshToken"].clone();
    set(
        &test,
        json!({ "PreTokenGeneration": {
            "clientMetadata": { "tenant": "1" }, "response": { "claimsOverrideDetails": details },
        } }),
    );
    let input = json!({ "RefreshToken": refresh_token, "ClientMetadata": { "tenant": "1" } });
    let tokens = test.call("GetTokensFromRefreshToken", input).unwrap()["AuthenticationResult"].clone();
    assert_eq!(sources(&test), ["TokenGeneration_RefreshTokens"]);
    let id = claims(&tokens["IdToken"]);
    assert_eq!((&id["plan"], &id["token_use"]), (&json!("gold"), &json!("id")));
    assert_ne!(id["sub"], "forged");
    assert!(id.get("email").is_none());
    assert_eq!(id["cognito:groups"], json!(["guests"]));
    assert!(claims(&tokens["AccessToken"]).get("plan").is_none());
}

#[test]
fn a_user_is_migrated_at_the_first_sign_in() {
    let test = TestPool::new();
    let attributes = json!({ "email": "ada@example.com", "email_verified": "true" });
    set(
        &test,
        json!({ "UserMigration": {
            "clientMetadata": { "locale": "en" },
            "response": { "userAttributes": attributes, "finalUserStatus": "CONFIRMED" },
        } }),
    );
    assert_eq!(test.sign_in("ada", PASSWORD).unwrap_err().code, "UserLambdaValidationException");
    assert!(sign_in(&test).unwrap()["AuthenticationResult"].is_object());
    let event = &test.account.triggers.events()[1];
    assert_eq!(event["request"]["password"], PASSWORD);
    test.account.triggers.clear();
    assert!(test.sign_in("ada", PASSWORD).is_ok(), "the pool has the user now");
}

#[test]
fn a_script_with_an_unknown_member_is_refused() {
    for script in [
        json!({}),
        json!({ "userPoolId": "p", "customAuth": { "challenges": [], "patience": 3 } }),
        json!({ "userPoolId": "p", "triggers": { "PreCoffee": {} } }),
        json!({ "userPoolId": "p", "triggers": { "PreSignUp": { "shrugs": true } } }),
    ] {
        assert!(serde_json::from_value::<TriggerScript>(script.clone()).is_err(), "{script}");
    }
}
