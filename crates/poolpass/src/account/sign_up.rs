//! Signing up and confirming the sign-up.

use std::collections::BTreeMap;
use std::fmt;
use std::future::IntoFuture;

use secrecy::SecretString;

use super::Account;
use super::call::{self, AccountCall};
use crate::error::Error;
use crate::input;
use crate::platform::BoxFuture;
use crate::sign_in::SignUpSession;
use crate::user_pool::{Call, CodeDeliveryDetails, NewUser};

/// Settings of a [`SignUp`]. Default: none.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SignUpOptions {
    /// The attributes of the new user, such as `email`, `phone_number` (`+441632960123`) or `custom:team`.
    pub attributes: BTreeMap<String, String>,
    /// Values for the pre-sign-up trigger that are not stored.
    pub validation_data: BTreeMap<String, String>,
    /// Values for the user pool's Lambda triggers.
    pub client_metadata: BTreeMap<String, String>,
}

/// Shows the names of the attributes only: their values are personal data.
impl fmt::Debug for SignUpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attributes: Vec<_> = self.attributes.keys().collect();
        f.debug_struct("SignUpOptions").field("attributes", &attributes).finish_non_exhaustive()
    }
}

/// A sign-up, made by [`Account::sign_up`]. Awaiting it sends the request (SignUp).
///
/// ```no_run
/// # async fn example(account: poolpass::Account) -> Result<(), poolpass::Error> {
/// account
///     .sign_up("ada", "correct horse")
///     .attribute("email", "ada@example.com")
///     .attribute("custom:team", "engines")
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is sent until it is awaited"]
pub struct SignUp {
    account: Account,
    username: String,
    /// Absent for a person who signs in without one.
    password: Option<SecretString>,
    options: SignUpOptions,
}

impl SignUp {
    /// An attribute of the new user, such as `email`, `phone_number` (`+441632960123`) or `custom:team`.
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.attributes.insert(name.into(), value.into());
        self
    }

    /// A value for the pre-sign-up trigger that is not stored.
    pub fn validation_data(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.validation_data.insert(name.into(), value.into());
        self
    }

    /// A value for the user pool's Lambda triggers.
    pub fn client_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.client_metadata.insert(key.into(), value.into());
        self
    }

    /// All settings at once.
    pub fn options(mut self, options: SignUpOptions) -> Self {
        self.options = options;
        self
    }
}

impl IntoFuture for SignUp {
    type Output = Result<SignUpResult, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let user = NewUser {
                username: input::username(&self.username)?,
                password: self.password.as_ref().map(input::password).transpose()?,
                attributes: &self.options.attributes,
                validation_data: &self.options.validation_data,
            };
            let flow = self.account.flow()?;
            let call = flow.pool().sign_up(&user).client_metadata(&self.options.client_metadata);
            let mut answer = flow.pool().send(call).await?;
            let confirmed = answer.flag("UserConfirmed")?;
            if let Some(session) = answer.maybe_secret("Session")? {
                let sign_up = SignUpSession { username: self.username, session, is_confirmed: confirmed };
                flow.pending().save_sign_up(sign_up).await;
            }
            Ok(SignUpResult {
                confirmed,
                sub: answer.text("UserSub")?,
                code_delivery_details: CodeDeliveryDetails::of(answer)?,
            })
        })
    }
}

impl fmt::Debug for SignUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignUp").field("username", &self.username).finish_non_exhaustive()
    }
}

/// The result of a sign-up.
#[derive(Clone, Debug)]
pub struct SignUpResult {
    confirmed: bool,
    sub: String,
    code_delivery_details: Option<CodeDeliveryDetails>,
}

impl SignUpResult {
    /// Whether the person can sign in at once. Otherwise they have to confirm the sign-up with a code first.
    pub fn confirmed(&self) -> bool {
        self.confirmed
    }

    /// The new user's id (`sub`), which never changes.
    pub fn sub(&self) -> &str {
        &self.sub
    }

    /// Where Cognito sent the code that confirms the sign-up.
    pub fn code_delivery_details(&self) -> Option<&CodeDeliveryDetails> {
        self.code_delivery_details.as_ref()
    }
}

impl Account {
    /// Creates a user with a name and a password (SignUp). If the user pool takes email addresses or phone numbers as user names,
    /// `username` is one.
    ///
    /// Takes at most 60 seconds.
    ///
    /// # Errors
    ///
    /// `UsernameExists`, `InvalidPassword`, `TriggerRejected`, `CodeDeliveryFailed`, `TooManyAttempts`. `InvalidInput` for an
    /// empty user name or password: nothing was sent.
    pub fn sign_up(&self, username: impl Into<String>, password: impl Into<SecretString>) -> SignUp {
        self.sign_up_of(username.into(), Some(password.into()))
    }

    /// Creates a user who signs in without a password: with a code or a passkey (SignUp). If the user pool takes email addresses or
    /// phone numbers as user names, `username` is one.
    ///
    /// The user pool has to allow such a factor besides the password, and the attributes have to have the address that codes go to.
    ///
    /// Takes at most 60 seconds.
    ///
    /// # Errors
    ///
    /// `UsernameExists`, `TriggerRejected`, `CodeDeliveryFailed`, `TooManyAttempts`. `InvalidPassword` where the user pool insists on a
    /// password. `InvalidInput` for an empty user name: nothing was sent.
    pub fn sign_up_without_password(&self, username: impl Into<String>) -> SignUp {
        self.sign_up_of(username.into(), None)
    }

    fn sign_up_of(&self, username: String, password: Option<SecretString>) -> SignUp {
        SignUp { account: self.clone(), username, password, options: SignUpOptions::default() }
    }

    /// Confirms a sign-up with the code that Cognito sent (ConfirmSignUp). After that,
    /// [`Client::auto_sign_in`](crate::Client::auto_sign_in) may sign the person in.
    ///
    /// Takes at most 60 seconds.
    ///
    /// # Errors
    ///
    /// `CodeMismatch`, `CodeExpired` (send another code), `TooManyAttempts`, `UserNotFound`, `AliasExists` if another account
    /// has the address. `NotAuthorized` if the user is already confirmed. `InvalidInput` for an empty user name or code.
    pub fn confirm_sign_up(&self, username: &str, code: &str) -> AccountCall<()> {
        let call = || -> Result<Call, Error> {
            let (username, code) = (input::username(username)?, input::code(code)?);
            Ok(self.pool()?.confirm_sign_up(username, &code))
        };
        AccountCall::public(self, call(), call::nothing).confirming(username)
    }

    /// Sends another code that confirms the sign-up (ResendConfirmationCode). Returns where Cognito sent it.
    ///
    /// Takes at most 60 seconds.
    ///
    /// # Errors
    ///
    /// `TooManyAttempts`, `UserNotFound`, `CodeDeliveryFailed`. `InvalidInput` for an empty user name.
    pub fn resend_confirmation_code(&self, username: &str) -> AccountCall<Option<CodeDeliveryDetails>> {
        let call = || -> Result<Call, Error> {
            let username = input::username(username)?;
            Ok(self.pool()?.resend_confirmation_code(username))
        };
        AccountCall::public(self, call(), call::delivery)
    }
}
