//! Setting up and choosing a second factor.

use super::Account;
use crate::error::Error;
use crate::input;
use crate::mfa::{self, MfaMethod, SoftwareTokenSetup};
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
        let enabled = user.text_list("UserMFASettingList")?;
        Ok(MfaPreference {
            enabled: enabled.into_iter().map(MfaMethod::from).collect(),
            preferred: user.maybe_text("PreferredMfaSetting")?.map(MfaMethod::from),
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
        let settings = [
            ("SMSMfaSettings", settings.sms),
            ("SoftwareTokenMfaSettings", settings.software_token),
            ("EmailMfaSettings", settings.email),
        ];
        let choice = |(name, setting): (&'static str, Option<MfaSetting>)| {
            let setting = setting?;
            let (enabled, preferred) = (setting != MfaSetting::Off, setting == MfaSetting::Preferred);
            Some(MfaChoice { name, enabled, preferred })
        };
        let choices: Vec<MfaChoice> = settings.into_iter().filter_map(choice).collect();
        self.signed_in(Call::set_user_mfa_preference(&choices)).await.map(drop)
    }
}
