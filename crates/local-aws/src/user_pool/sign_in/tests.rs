use super::{
    super::testing::{PASSWORD, SrpClient, TestPool, claims},
    *,
};

const WRONG: &str = "Wrong-Horse-1";

fn message(result: Result<Value, AwsError>) -> String {
    result.unwrap_err().to_string()
}

fn refused() -> String {
    "NotAuthorizedException: Incorrect username or password.".to_owned()
}

#[test]
fn the_right_password_signs_in_by_srp_and_by_itself() {
    let test = TestPool::new();
    test.add_user("ada", &[]);
    for answer in [test.sign_in_by_srp("ada", PASSWORD), test.sign_in("ada", PASSWORD)] {
        let result = answer.unwrap()["AuthenticationResult"].clone();
        assert_eq!(claims(&result["IdToken"])["cognito:username"], "ada");
        assert_eq!(result["TokenType"], "Bearer");
        assert!(result["RefreshToken"].is_string());
    }
}

#[test]
fn a_wrong_password_is_refused_by_srp_and_by_itself() {
    let test = TestPool::new();
    test.add_user("ada", &[]);
    assert_eq!(message(test.sign_in_by_srp("ada", WRONG)), refused());
    assert_eq!(message(test.sign_in("ada", WRONG)), refused());
}

#[test]
fn a_password_verifier_is_answered_once() {
    let test = TestPool::new();
    test.add_user("ada", &[]);
    let srp = SrpClient::new();
    let challenge = test.start_srp("ada", &srp).unwrap();
    let responses = srp.answer(&test.pool_id, &challenge, PASSWORD, &test.timestamp());
    test.answer("PASSWORD_VERIFIER", None, responses.clone()).unwrap();
    assert_eq!(message(test.answer("PASSWORD_VERIFIER", None, responses)), refused());
}

