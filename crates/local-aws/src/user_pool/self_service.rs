//! Operations of users, with an access token, on their own account.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, attempts::limit_exceeded, mfa::Factor, pool::UserPool, sign_in::wrong_password, user::User,
};
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
    user.password_attempts.check_lock(call.now).map_err(|_| limit_exceeded())?;
    if !pool.check_password(user, &input.previous_password) {
        pool.user_mut(&caller.username)?.password_attempts.wrong(call.now);
        return Err(wrong_password());
    }
    pool.settings.policies.password_policy.check(&input.proposed_password)?;
    pool.check_history(&caller.username, &input.proposed_password)?;
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

/// Removes a user. The user's tokens become invalid.
pub(super) fn remove(pool: &mut UserPool, username: &str) {
    pool.users.remove(username);
    pool.challenges.forget_user(username);
}

/// Adds the second factors, if there are any.
pub(super) fn add_mfa(answer: &mut Value, user: &User) {
    if user.mfa.enabled.is_empty() {
        return;
    }
    answer["UserMFASettingList"] = json!(user.mfa.enabled_names());
    if user.mfa.enabled.contains(&Factor::Sms) {
        answer["MFAOptions"] = json!([{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }]);
    }
    if let Some(preferred) = user.mfa.preferred {
        answer["PreferredMfaSetting"] = json!(preferred.name());
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{PASSWORD, TestPool},
        *,
    };

    fn signed_in() -> (TestPool, Value) {
        let test = TestPool::new();
        test.add_user("ada", &[("email", "ada@example.com")]);
        let token = test.tokens("ada")["AccessToken"].clone();
        (test, token)
    }

    fn change(test: &TestPool, token: &Value, previous: &str, proposed: &str) -> Result<Value, AwsError> {
        let input =
            json!({ "AccessToken": token, "PreviousPassword": previous, "ProposedPassword": proposed });
        test.call("ChangePassword", input)
    }

    #[test]
    fn people_see_who_they_are() {
        let (test, token) = signed_in();
        let user = test.call("GetUser", json!({ "AccessToken": token })).unwrap();
        assert_eq!(user["Username"], "ada");
        assert_eq!(user["UserAttributes"][0]["Name"], "sub");
        let mail = json!({ "Name": "email", "Value": "ada@example.com" });
        assert!(user["UserAttributes"].as_array().unwrap().contains(&mail));
        assert!(user.get("UserMFASettingList").is_none());
    }

    #[test]
    fn a_password_is_changed_by_who_knows_the_old_one() {
        let (test, token) = signed_in();
        let wrong = change(&test, &token, "Wrong-Horse-1", "Newer-Horse-2").unwrap_err();
        assert_eq!(wrong.to_string(), "NotAuthorizedException: Incorrect username or password.");
        let weak = change(&test, &token, PASSWORD, "weak").unwrap_err();
        assert_eq!(weak.code, "InvalidPasswordException");
        change(&test, &token, PASSWORD, "Newer-Horse-2").unwrap();
        assert!(test.sign_in_by_srp("ada", "Newer-Horse-2").is_ok());
        assert!(test.sign_in_by_srp("ada", PASSWORD).is_err());
    }

    #[test]
    fn guessing_the_old_password_is_limited() {
        let (test, token) = signed_in();
        for _ in 0..5 {
            change(&test, &token, "Wrong-Horse-1", "Newer-Horse-2").unwrap_err();
        }
        let error = change(&test, &token, PASSWORD, "Newer-Horse-2").unwrap_err();
        assert_eq!(error.code, "LimitExceededException");
    }

    #[test]
    fn who_deletes_the_account_is_gone_at_once() {
        let (test, token) = signed_in();
        test.call("DeleteUser", json!({ "AccessToken": token })).unwrap();
        let gone = test.call("GetUser", json!({ "AccessToken": token })).unwrap_err();
        assert_eq!(gone.to_string(), "UserNotFoundException: User does not exist.");
        assert!(test.sign_in("ada", PASSWORD).is_err());
    }

    #[test]
    fn a_new_user_of_the_same_name_is_not_reached_by_old_tokens() {
        let (test, token) = signed_in();
        test.call("DeleteUser", json!({ "AccessToken": token })).unwrap();
        test.add_user("ada", &[]);
        assert!(test.call("GetUser", json!({ "AccessToken": token })).is_err());
    }
}
