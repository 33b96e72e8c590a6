//! The signed operations that create and change identity pools.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    developer, invalid_parameter, parse,
    pool::{Identity, IdentityPool, Provider, RoleMapping},
    principal_tags,
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
            let state = account.identity_pools.state();
            let identity = state.identity(&input.identity_id)?;
            Ok(describe_identity(identity, state.pool(&identity.pool_id)?))
        }
        "GetOpenIdTokenForDeveloperIdentity" => developer::open_id_token(account, parse(request)?),
        "LookupDeveloperIdentity" => developer::look_up(account, &parse(request)?),
        "MergeDeveloperIdentities" => developer::merge(account, &parse(request)?),
        "UnlinkDeveloperIdentity" => developer::unlink(account, &parse(request)?),
        "SetPrincipalTagAttributeMap" => principal_tags::set(account, parse(request)?),
        "GetPrincipalTagAttributeMap" => principal_tags::get(account, &parse(request)?),
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
    #[serde(default)]
    supported_login_providers: BTreeMap<String, String>,
    #[serde(default, rename = "OpenIdConnectProviderARNs")]
    open_id_connect_provider_arns: Vec<String>,
    #[serde(default, rename = "SamlProviderARNs")]
    saml_provider_arns: Vec<String>,
    developer_provider_name: Option<String>,
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
    check(account, &settings)?;
    let pool = IdentityPool {
        id: format!("{}:{}", account.region, uuid::Uuid::new_v4()),
        name: settings.identity_pool_name,
        allow_unauthenticated: settings.allow_unauthenticated_identities,
        allow_classic_flow: settings.allow_classic_flow,
        providers: settings.cognito_identity_providers,
        social_providers: settings.supported_login_providers,
        open_id_provider_arns: settings.open_id_connect_provider_arns,
        saml_provider_arns: settings.saml_provider_arns,
        developer_provider: settings.developer_provider_name,
        principal_tags: BTreeMap::new(),
        roles: BTreeMap::new(),
        role_mappings: BTreeMap::new(),
    };
    let description = describe(&pool);
    account.identity_pools.state().pools.insert(pool.id.clone(), pool);
    Ok(description)
}

fn update(account: &Account, update: PoolUpdate) -> Result<Value, AwsError> {
    check(account, &update.settings)?;
    let mut state = account.identity_pools.state();
    let pool = state.pool_mut(&update.id)?;
    if pool.developer_provider.is_some() && pool.developer_provider != update.settings.developer_provider_name
    {
        return Err(invalid_parameter(
            "The developer provider name cannot be changed once it is set.".to_owned(),
        ));
    }
    pool.developer_provider = update.settings.developer_provider_name;
    pool.social_providers = update.settings.supported_login_providers;
    pool.open_id_provider_arns = update.settings.open_id_connect_provider_arns;
    pool.saml_provider_arns = update.settings.saml_provider_arns;
    pool.name = update.settings.identity_pool_name;
    pool.allow_unauthenticated = update.settings.allow_unauthenticated_identities;
    pool.allow_classic_flow = update.settings.allow_classic_flow;
    pool.providers = update.settings.cognito_identity_providers;
    Ok(describe(pool))
}

fn check(account: &Account, settings: &PoolSettings) -> Result<(), AwsError> {
    let name = &settings.identity_pool_name;
    let is_valid = (1..=128).contains(&name.len())
        && name.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || "+=,.@-_".contains(c));
    if !is_valid {
        return Err(invalid_parameter(format!(
            "1 validation error detected: Value '{name}' at 'identityPoolName' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: [\\w\\s+=,.@-]+"
        )));
    }
    if let Some(unknown) = settings.supported_login_providers.keys().find(|name| !is_social(name)) {
        return Err(invalid_parameter(format!("{unknown} is not a supported login provider.")));
    }
    let arns = settings.open_id_connect_provider_arns.iter().chain(&settings.saml_provider_arns);
    if let Some(missing) = arns.into_iter().find(|arn| !account.iam.providers.exists(arn)) {
        return Err(invalid_parameter(format!("The provider {missing} does not exist in this account.")));
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

/// The social providers of identity pools, without those that no longer exist (Digits) or that local-aws does not know (Twitter).
fn is_social(name: &str) -> bool {
    ["accounts.google.com", "appleid.apple.com", "graph.facebook.com", "www.amazon.com"].contains(&name)
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
        "SupportedLoginProviders": pool.social_providers,
        "OpenIdConnectProviderARNs": pool.open_id_provider_arns,
        "SamlProviderARNs": pool.saml_provider_arns,
        "DeveloperProviderName": pool.developer_provider,
    })
}

fn describe_identity(identity: &Identity, pool: &IdentityPool) -> Value {
    let developer = pool.developer_provider.iter().filter(|_| !identity.developer_users.is_empty());
    json!({
        "IdentityId": identity.id,
        "Logins": identity.logins.keys().chain(developer).collect::<Vec<_>>(),
        "CreationDate": json_timestamp(identity.created),
        "LastModifiedDate": json_timestamp(identity.modified),
    })
}
