//! `SMS_MFA`.

use super::Pending;
use crate::error::Error;
use crate::sign_in::SignInStep;

/// A code that was sent by SMS.
#[derive(Debug)]
pub struct SmsMfaChallenge(pub(super) Pending);

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
        self.0.answer_with_code("SMS_MFA_CODE", code).await
    }
}
