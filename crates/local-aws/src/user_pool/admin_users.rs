//! Administration of users.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, Pools, forgot_password,
    mfa::Factor,
    pool::{PREFERRED_USERNAME, UserPool},
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
        invite(call, pool, user, &input.desired_delivery_mediums, &password)?;
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
        invite(call, pool, user, &input.desired_delivery_mediums, &password)?;
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
    for address in ["email", "phone_number", PREFERRED_USERNAME] {
        let is_taken =
            written.get(address).is_some_and(|value| pool.owner_of(address, value, &username).is_some());
        if is_taken {
            return Err(alias_exists(address));
        }
    }
    pool.user_mut(&username)?.write_attributes(written, call.now);
    Ok(json!({}))
}

/// AdminDeleteSoftwareToken: the authenticator app is forgotten, and no longer a second factor.
pub(super) fn delete_software_token(call: &Call<'_>) -> Result<Value, AwsError> {
    with_user(call, |pool, username| {
        let mfa = &mut pool.user_mut(username)?.mfa;
        mfa.software_token = None;
        mfa.pending_software_token = None;
        mfa.disable(Factor::SoftwareToken);
        Ok(json!({}))
    })
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

/// Rejects a verified address that another user signs in with, unless the administrator forces it.
fn claim_aliases(pool: &mut UserPool, user: &User, force: bool) -> Result<(), AwsError> {
    for address in ["email", "phone_number"] {
        let Some(value) = user.attribute(address).filter(|_| user.is_verified(address)) else { continue };
        let Some(owner) = pool.owner_of(address, value, &user.username) else { continue };
        if !force || pool.has_address_usernames() {
            return Err(alias_exists(address));
        }
        let owner = owner.username.clone();
        pool.user_mut(&owner)?.set_verified(address, false);
    }
    Ok(())
}

/// Sends the temporary password by the requested media, or to any address of the user.
fn invite(
    call: &Call<'_>,
    pool: &UserPool,
    user: &User,
    media: &[DeliveryMedium],
    password: &str,
) -> Result<(), AwsError> {
    for (medium, attribute) in [(DeliveryMedium::Sms, "phone_number"), (DeliveryMedium::Email, "email")] {
        let is_wanted = media.is_empty() || media.contains(&medium);
        if is_wanted && user.attribute(attribute).is_some() {
            call.send_code(pool, user, attribute, Purpose::Invitation, password)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{PASSWORD, TestPool, merge},
        *,
    };

    const MAIL: &str = "ada@example.com";

    fn ada(members: Value) -> Value {
        let mut input = json!({
            "Username": "ada",
            "UserAttributes": [{ "Name": "email", "Value": MAIL }, { "Name": "email_verified", "Value": "true" }],
        });
        merge(&mut input, members);
        input
    }

    fn status(test: &TestPool) -> Value {
        test.admin("AdminGetUser", json!({ "Username": "ada" })).unwrap()["UserStatus"].clone()
    }

    #[test]
    fn an_invited_user_gets_a_temporary_password_by_mail() {
        let test = TestPool::new();
        let answer = test.admin("AdminCreateUser", ada(json!({}))).unwrap();
        assert_eq!(answer["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
        let invitation = test.account.messages.last_to(MAIL).unwrap();
        assert_eq!(invitation.purpose, Purpose::Invitation);
        let challenge = test.sign_in_by_srp("ada", &invitation.code).unwrap();
        assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    }

    #[test]
    fn an_invitation_is_suppressed_or_sent_again() {
        let test = TestPool::new();
        test.admin("AdminCreateUser", ada(json!({ "MessageAction": "SUPPRESS" }))).unwrap();
        assert!(test.account.messages.all().is_empty());
        let resend = json!({ "Username": "ada", "MessageAction": "RESEND" });
        test.admin("AdminCreateUser", resend.clone()).unwrap();
        assert!(test.sign_in("ada", &test.code_to(MAIL)).is_ok());

        let permanent = json!({ "Username": "ada", "Password": PASSWORD, "Permanent": true });
        test.admin("AdminSetUserPassword", permanent).unwrap();
        assert_eq!(test.admin("AdminCreateUser", resend).unwrap_err().code, "UnsupportedUserStateException");
        let again = test.admin("AdminCreateUser", ada(json!({}))).unwrap_err();
        assert_eq!(again.to_string(), "UsernameExistsException: User account already exists");
    }

    #[test]
    fn passwords_are_set_for_good_or_until_the_next_sign_in() {
        let test = TestPool::new();
        test.add_user("ada", &[]);
        assert_eq!(status(&test), "CONFIRMED");
        let temporary = json!({ "Username": "ada", "Password": "Temp-Horse-1" });
        test.admin("AdminSetUserPassword", temporary).unwrap();
        assert_eq!(status(&test), "FORCE_CHANGE_PASSWORD");
        let weak = json!({ "Username": "ada", "Password": "weak", "Permanent": true });
        assert_eq!(test.admin("AdminSetUserPassword", weak).unwrap_err().code, "InvalidPasswordException");
    }

    #[test]
    fn a_reset_password_is_set_anew_by_code() {
        let test = TestPool::new();
        test.add_user("ada", &[("email", MAIL), ("email_verified", "true")]);
        test.admin("AdminResetUserPassword", json!({ "Username": "ada" })).unwrap();
        assert_eq!(status(&test), "RESET_REQUIRED");
        let input = json!({
            "Username": "ada", "ConfirmationCode": test.code_to(MAIL), "Password": "Newer-Horse-2",
        });
        test.call("ConfirmForgotPassword", input).unwrap();
        assert_eq!(status(&test), "CONFIRMED");
        assert!(test.sign_in("ada", "Newer-Horse-2").is_ok());
    }

    #[test]
    fn an_administrator_confirms_a_sign_up() {
        let test = TestPool::new();
        test.call("SignUp", json!({ "Username": "ada", "Password": PASSWORD })).unwrap();
        assert_eq!(status(&test), "UNCONFIRMED");
        test.admin("AdminConfirmSignUp", json!({ "Username": "ada" })).unwrap();
        assert!(test.sign_in("ada", PASSWORD).is_ok());
        assert!(test.admin("AdminConfirmSignUp", json!({ "Username": "ada" })).is_err());
    }

    #[test]
    fn a_disabled_user_is_out_at_once() {
        let test = TestPool::new();
        test.add_user("ada", &[]);
        let token = test.tokens("ada")["AccessToken"].clone();
        test.admin("AdminDisableUser", json!({ "Username": "ada" })).unwrap();
        assert!(test.call("GetUser", json!({ "AccessToken": token })).is_err());
        assert!(test.sign_in("ada", PASSWORD).is_err());
        test.admin("AdminEnableUser", json!({ "Username": "ada" })).unwrap();
        assert!(test.sign_in("ada", PASSWORD).is_ok());
    }

    #[test]
    fn an_alias_moves_only_on_insistence() {
        let test = TestPool::with(json!({ "AliasAttributes": ["email"] }), json!({}));
        test.add_user("first", &[("email", MAIL), ("email_verified", "true")]);
        let taken = test.admin("AdminCreateUser", ada(json!({}))).unwrap_err();
        assert_eq!(taken.code, "AliasExistsException");
        test.admin("AdminCreateUser", ada(json!({ "ForceAliasCreation": true }))).unwrap();
        let owner = test.admin("AdminGetUser", json!({ "Username": MAIL })).unwrap();
        assert_eq!(owner["Username"], "ada");
    }

    #[test]
    fn unknown_users_and_pools_are_named() {
        let test = TestPool::new();
        let user = test.admin("AdminGetUser", json!({ "Username": "ghost" })).unwrap_err();
        assert_eq!(user.to_string(), "UserNotFoundException: User does not exist.");
        let input = json!({ "Username": "ghost", "UserPoolId": "eu-west-1_Nowhere" });
        let pool = test.admin("AdminGetUser", input).unwrap_err();
        assert_eq!(
            pool.to_string(),
            "ResourceNotFoundException: User pool eu-west-1_Nowhere does not exist."
        );
    }
}
