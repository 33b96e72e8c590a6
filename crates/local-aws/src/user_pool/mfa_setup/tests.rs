use super::{
    super::testing::{PASSWORD, TestPool, totp_code},
    *,
};

fn pool(mfa: &str) -> TestPool {
    let test = TestPool::new();
    let config = json!({ "MfaConfiguration": mfa, "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    test.admin("SetUserPoolMfaConfig", config).unwrap();
    test
}

/// The access token and the secret of a user with a verified authenticator app.
fn enrolled(test: &TestPool) -> (Value, Value) {
    test.add_user("ada", &[]);
    let access_token = test.tokens("ada")["AccessToken"].clone();
    let secret =
        test.call("AssociateSoftwareToken", json!({ "AccessToken": access_token })).unwrap()["SecretCode"]
            .clone();
    let verify = json!({ "AccessToken": access_token, "UserCode": totp_code(test, &secret, -1),
                         "FriendlyDeviceName": "phone" });
    assert_eq!(test.call("VerifySoftwareToken", verify).unwrap()["Status"], "SUCCESS");
    prefer(test, &access_token, &json!({ "Enabled": true, "PreferredMfa": true })).unwrap();
    (access_token, secret)
}

fn prefer(test: &TestPool, access_token: &Value, settings: &Value) -> Result<Value, AwsError> {
    test.call(
        "SetUserMFAPreference",
        json!({ "AccessToken": access_token, "SoftwareTokenMfaSettings": settings }),
    )
}

fn answer(test: &TestPool, challenge: &Value, code: &str) -> Result<Value, AwsError> {
    let responses = json!({ "USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": code });
    test.answer("SOFTWARE_TOKEN_MFA", Some(&challenge["Session"]), responses)
}

fn wrong(right: &str) -> &'static str {
    if right == "000000" { "000001" } else { "000000" }
}

#[test]
fn an_authenticator_app_is_asked_for_once_it_works_and_is_switched_on() {
    let test = pool("OPTIONAL");
    let (_, secret) = enrolled(&test);
    let challenge = test.sign_in_by_srp("ada", PASSWORD).unwrap();
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert_eq!(challenge["ChallengeParameters"]["USER_ID_FOR_SRP"], "ada");
    assert_eq!(challenge["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"], "phone");
    let signed_in = answer(&test, &challenge, &totp_code(&test, &secret, 0)).unwrap();
    assert!(signed_in["AuthenticationResult"]["AccessToken"].is_string());
}

#[test]
fn a_wrong_code_leaves_the_challenge_answerable_up_to_a_limit() {
    let test = pool("OPTIONAL");
    let (_, secret) = enrolled(&test);
    let right = totp_code(&test, &secret, 0);
    let challenge = test.sign_in("ada", PASSWORD).unwrap();
    for _ in 0..4 {
        let error = answer(&test, &challenge, wrong(&right)).unwrap_err();
        assert_eq!(error.to_string(), "CodeMismatchException: Invalid code received for user");
    }
    assert!(answer(&test, &challenge, &right).is_ok());

    let challenge = test.sign_in("ada", PASSWORD).unwrap();
    let next = totp_code(&test, &secret, 1);
    for _ in 0..5 {
        answer(&test, &challenge, wrong(&next)).unwrap_err();
    }
    let error = answer(&test, &challenge, &next).unwrap_err();
    assert_eq!(error.code, "NotAuthorizedException");
}

#[test]
fn neither_a_session_nor_a_code_counts_twice() {
    let test = pool("OPTIONAL");
    let (_, secret) = enrolled(&test);
    let code = totp_code(&test, &secret, 0);
    let challenge = test.sign_in("ada", PASSWORD).unwrap();
    answer(&test, &challenge, &code).unwrap();
    assert_eq!(
        answer(&test, &challenge, &code).unwrap_err().to_string(),
        "NotAuthorizedException: Invalid session for the user, session can only be used once."
    );
    let challenge = test.sign_in("ada", PASSWORD).unwrap();
    assert_eq!(
        answer(&test, &challenge, &code).unwrap_err().to_string(),
        "ExpiredCodeException: Your software token has already been used once."
    );
}

#[test]
fn a_session_expires_and_belongs_to_its_client_and_user() {
    let test = pool("OPTIONAL");
    let (_, secret) = enrolled(&test);
    test.add_user("bob", &[]);
    let challenge = test.sign_in("ada", PASSWORD).unwrap();
    let code = totp_code(&test, &secret, 0);
    let invalid = "NotAuthorizedException: Invalid session for the user.";
    let other = test.create_client(json!({}))["ClientId"].clone();
    let mut input = json!({
        "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": challenge["Session"], "ClientId": other,
        "ChallengeResponses": { "USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": code },
    });
    assert_eq!(test.call("RespondToAuthChallenge", input.clone()).unwrap_err().to_string(), invalid);
    input["ClientId"] = json!(test.client_id);
    input["ChallengeResponses"]["USERNAME"] = json!("bob");
    assert_eq!(test.call("RespondToAuthChallenge", input.clone()).unwrap_err().to_string(), invalid);
    input["ChallengeResponses"]["USERNAME"] = json!("ada");
    input["ChallengeName"] = json!("SMS_MFA");
    input["ChallengeResponses"]["SMS_MFA_CODE"] = json!(code);
    assert_eq!(test.call("RespondToAuthChallenge", input).unwrap_err().to_string(), invalid);

    test.advance(180);
    assert_eq!(
        answer(&test, &challenge, &totp_code(&test, &secret, 0)).unwrap_err().to_string(),
        "NotAuthorizedException: Invalid session for the user, session is expired."
    );
}

#[test]
fn an_app_that_showed_a_wrong_code_is_not_set_up() {
    let test = pool("OPTIONAL");
    test.add_user("ada", &[]);
    let access_token = test.tokens("ada")["AccessToken"].clone();
    let enable = json!({ "Enabled": true });
    let not_verified = "InvalidParameterException: User has not verified software token mfa";
    assert!(prefer(&test, &access_token, &enable).is_err());

    let associate = json!({ "AccessToken": access_token });
    let secret = test.call("AssociateSoftwareToken", associate).unwrap()["SecretCode"].clone();
    let right = totp_code(&test, &secret, 0);
    let verify = json!({ "AccessToken": access_token, "UserCode": wrong(&right) });
    let error = test.call("VerifySoftwareToken", verify).unwrap_err();
    assert_eq!(
        error.to_string(),
        "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"
    );
    assert_eq!(prefer(&test, &access_token, &enable).unwrap_err().to_string(), not_verified);
}

#[test]
fn a_new_app_replaces_the_old_one_only_when_it_works() {
    let test = pool("OPTIONAL");
    let (access_token, old_secret) = enrolled(&test);
    test.call("AssociateSoftwareToken", json!({ "AccessToken": access_token })).unwrap();
    let challenge = test.sign_in("ada", PASSWORD).unwrap();
    assert!(answer(&test, &challenge, &totp_code(&test, &old_secret, 0)).is_ok());
}

#[test]
fn factors_are_shown_and_switched_off_again() {
    let test = pool("OPTIONAL");
    let (access_token, _) = enrolled(&test);
    for operation in ["GetUser", "GetUserAuthFactors"] {
        let user = test.call(operation, json!({ "AccessToken": access_token })).unwrap();
        assert_eq!(user["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
        assert_eq!(user["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
    }
    prefer(&test, &access_token, &json!({ "Enabled": false })).unwrap();
    assert!(test.sign_in("ada", PASSWORD).unwrap()["AuthenticationResult"].is_object());
}

#[test]
fn a_pool_that_insists_has_the_app_set_up_during_the_sign_in() {
    let test = pool("ON");
    test.add_user("ada", &[]);
    let challenge = test.sign_in_by_srp("ada", PASSWORD).unwrap();
    assert_eq!(challenge["ChallengeName"], "MFA_SETUP");
    assert_eq!(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"], r#"["SOFTWARE_TOKEN_MFA"]"#);
    let finish = |session: &Value| test.answer("MFA_SETUP", Some(session), json!({ "USERNAME": "ada" }));
    assert!(finish(&challenge["Session"]).is_err(), "nothing is set up yet");

    let associated = test.call("AssociateSoftwareToken", json!({ "Session": challenge["Session"] })).unwrap();
    let (secret, session) = (&associated["SecretCode"], &associated["Session"]);
    assert_ne!(challenge["Session"], *session);
    let right = totp_code(&test, secret, -1);
    let verify = |session: &Value, code: &str| {
        test.call("VerifySoftwareToken", json!({ "Session": session, "UserCode": code }))
    };
    assert!(verify(&challenge["Session"], &right).is_err(), "the old session is used");
    let mismatch = verify(session, wrong(&right)).unwrap_err();
    assert_eq!(mismatch.code, "EnableSoftwareTokenMFAException");
    let verified = verify(session, &right).unwrap();
    assert!(finish(session).is_err(), "the old session is used");
    assert!(finish(&verified["Session"]).unwrap()["AuthenticationResult"].is_object());

    let challenge = test.sign_in("ada", PASSWORD).unwrap();
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert!(answer(&test, &challenge, &totp_code(&test, secret, 0)).is_ok());
}

#[test]
fn an_app_that_is_not_there_cannot_be_switched_on_or_off() {
    let test = pool("OPTIONAL");
    test.add_user("ada", &[]);
    let access_token = test.tokens("ada")["AccessToken"].clone();
    for enabled in [true, false] {
        let error = prefer(&test, &access_token, &json!({ "Enabled": enabled })).unwrap_err();
        assert_eq!(error.to_string(), "InvalidParameterException: User has not set up software token mfa");
    }
    test.call("AssociateSoftwareToken", json!({ "AccessToken": access_token })).unwrap();
    let error = prefer(&test, &access_token, &json!({ "Enabled": true })).unwrap_err();
    assert_eq!(error.to_string(), "InvalidParameterException: User has not verified software token mfa");
    let verify = |code: &str| {
        test.call("VerifySoftwareToken", json!({ "AccessToken": access_token, "UserCode": code }))
    };
    assert_eq!(
        verify("000000").unwrap_err().to_string(),
        "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"
    );
    assert!(verify("12345").unwrap_err().message.contains("at 'userCode'"));
}

#[test]
fn a_pool_without_authenticator_apps_says_so() {
    let test = TestPool::new();
    test.add_user("ada", &[]);
    let access_token = test.tokens("ada")["AccessToken"].clone();
    let error = test.call("AssociateSoftwareToken", json!({ "AccessToken": access_token })).unwrap_err();
    assert_eq!(error.code, "SoftwareTokenMFANotFoundException");
    assert!(test.call("AssociateSoftwareToken", json!({})).is_err());
}
