//! The devices of a user pool's users: their record, and when a pool accepts one.

use std::time::SystemTime;

use rand::seq::IndexedRandom as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Call,
    client::AppClient,
    not_authorized,
    pool::UserPool,
    sign_in::Parameters,
    sign_ins::SignIn,
    srp::{Identity, Verifier},
    user::User,
};
use crate::{account::ACCOUNT_ID, clock::json_timestamp, error::AwsError};

/// The settings of a pool that tracks devices. Any member switches tracking on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeviceConfiguration {
    challenge_required_on_new_device: Option<bool>,
    device_only_remembered_on_user_prompt: Option<bool>,
}

/// `NewDeviceMetadata`.
#[derive(Clone)]
pub(super) struct DeviceIds {
    pub(super) key: String,
    pub(super) group_key: String,
}

/// A confirmed device.
pub(super) struct Device {
    pub(super) ids: DeviceIds,
    pub(super) name: Option<String>,
    pub(super) verifier: Verifier,
    pub(super) remembered: bool,
    pub(super) created: SystemTime,
    pub(super) modified: SystemTime,
    pub(super) authenticated: SystemTime,
}

impl DeviceConfiguration {
    pub(super) fn is_empty(&self) -> bool {
        self.challenge_required_on_new_device.is_none()
            && self.device_only_remembered_on_user_prompt.is_none()
    }

    /// Whether a remembered device replaces the second factor.
    pub(super) fn trusts_remembered(&self) -> bool {
        self.challenge_required_on_new_device == Some(true)
    }

    /// Whether a confirmed device is remembered only when the user says so.
    pub(super) fn asks_user(&self) -> bool {
        self.device_only_remembered_on_user_prompt == Some(true)
    }
}

impl DeviceIds {
    pub(super) fn new(region: &str) -> Self {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

        let letters = LETTERS.sample(&mut rand::rng(), 8).map(|letter| char::from(*letter));
        Self {
            key: format!("{region}_{}", uuid::Uuid::new_v4()),
            group_key: format!("-{}", letters.collect::<String>()),
        }
    }

    /// The identity in SRP's formulas.
    pub(super) fn identity(&self) -> Identity {
        Identity { pool_name: self.group_key.clone(), username: self.key.clone() }
    }

    pub(super) fn to_json(&self) -> Value {
        json!({ "DeviceKey": self.key, "DeviceGroupKey": self.group_key })
    }
}

impl Device {
    /// The device as its user and administrators see it.
    pub(super) fn to_json(&self, pool: &UserPool, user: &User) -> Value {
        let owner = format!("{}.{}", user.username, pool.id);
        let key = &self.ids.key;
        let arn = format!("arn:aws:cognito-idp:{}:{ACCOUNT_ID}:owner/{owner}/device/{key}", pool.region);
        let attribute = |name: &str, value: &str| json!({ "Name": name, "Value": value });
        let mut attributes = vec![attribute("device_status", "valid")];
        attributes.extend(self.name.as_deref().map(|name| attribute("device_name", name)));
        attributes.extend([
            attribute("dev:device_arn", &arn),
            attribute("dev:device_owner", &owner),
            attribute("last_ip_used", "127.0.0.1"),
            attribute(
                "dev:device_remembered_status",
                if self.remembered { "remembered" } else { "not_remembered" },
            ),
        ]);
        json!({
            "DeviceKey": key,
            "DeviceAttributes": attributes,
            "DeviceCreateDate": json_timestamp(self.created),
            "DeviceLastModifiedDate": json_timestamp(self.modified),
            "DeviceLastAuthenticatedDate": json_timestamp(self.authenticated),
        })
    }
}

impl User {
    pub(super) fn device(&self, key: &str) -> Option<&Device> {
        self.devices.iter().find(|device| device.ids.key == key)
    }

    pub(super) fn device_mut(&mut self, key: &str) -> Result<&mut Device, AwsError> {
        self.devices.iter_mut().find(|device| device.ids.key == key).ok_or_else(device_not_found)
    }
}

impl Call<'_> {
    /// The `DEVICE_KEY` of a step of a sign-in. Each step has to present it: Cognito takes it over from no other.
    pub(super) fn device_key(&self) -> Option<String> {
        let input: Value = serde_json::from_slice(&self.request.body).ok()?;
        let parameters = ["AuthParameters", "ChallengeResponses"].map(|name| &input[name]["DEVICE_KEY"]);
        let key = parameters.into_iter().find_map(Value::as_str)?;
        (!key.is_empty()).then(|| key.to_owned())
    }
}

/// Refuses a step of a sign-in with the key of a device that is not a confirmed one of this user.
pub(super) fn check_presented(
    pool: &UserPool,
    client: &AppClient,
    parameters: &Parameters,
) -> Result<(), AwsError> {
    let Some(key) = parameters.optional("DEVICE_KEY").filter(|key| !key.is_empty()) else { return Ok(()) };
    let typed = parameters.required("USERNAME")?;
    client.check_secret_hash(typed, parameters.optional("SECRET_HASH"))?;
    match pool.find(typed).and_then(|user| user.device(key)) {
        Some(_) => Ok(()),
        None => Err(device_not_found()),
    }
}

/// Refuses to refresh a sign-in whose device is not the presented one, was never confirmed, or is forgotten. A pool that tracks no
/// devices any more does not ask for them.
pub(super) fn check_refresh(
    pool: &UserPool,
    user: &User,
    sign_in: &SignIn,
    presented: Option<&str>,
) -> Result<(), AwsError> {
    if pool.settings.device_configuration.is_none() {
        return Ok(());
    }
    let expected = sign_in.device.as_ref().map(|ids| ids.key.as_str());
    let presented = presented.filter(|key| !key.is_empty());
    if presented != expected || expected.is_some_and(|key| user.device(key).is_none()) {
        return Err(not_authorized("Invalid Refresh Token."));
    }
    Ok(())
}

pub(super) fn device_not_found() -> AwsError {
    AwsError::new("ResourceNotFoundException", "Device does not exist.")
}
