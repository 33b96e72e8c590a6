//! Signing up and confirming the sign-up.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;

use super::Account;
use crate::error::Error;
use crate::input;
use crate::user_pool::{CodeDeliveryDetails, NewUser};

/// A new account.
///
/// ```
/// let sign_up = poolpass::SignUp::new("ada", "correct horse")
///     .attribute("email", "ada@example.com")
///     .attribute("custom:team", "engines");
/// ```
#[derive(Clone)]
#[must_use]
pub struct SignUp {
    username: String,
    password: SecretString,
    attributes: BTreeMap<String, String>,
    validation_data: BTreeMap<String, String>,
}

impl SignUp {
    /// An account for `username` with `password`. Where the user pool takes email addresses or phone numbers as user names,
    /// the user name is one.
    pub fn new(username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self {
            username: username.into(),
            password: password.into(),
            attributes: BTreeMap::new(),
            validation_data: BTreeMap::new(),
        }
    }

    /// An attribute of the user, such as `email`, `phone_number` (`+441632960123`) or `custom:team`.
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// Something for the pre-sign-up trigger that is not kept.
    pub fn validation_data(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.validation_data.insert(name.into(), value.into());
        self
    }
}

impl fmt::Debug for SignUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignUp").field("username", &self.username).finish_non_exhaustive()
    }
}

/// What signing up has achieved.
#[derive(Clone, Debug)]
pub struct SignUpResult {
    confirmed: bool,
    sub: String,
    code_delivery_details: Option<CodeDeliveryDetails>,
}

impl SignUpResult {
    /// Whether the person can sign in at once; otherwise they have to confirm with the code first.
    pub fn confirmed(&self) -> bool {
        self.confirmed
    }

    /// The new user's id (`sub`), which never changes.
    pub fn sub(&self) -> &str {
        &self.sub
    }

    /// Where the code to confirm with was sent.
    pub fn code_delivery_details(&self) -> Option<&CodeDeliveryDetails> {
        self.code_delivery_details.as_ref()
    }
}

impl Account {
    /// Signs up (SignUp).
    ///
    /// Waits at most 60 seconds.
    ///
    /// # Errors
    ///
    /// `UsernameExists`, `InvalidPassword`, `TriggerRejected`, `CodeDeliveryFailed`, `TooManyAttempts`. `InvalidInput` for an
    /// empty user name or password: nothing was sent.
    pub async fn sign_up(&self, new: SignUp) -> Result<SignUpResult, Error> {
        let user = NewUser {
            username: input::username(&new.username)?,
            password: input::password(&new.password)?,
            attributes: &new.attributes,
            validation_data: &new.validation_data,
        };
        let pool = self.pool()?;
        let mut answer = pool.send(pool.sign_up(&user, &self.client_metadata)).await?;
        Ok(SignUpResult {
            confirmed: answer.flag("UserConfirmed")?,
            sub: answer.text("UserSub")?,
            code_delivery_details: CodeDeliveryDetails::of(answer)?,
        })
    }

    /// Confirms a sign-up with the code that was sent (ConfirmSignUp).
    ///
    /// Waits at most 60 seconds.
    ///
    /// # Errors
    ///
    /// `CodeMismatch`, `CodeExpired` (send another one), `TooManyAttempts`, `UserNotFound`, `AliasExists` when another account
    /// has the address. `NotAuthorized` when the user is confirmed already. `InvalidInput` for an empty user name or code.
    pub async fn confirm_sign_up(&self, username: &str, code: &str) -> Result<(), Error> {
        let (username, code) = (input::username(username)?, input::code(code)?);
        let pool = self.pool()?;
        pool.send(pool.confirm_sign_up(username, &code, &self.client_metadata)).await.map(drop)
    }

    /// Sends another code to confirm the sign-up with (ResendConfirmationCode).
    ///
    /// # Errors
    ///
    /// `TooManyAttempts`, `UserNotFound`, `CodeDeliveryFailed`. `InvalidInput` for an empty user name.
    pub async fn resend_confirmation_code(
        &self,
        username: &str,
    ) -> Result<Option<CodeDeliveryDetails>, Error> {
        let pool = self.pool()?;
        let call = pool.resend_confirmation_code(input::username(username)?, &self.client_metadata);
        CodeDeliveryDetails::of(pool.send(call).await?)
    }
}
