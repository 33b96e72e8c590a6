//! `WebAuthnConfiguration` of SetUserPoolMfaConfig.

use serde::{Deserialize, Serialize};

use super::super::invalid_parameter;
use crate::error::AwsError;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(in super::super) struct WebAuthnConfiguration {
    /// The domain that passkeys sign in to. Without one, users cannot register passkeys, since pools here have no domain of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) relying_party_id: Option<String>,
    pub(in super::super) user_verification: UserVerification,
    pub(in super::super) factor_configuration: FactorConfiguration,
}

impl WebAuthnConfiguration {
    /// # Errors
    /// `InvalidParameterException` for a relying party that is not a domain.
    pub(in super::super) fn check(&self) -> Result<(), AwsError> {
        let is_domain =
            |id: &String| matches!(url::Host::parse(id), Ok(url::Host::Domain(host)) if host == *id);
        if self.relying_party_id.as_ref().is_none_or(is_domain) {
            return Ok(());
        }
        Err(invalid_parameter("Invalid relying party ID: it has to be a domain."))
    }
}

/// Whether the authenticator has to check who uses it, for example by a fingerprint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum UserVerification {
    Required,
    #[default]
    Preferred,
}

/// Whether a passkey is one factor or several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(in super::super) enum FactorConfiguration {
    #[default]
    SingleFactor,
    MultiFactorWithUserVerification,
}
