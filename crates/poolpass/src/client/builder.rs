//! Making a client.

use std::sync::Arc;

use super::{Client, Inner};
use crate::aws_request::{Pipeline, RetryPolicy};
use crate::config::Config;
use crate::error::Error;
use crate::identity_pool::{IdentityPool, LoginProvider, LoginSources, LoginToken, Logins};
use crate::platform::{
    BoundedStore, Clock, HttpTransport, MemoryStore, Random, SessionStore, SystemClock, SystemRandom,
    Transport,
};
use crate::session::{NoSession, RefreshOperation, RefreshSettings, SessionManager};
use crate::sign_in::{Redirects, SignInFlow};
use crate::user_pool::{DeviceFingerprint, UserContext, UserContextData, UserPool};

/// Collects what a [`Client`] stands on.
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientBuilder {
    config: Config,
    store: Arc<dyn SessionStore>,
    transport: Option<Arc<dyn Transport>>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    retry: RetryPolicy,
    refresh: RefreshSettings,
    user_context: Option<UserContext>,
    device_name: Option<String>,
    logins: Vec<(LoginProvider, Arc<dyn LoginToken>)>,
}

impl ClientBuilder {
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            store: Arc::new(MemoryStore::new()),
            transport: None,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            retry: RetryPolicy::default(),
            refresh: RefreshSettings::default(),
            user_context: None,
            device_name: None,
            logins: Vec::new(),
        }
    }

    /// Sets the store of the session. Default: [`MemoryStore`].
    pub fn store(mut self, store: impl SessionStore + 'static) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// Sets the transport that sends requests. Default: the platform's [`HttpTransport`].
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sets the device's clock. Default: the system's.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the random generator. Default: the system's.
    pub fn random(mut self, random: impl Random + 'static) -> Self {
        self.random = Arc::new(random);
        self
    }

    /// Sets how often requests are sent again. Default: [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the operation that refreshes the session. Default: Poolpass finds out at the first refresh.
    pub fn refresh_operation(mut self, operation: RefreshOperation) -> Self {
        self.refresh.operation = Some(operation);
        self
    }

    /// Adds metadata for the user pool's Lambda triggers, sent with every refresh.
    pub fn refresh_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.refresh.client_metadata.insert(key.into(), value.into());
        self
    }

    /// Sets what supplies the encoded device data for the user pool's threat protection (`UserContextData`). Default: none is sent.
    ///
    /// The data goes with InitiateAuth, RespondToAuthChallenge, SignUp, ConfirmSignUp, ResendConfirmationCode, ForgotPassword and
    /// ConfirmForgotPassword. It replaces [`device_fingerprint`](Self::device_fingerprint).
    pub fn user_context_data(mut self, provider: impl UserContextData + 'static) -> Self {
        self.user_context = Some(UserContext::Provider(Arc::new(provider)));
        self
    }

    /// Sets the data about this device that is encoded for the user pool's threat protection (`UserContextData`). Default: none is sent.
    ///
    /// It goes with the same operations as [`user_context_data`](Self::user_context_data), and replaces it.
    pub fn device_fingerprint(mut self, fingerprint: DeviceFingerprint) -> Self {
        self.user_context = Some(UserContext::Fingerprint(fingerprint));
        self
    }

    /// Sets the name of this device among the person's devices, in user pools that track devices (ConfirmDevice). Default: none.
    pub fn device_name(mut self, name: impl Into<String>) -> Self {
        self.device_name = Some(name.into());
        self
    }

    /// Adds a login of a third party at the identity pool, as [`Client::add_login`] does. Default: none.
    pub fn login(mut self, provider: LoginProvider, source: impl LoginToken + 'static) -> Self {
        self.logins.push((provider, Arc::new(source)));
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// Kind `Network` when the system's certificates cannot be loaded, and the errors of [`Client::add_login`].
    pub fn build(self) -> Result<Client, Error> {
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(HttpTransport::new()?),
        };
        let pipeline = Pipeline::new(transport, self.clock, self.random, self.retry);
        let store: Arc<dyn SessionStore> = Arc::new(BoundedStore(self.store));
        let pool = UserPool::of(
            &self.config,
            pipeline.clone(),
            Arc::clone(&store),
            self.device_name,
            self.user_context,
        );
        let sign_in = pool.map(|pool| {
            let pool = Arc::new(pool);
            let manager = SessionManager::new(Arc::clone(&pool), Arc::clone(&store), self.refresh);
            Arc::new(SignInFlow::new(pool, manager, Arc::clone(&store)))
        });
        let no_session = Arc::new(NoSession::default());
        let session: Arc<dyn Logins> = match &sign_in {
            Some(flow) => Arc::new(flow.manager().clone()),
            None => Arc::clone(&no_session) as Arc<dyn Logins>,
        };
        let logins = Arc::new(LoginSources::new(session));
        let identity_pool =
            IdentityPool::new(&self.config, &pipeline, &store, Arc::clone(&logins) as Arc<dyn Logins>);
        let redirects =
            sign_in.as_ref().map(|flow| Arc::new(Redirects::new(Arc::clone(flow), Arc::clone(&store))));
        let inner = Inner { config: self.config, pipeline, sign_in, redirects, logins, no_session };
        let client = Client { inner: Arc::new(inner), identity_pool };
        for (provider, source) in self.logins {
            client.sources()?.add(provider, source)?;
        }
        Ok(client)
    }
}
