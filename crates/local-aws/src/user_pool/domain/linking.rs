//! AdminLinkProviderForUser and AdminDisableProviderForUser.

use serde::Deserialize;
use serde_json::{Value, json};

use super::federation::ExternalIdentity;
use crate::{
    error::AwsError,
    user_pool::{
        Call, invalid_parameter,
        pool::{UserPool, user_not_found},
    },
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LinkProviderForUser {
    user_pool_id: String,
    destination_user: ProviderUser,
    source_user: ProviderUser,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DisableProviderForUser {
    user_pool_id: String,
    user: ProviderUser,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProviderUser {
    provider_name: Option<String>,
    /// `Cognito_Subject`, or the provider's attribute that the value is compared with.
    provider_attribute_name: Option<String>,
    provider_attribute_value: Option<String>,
}

const SUBJECT: &str = "Cognito_Subject";
const MOST_LINKS: usize = 5;

impl ProviderUser {
    fn provider(&self) -> &str {
        self.provider_name.as_deref().unwrap_or_default()
    }

    fn value(&self) -> &str {
        self.provider_attribute_value.as_deref().unwrap_or_default()
    }

    fn is_native(&self) -> bool {
        self.provider() == "Cognito"
    }
}

/// AdminLinkProviderForUser: an identity that has never signed in signs in as an existing user from now on.
pub(in crate::user_pool) fn link(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: LinkProviderForUser = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let source = &input.source_user;
    let Some(provider) = pool.identity_providers.get(source.provider()) else {
        return Err(invalid_parameter(format!("Unable to find provider with name {}", source.provider())));
    };
    if source.value().is_empty() {
        return Err(invalid_parameter("SourceUser must have a ProviderAttributeValue."));
    }
    let mut identity = ExternalIdentity::new(provider, source.value().to_owned(), false, call.now);
    identity.claim = source.provider_attribute_name.clone().filter(|name| name != SUBJECT);
    let destination = destination(pool, &input.destination_user)?;
    let owner = owner_of(pool, source.provider(), source.value());
    if owner.as_ref() == Some(&destination) {
        return Err(invalid_parameter("SourceUser is already linked to DestinationUser"));
    }
    if owner.is_some() {
        return Err(invalid_parameter(
            "Merging is not currently supported, provide a SourceUser that has not been linked to an existing user",
        ));
    }
    let user = pool.user_mut(&destination)?;
    let mut identities = user.identities.clone();
    if identities.len() >= MOST_LINKS {
        return Err(AwsError::new("LimitExceededException", "A user can be linked to at most 5 identities."));
    }
    identities.push(identity);
    user.set_identities(identities);
    Ok(json!({}))
}

/// AdminDisableProviderForUser: removes a link, or keeps a user of a provider from signing in. A user of the pool itself loses the
/// password.
pub(in crate::user_pool) fn disable(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: DisableProviderForUser = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let who = &input.user;
    if who.is_native() {
        pool.find_mut(who.value())?.password = None;
        return Ok(json!({}));
    }
    let username = owner_of(pool, who.provider(), who.value()).ok_or_else(user_not_found)?;
    let user = pool.user_mut(&username)?;
    let is_own = user.identities.iter().any(|it| it.primary && it.provider_name == who.provider());
    if is_own {
        user.enabled = false;
        pool.sign_ins.revoke_user(&username);
        return Ok(json!({}));
    }
    let mut identities = user.identities.clone();
    identities.retain(|it| it.provider_name != who.provider() || it.user_id != who.value());
    user.set_identities(identities);
    Ok(json!({}))
}

fn destination(pool: &UserPool, who: &ProviderUser) -> Result<String, AwsError> {
    let found = match who.is_native() {
        true => pool.find(who.value()).map(|user| user.username.clone()),
        false => owner_of(pool, who.provider(), who.value()),
    };
    found.ok_or_else(user_not_found)
}

/// The user whom this identity signs in.
fn owner_of(pool: &UserPool, provider: &str, value: &str) -> Option<String> {
    let mut users = pool.users.values();
    let is_it = |it: &ExternalIdentity| it.provider_name == provider && it.user_id == value;
    users.find(|user| user.identities.iter().any(is_it)).map(|user| user.username.clone())
}
