//! Identities, which are found by their login. A guest who signs in keeps the identity.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    invalid_parameter, login_token, not_authorized,
    pool::{Identity, IdentityPool, State},
};
use crate::{account::Account, error::AwsError, sts::COGNITO_IDENTITY};

/// Login tokens by provider name.
pub(super) type Logins = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetIdInput {
    identity_pool_id: String,
    #[serde(default)]
    logins: Logins,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UnlinkInput {
    identity_id: String,
    logins: Logins,
    logins_to_remove: Vec<String>,
}

/// A login whose token is valid for the pool.
#[derive(Debug)]
pub(super) struct VerifiedLogin {
    pub(super) provider: String,
    pub(super) subject: String,
    pub(super) client_id: String,
    pub(super) claims: Map<String, Value>,
    /// The identity, where the backend's token names it.
    pub(super) identity_id: Option<String>,
    /// `amr`, where the backend's token has it.
    pub(super) methods: Vec<String>,
}

/// GetId: the identity of the signed-in user, which is always the same, or of a new guest.
pub(super) fn get_id(account: &Account, input: &GetIdInput) -> Result<Value, AwsError> {
    check_id("identityPoolId", &input.identity_pool_id)?;
    let pool = account.identity_pools.state().pool(&input.identity_pool_id)?.clone();
    if input.logins.is_empty() && !pool.allow_unauthenticated {
        return Err(unauthenticated_not_supported());
    }
    if input.logins.contains_key(COGNITO_IDENTITY) {
        return Err(not_authorized("Invalid login token. Can't pass in a Cognito token."));
    }
    let logins = verify_logins(account, &pool, &input.logins)?;
    let mut state = account.identity_pools.state();
    let id = match owner(&state, &pool, &logins)? {
        Some(id) => id,
        None => create(account, &mut state, &pool),
    };
    link(account, &mut state, &id, &logins)?;
    Ok(json!({ "IdentityId": id }))
}

/// UnlinkIdentity. An identity without logins can no longer be used.
pub(super) fn unlink(account: &Account, input: &UnlinkInput) -> Result<Value, AwsError> {
    let (identity, pool) = find(account, &input.identity_id)?;
    let logins = verify_logins(account, &pool, &input.logins)?;
    if !logins.iter().any(|login| identity.logins.get(&login.provider) == Some(&login.subject)) {
        return Err(logins_do_not_match());
    }
    let mut state = account.identity_pools.state();
    if let Some(identity) = state.identities.get_mut(&input.identity_id) {
        identity.logins.retain(|provider, _| !input.logins_to_remove.contains(provider));
        identity.inaccessible = !identity.has_logins();
        identity.modified = account.clock.now();
    }
    Ok(json!({}))
}

/// The identity of a request for credentials. It is the one that the request names, but a guest whose login already has an
/// identity continues with that one.
///
/// # Errors
/// `NotAuthorizedException` if the logins do not prove that the identity is the caller's.
pub(super) fn resolve(
    account: &Account,
    identity_id: &str,
    logins: &Logins,
) -> Result<(Identity, IdentityPool, Vec<VerifiedLogin>), AwsError> {
    let (identity, pool) = find(account, identity_id)?;
    if logins.is_empty() {
        if !identity.is_guest() {
            return Err(not_authorized(format!("Access to Identity '{identity_id}' is forbidden.")));
        }
        if !pool.allow_unauthenticated {
            return Err(unauthenticated_not_supported());
        }
        return Ok((identity, pool, Vec::new()));
    }
    let logins = verify_logins(account, &pool, logins)?;
    let mut state = account.identity_pools.state();
    let owner = owner(&state, &pool, &logins)?;
    let identity_id = identity.id.as_str();
    let is_guest = identity.is_guest();
    let id = match owner {
        Some(owner) if owner == identity_id => owner,
        Some(owner) if is_guest => {
            state.identities.remove(identity_id);
            owner
        }
        None if is_guest => identity_id.to_owned(),
        _ => return Err(logins_do_not_match()),
    };
    link(account, &mut state, &id, &logins)?;
    let identity = state.identity(&id)?.clone();
    Ok((identity, pool, logins))
}

pub(super) fn find(account: &Account, identity_id: &str) -> Result<(Identity, IdentityPool), AwsError> {
    check_id("identityId", identity_id)?;
    let state = account.identity_pools.state();
    let identity = state.current_identity(identity_id)?.clone();
    let pool = state.pool(&identity.pool_id)?.clone();
    Ok((identity, pool))
}

pub(super) fn create(account: &Account, state: &mut State, pool: &IdentityPool) -> String {
    let now = account.clock.now();
    let identity = Identity {
        id: format!("{}:{}", account.region, uuid::Uuid::new_v4()),
        pool_id: pool.id.clone(),
        logins: BTreeMap::new(),
        developer_users: BTreeSet::new(),
        created: now,
        modified: now,
        inaccessible: false,
        merged_into: None,
    };
    let id = identity.id.clone();
    state.identities.insert(id.clone(), identity);
    id
}

/// The identity that these logins belong to, if any.
pub(super) fn owner(
    state: &State,
    pool: &IdentityPool,
    logins: &[VerifiedLogin],
) -> Result<Option<String>, AwsError> {
    let mut owners = logins.iter().filter_map(|login| match &login.identity_id {
        Some(id) => state.current_identity(id).ok().map(|identity| identity.id.clone()),
        None => {
            state.identity_of(&pool.id, &login.provider, &login.subject).map(|identity| identity.id.clone())
        }
    });
    let first = owners.next();
    if owners.any(|other| Some(&other) != first.as_ref()) {
        return Err(conflict("Logins are already linked to different identities."));
    }
    Ok(first)
}

/// Links the logins to the identity, which has at most one login of each provider.
pub(super) fn link(
    account: &Account,
    state: &mut State,
    id: &str,
    logins: &[VerifiedLogin],
) -> Result<(), AwsError> {
    let Some(identity) = state.identities.get_mut(id) else { return Ok(()) };
    let links = || logins.iter().filter(|login| login.identity_id.is_none());
    if links()
        .any(|login| identity.logins.get(&login.provider).is_some_and(|subject| *subject != login.subject))
    {
        return Err(conflict("The identity is already linked to another login of this provider."));
    }
    for login in links() {
        if identity.logins.insert(login.provider.clone(), login.subject.clone()).is_none() {
            identity.modified = account.clock.now();
        }
    }
    Ok(())
}

pub(super) fn verify_logins(
    account: &Account,
    pool: &IdentityPool,
    logins: &Logins,
) -> Result<Vec<VerifiedLogin>, AwsError> {
    logins.iter().map(|(provider, token)| login_token::verify(account, pool, provider, token)).collect()
}

pub(super) fn conflict(message: &'static str) -> AwsError {
    AwsError::new("ResourceConflictException", message)
}

pub(super) fn check_id(field: &str, id: &str) -> Result<(), AwsError> {
    let is_valid = id.split_once(':').is_some_and(|(region, rest)| {
        !region.is_empty()
            && region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            && !rest.is_empty()
            && rest.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f' | '-'))
    });
    if is_valid {
        return Ok(());
    }
    Err(invalid_parameter(format!(
        "1 validation error detected: Value '{id}' at '{field}' failed to satisfy constraint: Member must \
         satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+"
    )))
}

fn unauthenticated_not_supported() -> AwsError {
    not_authorized("Unauthenticated access is not supported for this identity pool.")
}

fn logins_do_not_match() -> AwsError {
    not_authorized(
        "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    )
}
