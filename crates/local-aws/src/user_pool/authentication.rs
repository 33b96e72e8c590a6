//! How a person has proved who they are: the methods (`amr`) and the authentication level that they amount to (`acr`).
//!
//! Cognito's four levels are fixed; a user pool may give them other names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{invalid_parameter, mfa::Factor};
use crate::error::AwsError;

/// A method of authentication, in the claim `amr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AuthMethod {
    Password,
    SoftwareToken,
    Sms,
    Email,
    /// A passkey of a platform authenticator.
    SoftwareKey,
    /// A passkey of a roaming authenticator.
    HardwareKey,
}

/// An authentication level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    One,
    Two,
    Three,
    Four,
}

/// The progress of a sign-in towards the level that the client asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct Authentication {
    methods: Vec<AuthMethod>,
    target: Option<Level>,
}

/// The claims of a sign-in that asked for a level.
#[derive(Clone, Debug)]
pub(super) struct AuthClaims {
    pub(super) acr: Option<String>,
    pub(super) amr: Vec<&'static str>,
}

/// `AcrConfiguration`: the names of the levels that a user pool has chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct AcrConfiguration(BTreeMap<String, AcrLevel>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AcrLevel {
    acr_value: String,
}

impl AuthMethod {
    const ALL: [Self; 6] =
        [Self::Password, Self::SoftwareToken, Self::Sms, Self::Email, Self::SoftwareKey, Self::HardwareKey];

    fn name(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::SoftwareToken => "otp",
            Self::Sms => "sms",
            Self::Email => "email_otp",
            Self::SoftwareKey => "swk",
            Self::HardwareKey => "hwk",
        }
    }
}

impl From<Factor> for AuthMethod {
    fn from(factor: Factor) -> Self {
        match factor {
            Factor::Sms => Self::Sms,
            Factor::SoftwareToken => Self::SoftwareToken,
            Factor::Email => Self::Email,
        }
    }
}

impl Level {
    pub(super) const ALL: [Self; 4] = [Self::One, Self::Two, Self::Three, Self::Four];

    /// The highest level that these methods satisfy.
    fn of(methods: &[AuthMethod]) -> Option<Self> {
        let has = |method| methods.contains(&method);
        let has_code = has(AuthMethod::Sms) || has(AuthMethod::Email);
        let has_passkey = has(AuthMethod::SoftwareKey) || has(AuthMethod::HardwareKey);
        let has_password = has(AuthMethod::Password);
        match () {
            () if has_password && has(AuthMethod::SoftwareToken) => Some(Self::Four),
            () if has_passkey || has_password && has_code => Some(Self::Three),
            () if has_code => Some(Self::Two),
            () if has_password => Some(Self::One),
            () => None,
        }
    }

    /// The key in `AcrConfiguration`.
    fn key(self) -> &'static str {
        match self {
            Self::One => "Level1",
            Self::Two => "Level2",
            Self::Three => "Level3",
            Self::Four => "Level4",
        }
    }

    fn default_name(self) -> &'static str {
        match self {
            Self::One => "urn:cognito:loa:1",
            Self::Two => "urn:cognito:loa:2",
            Self::Three => "urn:cognito:loa:3",
            Self::Four => "urn:cognito:loa:4",
        }
    }
}

impl Authentication {
    /// Begins a sign-in towards `target` that counts `methods` as done.
    pub(super) fn towards(target: Level, methods: Vec<AuthMethod>) -> Self {
        Self { methods, target: Some(target) }
    }

    /// The person has proved this method.
    pub(super) fn add(&mut self, method: AuthMethod) {
        if !self.methods.contains(&method) {
            self.methods.push(method);
        }
    }

    pub(super) fn has(&self, method: AuthMethod) -> bool {
        self.methods.contains(&method)
    }

    /// Whether the level is reached, or none was asked for.
    pub(super) fn is_enough(&self) -> bool {
        self.is_enough_with(&[])
    }

    /// Whether the level would be reached with these methods too.
    pub(super) fn is_enough_with(&self, more: &[AuthMethod]) -> bool {
        let Some(target) = self.target else { return true };
        Level::of(&[&self.methods, more].concat()) >= Some(target)
    }

    /// The claims, if a level was asked for.
    pub(super) fn claims(&self, names: &AcrConfiguration) -> Option<AuthClaims> {
        self.target?;
        let mut amr: Vec<_> = self.methods.iter().map(|method| method.name()).collect();
        if amr.len() > 1 {
            amr.push("mfa");
        }
        Some(AuthClaims { acr: Level::of(&self.methods).map(|level| names.name(level).to_owned()), amr })
    }
}

/// The methods in the claim `amr` of a token.
pub(super) fn methods_of(amr: Option<&Value>) -> Vec<AuthMethod> {
    let names: Vec<&str> =
        amr.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    AuthMethod::ALL.into_iter().filter(|method| names.contains(&method.name())).collect()
}

impl AcrConfiguration {
    /// Rejects names that are not unique, the default names of the other levels included.
    pub(super) fn validate(&self) -> Result<(), AwsError> {
        let mut names: Vec<_> = Level::ALL.into_iter().map(|level| self.name(level)).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() < Level::ALL.len() {
            return Err(invalid_parameter("AcrConfiguration values must be unique across all levels."));
        }
        Ok(())
    }

    pub(super) fn is_custom(&self) -> bool {
        !self.0.is_empty()
    }

    pub(super) fn name(&self, level: Level) -> &str {
        self.0.get(level.key()).map_or(level.default_name(), |custom| custom.acr_value.as_str())
    }

    pub(super) fn level(&self, name: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| self.name(*level) == name)
    }

    /// All levels with their names, as AWS's answers have them.
    pub(super) fn to_json(&self) -> Value {
        let level = |level: Level| (level.key().to_owned(), json!({ "AcrValue": self.name(level) }));
        Value::Object(Level::ALL.into_iter().map(level).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_amount_to_the_levels_that_aws_documents() {
        use AuthMethod::{Email, HardwareKey, Password, Sms, SoftwareKey, SoftwareToken};

        for (methods, level) in [
            (&[][..], None),
            (&[Password], Some(Level::One)),
            (&[Sms], Some(Level::Two)),
            (&[Email], Some(Level::Two)),
            (&[SoftwareKey], Some(Level::Three)),
            (&[HardwareKey], Some(Level::Three)),
            (&[Password, Sms], Some(Level::Three)),
            (&[Password, Email], Some(Level::Three)),
            (&[Password, SoftwareToken], Some(Level::Four)),
            (&[Password, SoftwareKey], Some(Level::Three)),
            (&[Password, Sms, SoftwareToken], Some(Level::Four)),
            (&[SoftwareToken], None),
        ] {
            assert_eq!(Level::of(methods), level, "{methods:?}");
        }
    }

    #[test]
    fn a_pool_names_levels_as_it_likes_but_each_only_once() {
        let names = |json: Value| serde_json::from_value::<AcrConfiguration>(json).unwrap();
        let custom = names(json!({ "Level3": { "AcrValue": "gold" } }));
        custom.validate().unwrap();
        assert_eq!(custom.level("gold"), Some(Level::Three));
        assert_eq!(custom.level("urn:cognito:loa:3"), None);
        assert_eq!(custom.to_json()["Level4"]["AcrValue"], "urn:cognito:loa:4");
        for twice in [
            json!({ "Level1": { "AcrValue": "gold" }, "Level2": { "AcrValue": "gold" } }),
            json!({ "Level1": { "AcrValue": "urn:cognito:loa:4" } }),
        ] {
            assert!(names(twice).validate().is_err());
        }
    }
}
