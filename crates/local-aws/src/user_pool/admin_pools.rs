//! Administration of user pools and app clients.

use std::{collections::BTreeMap, sync::Arc, time::SystemTime};

use rand::{Rng as _, seq::IndexedRandom as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Call,
    challenge::Challenges,
    client::{AppClient, ClientSettings},
    domain::Domain,
    first_factor::{Tier, unavailable_in_lite},
    input::unreadable,
    invalid_parameter,
    mfa::{MfaConfiguration, OfferedFactors},
    passkeys::WebAuthnConfiguration,
    pool::{PoolSettings, UserPool},
    schema::{Schema, SchemaAttribute},
    sender::SmsConfiguration,
    sessions::SessionConfiguration,
    sign_ins::SignIns,
};
use crate::{clock::json_timestamp, error::AwsError};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateUserPool {
    #[serde(flatten)]
    settings: PoolSettings,
    #[serde(default)]
    schema: Vec<SchemaAttribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PoolId {
    user_pool_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ClientIds {
    user_pool_id: String,
    client_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SetUserPoolMfaConfig {
    user_pool_id: String,
    mfa_configuration: Option<MfaConfiguration>,
    sms_mfa_configuration: Option<SmsMfaConfiguration>,
    software_token_mfa_configuration: Option<SoftwareTokenMfaConfiguration>,
    email_mfa_configuration: Option<Value>,
    web_authn_configuration: Option<WebAuthnConfiguration>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SmsMfaConfiguration {
    #[serde(skip_serializing_if = "Option::is_none")]
    sms_authentication_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sms_configuration: Option<SmsConfiguration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SoftwareTokenMfaConfiguration {
    #[serde(default)]
    enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateUserPoolClient {
    user_pool_id: String,
    #[serde(default)]
    generate_secret: bool,
    #[serde(flatten)]
    settings: ClientSettings,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateUserPoolClient {
    user_pool_id: String,
    client_id: String,
    #[serde(flatten)]
    settings: ClientSettings,
}

const LOWERCASE: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

pub(super) fn create_user_pool(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: CreateUserPool = call.input()?;
    let mut settings = input.settings;
    settings.device_configuration.take_if(|devices| devices.is_empty());
    validate(&settings)?;
    if !settings.username_attributes.is_empty() && !settings.alias_attributes.is_empty() {
        return Err(invalid_parameter(
            "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.",
        ));
    }
    settings.email_configuration.validate()?;
    if let Some(sms) = &settings.sms_configuration {
        sms.check(call)?;
    }
    let offers_sms = settings.sms_configuration.is_some();
    if settings.mfa_configuration != MfaConfiguration::Off && !offers_sms {
        return Err(invalid_parameter(
            "SMS configuration and Auto verification for phone_number are required when MFA is required/optional",
        ));
    }
    let mut pretence_key = [0; 32];
    rand::rng().fill_bytes(&mut pretence_key);
    let region = call.account.region.clone();
    let pool = UserPool {
        id: format!("{region}_{}", random_text(ALPHANUMERIC, 9)),
        region,
        schema: Schema::new(input.schema)?,
        offered_factors: OfferedFactors { sms: offers_sms, ..OfferedFactors::default() },
        web_authn: WebAuthnConfiguration::default(),
        settings,
        clients: BTreeMap::new(),
        users: BTreeMap::new(),
        groups: BTreeMap::new(),
        challenges: Challenges::default(),
        sign_ins: SignIns::default(),
        risk_configuration: None,
        replicas: BTreeMap::new(),
        sessions: SessionConfiguration::default(),
        domain: Domain::default(),
        identity_providers: BTreeMap::new(),
        resource_servers: BTreeMap::new(),
        pretence_key,
        created: call.now,
    };
    let answer = json!({ "UserPool": pool.to_json() });
    call.pools().0.insert(pool.id.clone(), pool);
    Ok(answer)
}

/// UpdateUserPool. As with AWS, what is left out falls back to its default; what users sign in with stays.
pub(super) fn update_user_pool(call: &Call<'_>) -> Result<Value, AwsError> {
    let mut input: Value = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(input["UserPoolId"].as_str().unwrap_or_default())?;
    let old = &pool.settings;
    if input["PoolName"].is_null() {
        input["PoolName"] = json!(old.name);
    }
    let settings: PoolSettings = serde_json::from_value(input).map_err(|error| unreadable(&error))?;
    let settings = PoolSettings {
        username_attributes: old.username_attributes.clone(),
        alias_attributes: old.alias_attributes.clone(),
        username_configuration: old.username_configuration.clone(),
        device_configuration: settings.device_configuration.filter(|devices| !devices.is_empty()),
        ..settings
    };
    validate(&settings)?;
    pool.settings = settings;
    Ok(json!({}))
}

fn validate(settings: &PoolSettings) -> Result<(), AwsError> {
    settings.policies.password_policy.validate()?;
    settings.acr_configuration.validate()?;
    if settings.acr_configuration.is_custom() && settings.user_pool_tier == Tier::Lite {
        return Err(unavailable_in_lite("Custom ACR Values"));
    }
    settings.policies.sign_in_policy.validate(settings.user_pool_tier)
}

pub(super) fn describe_user_pool(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: PoolId = call.input()?;
    Ok(json!({ "UserPool": call.pools().by_id(&input.user_pool_id)?.to_json() }))
}

pub(super) fn delete_user_pool(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: PoolId = call.input()?;
    let mut pools = call.pools();
    pools.by_id(&input.user_pool_id)?;
    pools.0.remove(&input.user_pool_id);
    Ok(json!({}))
}

/// ListUserPools, without pages.
pub(super) fn list_user_pools(call: &Call<'_>) -> Result<Value, AwsError> {
    let list: Vec<_> = call
        .pools()
        .0
        .values()
        .map(|pool| {
            json!({
                "Id": pool.id,
                "Name": pool.settings.name,
                "CreationDate": json_timestamp(pool.created),
                "LastModifiedDate": json_timestamp(pool.created),
            })
        })
        .collect();
    Ok(json!({ "UserPools": list }))
}

/// SetUserPoolMfaConfig: which factors the pool offers, and whether it requires one.
pub(super) fn set_user_pool_mfa_config(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: SetUserPoolMfaConfig = call.input()?;
    let sms = input.sms_mfa_configuration.as_ref().and_then(|sms| sms.sms_configuration.clone());
    if let Some(sms) = &sms {
        sms.check(call)?;
    }
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let offered = OfferedFactors {
        sms: input.sms_mfa_configuration.is_some(),
        software_token: input.software_token_mfa_configuration.is_some_and(|factor| factor.enabled),
        email: input.email_mfa_configuration.is_some(),
    };
    let mfa = input.mfa_configuration.unwrap_or(pool.settings.mfa_configuration);
    if mfa != MfaConfiguration::Off && !(offered.sms || offered.software_token || offered.email) {
        return Err(invalid_parameter(
            "At least one MFA method must be configured when MFA is required/optional",
        ));
    }
    let web_authn = input.web_authn_configuration.unwrap_or_default();
    web_authn.check()?;
    pool.offered_factors = offered;
    if sms.is_some() {
        pool.settings.sms_configuration = sms;
    }
    pool.settings.mfa_configuration = mfa;
    let mut answer = json!({
        "MfaConfiguration": mfa,
        "SoftwareTokenMfaConfiguration": { "Enabled": offered.software_token },
    });
    if let Some(sms) = input.sms_mfa_configuration {
        answer["SmsMfaConfiguration"] = json!(sms);
    }
    if let Some(email) = input.email_mfa_configuration {
        answer["EmailMfaConfiguration"] = email;
    }
    if web_authn.relying_party_id.is_some() {
        answer["WebAuthnConfiguration"] = json!(web_authn);
    }
    pool.web_authn = web_authn;
    Ok(answer)
}

pub(super) fn create_user_pool_client(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: CreateUserPoolClient = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let client = AppClient {
        id: random_text(LOWERCASE, 26),
        user_pool_id: pool.id.clone(),
        secret: input.generate_secret.then(|| random_text(LOWERCASE, 51)),
        settings: checked(input.settings.completed()?, pool, input.generate_secret)?,
        created: call.now,
        modified: call.now,
    };
    let answer = json!({ "UserPoolClient": client.to_json() });
    pool.clients.insert(client.id.clone(), Arc::new(client));
    Ok(answer)
}

pub(super) fn describe_user_pool_client(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ClientIds = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    Ok(json!({ "UserPoolClient": client(pool, &input.client_id)?.to_json() }))
}

pub(super) fn update_user_pool_client(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: UpdateUserPoolClient = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let old = client(pool, &input.client_id)?;
    let mut settings = input.settings;
    if settings.client_name.is_empty() {
        settings.client_name.clone_from(&old.settings.client_name);
    }
    let settings = checked(settings.completed()?, pool, old.secret.is_some())?;
    let updated = updated_client(&old, settings, call.now);
    let answer = json!({ "UserPoolClient": updated.to_json() });
    pool.clients.insert(updated.id.clone(), Arc::new(updated));
    Ok(answer)
}

pub(super) fn delete_user_pool_client(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ClientIds = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let id = client(pool, &input.client_id)?.id.clone();
    pool.clients.remove(&id);
    Ok(json!({}))
}

/// ListUserPoolClients, without pages.
pub(super) fn list_user_pool_clients(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: PoolId = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let list: Vec<_> = pool
        .clients
        .values()
        .map(|client| {
            json!({
                "ClientId": client.id,
                "UserPoolId": pool.id,
                "ClientName": client.settings.client_name,
            })
        })
        .collect();
    Ok(json!({ "UserPoolClients": list }))
}

fn checked(settings: ClientSettings, pool: &UserPool, has_secret: bool) -> Result<ClientSettings, AwsError> {
    settings.oauth.check(pool, has_secret)?;
    Ok(settings)
}

fn client(pool: &UserPool, id: &str) -> Result<Arc<AppClient>, AwsError> {
    let not_found =
        || AwsError::new("ResourceNotFoundException", format!("User pool client {id} does not exist."));
    pool.clients.get(id).cloned().ok_or_else(not_found)
}

fn updated_client(old: &AppClient, settings: ClientSettings, now: SystemTime) -> AppClient {
    AppClient {
        id: old.id.clone(),
        user_pool_id: old.user_pool_id.clone(),
        secret: old.secret.clone(),
        settings,
        created: old.created,
        modified: now,
    }
}

fn random_text(alphabet: &[u8], length: usize) -> String {
    let mut rng = rand::rng();
    (0..length).filter_map(|_| alphabet.choose(&mut rng).copied().map(char::from)).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::testing::TestPool, *};

    #[test]
    fn ids_have_the_forms_of_aws() {
        let test = TestPool::new();
        let (region, name) = test.pool_id.split_once('_').unwrap();
        assert_eq!((region, name.len()), ("eu-west-1", 9));
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(test.client_id.len(), 26);
        let pool = test.admin("DescribeUserPool", json!({})).unwrap()["UserPool"].clone();
        assert_eq!(pool["Id"], test.pool_id);
        assert_eq!(pool["Name"], "test");
        assert_eq!(
            pool["Arn"],
            format!("arn:aws:cognito-idp:eu-west-1:000000000000:userpool/{}", test.pool_id)
        );
    }

    #[test]
    fn pools_and_clients_are_listed_and_deleted() {
        let test = TestPool::new();
        let pools = test.admin("ListUserPools", json!({ "MaxResults": 10 })).unwrap();
        assert_eq!(pools["UserPools"][0]["Id"], test.pool_id);
        let clients = test.admin("ListUserPoolClients", json!({})).unwrap();
        assert_eq!(clients["UserPoolClients"][0]["ClientId"], test.client_id);
        test.admin("DeleteUserPoolClient", json!({ "ClientId": test.client_id })).unwrap();
        assert!(test.admin("DescribeUserPoolClient", json!({ "ClientId": test.client_id })).is_err());
        test.admin("DeleteUserPool", json!({})).unwrap();
        assert!(test.admin("DescribeUserPool", json!({})).is_err());
    }

    #[test]
    fn only_clients_that_ask_for_it_have_a_secret() {
        let test = TestPool::new();
        assert!(test.create_client(json!({})).get("ClientSecret").is_none());
        let client = test.create_client(json!({ "GenerateSecret": true }));
        assert!(client["ClientSecret"].as_str().is_some_and(|secret| secret.len() > 40));
        let update = json!({ "ClientId": client["ClientId"], "ClientName": "renamed" });
        let updated = test.admin("UpdateUserPoolClient", update).unwrap()["UserPoolClient"].clone();
        assert_eq!(updated["ClientSecret"], client["ClientSecret"]);
        assert_eq!(updated["ClientName"], "renamed");
    }

    #[test]
    fn what_an_update_leaves_out_falls_back_to_the_default() {
        let test = TestPool::with(json!({}), json!({ "AccessTokenValidity": 5, "AuthSessionValidity": 10 }));
        let update = json!({ "ClientId": test.client_id });
        let updated = test.admin("UpdateUserPoolClient", update).unwrap()["UserPoolClient"].clone();
        assert_eq!(updated["AuthSessionValidity"], 3);
        assert!(updated.get("AccessTokenValidity").is_none());
        assert_eq!(updated["ClientName"], "test");
        assert!(updated["ExplicitAuthFlows"].as_array().unwrap().contains(&json!("ALLOW_USER_SRP_AUTH")));
    }

    #[test]
    fn contradictory_pools_are_refused() {
        let test = TestPool::new();
        for wrong in [
            json!({ "UsernameAttributes": ["email"], "AliasAttributes": ["email"] }),
            json!({ "MfaConfiguration": "ON" }),
            json!({ "MfaConfiguration": "SOMETIMES" }),
            json!({ "UsernameAttributes": ["name"] }),
            json!({ "Policies": { "PasswordPolicy": { "MinimumLength": 5 } } }),
            json!({ "Schema": [{ "Name": "x", "Required": true }] }),
        ] {
            let mut input = wrong.clone();
            input["PoolName"] = json!("wrong");
            let error = test.admin("CreateUserPool", input).unwrap_err();
            assert_eq!(error.code, "InvalidParameterException", "{wrong}");
        }
        let nothing_offered = json!({ "MfaConfiguration": "ON" });
        assert!(test.admin("SetUserPoolMfaConfig", nothing_offered).is_err());
    }
}
