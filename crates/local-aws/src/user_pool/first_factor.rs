//! First factors of a choice-based sign-in (USER_AUTH), and who may use them.

use serde::{Deserialize, Serialize};

use super::{
    mfa::MfaConfiguration,
    pool::UserPool,
    user::{User, UserStatus},
};
use crate::error::AwsError;

/// A factor of `Policies.SignInPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum FirstFactor {
    Password,
    EmailOtp,
    SmsOtp,
    #[serde(rename = "WEB_AUTHN")]
    WebAuthn,
}

/// `Policies.SignInPolicy` of a user pool.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct SignInPolicy {
    allowed_first_auth_factors: Vec<FirstFactor>,
}

/// The feature plan of a user pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Tier {
    Lite,
    #[default]
    Essentials,
    Plus,
}

impl FirstFactor {
    /// The attribute that its codes are sent to.
    pub(super) fn address(self) -> Option<&'static str> {
        match self {
            Self::EmailOtp => Some("email"),
            Self::SmsOtp => Some("phone_number"),
            Self::Password | Self::WebAuthn => None,
        }
    }
}

impl Default for SignInPolicy {
    fn default() -> Self {
        Self { allowed_first_auth_factors: vec![FirstFactor::Password] }
    }
}

impl SignInPolicy {
    pub(super) fn validate(&self, tier: Tier) -> Result<(), AwsError> {
        if !self.allows(FirstFactor::Password) {
            return Err(AwsError::new(
                "InvalidParameterException",
                "AllowedFirstAuthFactors must contain PASSWORD.",
            ));
        }
        if tier == Tier::Lite && self.is_passwordless() {
            return Err(unavailable_in_lite("Passwordless Sign-In"));
        }
        Ok(())
    }

    fn allows(&self, factor: FirstFactor) -> bool {
        self.allowed_first_auth_factors.contains(&factor)
    }

    /// Whether people can sign in without a password.
    fn is_passwordless(&self) -> bool {
        self.allowed_first_auth_factors.iter().any(|factor| *factor != FirstFactor::Password)
    }
}

impl UserPool {
    pub(super) fn allows_first_factor(&self, factor: FirstFactor) -> bool {
        self.settings.policies.sign_in_policy.allows(factor)
    }

    /// Whether users may sign up without a password.
    pub(super) fn has_passwordless_users(&self) -> bool {
        self.settings.user_pool_tier != Tier::Lite && self.settings.policies.sign_in_policy.is_passwordless()
    }

    /// `AvailableChallenges` of a user. Codes are for people whose password was set for good and who have no second factor.
    pub(super) fn available_challenges(&self, user: &User) -> Vec<&'static str> {
        let mfa = self.settings.mfa_configuration;
        let has_mfa =
            mfa == MfaConfiguration::On || mfa != MfaConfiguration::Off && !self.factors_of(user).is_empty();
        let takes_codes = !has_mfa
            && ![UserStatus::ForceChangePassword, UserStatus::ExternalProvider].contains(&user.status);
        let has_address = |factor: FirstFactor| factor.address().is_some_and(|name| user.is_verified(name));
        let mut names =
            self.challenges_where(user.password.is_some(), |factor| takes_codes && has_address(factor));
        if self.can_use_passkey(user) {
            names.push("WEB_AUTHN");
        }
        names
    }

    /// `AvailableChallenges` of a missing user, if the app client hides that.
    pub(super) fn pretended_challenges(&self) -> Vec<&'static str> {
        self.challenges_where(true, |factor| factor == FirstFactor::EmailOtp)
    }

    fn challenges_where(&self, has_password: bool, takes: impl Fn(FirstFactor) -> bool) -> Vec<&'static str> {
        let mut names = if has_password { vec!["PASSWORD", "PASSWORD_SRP"] } else { Vec::new() };
        for (factor, name) in [(FirstFactor::EmailOtp, "EMAIL_OTP"), (FirstFactor::SmsOtp, "SMS_OTP")] {
            if self.allows_first_factor(factor) && takes(factor) {
                names.push(name);
            }
        }
        names
    }
}

/// The beginning is AWS's, from public reports.
pub(super) fn unavailable_in_lite(feature: &str) -> AwsError {
    AwsError::new(
        "FeatureUnavailableInTierException",
        format!("The following features need to be disabled for the LITE pricing tier configured: {feature}"),
    )
}
