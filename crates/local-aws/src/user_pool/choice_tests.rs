use serde_json::{Value, json};

use super::testing::{PASSWORD, SrpClient, TestPool, merge};
use crate::error::AwsError;

const MAIL: &str = "ada@example.com";
const PHONE: &str = "+491701234567";

fn pool() -> TestPool {
    pool_with(json!({}))
}

fn pool_with(client: Value) -> TestPool {
    let mut flows = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"] });
    merge(&mut flows, client);
    let policy = json!({ "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"] });
    TestPool::with(json!({ "Policies": { "SignInPolicy": policy } }), flows)
}

fn add_ada(test: &TestPool) {
    let verified = [("email", MAIL), ("email_verified", "true"), ("phone_number", PHONE)];
    test.add_user("ada", &[&verified[..], &[("phone_number_verified", "true")]].concat());
}

fn choose(test: &TestPool, username: &str, parameters: Value) -> Result<Value, AwsError> {
    let mut all = json!({ "USERNAME": username });
    merge(&mut all, parameters);
    test.call("InitiateAuth", json!({ "AuthFlow": "USER_AUTH", "AuthParameters": all }))
}

fn answer(test: &TestPool, challenge: &Value, username: &str, responses: Value) -> Result<Value, AwsError> {
    let mut all = json!({ "USERNAME": username });
    merge(&mut all, responses);
    test.answer(challenge["ChallengeName"].as_str().unwrap(), Some(&challenge["Session"]), all)
}

fn is_signed_in(answer: &Value) -> bool {
    answer["AuthenticationResult"].is_object()
}

#[test]
fn a_name_alone_gives_the_choice_of_what_the_user_has() {
    let test = pool();
    add_ada(&test);
    test.add_user("bob", &[("email", "bob@example.com")]);
    for (username, expected) in [
        ("ada", json!(["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP"])),
        ("bob", json!(["PASSWORD", "PASSWORD_SRP"])),
    ] {
        // A preferred factor that is not available makes no difference.
        for preferred in [json!({}), json!({ "PREFERRED_CHALLENGE": "WEB_AUTHN" })] {
            let choice = choose(&test, username, preferred).unwrap();
            assert_eq!(choice["ChallengeName"], "SELECT_CHALLENGE");
            assert_eq!(choice["AvailableChallenges"], expected, "{username}");
        }
    }
}

#[test]
fn the_password_answers_the_choice_in_the_same_call() {
    let test = pool();
    add_ada(&test);
    let choice = choose(&test, "ada", json!({})).unwrap();
    let by_password = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    assert!(is_signed_in(&answer(&test, &choice, "ada", by_password.clone()).unwrap()));
    let again = answer(&test, &choice, "ada", by_password).unwrap_err();
    assert!(again.message.contains("session can only be used once"), "{again}");

    let choice = choose(&test, "ada", json!({})).unwrap();
    let wrong = json!({ "ANSWER": "PASSWORD", "PASSWORD": "Wrong-Horse-1" });
    let refusal = answer(&test, &choice, "ada", wrong).unwrap_err();
    assert_eq!(refusal.to_string(), "NotAuthorizedException: Incorrect username or password.");

    let (choice, srp) = (choose(&test, "ada", json!({})).unwrap(), SrpClient::new());
    let by_srp = json!({ "ANSWER": "PASSWORD_SRP", "SRP_A": srp.public.to_str_radix(16) });
    let verifier = answer(&test, &choice, "ada", by_srp).unwrap();
    assert_eq!(verifier["ChallengeName"], "PASSWORD_VERIFIER");
    let responses = srp.answer(&test.pool_id, &verifier, PASSWORD, &test.timestamp());
    assert!(is_signed_in(&test.answer("PASSWORD_VERIFIER", None, responses).unwrap()));
}

#[test]
fn a_preferred_password_is_checked_or_asked_for() {
    let test = pool();
    add_ada(&test);
    let preferred = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    assert!(is_signed_in(&choose(&test, "ada", preferred).unwrap()));
    for (name, response) in [("PASSWORD", "PASSWORD"), ("PASSWORD_SRP", "SRP_A")] {
        let asked = choose(&test, "ada", json!({ "PREFERRED_CHALLENGE": name })).unwrap();
        assert_eq!(asked["ChallengeName"], name);
        let missing = answer(&test, &asked, "ada", json!({})).unwrap_err();
        assert_eq!(missing.message, format!("Missing required parameter {response}"));
    }
    let srp = SrpClient::new();
    let with_srp_a = json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": srp.public.to_str_radix(16) });
    let verifier = choose(&test, "ada", with_srp_a).unwrap();
    let responses = srp.answer(&test.pool_id, &verifier, PASSWORD, &test.timestamp());
    assert!(is_signed_in(&test.answer("PASSWORD_VERIFIER", None, responses).unwrap()));
}

