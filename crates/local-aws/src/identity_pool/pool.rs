//! Identity pools and their identities.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::SystemTime,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::AwsError;

/// An identity pool.
#[derive(Clone, Debug)]
pub(super) struct IdentityPool {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) allow_unauthenticated: bool,
    /// Whether GetOpenIdToken (the basic flow) is allowed. It is by default.
    pub(super) allow_classic_flow: Option<bool>,
    pub(super) providers: Vec<Provider>,
    /// The app ids at the social providers, by names such as `accounts.google.com`.
    pub(super) social_providers: BTreeMap<String, String>,
    pub(super) open_id_provider_arns: Vec<String>,
    pub(super) saml_provider_arns: Vec<String>,
    /// The name of the app's own backend as a login provider. It cannot be changed.
    pub(super) developer_provider: Option<String>,
    pub(super) principal_tags: BTreeMap<String, PrincipalTags>,
    /// Role ARNs by kind: `authenticated`, `unauthenticated`.
    pub(super) roles: BTreeMap<String, String>,
    pub(super) role_mappings: BTreeMap<String, RoleMapping>,
}

/// An app client of a user pool whose tokens the identity pool accepts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Provider {
    pub(super) provider_name: String,
    pub(super) client_id: String,
    /// Whether the identity pool checks that the user is still signed in to the user pool.
    #[serde(default)]
    pub(super) server_side_token_check: bool,
}

/// The claims of a provider's tokens that become session tags.
#[derive(Clone, Debug, Default)]
pub(super) struct PrincipalTags {
    pub(super) use_defaults: bool,
    /// Claims by the tag's key.
    pub(super) tags: BTreeMap<String, String>,
}

/// How a role is chosen for the users of one provider. The key is `PROVIDER:CLIENT_ID`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RoleMapping {
    #[serde(rename = "Type")]
    pub(super) kind: MappingKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ambiguous_role_resolution: Option<AmbiguousRole>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rules_configuration: Option<RulesConfiguration>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) enum MappingKind {
    Token,
    Rules,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) enum AmbiguousRole {
    AuthenticatedRole,
    Deny,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RulesConfiguration {
    pub(super) rules: Vec<Rule>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Rule {
    #[serde(rename = "Claim")]
    claim: String,
    #[serde(rename = "MatchType")]
    match_type: MatchType,
    #[serde(rename = "Value")]
    value: String,
    #[serde(rename = "RoleARN")]
    pub(super) role_arn: String,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
enum MatchType {
    Equals,
    Contains,
    StartsWith,
    NotEqual,
}

/// A user or a guest.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) id: String,
    pub(super) pool_id: String,
    /// The user's `sub` by provider. Empty for a guest.
    pub(super) logins: BTreeMap<String, String>,
    /// The backend's user identifiers.
    pub(super) developer_users: BTreeSet<String>,
    pub(super) created: SystemTime,
    pub(super) modified: SystemTime,
    /// Whether its last login was unlinked, so that it can no longer be used.
    pub(super) inaccessible: bool,
    /// The identity that took this one's place in MergeDeveloperIdentities.
    pub(super) merged_into: Option<String>,
}

impl Identity {
    pub(super) fn is_guest(&self) -> bool {
        !self.has_logins() && !self.inaccessible
    }

    pub(super) fn has_logins(&self) -> bool {
        !self.logins.is_empty() || !self.developer_users.is_empty()
    }
}

/// The state of all identity pools.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) pools: BTreeMap<String, IdentityPool>,
    pub(super) identities: HashMap<String, Identity>,
}

impl State {
    pub(super) fn pool(&self, id: &str) -> Result<&IdentityPool, AwsError> {
        self.pools.get(id).ok_or_else(|| not_found(&format!("IdentityPool '{id}' not found.")))
    }

    pub(super) fn pool_mut(&mut self, id: &str) -> Result<&mut IdentityPool, AwsError> {
        self.pools.get_mut(id).ok_or_else(|| not_found(&format!("IdentityPool '{id}' not found.")))
    }

    pub(super) fn identity(&self, id: &str) -> Result<&Identity, AwsError> {
        self.identities.get(id).ok_or_else(|| not_found(&format!("Identity '{id}' not found.")))
    }

    /// The identity, or the one that it was merged into.
    pub(super) fn current_identity(&self, id: &str) -> Result<&Identity, AwsError> {
        let identity = self.identity(id)?;
        match &identity.merged_into {
            Some(other) => self.current_identity(other),
            None => Ok(identity),
        }
    }

    /// The existing identity of a user of the pool's own backend.
    pub(super) fn identity_of_developer_user(&self, pool_id: &str, user: &str) -> Option<&Identity> {
        let has_user =
            |identity: &&Identity| identity.pool_id == pool_id && identity.developer_users.contains(user);
        self.identities.values().find(has_user)
    }

    /// The existing identity of a provider's user in a pool.
    pub(super) fn identity_of(&self, pool_id: &str, provider: &str, subject: &str) -> Option<&Identity> {
        self.identities.values().find(|identity| {
            identity.pool_id == pool_id && identity.logins.get(provider).is_some_and(|s| s == subject)
        })
    }
}

impl RoleMapping {
    /// # Errors
    /// Rejects a mapping that AWS does not accept.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.ambiguous_role_resolution.is_none() {
            return Err("needs an AmbiguousRoleResolution.".to_owned());
        }
        let rules = self.rules_configuration.as_ref().map_or(&[][..], |configuration| &configuration.rules);
        match self.kind {
            MappingKind::Token if !rules.is_empty() => Err("has rules, and the type Token.".to_owned()),
            MappingKind::Rules if !(1..=25).contains(&rules.len()) => {
                Err("needs between 1 and 25 rules.".to_owned())
            }
            _ => rules.iter().try_for_each(Rule::check),
        }
    }
}

impl Rule {
    fn check(&self) -> Result<(), String> {
        let is_valid = (1..=64).contains(&self.claim.len())
            && (1..=128).contains(&self.value.len())
            && (20..=2048).contains(&self.role_arn.len());
        if is_valid {
            Ok(())
        } else {
            Err("has a rule whose claim, value or role is too short or too long.".to_owned())
        }
    }

    /// Whether the claims of a token fulfil this rule. A missing claim fulfils none.
    pub(super) fn matches(&self, claims: &Map<String, Value>) -> bool {
        let Some(claim) = claims.get(&self.claim) else { return false };
        let values: Vec<String> = match claim {
            Value::Array(values) => values.iter().map(text_of).collect(),
            value => vec![text_of(value)],
        };
        match self.match_type {
            MatchType::Equals => values.contains(&self.value),
            MatchType::Contains => values.iter().any(|value| value.contains(&self.value)),
            MatchType::StartsWith => values.iter().any(|value| value.starts_with(&self.value)),
            MatchType::NotEqual => !values.contains(&self.value),
        }
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn not_found(message: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", message.to_owned())
}
