//! The client, with which every use of the SDK begins.

mod builder;
mod credentials;
mod logins;
mod redirect;
mod session;
mod sign_in;
mod sign_out;

use std::sync::Arc;

pub use builder::ClientBuilder;
pub use logins::ClassicFlowBuilder;
pub use sign_out::SignOutBuilder;

use crate::aws_request::Pipeline;
use crate::config::Config;
use crate::error::Error;
use crate::identity_pool::{IdentityPool, LoginSources};
use crate::session::{NoSession, SessionManager};
use crate::sign_in::{Redirects, SignInFlow};
use crate::user_pool::UserPool;

/// Signs a person in and makes AWS requests as that person.
///
/// Clones are cheap and share everything: the session, the credentials and the connections.
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<Inner>,
    /// As the role that this client stands for.
    identity_pool: Option<IdentityPool>,
}

#[derive(Debug)]
struct Inner {
    config: Config,
    pipeline: Pipeline,
    /// Absent where the configuration has no user pool.
    sign_in: Option<Arc<SignInFlow>>,
    redirects: Option<Arc<Redirects>>,
    logins: Arc<LoginSources>,
    /// Takes the place of the session where the configuration has no user pool.
    no_session: Arc<NoSession>,
}

impl Client {
    /// Starts a client for `config`.
    pub fn builder(config: Config) -> ClientBuilder {
        ClientBuilder::new(config)
    }

    /// A client for `config` that keeps its session in memory.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    pub fn new(config: Config) -> Result<Self, Error> {
        Self::builder(config).build()
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The session manager; `None` if the configuration has no user pool.
    pub(crate) fn manager(&self) -> Option<&SessionManager> {
        self.inner.sign_in.as_ref().map(|flow| flow.manager())
    }

    pub(crate) fn pipeline(&self) -> &Pipeline {
        &self.inner.pipeline
    }

    /// The identity pool, which issues AWS credentials.
    pub(crate) fn identity_pool(&self) -> Result<&IdentityPool, Error> {
        self.identity_pool.as_ref().ok_or_else(|| {
            Error::invalid_config("AWS credentials come from an identity pool: none is configured")
        })
    }

    fn forget_credentials(&self) {
        if let Some(pool) = &self.identity_pool {
            pool.forget_logins();
        }
    }

    /// The sign-in flow, with the session.
    fn flow(&self) -> Result<&Arc<SignInFlow>, Error> {
        self.inner.sign_in.as_ref().ok_or_else(UserPool::is_missing)
    }
}
