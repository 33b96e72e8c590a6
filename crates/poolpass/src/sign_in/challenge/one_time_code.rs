//! One-time codes as first factor: `EMAIL_OTP` and `SMS_OTP`.

use super::Pending;
use super::code::answer_with_code;
use crate::error::Error;
use crate::sign_in::SignInStep;

/// A code that was sent by email, as first factor (`EMAIL_OTP`).
///
/// ```no_run
/// # async fn example(client: poolpass::Client) -> Result<(), poolpass::Error> {
/// use poolpass::{AuthFactor, Challenge};
///
/// let step = client.sign_in_without_password("ada").preferred(AuthFactor::EmailOtp).await?;
/// if let Some(Challenge::EmailOtp(challenge)) = step.challenge() {
///     println!("code sent to {}", challenge.destination().unwrap_or("your address"));
///     let _next = challenge.answer("12345678").await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct EmailOtpChallenge(pub(super) Pending);

/// A code that was sent by SMS, as first factor (`SMS_OTP`).
#[derive(Debug)]
pub struct SmsOtpChallenge(pub(super) Pending);

impl EmailOtpChallenge {
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

    /// Sends another code (InitiateAuth). Returns the challenge that takes it; this one can no longer be answered.
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `TooManyAttempts`, `CodeDeliveryFailed`. `Conflict` while another answer is under way: nothing was sent.
    /// `ChallengeExpired`: sign in again.
    pub async fn resend(&self) -> Result<SignInStep, Error> {
        self.0.flow.resend(&self.0.challenge).await
    }
}

impl SmsOtpChallenge {
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
        answer_with_code(&self.0, "SMS_OTP_CODE", code).await
    }

    /// Sends another code (InitiateAuth). Returns the challenge that takes it; this one can no longer be answered.
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `TooManyAttempts`, `CodeDeliveryFailed`. `Conflict` while another answer is under way: nothing was sent.
    /// `ChallengeExpired`: sign in again.
    pub async fn resend(&self) -> Result<SignInStep, Error> {
        self.0.flow.resend(&self.0.challenge).await
    }
}
