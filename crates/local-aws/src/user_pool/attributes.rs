//! Users' own attributes, and the verification of their addresses.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, Caller,
    attempts::Attempt,
    code::Code,
    delivery::expired_code,
    invalid_parameter,
    mfa::MfaConfiguration,
    pool::{Address, PREFERRED_USERNAME, UserPool},
    schema::{Attribute, Attributes, Writer, collect},
    sign_up::{alias_exists, check_writable},
    user::AttributeCode,
};
use crate::{error::AwsError, messages::Purpose};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateUserAttributes {
    access_token: String,
    user_attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeleteUserAttributes {
    access_token: String,
    user_attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AttributeVerificationCode {
    access_token: String,
    attribute_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VerifyUserAttribute {
    access_token: String,
    attribute_name: String,
    code: String,
}

const CODE_LIFETIME: Duration = Duration::from_secs(24 * 3600);
const ADDRESSES: [Address; 2] = [Address::Email, Address::PhoneNumber];

/// UpdateUserAttributes. A changed address gets a code if the pool verifies such addresses.
pub(super) fn update_user_attributes(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: UpdateUserAttributes = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    let mut written = collect(input.user_attributes);
    check_writable(&caller.client, &written)?;
    pool.schema.check_write(Writer::User, &written, Some(&pool.user(&caller.username)?.attributes))?;

    check_preferred_username(pool, &written, &caller.username)?;

    let mut deliveries = Vec::new();
    for address in ADDRESSES {
        let is_blank = written.get(address.name()).is_some_and(String::is_empty);
        if is_blank {
            check_can_lack(pool, &caller, address)?;
        }
        let is_changed = !is_blank && is_changed(pool, &caller, address, &written)?;
        let verified = &pool.settings.auto_verified_attributes;
        if is_changed && verified.contains(&address) {
            deliveries.push(send_code_to_new_address(call, pool, &caller, address, &mut written)?);
        }
    }
    pool.user_mut(&caller.username)?.write_attributes(written, call.now);
    Ok(json!({ "CodeDeliveryDetailsList": deliveries }))
}

pub(super) fn delete_user_attributes(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: DeleteUserAttributes = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    for name in &input.user_attribute_names {
        pool.schema.check_delete(name)?;
        check_writable(&caller.client, &Attributes::from_iter([(name.clone(), String::new())]))?;
        if let Some(address) = ADDRESSES.into_iter().find(|address| address.name() == name) {
            check_can_lack(pool, &caller, address)?;
        }
    }
    let user = pool.user_mut(&caller.username)?;
    for name in &input.user_attribute_names {
        user.delete_attribute(name);
    }
    user.modified = call.now;
    Ok(json!({}))
}

/// Whether a user may delete an address: it must be neither the username nor a required second factor.
fn check_can_lack(pool: &UserPool, caller: &Caller, address: Address) -> Result<(), AwsError> {
    if pool.settings.username_attributes.contains(&address) {
        return Err(invalid_parameter(format!("user.{}: The attribute is required\n", address.name())));
    }
    let requires_sms = pool.settings.mfa_configuration == MfaConfiguration::On && pool.offered_factors.sms;
    let has_another = pool.user(&caller.username)?.mfa.software_token.is_some() || pool.offered_factors.email;
    if address == Address::PhoneNumber && requires_sms && !has_another {
        return Err(invalid_parameter(
            "The phone_number cannot be removed while SMS_MFA is the only MFA method of the user, and MFA is required.",
        ));
    }
    Ok(())
}

/// GetUserAttributeVerificationCode.
pub(super) fn user_attribute_verification_code(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: AttributeVerificationCode = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    let name = known_address(&input.attribute_name)?.name();
    let user = pool.user(&caller.username)?;
    let pending = user.attribute_codes.get(name).and_then(|sent| sent.new_value.clone());
    let Some(to) = pending.as_deref().or(user.attribute(name)).map(str::to_owned) else {
        return Err(invalid_parameter(format!("User does not have attribute {name}.")));
    };
    pool.user_mut(&caller.username)?.attempts.take(Attempt::Attribute, call.now)?;
    let user = pool.user(&caller.username)?;
    let code = Code::new(call.now, CODE_LIFETIME);
    let delivery = call.send_code_to(pool, user, name, &to, Purpose::VerifyAttribute, code.digits())?;
    let sent = AttributeCode { code, new_value: pending };
    pool.user_mut(&caller.username)?.attribute_codes.insert(name.to_owned(), sent);
    Ok(json!({ "CodeDeliveryDetails": delivery }))
}

pub(super) fn verify_user_attribute(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: VerifyUserAttribute = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    let name = known_address(&input.attribute_name)?.name();

    let user = pool.user_mut(&caller.username)?;
    let sent = user.attribute_codes.get_mut(name).ok_or_else(expired_code)?;
    sent.code.check(&input.code, call.now)?;
    let new_value =
        sent.new_value.clone().or_else(|| user.attribute(name).map(str::to_owned)).unwrap_or_default();
    if pool.owner_of(name, &new_value, &caller.username).is_some() {
        return Err(alias_exists(name));
    }
    let user = pool.user_mut(&caller.username)?;
    user.attribute_codes.remove(name);
    user.attributes.insert(name.to_owned(), new_value);
    user.set_verified(name, true);
    user.modified = call.now;
    Ok(json!({}))
}

/// A preferred username is unique if users sign in with it.
pub(super) fn check_preferred_username(
    pool: &UserPool,
    written: &Attributes,
    username: &str,
) -> Result<(), AwsError> {
    let preferred = written.get(PREFERRED_USERNAME);
    if preferred.is_some_and(|name| pool.owner_of(PREFERRED_USERNAME, name, username).is_some()) {
        return Err(alias_exists(PREFERRED_USERNAME));
    }
    Ok(())
}

fn is_changed(
    pool: &UserPool,
    caller: &Caller,
    address: Address,
    written: &Attributes,
) -> Result<bool, AwsError> {
    let Some(new) = written.get(address.name()) else { return Ok(false) };
    if pool.user(&caller.username)?.attribute(address.name()) == Some(new) {
        return Ok(false);
    }
    let is_username = pool.settings.username_attributes.contains(&address);
    if is_username && pool.owner_of(address.name(), new, &caller.username).is_some() {
        return Err(alias_exists(address.name()));
    }
    Ok(true)
}

/// If the pool requires it, the old address remains until the new one is verified.
fn send_code_to_new_address(
    call: &Call<'_>,
    pool: &mut UserPool,
    caller: &Caller,
    address: Address,
    written: &mut Attributes,
) -> Result<Value, AwsError> {
    let name = address.name();
    let keeps_old = pool
        .settings
        .user_attribute_update_settings
        .attributes_require_verification_before_update
        .contains(&address);
    let new = written.get(name).cloned().unwrap_or_default();
    let code = Code::new(call.now, CODE_LIFETIME);
    let user = pool.user(&caller.username)?;
    let delivery = call.send_code_to(pool, user, name, &new, Purpose::VerifyAttribute, code.digits())?;
    if keeps_old {
        written.remove(name);
    }
    let sent = AttributeCode { code, new_value: keeps_old.then_some(new) };
    pool.user_mut(&caller.username)?.attribute_codes.insert(name.to_owned(), sent);
    Ok(delivery)
}

fn known_address(name: &str) -> Result<Address, AwsError> {
    ADDRESSES
        .into_iter()
        .find(|address| address.name() == name)
        .ok_or_else(|| invalid_parameter(format!("Attribute {name} cannot be verified.")))
}

#[cfg(test)]
mod tests {
    use super::{super::testing::TestPool, *};

    const OLD: &str = "ada@example.com";
    const NEW: &str = "ada@new.example";

    fn signed_in(pool: Value) -> (TestPool, Value) {
        let test = TestPool::with(pool, json!({}));
        test.add_user("ada", &[("email", OLD), ("email_verified", "true")]);
        let token = test.tokens("ada")["AccessToken"].clone();
        (test, token)
    }

    fn update(test: &TestPool, token: &Value, name: &str, value: &str) -> Result<Value, AwsError> {
        let attributes = json!([{ "Name": name, "Value": value }]);
        test.call("UpdateUserAttributes", json!({ "AccessToken": token, "UserAttributes": attributes }))
    }

    fn verify(test: &TestPool, token: &Value, code: &str) -> Result<Value, AwsError> {
        let input = json!({ "AccessToken": token, "AttributeName": "email", "Code": code });
        test.call("VerifyUserAttribute", input)
    }

    fn attribute(test: &TestPool, token: &Value, name: &str) -> Option<Value> {
        let user = test.call("GetUser", json!({ "AccessToken": token })).unwrap();
        let list = user["UserAttributes"].as_array().unwrap();
        list.iter().find(|attribute| attribute["Name"] == name).map(|attribute| attribute["Value"].clone())
    }

    #[test]
    fn a_new_address_is_unverified_until_its_code_comes_back() {
        let (test, token) = signed_in(json!({}));
        let answer = update(&test, &token, "email", NEW).unwrap();
        assert_eq!(answer["CodeDeliveryDetailsList"][0]["Destination"], "a***@n***");
        assert_eq!(attribute(&test, &token, "email"), Some(json!(NEW)));
        assert_eq!(attribute(&test, &token, "email_verified"), Some(json!("false")));
        let code = test.code_to(NEW);
        let wrong = if code == "000000" { "000001" } else { "000000" };
        assert_eq!(verify(&test, &token, wrong).unwrap_err().code, "CodeMismatchException");
        verify(&test, &token, &code).unwrap();
        assert_eq!(attribute(&test, &token, "email_verified"), Some(json!("true")));
        assert_eq!(verify(&test, &token, &code).unwrap_err().code, "ExpiredCodeException");
    }

    #[test]
    fn a_pool_can_keep_the_old_address_until_then() {
        let settings = json!({ "AttributesRequireVerificationBeforeUpdate": ["email"] });
        let (test, token) = signed_in(json!({ "UserAttributeUpdateSettings": settings }));
        update(&test, &token, "email", NEW).unwrap();
        assert_eq!(attribute(&test, &token, "email"), Some(json!(OLD)));
        assert_eq!(attribute(&test, &token, "email_verified"), Some(json!("true")));
        let again = json!({ "AccessToken": token, "AttributeName": "email" });
        test.call("GetUserAttributeVerificationCode", again).unwrap();
        verify(&test, &token, &test.code_to(NEW)).unwrap();
        assert_eq!(attribute(&test, &token, "email"), Some(json!(NEW)));
    }

    #[test]
    fn a_code_can_be_asked_for_again_and_expires() {
        let (test, token) = signed_in(json!({}));
        let ask = |name: &str| {
            let input = json!({ "AccessToken": token, "AttributeName": name });
            test.call("GetUserAttributeVerificationCode", input)
        };
        assert_eq!(ask("email").unwrap()["CodeDeliveryDetails"]["Destination"], "a***@e***");
        assert!(ask("phone_number").is_err(), "there is none");
        assert!(ask("name").is_err(), "names are not verified");
        let code = test.code_to(OLD);
        test.advance(3500);
        assert!(verify(&test, &token, &code).is_ok());
    }

    #[test]
    fn attributes_that_are_not_addresses_change_without_a_code() {
        let (test, token) = signed_in(json!({}));
        assert_eq!(update(&test, &token, "name", "Ada").unwrap()["CodeDeliveryDetailsList"], json!([]));
        assert_eq!(attribute(&test, &token, "name"), Some(json!("Ada")));
        let names = json!({ "AccessToken": token, "UserAttributeNames": ["name"] });
        test.call("DeleteUserAttributes", names).unwrap();
        assert_eq!(attribute(&test, &token, "name"), None);
    }

    #[test]
    fn a_blank_value_deletes_its_attribute() {
        let schema = json!([{ "Name": "name", "Required": true }]);
        let test = TestPool::with(json!({ "Schema": schema }), json!({}));
        test.add_user(
            "ada",
            &[("email", OLD), ("email_verified", "true"), ("name", "Ada"), ("locale", "en")],
        );
        let token = test.tokens("ada")["AccessToken"].clone();
        for name in ["email", "locale"] {
            let answer = update(&test, &token, name, "").unwrap();
            assert_eq!(answer["CodeDeliveryDetailsList"], json!([]), "no code is sent to nowhere");
            assert_eq!(attribute(&test, &token, name), None);
        }
        assert_eq!(attribute(&test, &token, "email_verified"), None);
        assert_eq!(update(&test, &token, "name", "").unwrap_err().code, "InvalidParameterException");
    }

    #[test]
    fn people_cannot_write_what_is_not_theirs() {
        let (test, token) = signed_in(json!({ "Schema": [{ "Name": "tier", "Mutable": false }] }));
        for (name, value) in
            [("email_verified", "true"), ("sub", "1"), ("custom:unknown", "1"), ("email", "x")]
        {
            assert!(update(&test, &token, name, value).is_err(), "{name}");
        }
        assert!(update(&test, &token, "custom:tier", "gold").is_ok());
        assert!(update(&test, &token, "custom:tier", "platinum").is_err());
    }

    #[test]
    fn a_preferred_user_name_signs_in_and_is_given_once() {
        let (test, token) = signed_in(json!({ "AliasAttributes": ["preferred_username"] }));
        update(&test, &token, "preferred_username", "countess").unwrap();
        assert!(test.sign_in_by_srp("countess", super::super::testing::PASSWORD).is_ok());
        test.add_user("bob", &[]);
        let other = test.tokens("bob")["AccessToken"].clone();
        let taken = update(&test, &other, "preferred_username", "countess").unwrap_err();
        assert_eq!(taken.code, "AliasExistsException");
        update(&test, &token, "preferred_username", "countess").unwrap();
    }

    #[test]
    fn a_user_name_that_is_a_mail_address_stays_unique_and_present() {
        let (test, token) = {
            let test = TestPool::with(json!({ "UsernameAttributes": ["email"] }), json!({}));
            test.add_user(OLD, &[]);
            test.add_user(NEW, &[]);
            let token = test.tokens(OLD)["AccessToken"].clone();
            (test, token)
        };
        assert_eq!(update(&test, &token, "email", NEW).unwrap_err().code, "AliasExistsException");
        let names = json!({ "AccessToken": token, "UserAttributeNames": ["email"] });
        assert!(test.call("DeleteUserAttributes", names).is_err());
        update(&test, &token, "email", "third@example.com").unwrap();
        assert!(test.sign_in("third@example.com", super::super::testing::PASSWORD).is_ok());
    }

    #[test]
    fn the_only_second_factor_stays_while_the_pool_requires_one() {
        let test = TestPool::with(json!({ "SmsConfiguration": sms_sender() }), json!({}));
        test.add_user("ada", &[("phone_number", "+4912345678"), ("phone_number_verified", "true")]);
        let token = test.tokens("ada")["AccessToken"].clone();
        let delete = json!({ "AccessToken": token, "UserAttributeNames": ["phone_number"] });
        let blank =
            json!({ "AccessToken": token, "UserAttributes": [{ "Name": "phone_number", "Value": "" }] });
        let sms =
            json!({ "MfaConfiguration": "ON", "SmsMfaConfiguration": { "SmsConfiguration": sms_sender() } });
        test.admin("SetUserPoolMfaConfig", sms).unwrap();
        for (operation, input) in [("DeleteUserAttributes", &delete), ("UpdateUserAttributes", &blank)] {
            let error = test.call(operation, input.clone()).unwrap_err();
            assert_eq!(error.code, "InvalidParameterException", "{operation}");
        }
        test.admin("SetUserPoolMfaConfig", json!({ "MfaConfiguration": "OFF" })).unwrap();
        test.call("DeleteUserAttributes", delete).unwrap();
    }

    fn sms_sender() -> Value {
        json!({ "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" })
    }
}
