//! App clients.

use std::time::{Duration, SystemTime};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

use super::domain::OAuthSettings;
use crate::{clock::json_timestamp, error::AwsError};

/// An app client of a user pool.
#[derive(Clone)]
pub(super) struct AppClient {
    pub(super) id: String,
    pub(super) user_pool_id: String,
    pub(super) secret: Option<String>,
    pub(super) settings: ClientSettings,
    pub(super) created: SystemTime,
    pub(super) modified: SystemTime,
}

/// The settings of CreateUserPoolClient and UpdateUserPoolClient. An update resets omitted settings to their defaults.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ClientSettings {
    #[serde(default)]
    pub(super) client_name: String,
    #[serde(default)]
    refresh_token_validity: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access_token_validity: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id_token_validity: Option<u64>,
    #[serde(default)]
    token_validity_units: TokenValidityUnits,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    read_attributes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    write_attributes: Vec<String>,
    #[serde(default)]
    explicit_auth_flows: Vec<String>,
    #[serde(default)]
    prevent_user_existence_errors: UserExistenceErrors,
    #[serde(default = "yes")]
    pub(super) enable_token_revocation: bool,
    #[serde(default = "three")]
    auth_session_validity: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token_rotation: Option<RefreshTokenRotation>,
    #[serde(flatten)]
    pub(super) oauth: OAuthSettings,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TokenValidityUnits {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access_token: Option<TimeUnit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id_token: Option<TimeUnit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<TimeUnit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TimeUnit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum UserExistenceErrors {
    /// Reports that a user does not exist.
    #[default]
    Legacy,
    /// Answers as if the user existed.
    Enabled,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RefreshTokenRotation {
    feature: Feature,
    #[serde(default)]
    retry_grace_period_seconds: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Feature {
    Enabled,
    Disabled,
}

const AUTH_FLOWS: [&str; 9] = [
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ADMIN_NO_SRP_AUTH",
    "CUSTOM_AUTH_FLOW_ONLY",
    "USER_PASSWORD_AUTH",
];

impl ClientSettings {
    /// Adds defaults and rejects invalid settings.
    pub(super) fn completed(mut self) -> Result<Self, AwsError> {
        if self.client_name.is_empty() {
            return Err(invalid(
                "1 validation error detected: Value null at 'clientName' failed to satisfy constraint: Member must not be null",
            ));
        }
        if let Some(unknown) =
            self.explicit_auth_flows.iter().find(|flow| !AUTH_FLOWS.contains(&flow.as_str()))
        {
            return Err(invalid(format!(
                "1 validation error detected: Value '[{unknown}]' at 'explicitAuthFlows' failed to satisfy \
                 constraint: Member must satisfy constraint: [Member must satisfy enum value set: [{}]]",
                AUTH_FLOWS.join(", ")
            )));
        }
        if self.explicit_auth_flows.is_empty() {
            self.explicit_auth_flows =
                ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]
                    .into_iter()
                    .filter(|flow| *flow != "ALLOW_REFRESH_TOKEN_AUTH" || !self.rotates())
                    .map(str::to_owned)
                    .collect();
        }
        if self.rotates() && self.allows("REFRESH_TOKEN_AUTH") {
            return Err(invalid(
                "Refresh token rotation cannot be enabled together with ALLOW_REFRESH_TOKEN_AUTH.",
            ));
        }
        if self
            .refresh_token_rotation
            .as_ref()
            .is_some_and(|rotation| rotation.retry_grace_period_seconds > 60)
        {
            return Err(invalid("The retry grace period must be between 0 and 60 seconds."));
        }
        if !(3..=15).contains(&self.auth_session_validity) {
            return Err(invalid("The authentication session validity must be between 3 and 15 minutes."));
        }
        if self.refresh_token_validity == 0 {
            self.refresh_token_validity = 30;
            self.token_validity_units.refresh_token = None;
        }
        self.check_validities()?;
        Ok(self)
    }

    /// Unlike AWS, whose shortest is five minutes (an hour for refresh tokens), any time from a second on is
    /// allowed: tests need tokens that expire.
    fn check_validities(&self) -> Result<(), AwsError> {
        const DAY: Duration = Duration::from_secs(24 * 3600);

        for (validity, longest) in [
            (self.access_token_lifetime(), DAY),
            (self.id_token_lifetime(), DAY),
            (self.refresh_token_lifetime(), DAY * 3650),
        ] {
            if validity.is_zero() || validity > longest {
                return Err(invalid("Invalid range for token validity."));
            }
        }
        Ok(())
    }

    pub(super) fn access_token_lifetime(&self) -> Duration {
        lifetime(
            self.access_token_validity.unwrap_or(1),
            self.token_validity_units.access_token,
            TimeUnit::Hours,
        )
    }

    pub(super) fn id_token_lifetime(&self) -> Duration {
        lifetime(self.id_token_validity.unwrap_or(1), self.token_validity_units.id_token, TimeUnit::Hours)
    }

    pub(super) fn refresh_token_lifetime(&self) -> Duration {
        lifetime(self.refresh_token_validity, self.token_validity_units.refresh_token, TimeUnit::Days)
    }

    /// The lifetime of a challenge.
    pub(super) fn challenge_lifetime(&self) -> Duration {
        Duration::from_secs(60 * self.auth_session_validity)
    }

    /// Whether the flow is allowed, by its name in InitiateAuth.
    pub(super) fn allows(&self, flow: &str) -> bool {
        self.explicit_auth_flows
            .iter()
            .any(|allowed| allowed.strip_prefix("ALLOW_").unwrap_or(allowed) == flow)
    }

    pub(super) fn rotates(&self) -> bool {
        self.refresh_token_rotation.as_ref().is_some_and(|rotation| rotation.feature == Feature::Enabled)
    }

    /// How long a rotated refresh token can still be used.
    pub(super) fn rotation_grace(&self) -> Duration {
        Duration::from_secs(
            self.refresh_token_rotation.as_ref().map_or(0, |rotation| rotation.retry_grace_period_seconds),
        )
    }

    pub(super) fn hides_users(&self) -> bool {
        self.prevent_user_existence_errors == UserExistenceErrors::Enabled
    }

    pub(super) fn may_read(&self, attribute: &str) -> bool {
        self.read_attributes.is_empty() || self.read_attributes.iter().any(|name| name == attribute)
    }

    pub(super) fn may_write(&self, attribute: &str) -> bool {
        self.write_attributes.is_empty() || self.write_attributes.iter().any(|name| name == attribute)
    }
}

impl AppClient {
    /// Checks the `SECRET_HASH` of a call with this username.
    pub(super) fn check_secret_hash(&self, username: &str, given: Option<&str>) -> Result<(), AwsError> {
        match (&self.secret, given) {
            (None, None) => Ok(()),
            (None, Some(_)) => {
                Err(not_authorized(format!("Unable to verify secret hash for client {}", self.id)))
            }
            (Some(_), None) => Err(not_authorized(format!(
                "Client {} is configured with secret but SECRET_HASH was not received",
                self.id
            ))),
            (Some(secret), Some(given)) if self.is_secret_hash(secret, username, given) => Ok(()),
            (Some(_), Some(_)) => {
                Err(not_authorized(format!("SecretHash does not match for the client: {}", self.id)))
            }
        }
    }

    /// Checks the secret itself, in calls that contain it.
    pub(super) fn has_secret(&self, given: Option<&str>) -> bool {
        match (&self.secret, given) {
            (None, None) => true,
            (Some(secret), Some(given)) => {
                verify_slices_are_equal(secret.as_bytes(), given.as_bytes()).is_ok()
            }
            _ => false,
        }
    }

    /// `SECRET_HASH` for this username, if the client has a secret.
    pub(super) fn secret_hash(&self, username: &str) -> Option<String> {
        let mac = Hmac::<Sha256>::new_from_slice(self.secret.as_ref()?.as_bytes()).ok()?;
        Some(STANDARD.encode(mac.chain_update(username).chain_update(&self.id).finalize().into_bytes()))
    }

    fn is_secret_hash(&self, secret: &str, username: &str, given: &str) -> bool {
        let Ok(given) = STANDARD.decode(given) else { return false };
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
        mac.chain_update(username).chain_update(&self.id).verify_slice(&given).is_ok()
    }

    /// The `UserPoolClient` of administrative answers.
    pub(super) fn to_json(&self) -> Value {
        let mut json = json!(self.settings);
        json["ClientId"] = json!(self.id);
        json["UserPoolId"] = json!(self.user_pool_id);
        json["CreationDate"] = json_timestamp(self.created);
        json["LastModifiedDate"] = json_timestamp(self.modified);
        if let Some(secret) = &self.secret {
            json["ClientSecret"] = json!(secret);
        }
        json
    }
}

fn lifetime(number: u64, unit: Option<TimeUnit>, default: TimeUnit) -> Duration {
    let seconds = match unit.unwrap_or(default) {
        TimeUnit::Seconds => 1,
        TimeUnit::Minutes => 60,
        TimeUnit::Hours => 3600,
        TimeUnit::Days => 24 * 3600,
    };
    Duration::from_secs(number.saturating_mul(seconds))
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

fn not_authorized(message: String) -> AwsError {
    AwsError::new("NotAuthorizedException", message)
}

fn yes() -> bool {
    true
}

fn three() -> u64 {
    3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(mut json: Value) -> Result<ClientSettings, AwsError> {
        json["ClientName"] = json!("test");
        serde_json::from_value::<ClientSettings>(json).unwrap().completed()
    }

    fn client(secret: Option<&str>) -> AppClient {
        AppClient {
            id: "1example23456789".to_owned(),
            user_pool_id: "eu-west-1_AbCdEfGhI".to_owned(),
            secret: secret.map(str::to_owned),
            settings: settings(json!({})).unwrap(),
            created: SystemTime::UNIX_EPOCH,
            modified: SystemTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn defaults_are_those_of_aws() {
        let settings = settings(json!({})).unwrap();
        assert_eq!(settings.access_token_lifetime(), Duration::from_secs(3600));
        assert_eq!(settings.id_token_lifetime(), Duration::from_secs(3600));
        assert_eq!(settings.refresh_token_lifetime(), Duration::from_secs(30 * 24 * 3600));
        assert_eq!(settings.challenge_lifetime(), Duration::from_secs(180));
        assert!(settings.enable_token_revocation && !settings.hides_users() && !settings.rotates());
        assert!(settings.allows("USER_SRP_AUTH") && settings.allows("REFRESH_TOKEN_AUTH"));
        assert!(!settings.allows("USER_PASSWORD_AUTH"));
    }

    #[test]
    fn validities_have_units() {
        let settings = settings(json!({
            "AccessTokenValidity": 2,
            "RefreshTokenValidity": 90,
            "TokenValidityUnits": { "AccessToken": "seconds", "RefreshToken": "minutes" },
        }))
        .unwrap();
        assert_eq!(settings.access_token_lifetime(), Duration::from_secs(2));
        assert_eq!(settings.refresh_token_lifetime(), Duration::from_secs(5400));
    }

    #[test]
    fn contradictions_are_refused() {
        let rotation = json!({ "Feature": "ENABLED" });
        for wrong in [
            json!({ "AccessTokenValidity": 25 }),
            json!({ "AccessTokenValidity": 0 }),
            json!({ "IdTokenValidity": u64::MAX }),
            json!({ "AuthSessionValidity": 2 }),
            json!({ "ExplicitAuthFlows": ["ALLOW_EVERYTHING"] }),
            json!({ "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 61 } }),
            json!({ "RefreshTokenRotation": rotation, "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"] }),
        ] {
            assert_eq!(settings(wrong.clone()).unwrap_err().code, "InvalidParameterException", "{wrong}");
        }
        let rotating = settings(json!({ "RefreshTokenRotation": rotation })).unwrap();
        assert!(rotating.rotates() && !rotating.allows("REFRESH_TOKEN_AUTH"));
    }

    #[test]
    fn the_secret_hash_is_the_hmac_of_name_and_client_id() {
        // HMAC-SHA256("secret", "ada" + "1example23456789"), computed with OpenSSL.
        let hash = "ne7hDAkNIhJhYzjbmQisN0LApv8zLNYPNzOlGEsVLqE=";
        let client = client(Some("secret"));
        assert_eq!(client.check_secret_hash("ada", Some(hash)), Ok(()));
        for (username, given) in
            [("bob", Some(hash)), ("ada", None), ("ada", Some("")), ("ada", Some("secret"))]
        {
            let error = client.check_secret_hash(username, given).unwrap_err();
            assert_eq!(error.code, "NotAuthorizedException");
        }
    }

    #[test]
    fn a_public_client_takes_no_secret() {
        let client = client(None);
        assert_eq!(client.check_secret_hash("ada", None), Ok(()));
        assert!(client.check_secret_hash("ada", Some("x")).is_err());
        assert!(client.has_secret(None) && !client.has_secret(Some("x")));
    }
}
