//! Sign-up.

#[cfg(test)]
mod tests;

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
