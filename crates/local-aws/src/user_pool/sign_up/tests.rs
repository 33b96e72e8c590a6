use super::{
    super::testing::{PASSWORD, TestPool, secret_hash},
    *,
};

const MAIL: &str = "ada@example.com";

fn sign_up(test: &TestPool, username: &str, email: &str) -> Result<Value, AwsError> {
    let attributes = json!([{ "Name": "email", "Value": email }]);
    let input = json!({ "Username": username, "Password": PASSWORD, "UserAttributes": attributes });
    test.call("SignUp", input)
}

fn confirm(test: &TestPool, username: &str, code: &str) -> Result<Value, AwsError> {
    test.call("ConfirmSignUp", json!({ "Username": username, "ConfirmationCode": code }))
}

fn wrong(right: &str) -> &'static str {
    if right == "000000" { "000001" } else { "000000" }
}

#[test]
fn the_code_confirms_the_user_and_verifies_the_address() {
    let test = TestPool::new();
    let answer = sign_up(&test, "ada", MAIL).unwrap();
    assert_eq!(answer["UserConfirmed"], false);
    assert!(uuid::Uuid::parse_str(answer["UserSub"].as_str().unwrap()).is_ok());
    let delivery = json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "a***@e***" });
    assert_eq!(answer["CodeDeliveryDetails"], delivery);

    let message = test.account.messages.last_to(MAIL).unwrap();
    assert_eq!((message.username.as_str(), message.purpose), ("ada", Purpose::SignUp));
    confirm(&test, "ada", &message.code).unwrap();
    let user = test.admin("AdminGetUser", json!({ "Username": "ada" })).unwrap();
    assert_eq!(user["UserStatus"], "CONFIRMED");
    let verified = json!({ "Name": "email_verified", "Value": "true" });
    assert!(user["UserAttributes"].as_array().unwrap().contains(&verified));
    assert!(test.sign_in_by_srp("ada", PASSWORD).is_ok());
    assert_eq!(
        confirm(&test, "ada", &message.code).unwrap_err().to_string(),
        "NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED"
    );
}

#[test]
fn wrong_expired_and_replaced_codes_are_refused() {
    let test = TestPool::new();
    sign_up(&test, "ada", MAIL).unwrap();
    let old = test.code_to(MAIL);
    assert_eq!(
        confirm(&test, "ada", wrong(&old)).unwrap_err().to_string(),
        "CodeMismatchException: Invalid verification code provided, please try again."
    );
    test.advance(24 * 3600);
    assert_eq!(
        confirm(&test, "ada", &old).unwrap_err().to_string(),
        "ExpiredCodeException: Invalid code provided, please request a code again."
    );
    let resent = test.call("ResendConfirmationCode", json!({ "Username": "ada" })).unwrap();
    assert_eq!(resent["CodeDeliveryDetails"]["Destination"], "a***@e***");
    assert!(confirm(&test, "ada", &test.code_to(MAIL)).is_ok());
    let again = test.call("ResendConfirmationCode", json!({ "Username": "ada" })).unwrap_err();
    assert_eq!(again.to_string(), "InvalidParameterException: User is already confirmed.");
}

#[test]
fn guessing_the_code_is_limited() {
    let test = TestPool::new();
    sign_up(&test, "ada", MAIL).unwrap();
    let code = test.code_to(MAIL);
    for _ in 0..5 {
        assert_eq!(confirm(&test, "ada", wrong(&code)).unwrap_err().code, "CodeMismatchException");
    }
    assert_eq!(confirm(&test, "ada", &code).unwrap_err().code, "TooManyFailedAttemptsException");
}

#[test]
fn a_name_is_given_once() {
    let test = TestPool::new();
    sign_up(&test, "ada", MAIL).unwrap();
    assert_eq!(
        sign_up(&test, "ada", MAIL).unwrap_err().to_string(),
        "UsernameExistsException: User already exists"
    );
    let by_mail = TestPool::with(json!({ "UsernameAttributes": ["email"] }), json!({}));
    let answer = sign_up(&by_mail, MAIL, MAIL).unwrap();
    assert_eq!(
        sign_up(&by_mail, MAIL, MAIL).unwrap_err().to_string(),
        "UsernameExistsException: An account with the given email already exists."
    );
    assert_eq!(
        sign_up(&by_mail, "ada", MAIL).unwrap_err().to_string(),
        "InvalidParameterException: Username should be an email."
    );
    let user = by_mail.admin("AdminGetUser", json!({ "Username": MAIL })).unwrap();
    assert_eq!(user["Username"], answer["UserSub"]);
}

