//! `SOFTWARE_TOKEN_MFA`.

use super::Pending;
use crate::error::Error;
use crate::sign_in::SignInStep;

/// A code from the person's authenticator app.
#[derive(Debug)]
pub struct SoftwareTokenMfaChallenge(pub(super) Pending);

impl SoftwareTokenMfaChallenge {
    /// The name that the person gave to the authenticator, if any.
    pub fn device_name(&self) -> Option<&str> {
        self.0.parameter("FRIENDLY_DEVICE_NAME")
    }

    /// Answers with the code that the app shows (RespondToAuthChallenge).
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `CodeMismatch` for a wrong code, `CodeExpired` for one that was used already: ask again, the challenge stays. `ChallengeExpired`:
    /// sign in again. `InvalidInput` for an empty code and `Conflict` while another answer is under way: nothing was sent.
    pub async fn answer(&self, code: &str) -> Result<SignInStep, Error> {
        self.0.answer_with_code("SOFTWARE_TOKEN_MFA_CODE", code).await
    }
}
