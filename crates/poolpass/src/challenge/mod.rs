//! What the user pool asks for before it lets someone in.
//!
//! Each kind of challenge is a type of its own with an `answer` of its own. Answering gives the next
//! [`SignIn`]. After a wrong code ([`CodeMismatch`](crate::ErrorKind::CodeMismatch)) the same challenge can be
//! answered again, as long as Cognito allows it: by default for three minutes. An answer takes at most a minute for each request that
//! it consists of, and ten seconds more while another process hangs with the session's lock.

mod email_code;
mod new_password;
mod other;
mod saved;
mod select_mfa_type;
mod set_up_mfa;
mod sms_code;
mod software_token;

use std::sync::Arc;

pub use email_code::EmailCode;
pub use new_password::NewPassword;
pub use other::OtherChallenge;
pub(crate) use saved::SavedChallenge;
pub use select_mfa_type::SelectMfaType;
pub use set_up_mfa::SetUpMfa;
pub use sms_code::SmsCode;
pub use software_token::SoftwareToken;

use crate::error::Error;
use crate::input;
use crate::json::{self, Object};
use crate::mfa::MfaMethod;
use crate::platform::BoxFuture;
use crate::sign_in::{SignIn, SignInFlow};

/// What the user pool asks for before it lets someone in.
///
/// The pending challenge is kept in the session store, without the password or anything of SRP, so that
/// [`Client::pending_challenge`](crate::Client::pending_challenge) has it after a reload or in another process.
#[derive(Debug)]
#[non_exhaustive]
pub enum Challenge {
    /// A code that was sent by SMS (`SMS_MFA`).
    SmsCode(SmsCode),
    /// A code that was sent by email (`EMAIL_OTP`).
    EmailCode(EmailCode),
    /// A code from an authenticator app (`SOFTWARE_TOKEN_MFA`).
    SoftwareToken(SoftwareToken),
    /// The choice between several kinds of MFA (`SELECT_MFA_TYPE`).
    SelectMfaType(SelectMfaType),
    /// MFA that has to be set up first (`MFA_SETUP`).
    SetUpMfa(SetUpMfa),
    /// A new password in place of a temporary one (`NEW_PASSWORD_REQUIRED`).
    NewPassword(NewPassword),
    /// A challenge that has no type here, by AWS's name.
    Other(OtherChallenge),
}

impl Challenge {
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
            "SMS_MFA" => Self::SmsCode(SmsCode(pending)),
            "EMAIL_OTP" => Self::EmailCode(EmailCode(pending)),
            "SOFTWARE_TOKEN_MFA" => Self::SoftwareToken(SoftwareToken(pending)),
            "SELECT_MFA_TYPE" => Self::SelectMfaType(SelectMfaType::new(pending)?),
            "MFA_SETUP" => Self::SetUpMfa(SetUpMfa::new(pending)?),
            "NEW_PASSWORD_REQUIRED" => Self::NewPassword(NewPassword::new(pending)?),
            _ => Self::Other(OtherChallenge(pending)),
        })
    }

    fn pending(&self) -> &Pending {
        match self {
            Self::SmsCode(SmsCode(pending))
            | Self::EmailCode(EmailCode(pending))
            | Self::SoftwareToken(SoftwareToken(pending))
            | Self::Other(OtherChallenge(pending)) => pending,
            Self::SelectMfaType(challenge) => challenge.pending(),
            Self::SetUpMfa(challenge) => challenge.pending(),
            Self::NewPassword(challenge) => challenge.pending(),
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

    fn answer(&self, responses: Object) -> BoxFuture<'_, Result<SignIn, Error>> {
        self.flow.answer(&self.challenge, responses)
    }

    async fn answer_with_code(&self, response: &'static str, code: &str) -> Result<SignIn, Error> {
        self.answer(Object::new().with(response, input::code(code)?)).await
    }
}
