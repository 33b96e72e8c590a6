//! The users of a user pool.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::SystemTime,
};

use serde_json::{Value, json};

use super::{
    attempts::Attempts,
    auth_events::AuthEvent,
    code::Code,
    device::Device,
    domain::ExternalIdentity,
    mfa::MfaSettings,
    passkeys::Passkeys,
    password::PasswordAttempts,
    schema::{Attributes, attributes_json},
    srp::Verifier,
};
use crate::{clock::json_timestamp, error::AwsError};

pub(super) struct User {
    /// The real username, never an alias. In pools where users sign in with a mail address or phone number, it is the `sub`.
    pub(super) username: String,
    pub(super) sub: String,
    pub(super) attributes: Attributes,
    pub(super) status: UserStatus,
    pub(super) enabled: bool,
    pub(super) created: SystemTime,
    pub(super) modified: SystemTime,
    pub(super) password: Option<Verifier>,
    /// The passwords before this one, the newest first.
    pub(super) earlier_passwords: VecDeque<Verifier>,
    pub(super) password_attempts: PasswordAttempts,
    pub(super) temporary_password_expires: Option<SystemTime>,
    pub(super) sign_up_code: Option<AddressCode>,
    pub(super) recovery_code: Option<AddressCode>,
    /// Codes by attribute: `email` or `phone_number`.
    pub(super) attribute_codes: BTreeMap<String, AttributeCode>,
    pub(super) mfa: MfaSettings,
    pub(super) attempts: Attempts,
    pub(super) auth_events: Vec<AuthEvent>,
    pub(super) passkeys: Passkeys,
    pub(super) groups: BTreeSet<String>,
    /// The confirmed devices, oldest first.
    pub(super) devices: Vec<Device>,
    /// The identities at providers that sign the user in.
    pub(super) identities: Vec<ExternalIdentity>,
}

/// A code and the address that it was sent to.
pub(super) struct AddressCode {
    pub(super) code: Code,
    /// `email` or `phone_number`.
    pub(super) attribute: String,
}

pub(super) struct AttributeCode {
    pub(super) code: Code,
    /// The new value, in pools that keep the old one until the new one is verified.
    pub(super) new_value: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UserStatus {
    Unconfirmed,
    Confirmed,
    ForceChangePassword,
    ResetRequired,
    /// Created by the sign-in of an identity provider. Such a user has no password.
    ExternalProvider,
}

/// The largest `PasswordHistorySize`.
const LONGEST_HISTORY: usize = 24;

impl UserStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Unconfirmed => "UNCONFIRMED",
            Self::Confirmed => "CONFIRMED",
            Self::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
            Self::ResetRequired => "RESET_REQUIRED",
            Self::ExternalProvider => "EXTERNAL_PROVIDER",
        }
    }
}

impl User {
    pub(super) fn new(username: String, sub: String, attributes: Attributes, now: SystemTime) -> Self {
        Self {
            username,
            sub,
            attributes,
            status: UserStatus::Unconfirmed,
            enabled: true,
            created: now,
            modified: now,
            password: None,
            earlier_passwords: VecDeque::new(),
            password_attempts: PasswordAttempts::default(),
            temporary_password_expires: None,
            sign_up_code: None,
            recovery_code: None,
            attribute_codes: BTreeMap::new(),
            mfa: MfaSettings::default(),
            attempts: Attempts::default(),
            auth_events: Vec::new(),
            passkeys: Passkeys::default(),
            groups: BTreeSet::new(),
            devices: Vec::new(),
            identities: Vec::new(),
        }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// Whether the address is verified; `attribute` is `email` or `phone_number`.
    pub(super) fn is_verified(&self, attribute: &str) -> bool {
        self.attribute(attribute).is_some() && self.attribute(&verified_flag(attribute)) == Some("true")
    }

    pub(super) fn set_verified(&mut self, attribute: &str, verified: bool) {
        self.attributes.insert(verified_flag(attribute), verified.to_string());
    }

    /// Writes attributes. A changed address is no longer verified, unless the same call verifies it.
    /// Writes attributes. An empty value deletes its attribute.
    pub(super) fn write_attributes(&mut self, written: Attributes, now: SystemTime) {
        for address in ["email", "phone_number"] {
            if written.get(address).is_some_and(|new| Some(new.as_str()) != self.attribute(address)) {
                self.set_verified(address, false);
            }
        }
        for (name, value) in written {
            if value.is_empty() {
                self.delete_attribute(&name);
            } else {
                self.attributes.insert(name, value);
            }
        }
        self.modified = now;
    }

    pub(super) fn delete_attribute(&mut self, name: &str) {
        self.attributes.remove(name);
        self.attributes.remove(&format!("{name}_verified"));
        self.attribute_codes.remove(name);
    }

    pub(super) fn set_password(&mut self, password: Verifier, now: SystemTime) {
        if let Some(earlier) = self.password.replace(password) {
            self.earlier_passwords.push_front(earlier);
            self.earlier_passwords.truncate(LONGEST_HISTORY);
        }
        self.password_attempts.right();
        self.temporary_password_expires = None;
        self.modified = now;
    }

    /// All attributes, `sub` first.
    pub(super) fn attributes_json(&self) -> Value {
        let mut list = vec![json!({ "Name": "sub", "Value": self.sub })];
        if let Value::Array(attributes) = attributes_json(&self.attributes) {
            list.extend(attributes);
        }
        Value::Array(list)
    }

    /// The user in administrative answers. AWS's name of the attribute list differs between operations.
    pub(super) fn to_json(&self, attributes_name: &str) -> Value {
        json!({
            "Username": self.username,
            attributes_name: self.attributes_json(),
            "UserCreateDate": json_timestamp(self.created),
            "UserLastModifiedDate": json_timestamp(self.modified),
            "Enabled": self.enabled,
            "UserStatus": self.status.name(),
        })
    }
}

pub(super) fn password_reset_required() -> AwsError {
    AwsError::new("PasswordResetRequiredException", "Password reset required for the user")
}

pub(super) fn user_not_confirmed() -> AwsError {
    AwsError::new("UserNotConfirmedException", "User is not confirmed.")
}

fn verified_flag(attribute: &str) -> String {
    format!("{attribute}_verified")
}
