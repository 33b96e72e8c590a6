//! People who register themselves.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call,
    client::AppClient,
    code::{Code, CodeError},
    delivery::{auto_verified_address, details, expired_code, pretended_details},
    invalid_parameter, not_authorized,
    pool::{Alias, UserPool},
    schema::{Attribute, Attributes, Writer, collect, is_email, is_phone_number},
    user::{AddressCode, User, UserStatus},
};
use crate::{error::AwsError, messages::Purpose};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SignUp {
    client_id: String,
    username: String,
    password: String,
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
    pool.settings.policies.password_policy.check(&input.password)?;

    let mut user = new_user(pool, Writer::User, &input.username, attributes, call.now)?;
    user.password = Some(pool.verifier(&user.username, &input.password));
    let delivery = send_sign_up_code(call, pool, &mut user);
    let mut answer = json!({ "UserConfirmed": false, "UserSub": user.sub });
    if let Some(delivery) = delivery {
        answer["CodeDeliveryDetails"] = delivery;
    }
    pool.users.insert(user.username.clone(), user);
    Ok(answer)
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
    if let Some(sent) = &user.sign_up_code
        && let Some(address) = user.attribute(&sent.attribute)
        && let Some(owner) = pool.owner_of_address(&sent.attribute, address, &username)
    {
        if !input.force_alias_creation {
            return Err(alias_exists(&sent.attribute));
        }
        let (owner, attribute) = (owner.username.clone(), sent.attribute.clone());
        check_sign_up_code(call, pool, &username, &input.confirmation_code)?;
        pool.user_mut(&owner)?.set_verified(&attribute, false);
        return confirm(call, pool, &username);
    }
    check_sign_up_code(call, pool, &username, &input.confirmation_code)?;
    confirm(call, pool, &username)
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
    // Taken out while the pool says where its codes go, and put back below.
    let Some(mut user) = pool.users.remove(&username) else { return Err(no_such_user()) };
    let delivery = match user.status {
        UserStatus::Unconfirmed => send_sign_up_code(call, pool, &mut user)
            .ok_or_else(|| invalid_parameter("Auto verification not turned on.")),
        _ => Err(invalid_parameter("User is already confirmed.")),
    };
    pool.users.insert(username, user);
    Ok(json!({ "CodeDeliveryDetails": delivery? }))
}

/// A user as SignUp and AdminCreateUser make one: the name is free and of the right kind, the attributes conform.
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
            if pool.owner_of_address(address.name(), typed, "").is_some() {
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

fn send_sign_up_code(call: &Call<'_>, pool: &UserPool, user: &mut User) -> Option<Value> {
    let attribute = auto_verified_address(pool, user)?;
    let code = Code::new(call.now, CODE_LIFETIME);
    call.send_code(&pool.id, user, attribute, Purpose::SignUp, code.digits());
    user.sign_up_code = Some(AddressCode { code, attribute: attribute.to_owned() });
    Some(details(attribute, user.attribute(attribute)?))
}

fn check_sign_up_code(
    call: &Call<'_>,
    pool: &mut UserPool,
    username: &str,
    given: &str,
) -> Result<(), AwsError> {
    let user = pool.user_mut(username)?;
    let sent = user.sign_up_code.as_mut().ok_or_else(expired_code)?;
    sent.code.check(given, call.now).map_err(|error| match error {
        CodeError::TooManyAttempts => AwsError::new(
            "TooManyFailedAttemptsException",
            "Attempt limit exceeded, please try after some time.",
        ),
        other => other.into(),
    })
}

fn confirm(call: &Call<'_>, pool: &mut UserPool, username: &str) -> Result<Value, AwsError> {
    let user = pool.user_mut(username)?;
    user.status = UserStatus::Confirmed;
    user.modified = call.now;
    if let Some(sent) = user.sign_up_code.take() {
        user.set_verified(&sent.attribute, true);
    }
    Ok(json!({}))
}

/// Where mail addresses or phone numbers are aliases, a user name must not look like one.
fn check_not_an_alias(pool: &UserPool, typed: &str) -> Result<(), AwsError> {
    if typed.is_empty() || typed.chars().count() > 128 || typed.chars().any(char::is_whitespace) {
        return Err(invalid_parameter(
            "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
        ));
    }
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
