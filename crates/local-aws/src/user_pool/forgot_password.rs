//! People who have forgotten their password.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call,
    code::{Code, CodeError},
    delivery::{expired_code, pretended_details},
    invalid_parameter, not_authorized,
    pool::{RecoveryOption, UserPool, user_not_found},
    user::{AddressCode, User, UserStatus},
};
use crate::{error::AwsError, messages::Purpose};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ForgotPassword {
    client_id: String,
    username: String,
    secret_hash: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfirmForgotPassword {
    client_id: String,
    username: String,
    confirmation_code: String,
    password: String,
    secret_hash: Option<String>,
}

const CODE_LIFETIME: Duration = Duration::from_secs(3600);

pub(super) fn forgot_password(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ForgotPassword = call.input()?;
    let mut pools = call.pools();
    let (pool, client) = pools.by_client(&input.client_id)?;
    client.check_secret_hash(&input.username, input.secret_hash.as_deref())?;
    let Some(username) = pool.find(&input.username).map(|user| user.username.clone()) else {
        if client.settings.hides_users() {
            return Ok(json!({ "CodeDeliveryDetails": pretended_details(&input.username) }));
        }
        return Err(user_not_found());
    };
    Ok(json!({ "CodeDeliveryDetails": send_recovery_code(call, pool, &username)? }))
}

pub(super) fn confirm_forgot_password(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ConfirmForgotPassword = call.input()?;
    let mut pools = call.pools();
    let (pool, client) = pools.by_client(&input.client_id)?;
    client.check_secret_hash(&input.username, input.secret_hash.as_deref())?;
    let Some(username) = pool.find(&input.username).map(|user| user.username.clone()) else {
        let hidden = AwsError::from(CodeError::Mismatch);
        return Err(if client.settings.hides_users() { hidden } else { user_not_found() });
    };
    pool.settings.policies.password_policy.check(&input.password)?;
    let user = pool.user_mut(&username)?;
    let sent = user.recovery_code.as_mut().ok_or_else(expired_code)?;
    sent.code.check(&input.confirmation_code, call.now)?;

    let verifier = pool.verifier(&username, &input.password);
    let user = pool.user_mut(&username)?;
    user.recovery_code = None;
    user.set_password(verifier, call.now);
    user.status = UserStatus::Confirmed;
    Ok(json!({}))
}

/// Sends a code with which the user can set a new password; gives the `CodeDeliveryDetails`.
pub(super) fn send_recovery_code(
    call: &Call<'_>,
    pool: &mut UserPool,
    username: &str,
) -> Result<Value, AwsError> {
    let user = pool.user(username)?;
    if !user.enabled {
        return Err(not_authorized("User is disabled."));
    }
    if user.status == UserStatus::ForceChangePassword {
        return Err(not_authorized("User password cannot be reset in the current state."));
    }
    let attribute = recovery_address(pool, user)?;
    let code = Code::new(call.now, CODE_LIFETIME);
    let delivery = call.send_code(&pool.id, user, attribute, Purpose::ForgotPassword, code.digits());
    pool.user_mut(username)?.recovery_code = Some(AddressCode { code, attribute: attribute.to_owned() });
    Ok(delivery)
}

/// The verified address that comes first in the pool's order.
fn recovery_address(pool: &UserPool, user: &User) -> Result<&'static str, AwsError> {
    let mut mechanisms = pool.settings.account_recovery_setting.recovery_mechanisms.clone();
    mechanisms.sort_by_key(|mechanism| mechanism.priority);
    if mechanisms.iter().any(|mechanism| mechanism.name == RecoveryOption::AdminOnly) {
        return Err(not_authorized("Contact administrator to reset password."));
    }
    mechanisms
        .iter()
        .filter_map(|mechanism| match mechanism.name {
            RecoveryOption::VerifiedEmail => Some("email"),
            RecoveryOption::VerifiedPhoneNumber => Some("phone_number"),
            RecoveryOption::AdminOnly => None,
        })
        .find(|attribute| user.is_verified(attribute))
        .ok_or_else(|| {
            invalid_parameter(
                "Cannot reset password for the user as there is no registered/verified email or phone_number",
            )
        })
}
