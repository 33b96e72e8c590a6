//! Challenges that have to be answered before the person is signed in.
//!
//! Each kind is a type with its own `answer`, which returns the next [`SignInStep`]. After a wrong code ([`CodeMismatch`](crate::ErrorKind::CodeMismatch)) the same challenge can be
//! answered again, as long as Cognito allows it: by default for three minutes. An answer takes at most a minute for each request that
//! it consists of, and ten seconds more while another process hangs with the session's lock.

mod code;
mod custom_challenge;
mod mfa_setup;
mod new_password_required;
mod one_time_code;
mod other;
mod select_challenge;
mod select_mfa_type;
mod web_authn;

use std::sync::Arc;

pub use code::{EmailMfaChallenge, SmsMfaChallenge, SoftwareTokenMfaChallenge};
pub use custom_challenge::{CustomAnswer, CustomChallenge};
pub use mfa_setup::MfaSetupChallenge;
pub use new_password_required::NewPasswordRequiredChallenge;
pub use one_time_code::{EmailOtpChallenge, SmsOtpChallenge};
pub use other::OtherChallenge;
pub use select_challenge::{PasswordChallenge, SelectChallenge};
pub use select_mfa_type::SelectMfaTypeChallenge;
pub use web_authn::WebAuthnChallenge;

use crate::error::Error;
use crate::json::{self, Object};
use crate::mfa::MfaMethod;
use crate::platform::BoxFuture;
use crate::sign_in::record::SavedChallenge;
use crate::sign_in::{SignInFlow, SignInStep};
use crate::user_pool::ClientMetadata;

/// A challenge that has to be answered before the person is signed in. Each kind has its own answer.
///
/// The session store keeps the pending challenge, without the password and without SRP secrets, so that
/// [`Client::pending_challenge`](crate::Client::pending_challenge) returns it after a reload or in another process.
#[derive(Debug)]
#[non_exhaustive]
pub enum Challenge {
    /// A code that was sent by SMS (`SMS_MFA`).
    SmsMfa(SmsMfaChallenge),
    /// A code that was sent by email, as second factor (`EMAIL_OTP`).
    EmailMfa(EmailMfaChallenge),
    /// A code that was sent by email, as first factor (`EMAIL_OTP`).
    EmailOtp(EmailOtpChallenge),
    /// A code that was sent by SMS, as first factor (`SMS_OTP`).
    SmsOtp(SmsOtpChallenge),
    /// A code from an authenticator app (`SOFTWARE_TOKEN_MFA`).
    SoftwareTokenMfa(SoftwareTokenMfaChallenge),
    /// A choice among second factors (`SELECT_MFA_TYPE`).
    SelectMfaType(SelectMfaTypeChallenge),
    /// A second factor has to be set up before the person is signed in (`MFA_SETUP`).
    MfaSetup(MfaSetupChallenge),
    /// A new password in place of the temporary one that an administrator has set (`NEW_PASSWORD_REQUIRED`).
    NewPasswordRequired(NewPasswordRequiredChallenge),
    /// A choice among first factors (`SELECT_CHALLENGE`).
    SelectChallenge(SelectChallenge),
    /// The password (`PASSWORD`, or `PASSWORD_SRP` for one that SRP proves).
    Password(PasswordChallenge),
    /// A passkey (`WEB_AUTHN`).
    WebAuthn(WebAuthnChallenge),
    /// A challenge of the user pool's own triggers (`CUSTOM_CHALLENGE`).
    CustomChallenge(CustomChallenge),
    /// A challenge without a type of its own.
    Other(OtherChallenge),
}

