//! Claims of login tokens as session tags (`aws:PrincipalTag/KEY` in policies).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    identity::VerifiedLogin,
    pool::{IdentityPool, PrincipalTags},
};
use crate::{account::Account, error::AwsError};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetInput {
    identity_pool_id: String,
    identity_provider_name: String,
    #[serde(default)]
    use_defaults: bool,
    #[serde(default)]
    principal_tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetInput {
    identity_pool_id: String,
    identity_provider_name: String,
}

/// SetPrincipalTagAttributeMap.
pub(super) fn set(account: &Account, input: SetInput) -> Result<Value, AwsError> {
    let mut state = account.identity_pools.state();
    let pool = state.pool_mut(&input.identity_pool_id)?;
    let tags = PrincipalTags { use_defaults: input.use_defaults, tags: input.principal_tags };
    let description = describe(&pool.id, &input.identity_provider_name, &tags);
    pool.principal_tags.insert(input.identity_provider_name, tags);
    Ok(description)
}

/// GetPrincipalTagAttributeMap.
pub(super) fn get(account: &Account, input: &GetInput) -> Result<Value, AwsError> {
    let state = account.identity_pools.state();
    let pool = state.pool(&input.identity_pool_id)?;
    let tags = pool.principal_tags.get(&input.identity_provider_name).cloned().unwrap_or_default();
    Ok(describe(&pool.id, &input.identity_provider_name, &tags))
}

/// The tags of a session for these logins. A claim that a token lacks makes no tag.
pub(super) fn of(pool: &IdentityPool, logins: &[VerifiedLogin]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for login in logins {
        let Some(map) = map_of(pool, &login.provider) else { continue };
        let defaults =
            [("username", "sub"), ("client", "aud")].map(|(tag, claim)| (tag.to_owned(), claim.to_owned()));
        let tags = if map.use_defaults { BTreeMap::from(defaults) } else { map.tags.clone() };
        for (tag, claim) in tags {
            if let Some(value) = login.claims.get(&claim) {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                found.insert(tag, value);
            }
        }
    }
    found
}

fn map_of<'a>(pool: &'a IdentityPool, provider: &str) -> Option<&'a PrincipalTags> {
    let of_open_id = format!(":oidc-provider/{provider}");
    let mut maps = pool.principal_tags.iter();
    maps.find(|(name, _)| *name == provider || name.ends_with(&of_open_id)).map(|(_, map)| map)
}

fn describe(pool_id: &str, provider: &str, tags: &PrincipalTags) -> Value {
    json!({
        "IdentityPoolId": pool_id,
        "IdentityProviderName": provider,
        "UseDefaults": tags.use_defaults,
        "PrincipalTags": tags.tags,
    })
}
