//! Roles and their inline policies.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use super::{
    policy::{Policy, PolicyKind},
    providers::Providers,
};
use crate::{account::ACCOUNT_ID, error::AwsError, sts::random_text};

/// All inline policies of a role together; white space does not count.
const MOST_INLINE_CHARACTERS: usize = 10_240;
/// A trust policy.
const MOST_TRUST_CHARACTERS: usize = 2048;

/// A role: who may assume it, and what it may do.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) created: SystemTime,
    /// Seconds.
    pub(crate) max_session_duration: u64,
    pub(crate) description: Option<String>,
    pub(crate) trust_document: String,
    pub(crate) trust: Policy,
    policies: BTreeMap<String, InlinePolicy>,
}

#[derive(Clone, Debug)]
struct InlinePolicy {
    document: String,
    policy: Arc<Policy>,
}

/// The roles of the account, by name, and its identity providers.
#[derive(Debug, Default)]
pub(crate) struct Iam {
    roles: Mutex<BTreeMap<String, Role>>,
    pub(crate) providers: Providers,
}

impl Role {
    /// # Errors
    /// `MalformedPolicyDocument` if the trust policy is malformed.
    pub(crate) fn new(
        name: &str,
        path: &str,
        trust_document: &str,
        created: SystemTime,
    ) -> Result<Self, AwsError> {
        const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

        Ok(Self {
            name: name.to_owned(),
            id: format!("AROA{}", random_text(UPPER, 17)),
            path: path.to_owned(),
            created,
            max_session_duration: 3600,
            description: None,
            trust_document: trust_document.to_owned(),
            trust: Self::trust_policy(trust_document)?,
            policies: BTreeMap::new(),
        })
    }

    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:iam::{ACCOUNT_ID}:role{}{}", self.path, self.name)
    }

    /// # Errors
    /// `MalformedPolicyDocument` if the document is not an identity policy.
    pub(crate) fn put_policy(&mut self, name: &str, document: &str) -> Result<(), AwsError> {
        let policy = Arc::new(parse(document, PolicyKind::Identity)?);
        let others = self.policies.iter().filter(|(other, _)| *other != name);
        let size: usize = others.map(|(_, other)| size(&other.document)).sum();
        if size + self::size(document) > MOST_INLINE_CHARACTERS {
            return Err(limit_exceeded(format!(
                "Maximum policy size of {MOST_INLINE_CHARACTERS} bytes exceeded for role {}",
                self.name
            )));
        }
        self.policies.insert(name.to_owned(), InlinePolicy { document: document.to_owned(), policy });
        Ok(())
    }

    /// # Errors
    /// `MalformedPolicyDocument` if the document is not a trust policy, `LimitExceeded` if it is too long.
    pub(crate) fn trust_policy(document: &str) -> Result<Policy, AwsError> {
        let policy = parse(document, PolicyKind::Trust)?;
        if size(document) > MOST_TRUST_CHARACTERS {
            return Err(limit_exceeded(format!(
                "Cannot exceed quota for ACLSizePerRole: {MOST_TRUST_CHARACTERS}"
            )));
        }
        Ok(policy)
    }

    pub(crate) fn policy_document(&self, name: &str) -> Option<&str> {
        self.policies.get(name).map(|policy| policy.document.as_str())
    }

    pub(crate) fn delete_policy(&mut self, name: &str) -> bool {
        self.policies.remove(name).is_some()
    }

    pub(crate) fn policy_names(&self) -> impl Iterator<Item = &str> {
        self.policies.keys().map(String::as_str)
    }
}

impl Iam {
    /// # Errors
    /// `EntityAlreadyExists`.
    pub(crate) fn create(&self, role: Role) -> Result<(), AwsError> {
        let mut roles = self.roles();
        if roles.contains_key(&role.name) {
            let message = format!("Role with name {} already exists.", role.name);
            return Err(AwsError::new("EntityAlreadyExists", message).with_status(http::StatusCode::CONFLICT));
        }
        roles.insert(role.name.clone(), role);
        Ok(())
    }

    /// A copy of the role.
    ///
    /// # Errors
    /// `NoSuchEntity`.
    pub(crate) fn role(&self, name: &str) -> Result<Role, AwsError> {
        self.roles().get(name).cloned().ok_or_else(|| no_such_role(name))
    }

    /// The role of an ARN, if there is one.
    pub(crate) fn role_by_arn(&self, arn: &str) -> Option<Role> {
        self.roles().values().find(|role| role.arn() == arn).cloned()
    }

    pub(crate) fn all(&self) -> Vec<Role> {
        self.roles().values().cloned().collect()
    }

    /// Changes a role.
    ///
    /// # Errors
    /// `NoSuchEntity`, or the error of `change`.
    pub(crate) fn update<T>(
        &self,
        name: &str,
        change: impl FnOnce(&mut Role) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        change(self.roles().get_mut(name).ok_or_else(|| no_such_role(name))?)
    }

    /// # Errors
    /// `NoSuchEntity`, and `DeleteConflict` while the role has policies.
    pub(crate) fn delete(&self, name: &str) -> Result<(), AwsError> {
        let mut roles = self.roles();
        let role = roles.get(name).ok_or_else(|| no_such_role(name))?;
        if !role.policies.is_empty() {
            let message = "Cannot delete entity, must delete policies first.";
            return Err(AwsError::new("DeleteConflict", message).with_status(http::StatusCode::CONFLICT));
        }
        roles.remove(name);
        Ok(())
    }

    /// The policies of a role. Empty if the role has been deleted.
    pub(crate) fn policies_of(&self, name: &str) -> Vec<Arc<Policy>> {
        let roles = self.roles();
        let Some(role) = roles.get(name) else { return Vec::new() };
        role.policies.values().map(|inline| inline.policy.clone()).collect()
    }

    fn roles(&self) -> MutexGuard<'_, BTreeMap<String, Role>> {
        self.roles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// # Errors
/// `MalformedPolicyDocument`.
pub(crate) fn parse(document: &str, kind: PolicyKind) -> Result<Policy, AwsError> {
    Policy::parse(document, kind).map_err(|error| AwsError::new("MalformedPolicyDocument", error.to_string()))
}

fn size(document: &str) -> usize {
    document.chars().filter(|character| !character.is_whitespace()).count()
}

fn limit_exceeded(message: String) -> AwsError {
    AwsError::new("LimitExceeded", message).with_status(http::StatusCode::CONFLICT)
}

fn no_such_role(name: &str) -> AwsError {
    let message = format!("The role with name {name} cannot be found.");
    AwsError::new("NoSuchEntity", message).with_status(http::StatusCode::NOT_FOUND)
}
