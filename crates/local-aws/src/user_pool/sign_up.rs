//! Sign-up.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call,
    attempts::{Attempt, too_many_failed_attempts},
    attributes::check_preferred_username,
    authentication::Authentication,
    challenge::Challenge,
    client::AppClient,
    code::{Code, CodeError},
    delivery::{auto_verified_address, expired_code, pretended_details},
    first_factor::Tier,
    invalid_parameter, not_authorized,
    pool::{Alias, UserPool},
    respond::not_this_challenge,
    schema::{Attribute, Attributes, Writer, collect, is_email, is_phone_number},
    triggers,
    user::{AddressCode, User, UserStatus},
};
use crate::{error::AwsError, messages::Purpose};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SignUp {
    client_id: String,
    username: String,
    password: Option<String>,
    secret_hash: Option<String>,
    #[serde(default)]
    user_attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfirmSignUp {
    client_id: String,
    username: String,
    confirmation_code: String,
    secret_hash: Option<String>,
    /// Of SignUp.
    session: Option<String>,
    #[serde(default)]
    force_alias_creation: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResendConfirmationCode {
    client_id: String,
    username: String,
    secret_hash: Option<String>,
}

const CODE_LIFETIME: Duration = Duration::from_secs(24 * 3600);

pub(super) fn sign_up(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: SignUp = call.input()?;
    let mut pools = call.pools();
    let (pool, client) = pools.by_client(&input.client_id)?;
    client.check_secret_hash(&input.username, input.secret_hash.as_deref())?;
    if pool.settings.admin_create_user_config.allow_admin_create_user_only {
        return Err(not_authorized("SignUp is not permitted for this user pool"));
    }
    let attributes = collect(input.user_attributes);
    check_writable(&client, &attributes)?;
    match &input.password {
        Some(password) => pool.settings.policies.password_policy.check(password)?,
        None if client.settings.allows("USER_AUTH") && pool.has_passwordless_users() => {}
        None => {
            return Err(invalid_parameter(
                "1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be \
                 null",
            ));
        }
    }

    let mut user = new_user(pool, Writer::User, &input.username, attributes, call.now)?;
    user.password = input.password.map(|password| pool.verifier(&user.username, &password));
    let is_confirmed = triggers::before_sign_up(call, pool, &client, &user)?.apply(&mut user);
    let delivery = if is_confirmed { None } else { send_sign_up_code(call, pool, &mut user)? };
    let mut answer = json!({ "UserConfirmed": is_confirmed, "UserSub": user.sub });
    if let Some(delivery) = delivery {
        answer["CodeDeliveryDetails"] = delivery;
    }
    let username = user.username.clone();
    pool.users.insert(username.clone(), user);
    if is_confirmed {
        triggers::user_confirmed(call, pool, &client, "ConfirmSignUp", &username)?;
    } else if allows_sign_in_by_session(pool, &client) {
        let session =
            pool.challenges.open(&client, &username, Challenge::SignUp, Authentication::default(), call.now);
        answer["Session"] = json!(session);
    }
    Ok(answer)
}

fn allows_sign_in_by_session(pool: &UserPool, client: &AppClient) -> bool {
    client.settings.allows("USER_AUTH") && pool.settings.user_pool_tier != Tier::Lite
}

pub(super) fn confirm_sign_up(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ConfirmSignUp = call.input()?;
    let mut pools = call.pools();
    let (pool, client) = pools.by_client(&input.client_id)?;
    client.check_secret_hash(&input.username, input.secret_hash.as_deref())?;
    let Some(user) = pool.find(&input.username) else {
        return Err(if client.settings.hides_users() { expired_code() } else { no_such_user() });
    };
    let username = user.username.clone();
    if user.status != UserStatus::Unconfirmed {
        return Err(not_authorized("User cannot be confirmed. Current status is CONFIRMED"));
    }
    if let Some(session) = &input.session {
        let waiting = pool.challenges.waiting(session, Some(&client), call.now)?;
        if waiting.username != username || !matches!(waiting.challenge, Challenge::SignUp) {
            return Err(not_this_challenge());
        }
    }
    let answer = confirm_with_code(call, pool, &client, &username, &input)?;
    if let Some(session) = &input.session {
        pool.challenges.close(session);
    } else if !allows_sign_in_by_session(pool, &client) {
        return Ok(answer);
    }
    // Without the Session of SignUp, too: Amplify does not send it.
    let session = pool.challenges.open(
        &client,
        &username,
        Challenge::ConfirmedSignUp,
        Authentication::default(),
        call.now,
    );
    Ok(json!({ "Session": session }))
}

fn confirm_with_code(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &AppClient,
    username: &str,
    input: &ConfirmSignUp,
) -> Result<Value, AwsError> {
    let user = pool.user(username)?;
    if let Some(sent) = &user.sign_up_code
        && let Some(address) = user.attribute(&sent.attribute)
        && let Some(owner) = pool.owner_of(&sent.attribute, address, username)
    {
        if !input.force_alias_creation {
            return Err(alias_exists(&sent.attribute));
        }
        let (owner, attribute) = (owner.username.clone(), sent.attribute.clone());
        check_sign_up_code(call, pool, username, &input.confirmation_code)?;
        pool.user_mut(&owner)?.set_verified(&attribute, false);
        return confirm(call, pool, client, username);
    }
    check_sign_up_code(call, pool, username, &input.confirmation_code)?;
    confirm(call, pool, client, username)
}

pub(super) fn resend_confirmation_code(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ResendConfirmationCode = call.input()?;
    let mut pools = call.pools();
    let (pool, client) = pools.by_client(&input.client_id)?;
    client.check_secret_hash(&input.username, input.secret_hash.as_deref())?;
    let Some(username) = pool.find(&input.username).map(|user| user.username.clone()) else {
        if client.settings.hides_users() {
            return Ok(json!({ "CodeDeliveryDetails": pretended_details(&input.username) }));
        }
        return Err(no_such_user());
    };
    // Removed while the pool is borrowed to send the code, and inserted again below.
    let Some(mut user) = pool.users.remove(&username) else { return Err(no_such_user()) };
    let delivery = match user.status {
        UserStatus::Unconfirmed => resend(call, pool, &mut user),
        _ => Err(invalid_parameter("User is already confirmed.")),
    };
    pool.users.insert(username, user);
    Ok(json!({ "CodeDeliveryDetails": delivery? }))
}

/// Creates a user for SignUp or AdminCreateUser, after checking the name and the attributes.
pub(super) fn new_user(
    pool: &UserPool,
    writer: Writer,
    typed: &str,
    mut attributes: Attributes,
    now: std::time::SystemTime,
) -> Result<User, AwsError> {
    let sub = uuid::Uuid::new_v4().to_string();
    let username = match pool.address_of_username(typed)? {
        Some(address) => {
            attributes.insert(address.name().to_owned(), typed.to_owned());
            if pool.owner_of(address.name(), typed, "").is_some() {
                return Err(username_exists(writer, Some(address.name())));
            }
            sub.clone()
        }
        None => {
            check_not_an_alias(pool, typed)?;
            if pool.find(typed).is_some() {
                return Err(username_exists(writer, None));
            }
            typed.to_owned()
        }
    };
    pool.schema.check_write(writer, &attributes, None)?;
    pool.schema.check_complete(&attributes)?;
    check_preferred_username(pool, &attributes, "")?;
    let mut user = User::new(username, sub, Attributes::new(), now);
    user.write_attributes(attributes, now);
    Ok(user)
}

pub(super) fn check_writable(client: &AppClient, attributes: &Attributes) -> Result<(), AwsError> {
    if attributes.keys().all(|name| client.settings.may_write(name)) {
        return Ok(());
    }
    Err(not_authorized("A client attempted to write unauthorized attribute"))
}

pub(super) fn alias_exists(attribute: &str) -> AwsError {
    AwsError::new(
        "AliasExistsException",
        format!("An account with the given {} already exists.", readable(attribute)),
    )
}

fn resend(call: &Call<'_>, pool: &UserPool, user: &mut User) -> Result<Value, AwsError> {
    user.attempts.take(Attempt::SignUp, call.now)?;
    let delivery = send_sign_up_code(call, pool, user)?;
    delivery.ok_or_else(|| invalid_parameter("Auto verification not turned on."))
}

/// Returns the `CodeDeliveryDetails` if the pool verifies an address of the user.
fn send_sign_up_code(call: &Call<'_>, pool: &UserPool, user: &mut User) -> Result<Option<Value>, AwsError> {
    let Some(attribute) = auto_verified_address(pool, user) else { return Ok(None) };
    let code = Code::new(call.now, CODE_LIFETIME);
    let delivery = call.send_code(pool, user, attribute, Purpose::SignUp, code.digits())?;
    user.sign_up_code = Some(AddressCode { code, attribute: attribute.to_owned() });
    Ok(Some(delivery))
}

fn check_sign_up_code(
    call: &Call<'_>,
    pool: &mut UserPool,
    username: &str,
    given: &str,
) -> Result<(), AwsError> {
    let user = pool.user_mut(username)?;
    user.attempts.check(Attempt::WrongSignUp, call.now)?;
    let sent = user.sign_up_code.as_mut().ok_or_else(expired_code)?;
    match sent.code.check(given, call.now) {
        Ok(()) => Ok(()),
        Err(CodeError::TooManyAttempts) => Err(too_many_failed_attempts()),
        Err(error) => {
            if error == CodeError::Mismatch {
                user.attempts.count(Attempt::WrongSignUp, call.now);
            }
            Err(error.into())
        }
    }
}

fn confirm(
    call: &Call<'_>,
    pool: &mut UserPool,
    client: &AppClient,
    username: &str,
) -> Result<Value, AwsError> {
    let user = pool.user_mut(username)?;
    user.status = UserStatus::Confirmed;
    user.modified = call.now;
    if let Some(sent) = user.sign_up_code.take() {
        user.set_verified(&sent.attribute, true);
    }
    triggers::user_confirmed(call, pool, client, "ConfirmSignUp", username)?;
    Ok(json!({}))
}

/// If mail addresses or phone numbers are aliases, a username must not look like one.
fn check_not_an_alias(pool: &UserPool, typed: &str) -> Result<(), AwsError> {
    let aliases = &pool.settings.alias_attributes;
    if aliases.contains(&Alias::Email) && is_email(typed) {
        return Err(invalid_parameter(
            "Username cannot be of email format, since user pool is configured for email alias.",
        ));
    }
    if aliases.contains(&Alias::PhoneNumber) && is_phone_number(typed) {
        return Err(invalid_parameter(
            "Username cannot be of phone number format, since user pool is configured for phone number alias.",
        ));
    }
    Ok(())
}

fn username_exists(writer: Writer, address: Option<&str>) -> AwsError {
    let message = match (writer, address) {
        (_, Some(attribute)) => format!("An account with the given {} already exists.", readable(attribute)),
        (Writer::User, None) => "User already exists".to_owned(),
        (Writer::Administrator, None) => "User account already exists".to_owned(),
    };
    AwsError::new("UsernameExistsException", message)
}

fn no_such_user() -> AwsError {
    AwsError::new("UserNotFoundException", "Username/client id combination not found.")
}

fn readable(attribute: &str) -> String {
    attribute.replace('_', " ")
}

#[cfg(test)]
mod tests {
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
        let delivery =
            json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "a***@e***" });
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
        let test =
            TestPool::with(json!({ "Schema": schema }), json!({ "WriteAttributes": ["name", "email"] }));
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
}