impl Challenge {
    /// The kind as a short text, such as `softwareTokenMfa`, the same in every language.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SmsMfa(_) => "smsMfa",
            Self::EmailMfa(_) => "emailMfa",
            Self::EmailOtp(_) => "emailOtp",
            Self::SmsOtp(_) => "smsOtp",
            Self::SoftwareTokenMfa(_) => "softwareTokenMfa",
            Self::SelectMfaType(_) => "selectMfaType",
            Self::MfaSetup(_) => "mfaSetup",
            Self::NewPasswordRequired(_) => "newPasswordRequired",
            Self::SelectChallenge(_) => "selectChallenge",
            Self::Password(_) => "password",
            Self::WebAuthn(_) => "webAuthn",
            Self::CustomChallenge(_) => "customChallenge",
            Self::Other(_) => "other",
        }
    }

    /// AWS's name for the challenge, such as `SOFTWARE_TOKEN_MFA`.
    pub fn name(&self) -> &str {
        &self.pending().challenge.name
    }

    /// The user name of the person who is signing in, as the user pool knows it.
    pub fn username(&self) -> &str {
        &self.pending().challenge.username
    }

    /// # Errors
    ///
    /// Kind `InvalidResponse` when the challenge's parameters are malformed.
    pub(crate) fn new(flow: Arc<SignInFlow>, challenge: SavedChallenge) -> Result<Self, Error> {
        let pending = Pending { flow, challenge: Box::new(challenge) };
        Ok(match pending.challenge.name.as_str() {
            "SMS_MFA" => Self::SmsMfa(SmsMfaChallenge(pending)),
            "EMAIL_OTP" if pending.challenge.first_factor_proved => {
                Self::EmailMfa(EmailMfaChallenge(pending))
            }
            "EMAIL_OTP" => Self::EmailOtp(EmailOtpChallenge(pending)),
            "SMS_OTP" => Self::SmsOtp(SmsOtpChallenge(pending)),
            "SOFTWARE_TOKEN_MFA" => Self::SoftwareTokenMfa(SoftwareTokenMfaChallenge(pending)),
            "SELECT_MFA_TYPE" => Self::SelectMfaType(SelectMfaTypeChallenge::new(pending)?),
            "MFA_SETUP" => Self::MfaSetup(MfaSetupChallenge::new(pending)?),
            "NEW_PASSWORD_REQUIRED" => Self::NewPasswordRequired(NewPasswordRequiredChallenge::new(pending)?),
            "SELECT_CHALLENGE" => Self::SelectChallenge(SelectChallenge::new(pending)),
            "PASSWORD" | "PASSWORD_SRP" => Self::Password(PasswordChallenge(pending)),
            "WEB_AUTHN" => Self::WebAuthn(WebAuthnChallenge(pending)),
            "CUSTOM_CHALLENGE" => Self::CustomChallenge(CustomChallenge(pending)),
            _ => Self::Other(OtherChallenge(pending)),
        })
    }

    fn pending(&self) -> &Pending {
        match self {
            Self::SmsMfa(SmsMfaChallenge(pending))
            | Self::EmailMfa(EmailMfaChallenge(pending))
            | Self::EmailOtp(EmailOtpChallenge(pending))
            | Self::SmsOtp(SmsOtpChallenge(pending))
            | Self::SoftwareTokenMfa(SoftwareTokenMfaChallenge(pending))
            | Self::Password(PasswordChallenge(pending))
            | Self::WebAuthn(WebAuthnChallenge(pending))
            | Self::CustomChallenge(CustomChallenge(pending))
            | Self::Other(OtherChallenge(pending)) => pending,
            Self::SelectChallenge(challenge) => challenge.pending(),
            Self::SelectMfaType(challenge) => challenge.pending(),
            Self::MfaSetup(challenge) => challenge.pending(),
            Self::NewPasswordRequired(challenge) => challenge.pending(),
        }
    }
}

/// A challenge together with the flow that takes its answer.
#[derive(Debug)]
struct Pending {
    flow: Arc<SignInFlow>,
    challenge: Box<SavedChallenge>,
}

impl Pending {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.challenge.parameters.get(name).map(String::as_str)
    }

    /// A parameter that is a JSON list of names.
    fn names(&self, name: &str) -> Result<Vec<String>, Error> {
        let Some(list) = self.parameter(name) else { return Ok(Vec::new()) };
        json::text_list(list)
            .ok_or_else(|| Error::invalid_response(format!("the challenge's {name} is not a list of names")))
    }

    fn mfa_methods(&self, name: &str) -> Result<Vec<MfaMethod>, Error> {
        Ok(self.names(name)?.into_iter().map(MfaMethod::from).collect())
    }

    fn answer(&self, responses: Object) -> BoxFuture<'_, Result<SignInStep, Error>> {
        self.flow.answer(&self.challenge, responses, ClientMetadata::new())
    }
}
