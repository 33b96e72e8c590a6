//! The signed operations that create and change identity pools.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    invalid_parameter, parse,
    pool::{Identity, IdentityPool, Provider, RoleMapping},
};
use crate::{account::Account, clock::json_timestamp, error::AwsError, exchange::Request};

pub(super) fn operate(account: &Account, request: &Request) -> Result<Value, AwsError> {
    match request.operation.as_str() {
        "CreateIdentityPool" => create(account, parse(request)?),
        "UpdateIdentityPool" => update(account, parse(request)?),
        "DescribeIdentityPool" => {
            let input: PoolInput = parse(request)?;
            Ok(describe(account.identity_pools.state().pool(&input.identity_pool_id)?))
        }
        "DeleteIdentityPool" => delete(account, &parse(request)?),
        "ListIdentityPools" => list(account, &parse(request)?),
        "SetIdentityPoolRoles" => set_roles(account, parse(request)?),
        "GetIdentityPoolRoles" => get_roles(account, &parse(request)?),
        "DescribeIdentity" => {
            let input: IdentityInput = parse(request)?;
            Ok(describe_identity(account.identity_pools.state().identity(&input.identity_id)?))
        }
        operation => {
            Err(AwsError::new("UnknownOperationException", format!("The operation {operation} is unknown.")))
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PoolInput {
    identity_pool_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListInput {
    max_results: usize,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IdentityInput {
    identity_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PoolSettings {
    identity_pool_name: String,
    allow_unauthenticated_identities: bool,
    allow_classic_flow: Option<bool>,
    #[serde(default)]
    cognito_identity_providers: Vec<Provider>,
}

#[derive(Deserialize)]
struct PoolUpdate {
    #[serde(rename = "IdentityPoolId")]
    id: String,
    #[serde(flatten)]
    settings: PoolSettings,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RolesInput {
    identity_pool_id: String,
    roles: BTreeMap<String, String>,
    #[serde(default)]
    role_mappings: BTreeMap<String, RoleMapping>,
}

fn create(account: &Account, settings: PoolSettings) -> Result<Value, AwsError> {
    check(&settings)?;
    let pool = IdentityPool {
        id: format!("{}:{}", account.region, uuid::Uuid::new_v4()),
        name: settings.identity_pool_name,
        allow_unauthenticated: settings.allow_unauthenticated_identities,
        allow_classic_flow: settings.allow_classic_flow,
        providers: settings.cognito_identity_providers,
        roles: BTreeMap::new(),
        role_mappings: BTreeMap::new(),
    };
    let description = describe(&pool);
    account.identity_pools.state().pools.insert(pool.id.clone(), pool);
    Ok(description)
}

fn update(account: &Account, update: PoolUpdate) -> Result<Value, AwsError> {
    check(&update.settings)?;
    let mut state = account.identity_pools.state();
    let pool = state.pool_mut(&update.id)?;
    pool.name = update.settings.identity_pool_name;
    pool.allow_unauthenticated = update.settings.allow_unauthenticated_identities;
    pool.allow_classic_flow = update.settings.allow_classic_flow;
    pool.providers = update.settings.cognito_identity_providers;
    Ok(describe(pool))
}

fn check(settings: &PoolSettings) -> Result<(), AwsError> {
    let name = &settings.identity_pool_name;
    let is_valid = (1..=128).contains(&name.len())
        && name.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || "+=,.@-_".contains(c));
    if !is_valid {
        return Err(invalid_parameter(format!(
            "1 validation error detected: Value '{name}' at 'identityPoolName' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: [\\w\\s+=,.@-]+"
        )));
    }
    match settings
        .cognito_identity_providers
        .iter()
        .find(|provider| !provider.provider_name.starts_with("cognito-idp."))
    {
        Some(provider) => Err(invalid_parameter(format!(
            "The provider name {} is not that of a user pool: cognito-idp.REGION.amazonaws.com/USER_POOL_ID",
            provider.provider_name
        ))),
        None => Ok(()),
    }
}

fn delete(account: &Account, input: &PoolInput) -> Result<Value, AwsError> {
    let mut state = account.identity_pools.state();
    state.pool(&input.identity_pool_id)?;
    state.pools.remove(&input.identity_pool_id);
    state.identities.retain(|_, identity| identity.pool_id != input.identity_pool_id);
    Ok(json!({}))
}

fn list(account: &Account, input: &ListInput) -> Result<Value, AwsError> {
    if !(1..=60).contains(&input.max_results) {
        return Err(invalid_parameter(format!(
            "1 validation error detected: Value '{}' at 'maxResults' failed to satisfy constraint: Member must have \
             value between 1 and 60, inclusive",
            input.max_results
        )));
    }
    let state = account.identity_pools.state();
    let start = input.next_token.clone().unwrap_or_default();
    let mut rest = state.pools.range(start..).map(|(_, pool)| pool);
    let pools: Vec<_> = rest
        .by_ref()
        .take(input.max_results)
        .map(|pool| json!({ "IdentityPoolId": pool.id, "IdentityPoolName": pool.name }))
        .collect();
    let mut answer = json!({ "IdentityPools": pools });
    if let Some(next) = rest.next() {
        answer["NextToken"] = next.id.as_str().into();
    }
    Ok(answer)
}

fn set_roles(account: &Account, input: RolesInput) -> Result<Value, AwsError> {
    if let Some(kind) =
        input.roles.keys().find(|kind| !matches!(kind.as_str(), "authenticated" | "unauthenticated"))
    {
        return Err(invalid_parameter(format!(
            "The role type {kind} is neither authenticated nor unauthenticated."
        )));
    }
    for (provider, mapping) in &input.role_mappings {
        mapping
            .check()
            .map_err(|reason| invalid_parameter(format!("The role mapping of {provider} {reason}")))?;
    }
    let mut state = account.identity_pools.state();
    let pool = state.pool_mut(&input.identity_pool_id)?;
    pool.roles = input.roles;
    pool.role_mappings = input.role_mappings;
    Ok(json!({}))
}

fn get_roles(account: &Account, input: &PoolInput) -> Result<Value, AwsError> {
    let state = account.identity_pools.state();
    let pool = state.pool(&input.identity_pool_id)?;
    Ok(json!({ "IdentityPoolId": pool.id, "Roles": pool.roles, "RoleMappings": pool.role_mappings }))
}

fn describe(pool: &IdentityPool) -> Value {
    json!({
        "IdentityPoolId": pool.id,
        "IdentityPoolName": pool.name,
        "AllowUnauthenticatedIdentities": pool.allow_unauthenticated,
        "AllowClassicFlow": pool.allow_classic_flow,
        "CognitoIdentityProviders": pool.providers,
    })
}

fn describe_identity(identity: &Identity) -> Value {
    json!({
        "IdentityId": identity.id,
        "Logins": identity.logins.keys().collect::<Vec<_>>(),
        "CreationDate": json_timestamp(identity.created),
        "LastModifiedDate": json_timestamp(identity.modified),
    })
}
