//! CreateUserPoolDomain and its relatives.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::state::Domain;
use crate::{
    account::ACCOUNT_ID,
    error::AwsError,
    user_pool::{Call, invalid_parameter},
};

/// The settings of a domain.
#[derive(Clone, Debug)]
pub(super) struct DomainSettings {
    pub(super) name: String,
    custom: Option<CustomDomainConfig>,
    managed_login_version: u8,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CustomDomainConfig {
    certificate_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DomainInput {
    domain: String,
    user_pool_id: String,
    custom_domain_config: Option<CustomDomainConfig>,
    managed_login_version: Option<u8>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DomainName {
    domain: String,
}

/// CreateUserPoolDomain.
pub(in crate::user_pool) fn create(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: DomainInput = call.input()?;
    let mut pools = call.pools();
    if pools.by_domain(&input.domain).is_some() {
        return Err(invalid_parameter("Domain already associated with another user pool."));
    }
    if let Some(word) = ["aws", "amazon", "cognito"].into_iter().find(|word| input.domain.contains(word)) {
        return Err(invalid_parameter(format!("Domain cannot contain reserved word: {word}")));
    }
    let pool = pools.by_id(&input.user_pool_id)?;
    if pool.domain.settings.is_some() {
        return Err(invalid_parameter("User pool already has a domain configured."));
    }
    let settings = DomainSettings {
        name: input.domain,
        custom: input.custom_domain_config,
        managed_login_version: input.managed_login_version.unwrap_or(1),
    };
    let answer = answer(&settings);
    pool.domain.settings = Some(settings);
    Ok(answer)
}

/// UpdateUserPoolDomain.
pub(in crate::user_pool) fn update(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: DomainInput = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let settings = pool.domain.settings.as_mut().filter(|settings| settings.name == input.domain);
    let settings = settings.ok_or_else(no_such_domain)?;
    if input.custom_domain_config.is_some() {
        settings.custom = input.custom_domain_config;
    }
    if let Some(version) = input.managed_login_version {
        settings.managed_login_version = version;
    }
    Ok(answer(settings))
}

/// DescribeUserPoolDomain. A domain that does not exist has an empty description.
pub(in crate::user_pool) fn describe(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: DomainName = call.input()?;
    let mut pools = call.pools();
    let Some(pool) = pools.by_domain(&input.domain) else { return Ok(json!({ "DomainDescription": {} })) };
    let Some(settings) = &pool.domain.settings else { return Ok(json!({ "DomainDescription": {} })) };
    let mut description = json!({
        "UserPoolId": pool.id,
        "AWSAccountId": ACCOUNT_ID,
        "Domain": settings.name,
        "Status": "ACTIVE",
        "ManagedLoginVersion": settings.managed_login_version,
        "CustomDomainConfig": {},
    });
    if let Some(custom) = &settings.custom {
        description["CustomDomainConfig"] = json!(custom);
    }
    Ok(json!({ "DomainDescription": description }))
}

/// DeleteUserPoolDomain. The sessions and pending sign-ins of the domain end.
pub(in crate::user_pool) fn delete(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: DomainInput = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    if pool.domain.name() != Some(&input.domain) {
        return Err(no_such_domain());
    }
    pool.domain = Domain::default();
    Ok(json!({}))
}

fn answer(settings: &DomainSettings) -> Value {
    let mut answer = json!({ "ManagedLoginVersion": settings.managed_login_version });
    if settings.custom.is_some() {
        answer["CloudFrontDomain"] = json!("d111111abcdef8.cloudfront.net");
    }
    answer
}

fn no_such_domain() -> AwsError {
    invalid_parameter("No such domain or user pool exists.")
}
