//! A sign-in without a password, before it is sent.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use super::choice::Choice;
use super::flow::{Method, SignInFlow};
use super::{AuthFactor, AuthFlow, SignInStep};
use crate::error::Error;
use crate::input;
use crate::platform::BoxFuture;
use crate::user_pool::{ClientMetadata, UserPool};

/// Settings for a sign-in without a password. Default: USER_AUTH without a preferred factor and without client metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordlessSignInOptions {
    /// How the person proves who they are: [`AuthFlow::UserAuth`], the default, or [`AuthFlow::CustomAuth`].
    pub flow: AuthFlow,
    /// The factor to begin with, where it is available. Default: the person chooses. Only for [`AuthFlow::UserAuth`].
    pub preferred: Option<AuthFactor>,
    /// Data for the user pool's Lambda triggers, sent with every step of this sign-in.
    pub client_metadata: ClientMetadata,
}

impl Default for PasswordlessSignInOptions {
    fn default() -> Self {
        Self { flow: AuthFlow::UserAuth, preferred: None, client_metadata: ClientMetadata::new() }
    }
}

/// A sign-in without a password, made by [`Client::sign_in_without_password`](crate::Client::sign_in_without_password). Awaiting it
/// sends the first request (InitiateAuth).
///
/// ```no_run
/// use poolpass::{AuthFactor, Client, Error, SignInStep};
///
/// # async fn example(client: Client) -> Result<SignInStep, Error> {
/// client.sign_in_without_password("ada").preferred(AuthFactor::EmailOtp).await
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is sent until it is awaited"]
pub struct PasswordlessSignInBuilder {
    /// Absent where the configuration has no user pool.
    flow: Option<Arc<SignInFlow>>,
    username: String,
    options: PasswordlessSignInOptions,
}

impl PasswordlessSignInBuilder {
    pub(crate) fn new(flow: Option<Arc<SignInFlow>>, username: String) -> Self {
        Self { flow, username, options: PasswordlessSignInOptions::default() }
    }

    /// Sets how the person proves who they are: [`AuthFlow::UserAuth`], the default, or [`AuthFlow::CustomAuth`].
    pub fn flow(mut self, flow: AuthFlow) -> Self {
        self.options.flow = flow;
        self
    }

    /// Sets the factor to begin with, where it is available. Default: the person chooses. Only for [`AuthFlow::UserAuth`].
    pub fn preferred(mut self, factor: AuthFactor) -> Self {
        self.options.preferred = Some(factor);
        self
    }

    /// Adds data for the user pool's Lambda triggers, sent with every step of this sign-in.
    pub fn client_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.client_metadata.insert(key.into(), value.into());
        self
    }

    /// Replaces all settings.
    pub fn options(mut self, options: PasswordlessSignInOptions) -> Self {
        self.options = options;
        self
    }

    async fn start(self) -> Result<SignInStep, Error> {
        let flow = self.flow.ok_or_else(UserPool::is_missing)?;
        input::username(&self.username)?;
        let method = match (self.options.flow, self.options.preferred) {
            (AuthFlow::UserAuth, None) => Method::Choice(Choice::Open),
            (AuthFlow::UserAuth, Some(factor)) => Method::Choice(Choice::Preferred(factor)),
            (AuthFlow::CustomAuth, None) => Method::Custom(None),
            (AuthFlow::CustomAuth, Some(_)) => {
                return Err(Error::invalid_input("a preferred factor needs the flow userAuth"));
            }
            _ => return Err(Error::invalid_input("this flow needs a password: call sign_in")),
        };
        flow.start(method, self.username, self.options.client_metadata).await
    }
}

impl IntoFuture for PasswordlessSignInBuilder {
    type Output = Result<SignInStep, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.start())
    }
}

impl fmt::Debug for PasswordlessSignInBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordlessSignInBuilder")
            .field("username", &self.username)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
