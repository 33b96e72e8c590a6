//! Resource servers, which define scopes of their own: CreateResourceServer and its relatives.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    error::AwsError,
    user_pool::{Call, invalid_parameter, pool::UserPool},
};

/// A resource server. Its scopes are `IDENTIFIER/NAME`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::user_pool) struct ResourceServer {
    user_pool_id: String,
    identifier: String,
    name: String,
    #[serde(default)]
    scopes: Vec<Scope>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Scope {
    scope_name: String,
    scope_description: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ServerId {
    user_pool_id: String,
    identifier: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfPool {
    user_pool_id: String,
}

impl UserPool {
    /// Whether a resource server defines this scope.
    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.resource_servers.values().any(|server| {
            let name = scope.strip_prefix(&server.identifier).and_then(|rest| rest.strip_prefix('/'));
            name.is_some_and(|name| server.scopes.iter().any(|scope| scope.scope_name == name))
        })
    }
}

/// CreateResourceServer.
pub(in crate::user_pool) fn create(call: &Call<'_>) -> Result<Value, AwsError> {
    let server: ResourceServer = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&server.user_pool_id)?;
    if pool.resource_servers.contains_key(&server.identifier) {
        return Err(invalid_parameter(format!(
            "{} already exists in user pool {}.",
            server.identifier, pool.id
        )));
    }
    Ok(insert(pool, server))
}

/// UpdateResourceServer. Scopes that are left out are removed.
pub(in crate::user_pool) fn update(call: &Call<'_>) -> Result<Value, AwsError> {
    let server: ResourceServer = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&server.user_pool_id)?;
    find(pool, &server.identifier)?;
    Ok(insert(pool, server))
}

/// DescribeResourceServer.
pub(in crate::user_pool) fn describe(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ServerId = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    Ok(json!({ "ResourceServer": find(pool, &input.identifier)? }))
}

/// ListResourceServers, without pages.
pub(in crate::user_pool) fn list(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: OfPool = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let servers: Vec<_> = pool.resource_servers.values().collect();
    Ok(json!({ "ResourceServers": servers }))
}

/// DeleteResourceServer.
pub(in crate::user_pool) fn delete(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ServerId = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    find(pool, &input.identifier)?;
    pool.resource_servers.remove(&input.identifier);
    Ok(json!({}))
}

fn insert(pool: &mut UserPool, server: ResourceServer) -> Value {
    let answer = json!({ "ResourceServer": server });
    pool.resource_servers.insert(server.identifier.clone(), server);
    answer
}

fn find<'a>(pool: &'a UserPool, identifier: &str) -> Result<&'a ResourceServer, AwsError> {
    let not_found = || {
        AwsError::new("ResourceNotFoundException", format!("Resource server {identifier} does not exist."))
    };
    pool.resource_servers.get(identifier).ok_or_else(not_found)
}
