//! `CUSTOM_CHALLENGE`.

use std::collections::BTreeMap;

use super::Pending;
use crate::error::Error;
use crate::json::Object;
use crate::sign_in::SignInStep;

/// A challenge of the user pool's own triggers (`CUSTOM_CHALLENGE`).
///
/// ```no_run
/// # async fn example(challenge: poolpass::challenge::CustomChallenge) -> Result<(), poolpass::Error> {
/// println!("{}", challenge.parameters()["question"]);
/// let _next = challenge.answer("42").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct CustomChallenge(pub(super) Pending);

impl CustomChallenge {
    /// The public parameters that the trigger CreateAuthChallenge gave.
    pub fn parameters(&self) -> &BTreeMap<String, String> {
        &self.0.challenge.parameters
    }

    /// Answers the challenge (RespondToAuthChallenge). After a wrong answer that the triggers tolerate, the next step is another
    /// custom challenge.
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `NotAuthorized` for an answer that the triggers refuse, `TriggerRejected` and `ChallengeExpired`: sign in again. `Conflict`
    /// while another answer is under way: nothing was sent.
    pub async fn answer(&self, answer: &str) -> Result<SignInStep, Error> {
        self.0.answer(Object::new().with("ANSWER", answer)).await
    }
}
