//! `CUSTOM_CHALLENGE`.

use std::collections::BTreeMap;
use std::fmt;
use std::future::IntoFuture;

use secrecy::{ExposeSecret, SecretString};

use super::Pending;
use crate::error::Error;
use crate::input;
use crate::json::Object;
use crate::platform::BoxFuture;
use crate::sign_in::SignInStep;
use crate::user_pool::ClientMetadata;

/// A challenge of the user pool's own triggers (`CUSTOM_CHALLENGE`).
///
/// ```no_run
/// # async fn example(challenge: poolpass::challenge::CustomChallenge) -> Result<(), poolpass::Error> {
/// println!("{}", challenge.parameters()["question"]);
/// let _next = challenge.answer("42").client_metadata("channel", "app").await?;
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
    /// custom challenge, which takes the next answer.
    ///
    /// An answer is sent once: if AWS's reply to it is lost, the challenge may have been used up.
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `NotAuthorized` for an answer that the triggers refuse, `TriggerRejected` with the words of a trigger that fails, and
    /// `ChallengeExpired`: sign in again. `InvalidInput` for an empty answer and `Conflict` while another answer is under way:
    /// nothing was sent.
    pub fn answer(&self, answer: impl Into<SecretString>) -> CustomAnswer<'_> {
        CustomAnswer { pending: &self.0, answer: answer.into(), client_metadata: ClientMetadata::new() }
    }
}

/// An answer to a custom challenge, made by [`CustomChallenge::answer`]. Awaiting it sends the request.
#[must_use = "nothing is sent until it is awaited"]
pub struct CustomAnswer<'a> {
    pending: &'a Pending,
    answer: SecretString,
    client_metadata: ClientMetadata,
}

impl CustomAnswer<'_> {
    /// Adds data for the user pool's Lambda triggers, sent with this answer beside that of the sign-in.
    ///
    /// DefineAuthChallenge, CreateAuthChallenge and VerifyAuthChallengeResponse get the data of answers, but not that of the first
    /// request.
    pub fn client_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.client_metadata.insert(key.into(), value.into());
        self
    }
}

impl<'a> IntoFuture for CustomAnswer<'a> {
    type Output = Result<SignInStep, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { pending, answer, client_metadata } = self;
        match input::not_empty(answer.expose_secret(), "the answer is empty") {
            Ok(answer) => {
                let responses = Object::new().with("ANSWER", answer);
                pending.flow.answer(&pending.challenge, responses, client_metadata)
            }
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}

/// Shows no answer, which is a secret.
impl fmt::Debug for CustomAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomAnswer").finish_non_exhaustive()
    }
}
