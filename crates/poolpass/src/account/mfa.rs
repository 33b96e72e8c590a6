//! Setting up and choosing a second factor.

use super::Account;
use crate::error::Error;
use crate::input;
use crate::mfa::{self, MfaMethod, SoftwareTokenSetup};
use crate::sign_in::AuthFactor;
use crate::user_pool::{Call, MfaChoice, TotpOwner};

/// The second factors that the signed-in person uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MfaPreference {
    enabled: Vec<MfaMethod>,
    preferred: Option<MfaMethod>,
}

impl MfaPreference {
    /// The methods that Cognito may ask for at sign-in.
    pub fn enabled(&self) -> &[MfaMethod] {
        &self.enabled
    }

    /// The method that Cognito asks for first, without offering a choice.
    pub fn preferred(&self) -> Option<&MfaMethod> {
        self.preferred.as_ref()
    }
}

/// The factors with which the signed-in person can sign in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserAuthFactors {
    /// The first factors that the person can choose in a sign-in by USER_AUTH, and those that AWS names besides.
    pub configured: Vec<AuthFactor>,
    /// The second factors that Cognito may ask for.
    pub mfa_methods: Vec<MfaMethod>,
    /// The second factor that Cognito asks for first, without offering a choice.
    pub preferred_mfa: Option<MfaMethod>,
}

/// Whether a second factor is used at sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MfaSetting {
    /// Cognito does not ask for this factor.
    Off,
    /// Cognito may ask for this factor.
    On,
    /// Cognito asks for this factor first.
    Preferred,
}

impl MfaSetting {
    const ALL: [Self; 3] = [Self::Off, Self::On, Self::Preferred];

    /// The setting as a short text, such as `preferred`, the same in every language.
    pub fn code(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Preferred => "preferred",
        }
    }

    /// The setting that has this [code](Self::code).
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.code() == code)
    }
}

/// A change of second factors. Methods that are not set stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct MfaSettings {
    sms: Option<MfaSetting>,
    software_token: Option<MfaSetting>,
    email: Option<MfaSetting>,
    web_authn: Option<bool>,
}

impl MfaSettings {
    /// An empty change.
    pub fn new() -> Self {
        Self::default()
    }

    /// Codes by SMS. The person needs a verified phone number.
    pub fn sms(mut self, setting: MfaSetting) -> Self {
        self.sms = Some(setting);
        self
    }

    /// Codes from an authenticator app. The person has to verify the app first.
    pub fn software_token(mut self, setting: MfaSetting) -> Self {
        self.software_token = Some(setting);
        self
    }

    /// Codes by email. The person needs a verified address.
    pub fn email(mut self, setting: MfaSetting) -> Self {
        self.email = Some(setting);
        self
    }

    /// Whether a passkey counts as both factors, as it does for a person who signs in with it and has their screen lock checked
    /// (`WebAuthnMfaSettings`). The user pool has to allow it, and the person needs another second factor.
    pub fn web_authn(mut self, enabled: bool) -> Self {
        self.web_authn = Some(enabled);
        self
    }
}

impl Account {
    /// Gets a TOTP secret for the signed-in person's authenticator app (AssociateSoftwareToken).
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `MfaNotSetUp` if the user pool does not allow authenticator apps, `SignedOut`, `SessionEnded`.
    pub async fn associate_software_token(&self) -> Result<SoftwareTokenSetup, Error> {
        let call = Call::associate_software_token(TotpOwner::SignedIn);
        Ok(SoftwareTokenSetup::new(self.signed_in(call).await?.secret("SecretCode")?))
    }

    /// Verifies the authenticator app with a first code (VerifySoftwareToken). Cognito shows `device_name` at sign-in.
    ///
    /// Cognito asks for the app's codes only after [`set_mfa_preference`](Self::set_mfa_preference).
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `CodeMismatch` for a wrong code: ask again. `SignedOut`, `SessionEnded`. `InvalidInput` for an empty code.
    pub async fn verify_software_token(&self, code: &str, device_name: Option<&str>) -> Result<(), Error> {
        let code = input::code(code)?;
        let call = Call::verify_software_token(TotpOwner::SignedIn, &code, device_name);
        mfa::verified(&mut self.signed_in(call).await?)
    }

    /// Reads which second factors the signed-in person uses (GetUser).
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `SignedOut`, `SessionEnded`.
    pub async fn mfa_preference(&self) -> Result<MfaPreference, Error> {
        let mut user = self.signed_in(Call::user()).await?;
        // Both members may be absent; the user's name never is.
        user.text("Username")?;
        Ok(MfaPreference {
            enabled: methods(user.text_list("UserMFASettingList")?),
            preferred: user.maybe_text("PreferredMfaSetting")?.map(MfaMethod::from),
        })
    }

    /// Reads with which factors the signed-in person can sign in (GetUserAuthFactors).
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `SignedOut`, `SessionEnded`.
    pub async fn auth_factors(&self) -> Result<UserAuthFactors, Error> {
        let mut answer = self.signed_in(Call::user_auth_factors()).await?;
        // The lists may be absent; the user's name never is.
        answer.text("Username")?;
        let configured = answer.text_list("ConfiguredUserAuthFactors")?;
        Ok(UserAuthFactors {
            configured: configured.into_iter().map(AuthFactor::from).collect(),
            mfa_methods: methods(answer.text_list("UserMFASettingList")?),
            preferred_mfa: answer.maybe_text("PreferredMfaSetting")?.map(MfaMethod::from),
        })
    }

    /// Chooses second factors (SetUserMFAPreference).
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `SignedOut`, `SessionEnded`. `Aws` with the code `InvalidParameterException` for a method that the person has not set up.
    pub async fn set_mfa_preference(&self, settings: MfaSettings) -> Result<(), Error> {
        let settings_of_codes = [
            ("SMSMfaSettings", settings.sms),
            ("SoftwareTokenMfaSettings", settings.software_token),
            ("EmailMfaSettings", settings.email),
        ];
        let choice = |(name, setting): (&'static str, Option<MfaSetting>)| {
            let setting = setting?;
            let (enabled, preferred) = (setting != MfaSetting::Off, setting == MfaSetting::Preferred);
            Some(MfaChoice { name, enabled, preferred: Some(preferred) })
        };
        let mut choices: Vec<MfaChoice> = settings_of_codes.into_iter().filter_map(choice).collect();
        if let Some(enabled) = settings.web_authn {
            choices.push(MfaChoice { name: "WebAuthnMfaSettings", enabled, preferred: None });
        }
        self.signed_in(Call::set_user_mfa_preference(&choices)).await.map(drop)
    }
}

fn methods(names: Vec<String>) -> Vec<MfaMethod> {
    names.into_iter().map(MfaMethod::from).collect()
}
