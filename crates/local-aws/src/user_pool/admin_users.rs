//! Administration of users.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, Pools, forgot_password,
    pool::UserPool,
    schema::{Attribute, Writer, collect},
    self_service::{add_mfa, remove},
    sign_up::{alias_exists, new_user},
    user::{User, UserStatus},
};
use crate::{error::AwsError, messages::Purpose};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserId {
    user_pool_id: String,
    username: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateUser {
    user_pool_id: String,
    username: String,
    temporary_password: Option<String>,
    #[serde(default)]
    user_attributes: Vec<Attribute>,
    message_action: Option<MessageAction>,
    #[serde(default)]
    desired_delivery_mediums: Vec<DeliveryMedium>,
    #[serde(default)]
    force_alias_creation: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum MessageAction {
    Suppress,
    Resend,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum DeliveryMedium {
    Sms,
    Email,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SetUserPassword {
    user_pool_id: String,
    username: String,
    password: String,
    #[serde(default)]
    permanent: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateUserAttributes {
    user_pool_id: String,
    username: String,
    user_attributes: Vec<Attribute>,
}

/// AdminCreateUser: the user gets a temporary password, by message unless that is suppressed, and must change it
/// at the first sign-in.
pub(super) fn create_user(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: CreateUser = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let policy = &pool.settings.policies.password_policy;
    let password = input.temporary_password.clone().unwrap_or_else(|| policy.generate());
    policy.check(&password)?;

    if input.message_action == Some(MessageAction::Resend) {
        let username = pool.find_mut(&input.username)?.username.clone();
        if pool.user(&username)?.status != UserStatus::ForceChangePassword {
            return Err(AwsError::new(
                "UnsupportedUserStateException",
                "Resend not possible. User is not in FORCE_CHANGE_PASSWORD state.",
            ));
        }
        set_temporary_password(call, pool, &username, &password)?;
        let user = pool.user(&username)?;
        invite(call, pool, user, &input.desired_delivery_mediums, &password);
        return Ok(json!({ "User": user.to_json("Attributes") }));
    }
    let attributes = collect(input.user_attributes);
    let user = new_user(pool, Writer::Administrator, &input.username, attributes, call.now)?;
    claim_aliases(pool, &user, input.force_alias_creation)?;
    let username = user.username.clone();
    pool.users.insert(username.clone(), user);
    set_temporary_password(call, pool, &username, &password)?;
    let user = pool.user(&username)?;
    if input.message_action != Some(MessageAction::Suppress) {
        invite(call, pool, user, &input.desired_delivery_mediums, &password);
    }
    Ok(json!({ "User": user.to_json("Attributes") }))
}

/// AdminGetUser.
pub(super) fn user(call: &Call<'_>) -> Result<Value, AwsError> {
    with_user(call, |pool, username| {
        let user = pool.user(username)?;
        let mut answer = user.to_json("UserAttributes");
        add_mfa(&mut answer, user);
        Ok(answer)
    })
}

pub(super) fn delete_user(call: &Call<'_>) -> Result<Value, AwsError> {
    with_user(call, |pool, username| {
        remove(pool, username);
        Ok(json!({}))
    })
}

pub(super) fn set_user_password(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: SetUserPassword = call.input()?;
    let mut pools = call.pools();
    let (pool, username) = find(&mut pools, &input.user_pool_id, &input.username)?;
    pool.settings.policies.password_policy.check(&input.password)?;
    if !input.permanent {
        set_temporary_password(call, pool, &username, &input.password)?;
        return Ok(json!({}));
    }
    let verifier = pool.verifier(&username, &input.password);
    let user = pool.user_mut(&username)?;
    user.set_password(verifier, call.now);
    user.status = UserStatus::Confirmed;
    Ok(json!({}))
}

/// AdminResetUserPassword: the old password no longer signs in; a code is sent for a new one.
pub(super) fn reset_user_password(call: &Call<'_>) -> Result<Value, AwsError> {
    with_user(call, |pool, username| {
        forgot_password::send_recovery_code(call, pool, username)?;
        let user = pool.user_mut(username)?;
        user.status = UserStatus::ResetRequired;
        user.modified = call.now;
        Ok(json!({}))
    })
}

pub(super) fn confirm_sign_up(call: &Call<'_>) -> Result<Value, AwsError> {
    with_user(call, |pool, username| {
        let user = pool.user_mut(username)?;
        if user.status != UserStatus::Unconfirmed {
            let status = user.status.name();
            return Err(AwsError::new(
                "NotAuthorizedException",
                format!("User cannot be confirmed. Current status is {status}"),
            ));
        }
        user.status = UserStatus::Confirmed;
        user.sign_up_code = None;
        user.modified = call.now;
        Ok(json!({}))
    })
}

pub(super) fn update_user_attributes(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: UpdateUserAttributes = call.input()?;
    let mut pools = call.pools();
    let (pool, username) = find(&mut pools, &input.user_pool_id, &input.username)?;
    let written = collect(input.user_attributes);
    pool.schema.check_write(Writer::Administrator, &written, Some(&pool.user(&username)?.attributes))?;
    for address in ["email", "phone_number"] {
        let is_taken = written
            .get(address)
            .is_some_and(|value| pool.owner_of_address(address, value, &username).is_some());
        if is_taken {
            return Err(alias_exists(address));
        }
    }
    pool.user_mut(&username)?.write_attributes(written, call.now);
    Ok(json!({}))
}

pub(super) fn enable_user(call: &Call<'_>) -> Result<Value, AwsError> {
    with_user(call, |pool, username| set_enabled(call, pool, username, true))
}

/// AdminDisableUser: also ends all sign-ins.
pub(super) fn disable_user(call: &Call<'_>) -> Result<Value, AwsError> {
    with_user(call, |pool, username| {
        pool.sign_ins.revoke_user(username);
        set_enabled(call, pool, username, false)
    })
}

pub(super) fn user_global_sign_out(call: &Call<'_>) -> Result<Value, AwsError> {
    with_user(call, |pool, username| {
        pool.sign_ins.revoke_user(username);
        Ok(json!({}))
    })
}

/// Runs a call that names only a pool and a user.
fn with_user(
    call: &Call<'_>,
    run: impl FnOnce(&mut UserPool, &str) -> Result<Value, AwsError>,
) -> Result<Value, AwsError> {
    let input: UserId = call.input()?;
    let mut pools = call.pools();
    let (pool, username) = find(&mut pools, &input.user_pool_id, &input.username)?;
    run(pool, &username)
}

pub(super) fn find<'a>(
    pools: &'a mut Pools,
    pool_id: &str,
    typed: &str,
) -> Result<(&'a mut UserPool, String), AwsError> {
    let pool = pools.by_id(pool_id)?;
    let username = pool.find_mut(typed)?.username.clone();
    Ok((pool, username))
}

fn set_enabled(
    call: &Call<'_>,
    pool: &mut UserPool,
    username: &str,
    enabled: bool,
) -> Result<Value, AwsError> {
    let user = pool.user_mut(username)?;
    user.enabled = enabled;
    user.modified = call.now;
    Ok(json!({}))
}

fn set_temporary_password(
    call: &Call<'_>,
    pool: &mut UserPool,
    username: &str,
    password: &str,
) -> Result<(), AwsError> {
    let days = pool.settings.policies.password_policy.temporary_password_validity_days;
    let verifier = pool.verifier(username, password);
    let user = pool.user_mut(username)?;
    user.set_password(verifier, call.now);
    user.status = UserStatus::ForceChangePassword;
    user.temporary_password_expires = Some(call.now + Duration::from_secs(days * 24 * 3600));
    Ok(())
}

/// A new user with a verified address that someone else signs in by needs the administrator's insistence.
fn claim_aliases(pool: &mut UserPool, user: &User, force: bool) -> Result<(), AwsError> {
    for address in ["email", "phone_number"] {
        let Some(value) = user.attribute(address).filter(|_| user.is_verified(address)) else { continue };
        let Some(owner) = pool.owner_of_address(address, value, &user.username) else { continue };
        if !force || pool.has_address_usernames() {
            return Err(alias_exists(address));
        }
        let owner = owner.username.clone();
        pool.user_mut(&owner)?.set_verified(address, false);
    }
    Ok(())
}

/// Sends the temporary password by the media that were asked for, else to whatever address there is.
fn invite(call: &Call<'_>, pool: &UserPool, user: &User, media: &[DeliveryMedium], password: &str) {
    for (medium, attribute) in [(DeliveryMedium::Sms, "phone_number"), (DeliveryMedium::Email, "email")] {
        let is_wanted = media.is_empty() || media.contains(&medium);
        if is_wanted && user.attribute(attribute).is_some() {
            call.send_code(&pool.id, user, attribute, Purpose::Invitation, password);
        }
    }
}
