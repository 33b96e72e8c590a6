//! The guest's identity id, kept between two runs so that a guest stays the same guest.

use std::sync::Arc;

use secrecy::ExposeSecret;

use crate::config::IdentityPoolId;
use crate::error::Error;
use crate::platform::{SessionStore, StoreLock};

/// The place of the guest's identity id in the store.
#[derive(Debug)]
pub(super) struct GuestIdentity {
    store: Arc<dyn SessionStore>,
    key: String,
}

impl GuestIdentity {
    /// Apps with several identity pools may share a store, so the key names the pool.
    pub(super) fn new(pool: &IdentityPoolId, store: Arc<dyn SessionStore>) -> Self {
        Self { store, key: format!("guest.{}", pool.as_str().replace(':', ".")) }
    }

    pub(super) async fn load(&self) -> Result<Option<String>, Error> {
        Ok(self.store.load(&self.key).await?.map(|id| id.expose_secret().to_owned()))
    }

    pub(super) async fn save(&self, identity_id: &str) -> Result<(), Error> {
        Ok(self.store.save(&self.key, identity_id.into()).await?)
    }

    pub(super) async fn remove(&self) -> Result<(), Error> {
        Ok(self.store.remove(&self.key).await?)
    }

    /// The sole right to make a guest's identity, so that two processes do not make two guests.
    pub(super) async fn lock(&self) -> Result<StoreLock, Error> {
        Ok(self.store.lock(&self.key).await?)
    }
}