#[test]
fn an_alias_that_someone_has_is_not_taken_away_unless_asked_for() {
    let test = TestPool::with(json!({ "AliasAttributes": ["email"] }), json!({}));
    assert!(sign_up(&test, MAIL, MAIL).is_err(), "a name must not look like an alias");
    test.add_user("first", &[("email", MAIL), ("email_verified", "true")]);
    sign_up(&test, "second", MAIL).unwrap();
    let code = test.code_to(MAIL);
    assert_eq!(
        confirm(&test, "second", &code).unwrap_err().to_string(),
        "AliasExistsException: An account with the given email already exists."
    );
    let insist = json!({ "Username": "second", "ConfirmationCode": code, "ForceAliasCreation": true });
    test.call("ConfirmSignUp", insist).unwrap();
    let signed_in = test.sign_in(MAIL, PASSWORD).unwrap();
    let id_token = &signed_in["AuthenticationResult"]["IdToken"];
    assert_eq!(super::super::testing::claims(id_token)["cognito:username"], "second");
}

#[test]
fn passwords_and_attributes_must_conform() {
    let schema = json!([{ "Name": "name", "Required": true }]);
    let test = TestPool::with(json!({ "Schema": schema }), json!({ "WriteAttributes": ["name", "email"] }));
    let name = json!({ "Name": "name", "Value": "Ada" });
    let attempt = |password: &str, attributes: Value| {
        let input = json!({ "Username": "ada", "Password": password, "UserAttributes": attributes });
        test.call("SignUp", input)
    };
    assert_eq!(attempt("weak", json!([name])).unwrap_err().code, "InvalidPasswordException");
    let missing = attempt(PASSWORD, json!([])).unwrap_err();
    assert!(missing.message.contains("name: The attribute is required"), "{missing}");
    let own_flag = json!([name, { "Name": "email_verified", "Value": "true" }]);
    assert_eq!(attempt(PASSWORD, own_flag).unwrap_err().code, "NotAuthorizedException");
    let not_writable = json!([name, { "Name": "locale", "Value": "de" }]);
    assert_eq!(attempt(PASSWORD, not_writable).unwrap_err().code, "NotAuthorizedException");
    assert!(attempt(PASSWORD, json!([name])).is_ok());
}

#[test]
fn who_is_unknown_is_told_or_hidden() {
    let revealing = TestPool::new();
    let hidden = TestPool::with(json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" }));
    assert_eq!(confirm(&revealing, "ghost", "123456").unwrap_err().code, "UserNotFoundException");
    assert_eq!(confirm(&hidden, "ghost", "123456").unwrap_err().code, "ExpiredCodeException");
    let resend = |test: &TestPool| test.call("ResendConfirmationCode", json!({ "Username": "ghost" }));
    assert_eq!(resend(&revealing).unwrap_err().code, "UserNotFoundException");
    assert!(resend(&hidden).unwrap()["CodeDeliveryDetails"].is_object());
    assert!(hidden.account.messages.all().is_empty());
}

#[test]
fn a_pool_can_leave_registration_to_administrators() {
    let closed = json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } });
    let test = TestPool::with(closed, json!({}));
    assert_eq!(
        sign_up(&test, "ada", MAIL).unwrap_err().to_string(),
        "NotAuthorizedException: SignUp is not permitted for this user pool"
    );
}

#[test]
fn every_call_of_a_client_with_a_secret_needs_its_hash() {
    let test = TestPool::new();
    let client = test.create_client(json!({ "GenerateSecret": true }));
    let (id, secret) = (client["ClientId"].as_str().unwrap(), client["ClientSecret"].as_str().unwrap());
    sign_up(&test, "ada", MAIL).unwrap();
    for (operation, members) in [
        ("SignUp", json!({ "Username": "bob", "Password": PASSWORD })),
        ("ResendConfirmationCode", json!({ "Username": "ada" })),
        ("ForgotPassword", json!({ "Username": "ada" })),
        (
            "ConfirmForgotPassword",
            json!({ "Username": "ada", "ConfirmationCode": "1", "Password": PASSWORD }),
        ),
        ("ConfirmSignUp", json!({ "Username": "ada", "ConfirmationCode": test.code_to(MAIL) })),
    ] {
        let mut input = members;
        input["ClientId"] = json!(id);
        let missing = test.call(operation, input.clone()).unwrap_err();
        assert!(missing.message.ends_with("SECRET_HASH was not received"), "{operation}: {missing}");
        input["SecretHash"] = json!(secret_hash(secret, "someone-else", id));
        let wrong = test.call(operation, input.clone()).unwrap_err();
        assert!(wrong.message.starts_with("SecretHash does not match"), "{operation}: {wrong}");
        input["SecretHash"] = json!(secret_hash(secret, input["Username"].as_str().unwrap(), id));
        let code = test.call(operation, input).err().map(|error| error.code);
        assert_ne!(code.as_deref(), Some("NotAuthorizedException"), "{operation}");
    }
}
