//! The front door.

use std::sync::Arc;

use crate::aws_request::{RetryPolicy, Road};
use crate::config::Config;
use crate::error::Error;
use crate::platform::{
    Clock, HttpTransport, MemoryStore, Random, SessionStore, SystemClock, SystemRandom, Transport,
};

/// Signs a person in and makes AWS requests as that person.
///
/// Clones are cheap and share everything: the session, the credentials and the connections.
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: Config,
    road: Road,
    store: Arc<dyn SessionStore>,
}

impl Client {
    /// Starts a client for `config`.
    pub fn builder(config: Config) -> ClientBuilder {
        ClientBuilder {
            config,
            store: Arc::new(MemoryStore::new()),
            transport: None,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            retry: RetryPolicy::default(),
        }
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

    pub(crate) fn road(&self) -> &Road {
        &self.inner.road
    }

    pub(crate) fn store(&self) -> &Arc<dyn SessionStore> {
        &self.inner.store
    }
}

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
}

impl ClientBuilder {
    /// Where the session is kept. Default: in memory.
    pub fn store(mut self, store: impl SessionStore + 'static) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// How AWS is reached. Default: the platform's [`HttpTransport`].
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// The device's clock. Default: the system's.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The random generator. Default: the system's.
    pub fn random(mut self, random: impl Random + 'static) -> Self {
        self.random = Arc::new(random);
        self
    }

    /// How often requests are sent again. Default: [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// Kind `Network` when the system's certificates cannot be loaded.
    pub fn build(self) -> Result<Client, Error> {
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(HttpTransport::new()?),
        };
        let road = Road::new(transport, self.clock, self.random, self.retry);
        Ok(Client { inner: Arc::new(Inner { config: self.config, road, store: self.store }) })
    }
}
