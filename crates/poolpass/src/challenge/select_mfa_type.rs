//! `SELECT_MFA_TYPE`.

use super::Pending;
use crate::error::Error;
use crate::json::Object;
use crate::mfa::MfaMethod;
use crate::sign_in::SignIn;

/// The choice between several kinds of MFA.
#[derive(Debug)]
pub struct SelectMfaType {
    pending: Pending,
    options: Vec<MfaMethod>,
}

impl SelectMfaType {
    pub(super) fn new(pending: Pending) -> Result<Self, Error> {
        let options = pending.mfa_methods("MFAS_CAN_CHOOSE")?;
        Ok(Self { pending, options })
    }

    pub(super) fn pending(&self) -> &Pending {
        &self.pending
    }

    /// What there is to choose from.
    pub fn options(&self) -> &[MfaMethod] {
        &self.options
    }

    /// Answers with the choice (RespondToAuthChallenge); the next challenge asks for the code.
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a method that is not among the options and `Conflict` while another answer is under way: nothing
    /// was sent. `ChallengeExpired`: sign in again.
    pub async fn answer(&self, choice: &MfaMethod) -> Result<SignIn, Error> {
        if !self.options.contains(choice) {
            return Err(Error::invalid_input(format!("{choice} is not among the options")));
        }
        self.pending.answer(Object::new().with("ANSWER", choice.as_str())).await
    }
}