#[test]
fn an_altered_password_verifier_is_refused() {
    let test = TestPool::new();
    test.add_user("ada", &[]);
    test.add_user("bob", &[]);
    for (name, altered) in [
        ("PASSWORD_CLAIM_SIGNATURE", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
        ("PASSWORD_CLAIM_SECRET_BLOCK", json!("AAAA")),
        ("TIMESTAMP", json!("Thu Jan 1 00:00:00 UTC 1970")),
        ("USERNAME", json!("bob")),
    ] {
        let srp = SrpClient::new();
        let challenge = test.start_srp("ada", &srp).unwrap();
        let mut responses = srp.answer(&test.pool_id, &challenge, PASSWORD, &test.timestamp());
        responses[name] = altered;
        assert_eq!(message(test.answer("PASSWORD_VERIFIER", None, responses)), refused(), "{name}");
    }
}

#[test]
fn a_timestamp_that_is_signed_but_old_is_refused() {
    let test = TestPool::new();
    test.add_user("ada", &[]);
    let srp = SrpClient::new();
    let challenge = test.start_srp("ada", &srp).unwrap();
    let now = test.account.clock.now();
    let old = super::super::testing::timestamp((now - std::time::Duration::from_secs(400)).into());
    let responses = srp.answer(&test.pool_id, &challenge, PASSWORD, &old);
    assert_eq!(message(test.answer("PASSWORD_VERIFIER", None, responses)), refused());
}

#[test]
fn a_password_verifier_belongs_to_its_client_and_expires() {
    let test = TestPool::new();
    test.add_user("ada", &[]);
    let other = test.create_client(json!({}))["ClientId"].clone();
    for is_expired in [false, true] {
        let srp = SrpClient::new();
        let challenge = test.start_srp("ada", &srp).unwrap();
        if is_expired {
            test.advance(181);
        }
        let responses = srp.answer(&test.pool_id, &challenge, PASSWORD, &test.timestamp());
        let mut input = json!({ "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": responses });
        if !is_expired {
            input["ClientId"] = other.clone();
        }
        assert_eq!(message(test.call("RespondToAuthChallenge", input)), refused());
    }
}

#[test]
fn a_public_value_that_is_zero_is_refused() {
    let test = TestPool::new();
    test.add_user("ada", &[]);
    let mut srp = SrpClient::new();
    srp.public = num_bigint::BigUint::ZERO;
    assert_eq!(test.start_srp("ada", &srp).unwrap_err().code, "InvalidParameterException");
}

#[test]
fn an_unknown_user_is_told_or_hidden_as_the_client_is_set() {
    let test = TestPool::new();
    let unknown = "UserNotFoundException: User does not exist.";
    assert_eq!(message(test.sign_in("ghost", PASSWORD)), unknown);
    assert_eq!(message(test.sign_in_by_srp("ghost", PASSWORD)), unknown);

    let test = TestPool::with(json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" }));
    assert_eq!(message(test.sign_in("ghost", PASSWORD)), refused());
    assert_eq!(message(test.sign_in_by_srp("ghost", PASSWORD)), refused());
    let shown =
        |test: &TestPool| test.start_srp("ghost", &SrpClient::new()).unwrap()["ChallengeParameters"].clone();
    assert_eq!(shown(&test)["SALT"], shown(&test)["SALT"]);
    assert_eq!(shown(&test)["USER_ID_FOR_SRP"], "ghost");
}

#[test]
fn mail_addresses_as_user_names_give_a_uuid_for_srp() {
    let test = TestPool::with(
        json!({ "UsernameAttributes": ["email"] }),
        json!({ "PreventUserExistenceErrors": "ENABLED" }),
    );
    test.add_user("ada@example.com", &[]);
    let known = test.start_srp("ada@example.com", &SrpClient::new()).unwrap();
    let unknown = test.start_srp("eve@example.com", &SrpClient::new()).unwrap();
    for challenge in [known, unknown] {
        let id = challenge["ChallengeParameters"]["USER_ID_FOR_SRP"].as_str().unwrap().to_owned();
        assert!(uuid::Uuid::parse_str(&id).is_ok(), "{id}");
    }
    assert!(test.sign_in_by_srp("ada@example.com", PASSWORD).is_ok());
    assert!(test.sign_in("ada@example.com", PASSWORD).is_ok());
    assert_eq!(message(test.sign_in_by_srp("eve@example.com", PASSWORD)), refused());
}

#[test]
fn an_alias_signs_in_once_it_is_verified() {
    let test = TestPool::with(json!({ "AliasAttributes": ["email"] }), json!({}));
    test.add_user("ada", &[("email", "ada@example.com")]);
    assert_eq!(test.sign_in("ada@example.com", PASSWORD).unwrap_err().code, "UserNotFoundException");

    let verified = json!({
        "Username": "ada",
        "UserAttributes": [{ "Name": "email_verified", "Value": "true" }],
    });
    test.admin("AdminUpdateUserAttributes", verified).unwrap();
    let challenge = test.start_srp("ada@example.com", &SrpClient::new()).unwrap();
    assert_eq!(challenge["ChallengeParameters"]["USER_ID_FOR_SRP"], "ada");
    assert!(test.sign_in_by_srp("ada@example.com", PASSWORD).is_ok());
}

#[test]
fn names_and_passwords_may_be_of_any_script() {
    let test = TestPool::new();
    test.add_user("адa-Ω", &[]);
    let password = json!({ "Username": "адa-Ω", "Password": "Pässwörd-1✓", "Permanent": true });
    test.admin("AdminSetUserPassword", password).unwrap();
    assert!(test.sign_in_by_srp("адa-Ω", "Pässwörd-1✓").is_ok());
    assert!(test.sign_in("адa-Ω", "Pässwörd-1✓").is_ok());
    assert!(test.sign_in_by_srp("адa-Ω", "Passwörd-1✓").is_err());
}

#[test]
fn names_differ_by_case_unless_the_pool_says_otherwise() {
    let test = TestPool::new();
    test.add_user("Ada", &[]);
    assert!(test.sign_in("ada", PASSWORD).is_err());
    let relaxed = TestPool::with(json!({ "UsernameConfiguration": { "CaseSensitive": false } }), json!({}));
    relaxed.add_user("Ada", &[]);
    assert!(relaxed.sign_in_by_srp("aDA", PASSWORD).is_ok());
}

#[test]
fn guessing_locks_even_the_right_password_out_for_a_while() {
    let test = TestPool::new();
    test.add_user("ada", &[]);
    for _ in 0..5 {
        assert_eq!(message(test.sign_in_by_srp("ada", WRONG)), refused());
    }
    let exceeded = "NotAuthorizedException: Password attempts exceeded";
    assert_eq!(message(test.sign_in_by_srp("ada", PASSWORD)), exceeded);
    assert_eq!(message(test.sign_in("ada", PASSWORD)), exceeded);
    test.advance(2);
    assert!(test.sign_in("ada", PASSWORD).is_ok());
}

#[test]
fn the_state_of_a_user_is_told_only_for_the_right_password() {
    let test = TestPool::new();
    let sign_up = json!({
        "Username": "new", "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": "new@example.com" }],
    });
    test.call("SignUp", sign_up).unwrap();
    test.add_user("gone", &[]);
    test.admin("AdminDisableUser", json!({ "Username": "gone" })).unwrap();
    test.add_user("reset", &[("email", "reset@example.com"), ("email_verified", "true")]);
    test.admin("AdminResetUserPassword", json!({ "Username": "reset" })).unwrap();
    for (username, expected) in [
        ("new", "UserNotConfirmedException: User is not confirmed."),
        ("gone", "NotAuthorizedException: User is disabled."),
        ("reset", "PasswordResetRequiredException: Password reset required for the user"),
    ] {
        assert_eq!(message(test.sign_in_by_srp(username, WRONG)), refused());
        assert_eq!(message(test.sign_in_by_srp(username, PASSWORD)), expected);
        assert_eq!(message(test.sign_in(username, PASSWORD)), expected);
    }
}

