//! `SELECT_MFA_TYPE`.

use super::Pending;
use crate::error::Error;
use crate::json::Object;
use crate::mfa::MfaMethod;
use crate::sign_in::SignInStep;

/// A choice among second factors (`SELECT_MFA_TYPE`).
#[derive(Debug)]
pub struct SelectMfaTypeChallenge {
    pending: Pending,
    methods: Vec<MfaMethod>,
}

impl SelectMfaTypeChallenge {
    pub(super) fn new(pending: Pending) -> Result<Self, Error> {
        let methods = pending.mfa_methods("MFAS_CAN_CHOOSE")?;
        Ok(Self { pending, methods })
    }

    pub(super) fn pending(&self) -> &Pending {
        &self.pending
    }

    /// The methods to choose from.
    pub fn methods(&self) -> &[MfaMethod] {
        &self.methods
    }

    /// Answers with one of the methods (RespondToAuthChallenge); the next challenge asks for the code.
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a method that is not among them and `Conflict` while another answer is under way: nothing
    /// was sent. `ChallengeExpired`: sign in again.
    pub async fn answer(&self, method: &MfaMethod) -> Result<SignInStep, Error> {
        if !self.methods.contains(method) {
            return Err(Error::invalid_input(format!("{method} is not among the methods")));
        }
        self.pending.answer(Object::new().with("ANSWER", method.as_str())).await
    }
}
