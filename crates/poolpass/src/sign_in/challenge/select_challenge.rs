//! `SELECT_CHALLENGE`.

use secrecy::SecretString;

use super::Pending;
use crate::error::Error;
use crate::input;
use crate::json::Object;
use crate::sign_in::{AuthFactor, SignInStep};

/// A choice among first factors (`SELECT_CHALLENGE`).
///
/// ```no_run
/// # async fn example(challenge: poolpass::challenge::SelectChallenge) -> Result<(), poolpass::Error> {
/// use poolpass::AuthFactor;
///
/// let _next = match challenge.available().contains(&AuthFactor::EmailOtp) {
///     true => challenge.answer(&AuthFactor::EmailOtp).await?,
///     false => challenge.answer_with_password("correct horse").await?,
/// };
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SelectChallenge {
    pending: Pending,
    available: Vec<AuthFactor>,
}

impl SelectChallenge {
    pub(super) fn new(pending: Pending) -> Self {
        let available = pending.challenge.available.iter().cloned().map(AuthFactor::from).collect();
        Self { pending, available }
    }

    pub(super) fn pending(&self) -> &Pending {
        &self.pending
    }

    /// The factors to choose from.
    pub fn available(&self) -> &[AuthFactor] {
        &self.available
    }

    /// Answers with one of the factors (RespondToAuthChallenge); the next challenge asks for the code, the passkey or the password.
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a factor that is not among them and `Conflict` while another answer is under way: nothing was sent.
    /// `ChallengeExpired`: sign in again.
    pub async fn answer(&self, factor: &AuthFactor) -> Result<SignInStep, Error> {
        if !self.available.contains(factor) {
            return Err(Error::invalid_input(format!("{factor} is not among the factors")));
        }
        self.pending.answer(Object::new().with("ANSWER", factor.as_str())).await
    }

    /// Answers with the password, proved by SRP where that is available and sent over TLS otherwise (RespondToAuthChallenge).
    ///
    /// Waits at most 130 seconds.
    ///
    /// # Errors
    ///
    /// `NotAuthorized` for a wrong password and `ChallengeExpired`: sign in again. `InvalidInput` for an empty password or where no
    /// password is available, and `Conflict` while another answer is under way: nothing was sent.
    pub async fn answer_with_password(&self, password: impl Into<SecretString>) -> Result<SignInStep, Error> {
        let takes_password = |factor| matches!(factor, &AuthFactor::Password | &AuthFactor::PasswordSrp);
        if !self.available.iter().any(takes_password) {
            return Err(Error::invalid_input("a password is not among the factors"));
        }
        self.pending.answer_with_password(password.into()).await
    }
}

/// The password (`PASSWORD`, or `PASSWORD_SRP` for one that SRP proves).
#[derive(Debug)]
pub struct PasswordChallenge(pub(super) Pending);

impl PasswordChallenge {
    /// Answers with the password, proved by SRP for `PASSWORD_SRP` and sent over TLS otherwise (RespondToAuthChallenge).
    ///
    /// Waits at most 130 seconds.
    ///
    /// # Errors
    ///
    /// `NotAuthorized` for a wrong password and `ChallengeExpired`: sign in again. `InvalidInput` for an empty password and
    /// `Conflict` while another answer is under way: nothing was sent.
    pub async fn answer(&self, password: impl Into<SecretString>) -> Result<SignInStep, Error> {
        self.0.answer_with_password(password.into()).await
    }
}

impl Pending {
    /// Not generic, so that it is compiled once.
    async fn answer_with_password(&self, password: SecretString) -> Result<SignInStep, Error> {
        input::password(&password)?;
        self.flow.answer_with_password(&self.challenge, password).await
    }
}
