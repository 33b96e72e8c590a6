//! Developer-authenticated identities: the app's own backend says who somebody is.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    identity::{self, Logins, conflict},
    invalid_parameter, not_authorized,
    pool::{Identity, IdentityPool, State},
};
use crate::{account::Account, error::AwsError, sts::WebIdentity};

/// The lifetime of a token, unless the backend chooses another one.
const TOKEN_SECONDS: i64 = 900;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TokenInput {
    identity_pool_id: String,
    identity_id: Option<String>,
    logins: Logins,
    token_duration: Option<i64>,
    #[serde(default)]
    principal_tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LookUpInput {
    identity_pool_id: String,
    identity_id: Option<String>,
    developer_user_identifier: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MergeInput {
    source_user_identifier: String,
    destination_user_identifier: String,
    developer_provider_name: String,
    identity_pool_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UnlinkInput {
    identity_id: String,
    identity_pool_id: String,
    developer_provider_name: String,
    developer_user_identifier: String,
}

/// GetOpenIdTokenForDeveloperIdentity: the identity of the backend's user, and a token that proves it. Other logins are linked.
pub(super) fn open_id_token(account: &Account, mut input: TokenInput) -> Result<Value, AwsError> {
    let pool = account.identity_pools.state().pool(&input.identity_pool_id)?.clone();
    let unnamed =
        || invalid_parameter("Please provide your developer provider's name in the logins.".to_owned());
    let provider = pool.developer_provider.clone().ok_or_else(unnamed)?;
    let user = input.logins.remove(&provider).ok_or_else(unnamed)?;
    let logins = identity::verify_logins(account, &pool, &input.logins)?;
    let mut state = account.identity_pools.state();
    let of_user = state.identity_of_developer_user(&pool.id, &user).map(|identity| identity.id.clone());
    let asked = input.identity_id.as_deref().map(|id| asked(&state, &pool, id)).transpose()?;
    let of_logins = identity::owner(&state, &pool, &logins)?;
    let id = match (asked, of_user, of_logins) {
        (Some(asked), Some(of_user), _) if asked != of_user => {
            let message = "The developer user identifier is already linked to another identity.";
            return Err(AwsError::new("DeveloperUserAlreadyRegisteredException", message));
        }
        (Some(one), _, Some(other)) | (None, Some(one), Some(other)) if one != other => {
            return Err(conflict("Logins are already linked to different identities."));
        }
        (Some(id), ..) | (None, Some(id), _) | (None, None, Some(id)) => id,
        (None, None, None) => identity::create(account, &mut state, &pool),
    };
    identity::link(account, &mut state, &id, &logins)?;
    if let Some(identity) = state.identities.get_mut(&id) {
        identity.developer_users.insert(user.clone());
        identity.modified = account.clock.now();
    }
    drop(state);
    let mut methods =
        vec!["authenticated".to_owned(), provider.clone(), format!("{provider}:{}:{user}", pool.id)];
    methods.extend(logins.iter().map(|login| login.provider.clone()));
    let identity = WebIdentity {
        subject: id.clone(),
        audience: pool.id,
        authentication_methods: methods,
        tags: input.principal_tags,
    };
    let seconds = input.token_duration.unwrap_or(TOKEN_SECONDS);
    let token = account.identity_pools.open_id.issue(&identity, account.clock.unix_seconds(), seconds)?;
    Ok(json!({ "IdentityId": id, "Token": token }))
}

/// LookupDeveloperIdentity.
pub(super) fn look_up(account: &Account, input: &LookUpInput) -> Result<Value, AwsError> {
    let state = account.identity_pools.state();
    let pool = state.pool(&input.identity_pool_id)?;
    let of_user = input
        .developer_user_identifier
        .as_deref()
        .map(|user| state.identity_of_developer_user(&pool.id, user).ok_or_else(no_such_user))
        .transpose()?;
    let asked = input.identity_id.as_deref().map(|id| state.current_identity(id)).transpose()?;
    let identity = match (asked, of_user) {
        (Some(asked), Some(of_user)) if asked.id != of_user.id => {
            return Err(conflict("The developer user identifier belongs to another identity."));
        }
        (Some(identity), _) | (None, Some(identity)) => identity,
        (None, None) => {
            return Err(invalid_parameter(
                "Either IdentityId or DeveloperUserIdentifier is required.".to_owned(),
            ));
        }
    };
    let start = input.next_token.clone().unwrap_or_default();
    let mut rest = identity.developer_users.range(start..);
    let users: Vec<&String> = rest.by_ref().take(input.max_results.unwrap_or(60)).collect();
    let mut answer = json!({ "IdentityId": identity.id, "DeveloperUserIdentifierList": users });
    if let Some(next) = rest.next() {
        answer["NextToken"] = next.as_str().into();
    }
    Ok(answer)
}

/// MergeDeveloperIdentities: the source's users and logins become the destination's, and the source's id leads to it.
pub(super) fn merge(account: &Account, input: &MergeInput) -> Result<Value, AwsError> {
    let mut state = account.identity_pools.state();
    let pool = state.pool(&input.identity_pool_id)?;
    check_provider(pool, &input.developer_provider_name)?;
    let of_user = |user| state.identity_of_developer_user(&pool.id, user).cloned().ok_or_else(no_such_user);
    let (source, destination) =
        (of_user(&input.source_user_identifier)?, of_user(&input.destination_user_identifier)?);
    if source.id == destination.id {
        return Err(invalid_parameter("Both users belong to the same identity already.".to_owned()));
    }
    if source.logins.keys().any(|provider| destination.logins.contains_key(provider)) {
        return Err(conflict("Both identities are linked to a login of the same provider."));
    }
    let now = account.clock.now();
    if let Some(merged) = state.identities.get_mut(&source.id) {
        *merged = Identity {
            logins: BTreeMap::new(),
            developer_users: BTreeSet::new(),
            inaccessible: true,
            merged_into: Some(destination.id.clone()),
            modified: now,
            ..source.clone()
        };
    }
    if let Some(identity) = state.identities.get_mut(&destination.id) {
        identity.logins.extend(source.logins);
        identity.developer_users.extend(source.developer_users);
        identity.modified = now;
    }
    Ok(json!({ "IdentityId": destination.id }))
}

/// UnlinkDeveloperIdentity.
pub(super) fn unlink(account: &Account, input: &UnlinkInput) -> Result<Value, AwsError> {
    let mut state = account.identity_pools.state();
    let pool = state.pool(&input.identity_pool_id)?;
    check_provider(pool, &input.developer_provider_name)?;
    if state.identity(&input.identity_id)?.pool_id != pool.id {
        return Err(not_authorized(format!("Access to Identity '{}' is forbidden.", input.identity_id)));
    }
    let now = account.clock.now();
    if let Some(identity) = state.identities.get_mut(&input.identity_id) {
        if !identity.developer_users.remove(&input.developer_user_identifier) {
            return Err(no_such_user());
        }
        identity.inaccessible = !identity.has_logins();
        identity.modified = now;
    }
    Ok(json!({}))
}

/// The identity that the backend names.
fn asked(state: &State, pool: &IdentityPool, id: &str) -> Result<String, AwsError> {
    identity::check_id("identityId", id)?;
    let identity = state.current_identity(id)?;
    if identity.pool_id != pool.id || identity.inaccessible {
        return Err(not_authorized(format!("Access to Identity '{id}' is forbidden.")));
    }
    Ok(identity.id.clone())
}

fn check_provider(pool: &IdentityPool, name: &str) -> Result<(), AwsError> {
    if pool.developer_provider.as_deref() == Some(name) {
        return Ok(());
    }
    Err(invalid_parameter(format!("The identity pool has no developer provider {name}.")))
}

fn no_such_user() -> AwsError {
    AwsError::new("ResourceNotFoundException", "The developer user identifier is not linked to any identity.")
}
