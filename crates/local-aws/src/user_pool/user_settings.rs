//! SetUserSettings, which AWS no longer supports but still answers: it turns codes by SMS on and off.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, admin_users::find, invalid_parameter, mfa::Factor, mfa_setup::check_can_enable, pool::UserPool,
};
use crate::error::AwsError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SetUserSettings {
    access_token: String,
    #[serde(rename = "MFAOptions")]
    mfa_options: Vec<MfaOption>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AdminSetUserSettings {
    user_pool_id: String,
    username: String,
    #[serde(rename = "MFAOptions")]
    mfa_options: Vec<MfaOption>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MfaOption {
    delivery_medium: Option<String>,
    attribute_name: Option<String>,
}

pub(super) fn set_user_settings(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: SetUserSettings = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    apply(pool, &caller.username, &input.mfa_options)
}

pub(super) fn admin_set_user_settings(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: AdminSetUserSettings = call.input()?;
    let mut pools = call.pools();
    let (pool, username) = find(&mut pools, &input.user_pool_id, &input.username)?;
    apply(pool, &username, &input.mfa_options)
}

fn apply(pool: &mut UserPool, username: &str, options: &[MfaOption]) -> Result<Value, AwsError> {
    let is_known = |option: &MfaOption| {
        option.delivery_medium.as_deref() == Some("SMS")
            && option.attribute_name.as_deref() == Some("phone_number")
    };
    if !options.iter().all(is_known) {
        return Err(invalid_parameter("Only SMS to phone_number can be set."));
    }
    if options.is_empty() {
        pool.user_mut(username)?.mfa.disable(Factor::Sms);
        return Ok(json!({}));
    }
    check_can_enable(pool, username, Factor::Sms)?;
    pool.user_mut(username)?.mfa.enable(Factor::Sms);
    Ok(json!({}))
}

#[cfg(test)]
mod tests {
    use super::{super::testing::TestPool, *};

    #[test]
    fn codes_by_sms_are_turned_on_and_off() {
        let test = TestPool::new();
        let sms =
            json!({ "MfaConfiguration": "OPTIONAL", "SmsMfaConfiguration": { "SmsConfiguration": {} } });
        test.admin("SetUserPoolMfaConfig", sms).unwrap();
        test.add_user("ada", &[("phone_number", "+491701234567"), ("phone_number_verified", "true")]);
        test.add_user("bob", &[]);
        let token = test.tokens("ada")["AccessToken"].clone();
        let set = |token: &Value, options: Value| {
            test.call("SetUserSettings", json!({ "AccessToken": token, "MFAOptions": options }))
        };
        let on = json!([{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }]);
        let factors = || {
            let user = test.call("GetUser", json!({ "AccessToken": token })).unwrap();
            (user["UserMFASettingList"].clone(), user["MFAOptions"].clone())
        };
        set(&token, on.clone()).unwrap();
        assert_eq!(factors(), (json!(["SMS_MFA"]), on.clone()));
        set(&token, json!([])).unwrap();
        assert_eq!(factors(), (Value::Null, Value::Null));

        let email = json!([{ "DeliveryMedium": "EMAIL", "AttributeName": "email" }]);
        assert_eq!(set(&token, email).unwrap_err().code, "InvalidParameterException");
        let bob = test.tokens("bob")["AccessToken"].clone();
        assert_eq!(set(&bob, on.clone()).unwrap_err().code, "InvalidParameterException", "no phone");
        let input = json!({ "Username": "ada", "MFAOptions": on });
        test.admin("AdminSetUserSettings", input).unwrap();
        assert_eq!(factors().0, json!(["SMS_MFA"]));
    }
}