#[test]
fn flows_that_the_client_does_not_allow_are_refused() {
    let test = TestPool::with(json!({}), json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"] }));
    test.add_user("ada", &[]);
    for (flow, expected) in [
        ("USER_SRP_AUTH", "USER_SRP_AUTH is not enabled for the client."),
        ("USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH flow not enabled for this client"),
        ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN_AUTH flow not enabled for this client"),
        ("ADMIN_NO_SRP_AUTH", "ADMIN_NO_SRP_AUTH flow not enabled for this client"),
    ] {
        let error = test.call("InitiateAuth", json!({ "AuthFlow": flow })).unwrap_err();
        assert_eq!(error.to_string(), format!("InvalidParameterException: {expected}"));
    }
    let unknown = test.call("InitiateAuth", json!({ "AuthFlow": "MAGIC" })).unwrap_err();
    assert!(unknown.message.contains("failed to satisfy constraint"), "{unknown}");
}

#[test]
fn a_client_with_a_secret_needs_the_right_secret_hash_in_each_step() {
    let test = TestPool::with(json!({}), json!({ "GenerateSecret": true }));
    test.add_user("ada", &[]);
    let without = format!(
        "NotAuthorizedException: Client {} is configured with secret but SECRET_HASH was not received",
        test.client_id
    );
    assert_eq!(message(test.sign_in_by_srp("ada", PASSWORD)), without);

    let description = test.admin("DescribeUserPoolClient", json!({ "ClientId": test.client_id })).unwrap();
    let secret = description["UserPoolClient"]["ClientSecret"].as_str().unwrap().to_owned();
    let hash = super::super::testing::secret_hash(&secret, "ada", &test.client_id);
    let srp = SrpClient::new();
    let start = |secret_hash: &str| {
        let parameters = json!({
            "USERNAME": "ada", "SRP_A": srp.public.to_str_radix(16), "SECRET_HASH": secret_hash,
        });
        test.call("InitiateAuth", json!({ "AuthFlow": "USER_SRP_AUTH", "AuthParameters": parameters }))
    };
    let mismatch =
        format!("NotAuthorizedException: SecretHash does not match for the client: {}", test.client_id);
    assert_eq!(message(start(&secret)), mismatch);
    let challenge = start(&hash).unwrap();
    let mut responses = srp.answer(&test.pool_id, &challenge, PASSWORD, &test.timestamp());
    assert_eq!(message(test.answer("PASSWORD_VERIFIER", None, responses.clone())), without);
    responses["SECRET_HASH"] = json!("AAAA");
    assert_eq!(message(test.answer("PASSWORD_VERIFIER", None, responses.clone())), mismatch);
    responses["SECRET_HASH"] = json!(hash);
    assert!(test.answer("PASSWORD_VERIFIER", None, responses).is_ok());
}

#[test]
fn missing_parameters_and_unknown_clients_are_named() {
    let test = TestPool::new();
    let missing = test.call("InitiateAuth", json!({ "AuthFlow": "USER_PASSWORD_AUTH" })).unwrap_err();
    assert_eq!(missing.message, "Missing required parameter USERNAME");
    let input = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "nobody" });
    let unknown = test.call("InitiateAuth", input).unwrap_err();
    assert_eq!(unknown.to_string(), "ResourceNotFoundException: User pool client nobody does not exist.");
}