#[test]
fn a_code_by_mail_or_sms_signs_in_once_and_a_wrong_one_leaves_the_challenge() {
    let test = pool();
    add_ada(&test);
    for (name, response, to, destination) in [
        ("EMAIL_OTP", "EMAIL_OTP_CODE", MAIL, "a***@e***"),
        ("SMS_OTP", "SMS_OTP_CODE", PHONE, "+*******4567"),
    ] {
        let challenge = choose(&test, "ada", json!({ "PREFERRED_CHALLENGE": name })).unwrap();
        assert_eq!(challenge["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], destination);
        let code = test.code_to(to);
        assert_eq!(code.len(), 8);
        let wrong = if code == "00000000" { "00000001" } else { "00000000" };
        let refusal = answer(&test, &challenge, "ada", json!({ response: wrong })).unwrap_err();
        assert_eq!(refusal.code, "CodeMismatchException");
        assert!(is_signed_in(&answer(&test, &challenge, "ada", json!({ response: code })).unwrap()));
        assert!(answer(&test, &challenge, "ada", json!({ response: code })).is_err(), "the session is used");
    }
}

#[test]
fn an_old_code_does_not_answer_a_new_challenge_nor_a_code_the_other_challenge() {
    let test = pool();
    add_ada(&test);
    let by_mail = json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" });
    choose(&test, "ada", by_mail.clone()).unwrap();
    let old = test.code_to(MAIL);
    let challenge = choose(&test, "ada", by_mail).unwrap();
    let code = test.code_to(MAIL);
    if old != code {
        assert!(answer(&test, &challenge, "ada", json!({ "EMAIL_OTP_CODE": old })).is_err());
    }
    let sms = json!({ "USERNAME": "ada", "SMS_OTP_CODE": code });
    assert!(test.answer("SMS_OTP", Some(&challenge["Session"]), sms).is_err());
    test.advance(181);
    let expired = answer(&test, &challenge, "ada", json!({ "EMAIL_OTP_CODE": code })).unwrap_err();
    assert!(expired.message.contains("session is expired"), "{expired}");
}

#[test]
fn codes_are_not_for_people_with_a_second_factor_or_a_temporary_password() {
    let test = pool();
    add_ada(&test);
    test.admin(
        "SetUserPoolMfaConfig",
        json!({ "MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": {} }),
    )
    .unwrap();
    let enabled = json!({ "Username": "ada", "EmailMfaSettings": { "Enabled": true } });
    test.admin("AdminSetUserMFAPreference", enabled).unwrap();
    let new = json!({
        "Username": "new", "TemporaryPassword": "Temp-Horse-1", "MessageAction": "SUPPRESS",
        "UserAttributes": [{ "Name": "email", "Value": "n@example.com" }, { "Name": "email_verified", "Value": "true" }],
    });
    test.admin("AdminCreateUser", new).unwrap();
    for username in ["ada", "new"] {
        let choice = choose(&test, username, json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).unwrap();
        assert_eq!(choice["AvailableChallenges"], json!(["PASSWORD", "PASSWORD_SRP"]), "{username}");
    }
    let choice = choose(&test, "ada", json!({})).unwrap();
    let second =
        answer(&test, &choice, "ada", json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD })).unwrap();
    assert_eq!(second["ChallengeName"], "EMAIL_OTP");
    assert_eq!(test.code_to(MAIL).len(), 6);
    let by_code = json!({ "EMAIL_OTP_CODE": test.code_to(MAIL) });
    assert!(is_signed_in(&answer(&test, &second, "ada", by_code).unwrap()));
}

#[test]
fn a_missing_user_is_told_or_hidden_behind_challenges_that_nobody_can_answer() {
    assert_eq!(choose(&pool(), "ghost", json!({})).unwrap_err().code, "UserNotFoundException");

    let test = pool_with(json!({ "PreventUserExistenceErrors": "ENABLED" }));
    let choice = choose(&test, "ghost", json!({})).unwrap();
    assert_eq!(choice["AvailableChallenges"], json!(["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"]));
    let refused = "NotAuthorizedException: Incorrect username or password.";
    let by_password = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    assert_eq!(answer(&test, &choice, "ghost", by_password).unwrap_err().to_string(), refused);
    let preferred = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    assert_eq!(choose(&test, "ghost", preferred).unwrap_err().to_string(), refused);

    let choice = choose(&test, "ghost", json!({})).unwrap();
    let challenge = answer(&test, &choice, "ghost", json!({ "ANSWER": "EMAIL_OTP" })).unwrap();
    assert!(challenge["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"].is_string());
    assert!(test.account.messages.last_to(MAIL).is_none());
    let by_code = json!({ "EMAIL_OTP_CODE": "12345678" });
    assert_eq!(answer(&test, &challenge, "ghost", by_code).unwrap_err().code, "CodeMismatchException");
    let srp = SrpClient::new();
    let choice = choose(&test, "ghost", json!({})).unwrap();
    let by_srp = json!({ "ANSWER": "PASSWORD_SRP", "SRP_A": srp.public.to_str_radix(16) });
    let verifier = answer(&test, &choice, "ghost", by_srp).unwrap();
    let responses = srp.answer(&test.pool_id, &verifier, PASSWORD, &test.timestamp());
    assert_eq!(test.answer("PASSWORD_VERIFIER", None, responses).unwrap_err().to_string(), refused);
}

