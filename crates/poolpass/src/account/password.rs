//! A forgotten password, and a changed one.

use secrecy::SecretString;

use super::Account;
use super::call::{self, AccountCall};
use crate::error::Error;
use crate::input;
use crate::user_pool::{Call, CodeDeliveryDetails};

impl Account {
    /// Sends a code for choosing a new password (ForgotPassword). Returns where Cognito sent it.
    ///
    /// Takes at most 60 seconds.
    ///
    /// # Errors
    ///
    /// `UserNotFound` unless the app client hides it, `TooManyAttempts`, `CodeDeliveryFailed`. `Aws` with the code
    /// `InvalidParameterException` if the user has neither a verified email address nor a verified phone number. `InvalidInput`
    /// for an empty user name.
    pub fn forgot_password(&self, username: &str) -> AccountCall<Option<CodeDeliveryDetails>> {
        let call = || -> Result<Call, Error> {
            let username = input::username(username)?;
            Ok(self.pool()?.forgot_password(username))
        };
        AccountCall::public(self, call(), call::delivery)
    }

    /// Sets a new password with the code that Cognito sent (ConfirmForgotPassword). It does not sign the person in.
    ///
    /// Takes at most 60 seconds.
    ///
    /// # Errors
    ///
    /// `CodeMismatch`, `CodeExpired` (send another code), `InvalidPassword`, `TooManyAttempts`. `InvalidInput` for an empty user
    /// name, code or password.
    pub fn confirm_forgot_password(
        &self,
        username: &str,
        code: &str,
        new_password: impl Into<SecretString>,
    ) -> AccountCall<()> {
        let new_password = new_password.into();
        let call = || -> Result<Call, Error> {
            let (username, code) = (input::username(username)?, input::code(code)?);
            let new_password = input::password(&new_password)?;
            Ok(self.pool()?.confirm_forgot_password(username, &code, new_password))
        };
        AccountCall::public(self, call(), call::nothing)
    }

    /// Changes the signed-in person's password (ChangePassword). The session goes on.
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `NotAuthorized` for a wrong previous password, `InvalidPassword` if the proposed one violates the policy,
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
