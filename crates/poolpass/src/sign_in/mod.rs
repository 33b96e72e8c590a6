//! Signing in: from a user name and a password to a session, through as many challenges as the user pool asks for.
//!
//! [`flow`] has the steps, [`challenge`] the challenges and their answers; [`pending`] keeps the challenge that waits for its
//! answer.

pub mod challenge;
mod flow;
mod pending;
#[cfg(test)]
mod tests;

use std::fmt;

use secrecy::SecretString;

use self::challenge::Challenge;
pub(crate) use flow::SignInFlow;

use crate::error::Error;
use crate::input;
use crate::session::User;
use crate::user_pool::ClientMetadata;

/// How far a sign-in has come.
///
/// ```no_run
/// use poolpass::{Challenge, Client, Error, SignInStep};
///
/// # async fn example(client: Client) -> Result<(), Error> {
/// let mut step = client.sign_in("ada", "correct horse").await?;
/// loop {
///     step = match step {
///         SignInStep::Done(user) => break println!("hello {}", user.username()),
///         SignInStep::Challenge(Challenge::SoftwareTokenMfa(challenge)) => challenge.answer("123456").await?,
///         SignInStep::Challenge(Challenge::SmsMfa(challenge)) => {
///             println!("code sent to {}", challenge.destination().unwrap_or("your phone"));
///             challenge.answer("123456").await?
///         }
///         SignInStep::Challenge(other) => panic!("this app cannot answer {}", other.name()),
///     };
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a challenge has to be answered before anybody is signed in"]
pub enum SignInStep {
    /// The person is signed in, and the session is stored.
    Done(User),
    /// The user pool wants more.
    Challenge(Challenge),
}

impl SignInStep {
    /// The person, if nothing else is asked for.
    pub fn done(self) -> Option<User> {
        match self {
            Self::Done(user) => Some(user),
            Self::Challenge(_) => None,
        }
    }

    /// The challenge, if there is one.
    pub fn challenge(self) -> Option<Challenge> {
        match self {
            Self::Done(_) => None,
            Self::Challenge(challenge) => Some(challenge),
        }
    }
}

/// How the password is proved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthFlow {
    /// USER_SRP_AUTH: the password never leaves the device. The app client has to allow it (`ALLOW_USER_SRP_AUTH`).
    #[default]
    UserSrpAuth,
    /// USER_PASSWORD_AUTH: the password is sent over TLS, as a user migration trigger needs it
    /// (`ALLOW_USER_PASSWORD_AUTH`).
    UserPasswordAuth,
}

/// A sign-in with more than a user name and a password.
///
/// ```no_run
/// use poolpass::{AuthFlow, Client, Error, SignInStep, SignInOptions};
///
/// # async fn example(client: Client) -> Result<SignInStep, Error> {
/// let options = SignInOptions::new("ada", "correct horse")
///     .flow(AuthFlow::UserPasswordAuth)
///     .client_metadata("campaign", "spring");
/// client.sign_in_with(options).await
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct SignInOptions {
    username: String,
    password: SecretString,
    flow: AuthFlow,
    client_metadata: ClientMetadata,
}

impl SignInOptions {
    /// Signs `username` in with `password`. Where the user pool allows aliases, the user name may be an email address or a
    /// phone number.
    pub fn new(username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self {
            username: username.into(),
            password: password.into(),
            flow: AuthFlow::default(),
            client_metadata: ClientMetadata::new(),
        }
    }

    /// How the password is proved. Default: [`AuthFlow::UserSrpAuth`].
    pub fn flow(mut self, flow: AuthFlow) -> Self {
        self.flow = flow;
        self
    }

    /// Something for the user pool's Lambda triggers. It is sent with every step of this sign-in.
    pub fn client_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.client_metadata.insert(key.into(), value.into());
        self
    }

    fn check(&self) -> Result<(), Error> {
        input::username(&self.username)?;
        input::password(&self.password)?;
        Ok(())
    }
}

impl fmt::Debug for SignInOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInOptions")
            .field("username", &self.username)
            .field("flow", &self.flow)
            .finish_non_exhaustive()
    }
}
