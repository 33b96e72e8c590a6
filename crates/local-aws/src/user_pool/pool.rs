//! A user pool: its settings, its users, and how a name or alias is resolved.

use std::{collections::BTreeMap, sync::Arc, time::SystemTime};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{
    auth_events::{AccountTakeoverRiskConfiguration, UserPoolAddOns},
    authentication::AcrConfiguration,
    challenge::Challenges,
    client::AppClient,
    device::DeviceConfiguration,
    domain::{Domain, providers::IdentityProvider, resource_servers::ResourceServer},
    first_factor::{FirstFactor, SignInPolicy, Tier},
    mfa::{Factor, MfaConfiguration, OfferedFactors},
    passkeys::{FactorConfiguration, WebAuthnConfiguration},
    password::PasswordPolicy,
    schema::{Schema, is_email, is_phone_number},
    sender::{EmailConfiguration, SmsConfiguration},
    sessions::SessionConfiguration,
    sign_ins::{SignIn, SignIns},
    srp::{Identity, Verifier},
    user::User,
};
use crate::{account::ACCOUNT_ID, clock::json_timestamp, error::AwsError};

pub(super) struct UserPool {
    pub(super) id: String,
    pub(super) region: String,
    pub(super) settings: PoolSettings,
    pub(super) schema: Schema,
    pub(super) offered_factors: OfferedFactors,
    pub(super) web_authn: WebAuthnConfiguration,
    pub(super) clients: BTreeMap<String, Arc<AppClient>>,
    /// Users by their real username.
    pub(super) users: BTreeMap<String, User>,
    pub(super) groups: BTreeMap<String, Group>,
    pub(super) challenges: Challenges,
    pub(super) sign_ins: SignIns,
    /// The actions at risky sign-ins.
    pub(super) risk_configuration: Option<AccountTakeoverRiskConfiguration>,
    /// Replicas by region, and whether they are active.
    pub(super) replicas: BTreeMap<String, bool>,
    pub(super) sessions: SessionConfiguration,
    pub(super) domain: Domain,
    /// Identity providers by name.
    pub(super) identity_providers: BTreeMap<String, IdentityProvider>,
    /// Resource servers by identifier.
    pub(super) resource_servers: BTreeMap<String, ResourceServer>,
    /// The key for stable made-up answers about missing users.
    pub(super) pretence_key: [u8; 32],
    pub(super) created: SystemTime,
}

/// The settings of CreateUserPool.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PoolSettings {
    #[serde(rename(deserialize = "PoolName", serialize = "Name"))]
    pub(super) name: String,
    #[serde(default)]
    pub(super) policies: Policies,
    /// The addresses that users sign in with. Their username is their `sub`.
    #[serde(default)]
    pub(super) username_attributes: Vec<Address>,
    /// The attributes that users may also sign in with.
    #[serde(default)]
    pub(super) alias_attributes: Vec<Alias>,
    #[serde(default)]
    pub(super) auto_verified_attributes: Vec<Address>,
    #[serde(default)]
    pub(super) mfa_configuration: MfaConfiguration,
    #[serde(default)]
    pub(super) username_configuration: UsernameConfiguration,
    #[serde(default)]
    pub(super) user_attribute_update_settings: UserAttributeUpdateSettings,
    #[serde(default)]
    pub(super) account_recovery_setting: AccountRecoverySetting,
    #[serde(default)]
    pub(super) admin_create_user_config: AdminCreateUserConfig,
    /// Absent in a pool that does not track devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) device_configuration: Option<DeviceConfiguration>,
    #[serde(default)]
    pub(super) user_pool_add_ons: UserPoolAddOns,
    #[serde(default)]
    pub(super) email_configuration: EmailConfiguration,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sms_configuration: Option<SmsConfiguration>,
    #[serde(default)]
    pub(super) acr_configuration: AcrConfiguration,
    #[serde(default)]
    pub(super) user_pool_tier: Tier,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Policies {
    pub(super) password_policy: PasswordPolicy,
    pub(super) sign_in_policy: SignInPolicy,
}

