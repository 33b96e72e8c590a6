//! What people with an access token do with their own account.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, pool::UserPool, sign_in::wrong_password, user::User};
use crate::error::AwsError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccessToken {
    access_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangePassword {
    access_token: String,
    previous_password: String,
    proposed_password: String,
}

/// GetUser.
pub(super) fn user(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: AccessToken = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    let user = pool.user(&caller.username)?;
    let mut attributes = user.attributes_json();
    if let Some(list) = attributes.as_array_mut() {
        list.retain(|attribute| {
            attribute["Name"]
                .as_str()
                .is_some_and(|name| name == "sub" || caller.client.settings.may_read(name))
        });
    }
    let mut answer = json!({ "Username": user.username, "UserAttributes": attributes });
    add_mfa(&mut answer, user);
    Ok(answer)
}

pub(super) fn change_password(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ChangePassword = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    let user = pool.user(&caller.username)?;
    user.password_attempts.check_lock(call.now).map_err(|_| {
        AwsError::new("LimitExceededException", "Attempt limit exceeded, please try after some time.")
    })?;
    if !pool.check_password(user, &input.previous_password) {
        pool.user_mut(&caller.username)?.password_attempts.wrong(call.now);
        return Err(wrong_password());
    }
    pool.settings.policies.password_policy.check(&input.proposed_password)?;
    let verifier = pool.verifier(&caller.username, &input.proposed_password);
    pool.user_mut(&caller.username)?.set_password(verifier, call.now);
    Ok(json!({}))
}

pub(super) fn delete_user(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: AccessToken = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    remove(pool, &caller.username);
    Ok(json!({}))
}

/// Removes a user. Tokens that are still about find nobody.
pub(super) fn remove(pool: &mut UserPool, username: &str) {
    pool.users.remove(username);
    pool.challenges.forget_user(username);
}

/// Adds the second factors, where there are any.
pub(super) fn add_mfa(answer: &mut Value, user: &User) {
    if user.mfa.enabled.is_empty() {
        return;
    }
    answer["UserMFASettingList"] = json!(user.mfa.enabled_names());
    if let Some(preferred) = user.mfa.preferred {
        answer["PreferredMfaSetting"] = json!(preferred.name());
    }
}
