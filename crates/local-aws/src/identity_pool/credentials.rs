//! The credentials of an identity (enhanced flow) and its OpenID token (basic flow).

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    guest_policy,
    identity::{Logins, VerifiedLogin, resolve},
    invalid_parameter, not_authorized,
    pool::{AmbiguousRole, Identity, IdentityPool, MappingKind, RoleMapping},
    principal_tags,
};
use crate::{
    account::Account,
    clock::json_timestamp,
    error::AwsError,
    sts::{WebIdentity, assume_with_web_identity},
};

/// The lifetime of an identity pool's credentials.
const LIFETIME: Duration = Duration::from_secs(3600);
/// The lifetime of a token of GetOpenIdToken.
const OPEN_ID_TOKEN_SECONDS: i64 = 600;
/// The name of the sessions that identity pools start.
const SESSION_NAME: &str = "CognitoIdentityCredentials";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetCredentialsInput {
    identity_id: String,
    #[serde(default)]
    logins: Logins,
    custom_role_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OpenIdInput {
    identity_id: String,
    #[serde(default)]
    logins: Logins,
}

/// GetCredentialsForIdentity.
pub(super) fn get(account: &Account, input: &GetCredentialsInput) -> Result<Value, AwsError> {
    let (identity, pool, logins) = resolve(account, &input.identity_id, &input.logins)?;
    let role_arn = choose_role(&pool, &logins, input.custom_role_arn.as_deref())?;
    let invalid_configuration = || {
        AwsError::new(
            "InvalidIdentityPoolConfigurationException",
            "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
        )
    };
    let role = role_arn.and_then(|arn| account.iam.role_by_arn(&arn)).ok_or_else(invalid_configuration)?;
    let identity = web_identity(&identity, &pool, &logins);
    let policy = if logins.is_empty() { Some(guest_policy::policy()?) } else { None };
    let session = assume_with_web_identity(account, &role, &identity, SESSION_NAME, policy, LIFETIME)
        .map_err(|_| invalid_configuration())?;
    Ok(json!({
        "IdentityId": identity.subject,
        "Credentials": {
            "AccessKeyId": session.access_key_id,
            "SecretKey": session.secret_access_key,
            "SessionToken": session.session_token,
            "Expiration": json_timestamp(session.expiration),
        },
    }))
}

/// GetOpenIdToken.
pub(super) fn open_id_token(account: &Account, input: &OpenIdInput) -> Result<Value, AwsError> {
    let (identity, pool, logins) = resolve(account, &input.identity_id, &input.logins)?;
    if pool.allow_classic_flow == Some(false) {
        let message = "Basic (classic) flow is not enabled, please use enhanced flow.";
        return Err(invalid_parameter(message.to_owned()));
    }
    if !pool.role_mappings.is_empty() {
        let message = "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.";
        return Err(invalid_parameter(message.to_owned()));
    }
    let identity = web_identity(&identity, &pool, &logins);
    let now = account.clock.unix_seconds();
    let token = account.identity_pools.open_id.issue(&identity, now, OPEN_ID_TOKEN_SECONDS)?;
    Ok(json!({ "IdentityId": identity.subject, "Token": token }))
}

fn web_identity(identity: &Identity, pool: &IdentityPool, logins: &[VerifiedLogin]) -> WebIdentity {
    let mut methods = vec![if logins.is_empty() { "unauthenticated" } else { "authenticated" }.to_owned()];
    for login in logins {
        if login.identity_id.is_some() {
            methods.extend(login.methods.iter().filter(|method| *method != "authenticated").cloned());
            continue;
        }
        let is_user_pool = login.provider.starts_with("cognito-idp.");
        let client = if is_user_pool { "CognitoSignIn" } else { &login.client_id };
        methods.push(login.provider.clone());
        methods.push(format!("{}:{client}:{}", login.provider, login.subject));
    }
    WebIdentity {
        subject: identity.id.clone(),
        audience: identity.pool_id.clone(),
        authentication_methods: methods,
        tags: principal_tags::of(pool, logins),
    }
}

/// The role for these logins: the pool's own, unless a role mapping says otherwise.
fn choose_role(
    pool: &IdentityPool,
    logins: &[VerifiedLogin],
    custom_role: Option<&str>,
) -> Result<Option<String>, AwsError> {
    let mapped = logins.iter().find_map(|login| {
        let of_user_pool = format!("{}:{}", login.provider, login.client_id);
        let of_open_id = format!(":oidc-provider/{}", login.provider);
        let mut mappings = pool.role_mappings.iter();
        mappings
            .find(|(key, _)| **key == of_user_pool || **key == login.provider || key.ends_with(&of_open_id))
            .map(|(_, mapping)| (mapping, login))
    });
    let own = pool.roles.get(if logins.is_empty() { "unauthenticated" } else { "authenticated" }).cloned();
    match (mapped, custom_role) {
        (Some((mapping, login)), custom_role) => {
            mapped_role(mapping, &login.claims, custom_role, own.as_deref()).map(Some)
        }
        // A custom role is one of a token's roles, which only a mapping uses.
        (None, Some(custom)) if Some(custom) != own.as_deref() => {
            Err(not_authorized(format!("Role '{custom}' is not allowed for this identity.")))
        }
        (None, _) => Ok(own),
    }
}

fn mapped_role(
    mapping: &RoleMapping,
    claims: &Map<String, Value>,
    custom_role: Option<&str>,
    own: Option<&str>,
) -> Result<String, AwsError> {
    let found = match mapping.kind {
        MappingKind::Token => role_in_token(claims, custom_role)?,
        MappingKind::Rules => mapping
            .rules_configuration
            .iter()
            .flat_map(|configuration| &configuration.rules)
            .find(|rule| rule.matches(claims))
            .map(|rule| rule.role_arn.clone()),
    };
    match (found, mapping.ambiguous_role_resolution) {
        (Some(role), _) => Ok(role),
        (None, Some(AmbiguousRole::AuthenticatedRole)) => own.map(str::to_owned).ok_or_else(no_role),
        (None, Some(AmbiguousRole::Deny) | None) => Err(no_role()),
    }
}

/// The token's role that the caller selects, the preferred one, or the only one.
fn role_in_token(claims: &Map<String, Value>, custom_role: Option<&str>) -> Result<Option<String>, AwsError> {
    let offered: Vec<&str> = claims
        .get("cognito:roles")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if let Some(custom) = custom_role {
        if offered.contains(&custom) {
            return Ok(Some(custom.to_owned()));
        }
        return Err(not_authorized(format!("Role '{custom}' is not among the roles of the token.")));
    }
    if let Some(preferred) = claims.get("cognito:preferred_role").and_then(Value::as_str) {
        return Ok(Some(preferred.to_owned()));
    }
    Ok(match offered.as_slice() {
        [only] => Some((*only).to_owned()),
        _ => None,
    })
}

fn no_role() -> AwsError {
    not_authorized("Token does not contain a role that this identity pool can assign.")
}