#[test]
fn a_client_or_a_tier_that_lacks_the_flow_says_so() {
    let test = TestPool::new();
    add_ada(&test);
    let refusal = choose(&test, "ada", json!({})).unwrap_err();
    assert_eq!(refusal.to_string(), "InvalidParameterException: USER_AUTH is not enabled for the client.");

    let test = pool();
    add_ada(&test);
    let lite = json!({ "UserPoolTier": "LITE" });
    let with_codes = json!({
        "UserPoolTier": "LITE",
        "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } },
    });
    let refusal = test.admin("UpdateUserPool", with_codes).unwrap_err();
    assert_eq!(refusal.code, "FeatureUnavailableInTierException");
    test.admin("UpdateUserPool", lite).unwrap();
    assert_eq!(choose(&test, "ada", json!({})).unwrap_err().code, "FeatureUnavailableInTierException");
    let password = json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["EMAIL_OTP"] } } });
    assert_eq!(test.admin("UpdateUserPool", password).unwrap_err().code, "InvalidParameterException");
}

#[test]
fn a_client_with_a_secret_needs_its_hash_in_each_step() {
    let test = pool_with(json!({ "GenerateSecret": true }));
    add_ada(&test);
    assert!(choose(&test, "ada", json!({})).unwrap_err().message.contains("SECRET_HASH was not received"));
    let description = test.admin("DescribeUserPoolClient", json!({ "ClientId": test.client_id })).unwrap();
    let secret = description["UserPoolClient"]["ClientSecret"].as_str().unwrap().to_owned();
    let hash = super::testing::secret_hash(&secret, "ada", &test.client_id);
    let choice = choose(&test, "ada", json!({ "SECRET_HASH": hash })).unwrap();
    let mut by_password = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    assert!(answer(&test, &choice, "ada", by_password.clone()).is_err());
    by_password["SECRET_HASH"] = json!(hash);
    assert!(is_signed_in(&answer(&test, &choice, "ada", by_password).unwrap()));
}

fn sign_up(test: &TestPool, members: Value) -> Result<Value, AwsError> {
    let mut input = json!({ "Username": "new", "UserAttributes": [{ "Name": "email", "Value": MAIL }] });
    merge(&mut input, members);
    test.call("SignUp", input)
}

#[test]
fn a_sign_up_without_a_password_signs_in_once_it_is_confirmed() {
    let test = pool();
    let signed_up = sign_up(&test, json!({})).unwrap();
    let unconfirmed = choose(&test, "new", json!({})).unwrap_err();
    assert_eq!(unconfirmed.code, "UserNotConfirmedException");
    let confirm = |code: String, session: &Value| {
        let input = json!({ "Username": "new", "ConfirmationCode": code, "Session": session });
        test.call("ConfirmSignUp", input)
    };
    let code = test.code_to(MAIL);
    assert!(confirm(code.clone(), &json!("S".repeat(128))).unwrap_err().message.contains("Invalid session"));
    let confirmed = confirm(code, &signed_up["Session"]).unwrap();
    let sign_in = |session: &Value| {
        let parameters = json!({ "USERNAME": "new" });
        let input = json!({ "AuthFlow": "USER_AUTH", "AuthParameters": parameters, "Session": session });
        test.call("InitiateAuth", input)
    };
    assert!(sign_in(&signed_up["Session"]).is_err(), "it is used");
    assert!(is_signed_in(&sign_in(&confirmed["Session"]).unwrap()));
    assert!(sign_in(&confirmed["Session"]).is_err(), "it is used");

    let choice = choose(&test, "new", json!({})).unwrap();
    assert_eq!(choice["AvailableChallenges"], json!(["EMAIL_OTP"]));
    assert_eq!(test.sign_in("new", PASSWORD).unwrap_err().code, "NotAuthorizedException");
}

#[test]
fn a_session_of_a_sign_up_is_nobody_elses() {
    let test = pool();
    add_ada(&test);
    let session = sign_up(&test, json!({})).unwrap()["Session"].clone();
    let code = test.code_to(MAIL);
    let confirm = json!({ "Username": "new", "ConfirmationCode": code, "Session": session });
    let confirmed = test.call("ConfirmSignUp", confirm).unwrap();
    let stolen = json!({
        "AuthFlow": "USER_AUTH", "AuthParameters": { "USERNAME": "ada" }, "Session": confirmed["Session"],
    });
    assert_eq!(test.call("InitiateAuth", stolen).unwrap_err().code, "NotAuthorizedException");
}

#[test]
fn a_pool_of_passwords_insists_on_one() {
    let test = TestPool::with(json!({}), json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] }));
    assert!(sign_up(&test, json!({})).unwrap_err().message.contains("'password'"));
    assert!(sign_up(&test, json!({ "Password": PASSWORD })).unwrap()["Session"].is_string());
    let without_the_flow = TestPool::new();
    let signed_up = sign_up(&without_the_flow, json!({ "Password": PASSWORD })).unwrap();
    assert!(signed_up.get("Session").is_none());
}
