//! The challenges that are answered with a code: `SMS_MFA`, `EMAIL_OTP` as second factor, and `SOFTWARE_TOKEN_MFA`.

use super::Pending;
use crate::error::Error;
use crate::input;
use crate::json::Object;
use crate::sign_in::SignInStep;

/// A code that was sent by SMS (`SMS_MFA`).
#[derive(Debug)]
pub struct SmsMfaChallenge(pub(super) Pending);

/// A code that was sent by email, as second factor (`EMAIL_OTP`).
#[derive(Debug)]
pub struct EmailMfaChallenge(pub(super) Pending);

/// A code from the person's authenticator app (`SOFTWARE_TOKEN_MFA`).
#[derive(Debug)]
pub struct SoftwareTokenMfaChallenge(pub(super) Pending);

impl SmsMfaChallenge {
    /// The masked phone number that the code was sent to, such as `+*******4567`.
    pub fn destination(&self) -> Option<&str> {
        self.0.parameter("CODE_DELIVERY_DESTINATION")
    }

    /// Answers with the code (RespondToAuthChallenge).
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `CodeMismatch` for a wrong code: ask again, the challenge stays. `CodeExpired` and `ChallengeExpired`: sign in again.
    /// `InvalidInput` for an empty code and `Conflict` while another answer is under way: nothing was sent.
    pub async fn answer(&self, code: &str) -> Result<SignInStep, Error> {
        answer_with_code(&self.0, "SMS_MFA_CODE", code).await
    }
}

impl EmailMfaChallenge {
    /// The masked email address that the code was sent to, such as `a***@e***`.
    pub fn destination(&self) -> Option<&str> {
        self.0.parameter("CODE_DELIVERY_DESTINATION")
    }

    /// Answers with the code (RespondToAuthChallenge).
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `CodeMismatch` for a wrong code: ask again, the challenge stays. `CodeExpired` and `ChallengeExpired`: sign in again.
    /// `InvalidInput` for an empty code and `Conflict` while another answer is under way: nothing was sent.
    pub async fn answer(&self, code: &str) -> Result<SignInStep, Error> {
        answer_with_code(&self.0, "EMAIL_OTP_CODE", code).await
    }
}

impl SoftwareTokenMfaChallenge {
    /// The name that the person gave the authenticator app, if any.
    pub fn device_name(&self) -> Option<&str> {
        self.0.parameter("FRIENDLY_DEVICE_NAME")
    }

    /// Answers with the code that the app shows (RespondToAuthChallenge).
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `CodeMismatch` for a wrong code, `CodeExpired` for one that was used before: ask again, the challenge stays.
    /// `ChallengeExpired`: sign in again. `InvalidInput` for an empty code and `Conflict` while another answer is under way:
    /// nothing was sent.
    pub async fn answer(&self, code: &str) -> Result<SignInStep, Error> {
        answer_with_code(&self.0, "SOFTWARE_TOKEN_MFA_CODE", code).await
    }
}

pub(super) async fn answer_with_code(
    pending: &Pending,
    response: &'static str,
    code: &str,
) -> Result<SignInStep, Error> {
    pending.answer(Object::new().with(response, input::code(code)?)).await
}
