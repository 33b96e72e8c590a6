//! A forgotten password, and a changed one.

use secrecy::SecretString;

use super::Account;
use crate::error::Error;
use crate::input;
use crate::user_pool::{Call, CodeDeliveryDetails};

impl Account {
    /// Sends a code with which to set a new password (ForgotPassword).
    ///
    /// Waits at most 60 seconds.
    ///
    /// # Errors
    ///
    /// `UserNotFound`, unless the app client hides it, `TooManyAttempts`, `CodeDeliveryFailed`. `Aws` with the code
    /// `InvalidParameterException` when the user has neither a verified address nor a verified phone number. `InvalidInput`
    /// for an empty user name.
    pub async fn forgot_password(&self, username: &str) -> Result<Option<CodeDeliveryDetails>, Error> {
        let pool = self.pool()?;
        let call = pool.forgot_password(input::username(username)?, &self.client_metadata);
        CodeDeliveryDetails::of(pool.send(call).await?)
    }

    /// Sets a new password with the code that was sent (ConfirmForgotPassword). Nobody is signed in by it.
    ///
    /// Waits at most 60 seconds.
    ///
    /// # Errors
    ///
    /// `CodeMismatch`, `CodeExpired` (send another one), `InvalidPassword`, `TooManyAttempts`. `InvalidInput` for an empty user
    /// name, code or password.
    pub async fn confirm_forgot_password(
        &self,
        username: &str,
        code: &str,
        new_password: impl Into<SecretString>,
    ) -> Result<(), Error> {
        let new_password = new_password.into();
        let (username, code) = (input::username(username)?, input::code(code)?);
        let new_password = input::password(&new_password)?;
        let pool = self.pool()?;
        let call = pool.confirm_forgot_password(username, &code, new_password, &self.client_metadata);
        pool.send(call).await.map(drop)
    }

    /// Changes the signed-in user's password (ChangePassword). The session goes on.
    ///
    /// Waits at most 60 seconds, and for the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `NotAuthorized` for a wrong previous password, `InvalidPassword` for a new one that the policy refuses,
    /// `TooManyAttempts`, `SignedOut`, `SessionEnded`. `InvalidInput` for an empty password.
    pub async fn change_password(
        &self,
        previous_password: impl Into<SecretString>,
        proposed_password: impl Into<SecretString>,
    ) -> Result<(), Error> {
        let (previous, proposed) = (previous_password.into(), proposed_password.into());
        let (previous, proposed) = (input::password(&previous)?, input::password(&proposed)?);
        self.signed_in(Call::change_password(previous, proposed)).await.map(drop)
    }
}