/// An attribute that codes can be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Address {
    Email,
    PhoneNumber,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Alias {
    Email,
    PhoneNumber,
    PreferredUsername,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct UsernameConfiguration {
    case_sensitive: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct UserAttributeUpdateSettings {
    /// A new address replaces the old one only after it is verified.
    pub(super) attributes_require_verification_before_update: Vec<Address>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct AccountRecoverySetting {
    pub(super) recovery_mechanisms: Vec<RecoveryMechanism>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RecoveryMechanism {
    pub(super) name: RecoveryOption,
    pub(super) priority: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RecoveryOption {
    VerifiedEmail,
    VerifiedPhoneNumber,
    AdminOnly,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct AdminCreateUserConfig {
    pub(super) allow_admin_create_user_only: bool,
}

pub(super) struct Group {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) role_arn: Option<String>,
    pub(super) precedence: Option<u32>,
    pub(super) created: SystemTime,
}

/// The IAM roles of a user's groups.
pub(super) struct Roles {
    pub(super) all: Vec<String>,
    /// The role of the first group.
    pub(super) preferred: Option<String>,
}

impl Address {
    /// The attribute's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
        }
    }
}

impl Alias {
    fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::PreferredUsername => PREFERRED_USERNAME,
        }
    }
}

impl Default for UsernameConfiguration {
    fn default() -> Self {
        Self { case_sensitive: true }
    }
}

impl Default for AccountRecoverySetting {
    fn default() -> Self {
        Self {
            recovery_mechanisms: vec![
                RecoveryMechanism { name: RecoveryOption::VerifiedEmail, priority: 1 },
                RecoveryMechanism { name: RecoveryOption::VerifiedPhoneNumber, priority: 2 },
            ],
        }
    }
}

impl UserPool {
    pub(super) fn arn(&self) -> String {
        format!("arn:aws:cognito-idp:{}:{ACCOUNT_ID}:userpool/{}", self.region, self.id)
    }

    /// The `iss` of tokens.
    pub(super) fn issuer(&self) -> String {
        format!("https://cognito-idp.{}.amazonaws.com/{}", self.region, self.id)
    }

    /// The identity in SRP's formulas.
    pub(super) fn identity(&self, username: &str) -> Identity {
        let pool_name = self.id.split_once('_').map_or("", |(_, name)| name);
        Identity { pool_name: pool_name.to_owned(), username: username.to_owned() }
    }

    pub(super) fn verifier(&self, username: &str, password: &str) -> Verifier {
        Verifier::new(&self.identity(username), password)
    }

    pub(super) fn check_password(&self, user: &User, password: &str) -> bool {
        let identity = self.identity(&user.username);
        user.password.as_ref().is_some_and(|verifier| verifier.matches(&identity, password))
    }

    /// Refuses a password that the user had before, as far back as the pool remembers.
    ///
    /// # Errors
    /// `PasswordHistoryPolicyViolationException`.
    pub(super) fn check_history(&self, username: &str, password: &str) -> Result<(), AwsError> {
        let user = self.user(username)?;
        let identity = self.identity(username);
        let size = self.settings.policies.password_policy.password_history_size;
        let mut earlier = user.password.iter().chain(&user.earlier_passwords).take(size);
        if earlier.any(|verifier| verifier.matches(&identity, password)) {
            return Err(AwsError::new(
                "PasswordHistoryPolicyViolationException",
                "Password has previously been used.",
            ));
        }
        Ok(())
    }

    /// The user with this name: the real username, the `sub`, or an alias.
    pub(super) fn find(&self, typed: &str) -> Option<&User> {
        self.users
            .values()
            .find(|user| self.same(&user.username, typed) || user.sub == typed)
            .or_else(|| self.users.values().find(|user| self.is_alias(user, typed)))
    }

    pub(super) fn user_mut(&mut self, username: &str) -> Result<&mut User, AwsError> {
        self.users.get_mut(username).ok_or_else(user_not_found)
    }

    pub(super) fn user(&self, username: &str) -> Result<&User, AwsError> {
        self.users.get(username).ok_or_else(user_not_found)
    }

    /// The user of this sign-in, if the user still exists.
    pub(super) fn user_of(&self, sign_in: &SignIn) -> Result<&User, AwsError> {
        let user = self.users.get(&sign_in.username).filter(|user| user.sub == sign_in.sub);
        user.ok_or_else(user_not_found)
    }

    /// Like [`UserPool::find`], for administrators, who may learn that a user does not exist.
    pub(super) fn find_mut(&mut self, typed: &str) -> Result<&mut User, AwsError> {
        let username = self.find(typed).map(|user| user.username.clone()).ok_or_else(user_not_found)?;
        self.user_mut(&username)
    }

    /// Another user who signs in with this value. An address counts as an alias only if it is verified.
    pub(super) fn owner_of(&self, attribute: &str, value: &str, except: &str) -> Option<&User> {
        let is_username = self.settings.username_attributes.iter().any(|address| address.name() == attribute);
        let is_alias = self.settings.alias_attributes.iter().any(|alias| alias.name() == attribute);
        self.users.values().find(|user| {
            user.username != except
                && user.attribute(attribute).is_some_and(|other| self.same(other, value))
                && (is_username
                    || is_alias && (attribute == PREFERRED_USERNAME || user.is_verified(attribute)))
        })
    }

    /// Whether users sign in with only a mail address or phone number.
    pub(super) fn has_address_usernames(&self) -> bool {
        !self.settings.username_attributes.is_empty()
    }

    /// The attribute of a username in such a pool: `email` or `phone_number`.
    pub(super) fn address_of_username(&self, typed: &str) -> Result<Option<Address>, AwsError> {
        let allowed = &self.settings.username_attributes;
        let invalid = |message| Err(AwsError::new("InvalidParameterException", message));
        match (allowed.contains(&Address::Email), allowed.contains(&Address::PhoneNumber)) {
            (false, false) => Ok(None),
            (true, _) if is_email(typed) => Ok(Some(Address::Email)),
            (_, true) if is_phone_number(typed) => Ok(Some(Address::PhoneNumber)),
            (true, true) => invalid("Username should be either an email or a phone number."),
            (true, false) => invalid("Username should be an email."),
            (false, true) => invalid("Username should be a phone number."),
        }
    }

    /// The username in answers about a missing user: it looks like others and is always the same.
    pub(super) fn pretended_username(&self, typed: &str) -> String {
        if !self.has_address_usernames() {
            return typed.to_owned();
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.pretended_bytes("username", typed)[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// The password verifier of a missing user.
    pub(super) fn pretended_verifier(&self, typed: &str) -> Verifier {
        Verifier::unanswerable(&self.pretended_bytes("salt", typed)[..16])
    }

    /// The groups of a user, in order of precedence.
    pub(super) fn groups_of(&self, user: &User) -> Vec<&str> {
        self.sorted_groups(user).into_iter().map(|group| group.name.as_str()).collect()
    }

    pub(super) fn roles_of(&self, user: &User) -> Roles {
        let groups = self.sorted_groups(user);
        let with_role = |group: &&&Group| group.role_arn.is_some();
        let preferred = groups.iter().find(with_role).and_then(|first| {
            // With two first groups that have different roles, there is no preferred role.
            let rivals = groups.iter().filter(with_role).filter(|group| group.precedence == first.precedence);
            let is_clear = rivals.into_iter().all(|rival| rival.role_arn == first.role_arn);
            first.role_arn.clone().filter(|_| is_clear)
        });
        Roles { all: groups.iter().filter_map(|group| group.role_arn.clone()).collect(), preferred }
    }

    /// The second factors that a user has set up and the pool offers.
    pub(super) fn factors_of(&self, user: &User) -> Vec<Factor> {
        user.mfa
            .enabled
            .iter()
            .copied()
            .filter(|factor| self.offered_factors.has(*factor))
            .filter(|factor| match factor {
                Factor::Sms => user.attribute("phone_number").is_some(),
                Factor::Email => user.attribute("email").is_some(),
                Factor::SoftwareToken => user.mfa.software_token.is_some(),
            })
            .collect()
    }

    /// The second factors that a user could be asked for, whether or not they are switched on.
    pub(super) fn usable_factors(&self, user: &User) -> Vec<Factor> {
        [Factor::Sms, Factor::SoftwareToken, Factor::Email]
            .into_iter()
            .filter(|factor| match factor.address() {
                Some(address) => self.offered_factors.has(*factor) && user.is_verified(address),
                None => user.mfa.software_token.is_some(),
            })
            .collect()
    }

    /// Whether users may register passkeys and sign in with them.
    pub(super) fn allows_passkeys(&self) -> bool {
        self.allows_first_factor(FirstFactor::WebAuthn)
    }

    /// Whether this user may sign in with a passkey: there is one, and a second factor is either not needed or replaced by it.
    pub(super) fn can_use_passkey(&self, user: &User) -> bool {
        let Some(relying_party_id) = &self.web_authn.relying_party_id else { return false };
        let needs_mfa = match self.settings.mfa_configuration {
            MfaConfiguration::Off => false,
            MfaConfiguration::On => true,
            MfaConfiguration::Optional => !self.factors_of(user).is_empty(),
        };
        self.allows_passkeys()
            && user.passkeys.of_relying_party(relying_party_id).next().is_some()
            && (!needs_mfa || self.passkey_is_mfa(user))
    }

    /// Whether a passkey with user verification counts as several factors.
    pub(super) fn passkey_is_mfa(&self, user: &User) -> bool {
        self.web_authn.factor_configuration == FactorConfiguration::MultiFactorWithUserVerification
            && user.mfa.web_authn
    }

    /// The `UserPool` of administrative answers.
    pub(super) fn to_json(&self) -> Value {
        let mut json = json!(self.settings);
        json["Id"] = json!(self.id);
        json["Arn"] = json!(self.arn());
        json["AcrConfiguration"] = self.settings.acr_configuration.to_json();
        json["SchemaAttributes"] = self.schema.to_json();
        if let Some(domain) = self.domain.name() {
            json["Domain"] = json!(domain);
        }
        json["EstimatedNumberOfUsers"] = json!(self.users.len());
        json["CreationDate"] = json_timestamp(self.created);
        json["LastModifiedDate"] = json_timestamp(self.created);
        json
    }

    fn is_alias(&self, user: &User, typed: &str) -> bool {
        let has = |name: &str| user.attribute(name).is_some_and(|value| self.same(value, typed));
        let by_username = self.settings.username_attributes.iter().any(|address| has(address.name()));
        let by_alias = self.settings.alias_attributes.iter().any(|alias| match alias {
            Alias::Email | Alias::PhoneNumber => has(alias.name()) && user.is_verified(alias.name()),
            Alias::PreferredUsername => has(alias.name()),
        });
        by_username || by_alias
    }

    fn same(&self, one: &str, other: &str) -> bool {
        one == other
            || !self.settings.username_configuration.case_sensitive
                && one.to_lowercase() == other.to_lowercase()
    }

    fn sorted_groups(&self, user: &User) -> Vec<&Group> {
        let mut groups: Vec<_> = user.groups.iter().filter_map(|name| self.groups.get(name)).collect();
        groups.sort_by_key(|group| group.precedence.unwrap_or(u32::MAX));
        groups
    }

    fn pretended_bytes(&self, purpose: &str, typed: &str) -> [u8; 32] {
        // A key of any length is fine for HMAC.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(&self.pretence_key) else { return [0; 32] };
        mac.chain_update(purpose).chain_update(typed).finalize().into_bytes().into()
    }
}

pub(super) const PREFERRED_USERNAME: &str = "preferred_username";

pub(super) fn user_not_found() -> AwsError {
    AwsError::new("UserNotFoundException", "User does not exist.")
}
