//! A sign-in before it is sent.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use secrecy::SecretString;

use super::choice::Choice;
use super::flow::{Method, SignInFlow};
use super::{AuthFlow, SignInStep};
use crate::error::Error;
use crate::input;
use crate::platform::BoxFuture;
use crate::user_pool::{ClientMetadata, UserPool};

/// Settings for a sign-in. Default: USER_SRP_AUTH, without client metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInOptions {
    /// How the person proves who they are. Default: [`AuthFlow::UserSrpAuth`].
    pub flow: AuthFlow,
    /// Data for the user pool's Lambda triggers, sent with every step of this sign-in.
    pub client_metadata: ClientMetadata,
}

/// A sign-in, made by [`Client::sign_in`](crate::Client::sign_in). Awaiting it sends the first request (InitiateAuth).
///
/// ```no_run
/// use poolpass::{AuthFlow, Client, Error, SignInStep};
///
/// # async fn example(client: Client) -> Result<SignInStep, Error> {
/// client
///     .sign_in("ada", "correct horse")
///     .flow(AuthFlow::UserPasswordAuth)
///     .client_metadata("campaign", "spring")
///     .await
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is sent until it is awaited"]
pub struct SignInBuilder {
    /// Absent where the configuration has no user pool.
    flow: Option<Arc<SignInFlow>>,
    username: String,
    password: SecretString,
    options: SignInOptions,
}

impl SignInBuilder {
    pub(crate) fn new(flow: Option<Arc<SignInFlow>>, username: String, password: SecretString) -> Self {
        Self { flow, username, password, options: SignInOptions::default() }
    }

    /// Sets how the person proves who they are. Default: [`AuthFlow::UserSrpAuth`].
    ///
    /// With [`AuthFlow::UserAuth`] the first request carries the password's proof by SRP; where the person has no password, the next
    /// step is a [`SelectChallenge`](crate::challenge::SelectChallenge).
    pub fn flow(mut self, flow: AuthFlow) -> Self {
        self.options.flow = flow;
        self
    }

    /// Adds data for the user pool's Lambda triggers, sent with every step of this sign-in.
    pub fn client_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.client_metadata.insert(key.into(), value.into());
        self
    }

    /// Replaces all settings.
    pub fn options(mut self, options: SignInOptions) -> Self {
        self.options = options;
        self
    }

    async fn start(self) -> Result<SignInStep, Error> {
        let flow = self.flow.ok_or_else(UserPool::is_missing)?;
        input::username(&self.username)?;
        input::password(&self.password)?;
        let method = match self.options.flow {
            AuthFlow::UserSrpAuth => Method::Srp(self.password),
            AuthFlow::UserPasswordAuth => Method::Password(self.password),
            AuthFlow::UserAuth => Method::Choice(Choice::Srp(self.password)),
            AuthFlow::CustomAuth => Method::Custom(Some(self.password)),
        };
        flow.start(method, self.username, self.options.client_metadata).await
    }
}

impl IntoFuture for SignInBuilder {
    type Output = Result<SignInStep, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.start())
    }
}

impl fmt::Debug for SignInBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInBuilder")
            .field("username", &self.username)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
