//! Challenges without a type of their own.

use std::collections::BTreeMap;

use super::Pending;
use crate::error::Error;
use crate::json::Object;
use crate::sign_in::SignInStep;

/// A challenge without a type of its own, such as one that AWS has added since.
///
/// ```no_run
/// # async fn example(challenge: poolpass::challenge::OtherChallenge) -> Result<(), poolpass::Error> {
/// if challenge.name() == "RIDDLE" {
///     println!("{}", challenge.parameters()["question"]);
///     let _next = challenge.answer(&[("ANSWER", "42")]).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct OtherChallenge(pub(super) Pending);

impl OtherChallenge {
    /// AWS's name for the challenge.
    pub fn name(&self) -> &str {
        &self.0.challenge.name
    }

    /// AWS's parameters of the challenge.
    pub fn parameters(&self) -> &BTreeMap<String, String> {
        &self.0.challenge.parameters
    }

    /// Answers with `ChallengeResponses` as AWS documents them for this challenge (RespondToAuthChallenge).
    ///
    /// `USERNAME`, and `SECRET_HASH` where it is needed, are added.
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `ChallengeExpired` and `NotAuthorized`: sign in again. `Conflict` while another answer is under way: nothing was
    /// sent.
    pub async fn answer(&self, responses: &[(&str, &str)]) -> Result<SignInStep, Error> {
        let responses =
            responses.iter().fold(Object::new(), |responses, (name, value)| responses.with(name, *value));
        self.0.answer(responses).await
    }
}
