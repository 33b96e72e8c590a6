//! Forgotten passwords.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call,
    attempts::{Attempt, too_many_failed_attempts},
    code::{Code, CodeError},
    delivery::{expired_code, pretended_details},
    invalid_parameter, not_authorized,
    pool::{RecoveryOption, UserPool, user_not_found},
    triggers,
    user::{AddressCode, User, UserStatus, user_not_confirmed},
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
    pool.user_mut(&username)?.attempts.take(Attempt::Recovery, call.now)?;
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
    pool.check_history(&username, &input.password)?;
    let user = pool.user_mut(&username)?;
    if user.status == UserStatus::Unconfirmed {
        return Err(user_not_confirmed());
    }
    let wrong = Attempt::WrongRecovery;
    user.attempts.check(wrong, call.now).map_err(|_| too_many_failed_attempts())?;
    let sent = user.recovery_code.as_mut().ok_or_else(expired_code)?;
    if let Err(error) = sent.code.check(&input.confirmation_code, call.now) {
        if error == CodeError::Mismatch {
            user.attempts.count(wrong, call.now);
        }
        return Err(error.into());
    }

    let verifier = pool.verifier(&username, &input.password);
    let user = pool.user_mut(&username)?;
    user.recovery_code = None;
    user.set_password(verifier, call.now);
    user.status = UserStatus::Confirmed;
    triggers::user_confirmed(call, pool, &client, "ConfirmForgotPassword", &username)?;
    Ok(json!({}))
}

/// Sends a code with which the user can set a new password, and returns the `CodeDeliveryDetails`.
pub(super) fn send_recovery_code(
    call: &Call<'_>,
    pool: &mut UserPool,
    username: &str,
) -> Result<Value, AwsError> {
    let user = pool.user(username)?;
    if !user.enabled {
        return Err(not_authorized("User is disabled."));
    }
    if [UserStatus::ForceChangePassword, UserStatus::ExternalProvider].contains(&user.status) {
        return Err(not_authorized("User password cannot be reset in the current state."));
    }
    let attribute = recovery_address(pool, user)?;
    let code = Code::new(call.now, CODE_LIFETIME);
    let delivery = call.send_code(pool, user, attribute, Purpose::ForgotPassword, code.digits())?;
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

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{PASSWORD, TestPool},
        *,
    };

    const MAIL: &str = "ada@example.com";
    const NEW: &str = "Newer-Horse-2";

    fn pool_with_ada() -> TestPool {
        let test = TestPool::new();
        test.add_user("ada", &[("email", MAIL), ("email_verified", "true")]);
        test
    }

    fn forgot(test: &TestPool, username: &str) -> Result<Value, AwsError> {
        test.call("ForgotPassword", json!({ "Username": username }))
    }

    fn confirm(test: &TestPool, code: &str, password: &str) -> Result<Value, AwsError> {
        let input = json!({ "Username": "ada", "ConfirmationCode": code, "Password": password });
        test.call("ConfirmForgotPassword", input)
    }

    #[test]
    fn the_code_sets_a_new_password_once() {
        let test = pool_with_ada();
        let answer = forgot(&test, "ada").unwrap();
        assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "a***@e***");
        let code = test.code_to(MAIL);
        assert_eq!(confirm(&test, &code, "weak").unwrap_err().code, "InvalidPasswordException");
        confirm(&test, &code, NEW).unwrap();
        assert!(test.sign_in_by_srp("ada", NEW).is_ok());
        assert!(test.sign_in_by_srp("ada", PASSWORD).is_err());
        assert_eq!(confirm(&test, &code, PASSWORD).unwrap_err().code, "ExpiredCodeException");
    }

    #[test]
    fn wrong_and_expired_codes_are_refused_and_guessing_is_limited() {
        let test = pool_with_ada();
        forgot(&test, "ada").unwrap();
        let code = test.code_to(MAIL);
        let wrong = if code == "000000" { "000001" } else { "000000" };
        for _ in 0..5 {
            assert_eq!(confirm(&test, wrong, NEW).unwrap_err().code, "CodeMismatchException");
        }
        assert_eq!(
            confirm(&test, &code, NEW).unwrap_err().to_string(),
            "LimitExceededException: Attempt limit exceeded, please try after some time."
        );
        forgot(&test, "ada").unwrap();
        test.advance(3600);
        assert_eq!(confirm(&test, &test.code_to(MAIL), NEW).unwrap_err().code, "ExpiredCodeException");
        assert!(test.sign_in("ada", PASSWORD).is_ok());
    }

    #[test]
    fn the_code_goes_to_a_verified_address_in_the_pool_s_order() {
        let recovery = json!({ "RecoveryMechanisms": [
            { "Name": "verified_email", "Priority": 2 }, { "Name": "verified_phone_number", "Priority": 1 },
        ] });
        let test = TestPool::with(json!({ "AccountRecoverySetting": recovery }), json!({}));
        let phone = [("phone_number", "+491701234567"), ("phone_number_verified", "true")];
        test.add_user("ada", &[&phone[..], &[("email", MAIL), ("email_verified", "true")]].concat());
        test.add_user("bob", &[("email", "bob@example.com"), ("email_verified", "true")]);
        test.add_user("eve", &[("email", "eve@example.com")]);
        assert_eq!(forgot(&test, "ada").unwrap()["CodeDeliveryDetails"]["DeliveryMedium"], "SMS");
        assert_eq!(forgot(&test, "bob").unwrap()["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL");
        let unverified = forgot(&test, "eve").unwrap_err();
        assert!(unverified.message.starts_with("Cannot reset password for the user"), "{unverified}");
    }

    #[test]
    fn a_user_who_must_set_a_password_anyway_or_is_disabled_gets_no_code() {
        let test = pool_with_ada();
        test.admin("AdminDisableUser", json!({ "Username": "ada" })).unwrap();
        assert_eq!(forgot(&test, "ada").unwrap_err().message, "User is disabled.");
        let invited = json!({
            "Username": "bob", "MessageAction": "SUPPRESS",
            "UserAttributes": [{ "Name": "email", "Value": "bob@example.com" },
                               { "Name": "email_verified", "Value": "true" }],
        });
        test.admin("AdminCreateUser", invited).unwrap();
        assert_eq!(
            forgot(&test, "bob").unwrap_err().message,
            "User password cannot be reset in the current state."
        );
    }

    #[test]
    fn who_is_unknown_is_told_or_hidden() {
        let confirm = |test: &TestPool| {
            let input = json!({ "Username": "ghost", "ConfirmationCode": "1", "Password": NEW });
            test.call("ConfirmForgotPassword", input).unwrap_err().code
        };
        let revealing = TestPool::new();
        assert_eq!(forgot(&revealing, "ghost").unwrap_err().code, "UserNotFoundException");
        assert_eq!(confirm(&revealing), "UserNotFoundException");
        let hidden = TestPool::with(json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" }));
        assert!(forgot(&hidden, "ghost").unwrap()["CodeDeliveryDetails"].is_object());
        assert_eq!(confirm(&hidden), "CodeMismatchException");
        assert!(hidden.account.messages.all().is_empty());
    }
}
