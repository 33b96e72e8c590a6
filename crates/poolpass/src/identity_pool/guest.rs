//! Keeps the guest's identity id in the store, so that a guest stays the same guest after a restart.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::ExposeSecret;

use crate::config::IdentityPoolId;
use crate::error::Error;
use crate::platform::{SessionStore, StoreLock, lock_within};

/// The place of the guest's identity id in the store.
#[derive(Debug)]
pub(super) struct GuestIdentity {
    store: Arc<dyn SessionStore>,
    key: String,
    /// An id that the store has failed to take. The next attempt uses it instead of making another identity.
    unsaved: Mutex<Option<String>>,
}

impl GuestIdentity {
    /// The time of two requests to a slow service.
    const LOCK_TIMEOUT: Duration = Duration::from_secs(60);

    /// The key names the pool, since apps with several identity pools may share a store.
    pub(super) fn new(pool: &IdentityPoolId, store: Arc<dyn SessionStore>) -> Self {
        Self { store, key: format!("guest.{}", pool.as_str().replace(':', ".")), unsaved: Mutex::default() }
    }

    /// Reads the id; `None` also for a value that cannot be an identity id, which the next guest replaces.
    pub(super) async fn load(&self) -> Result<Option<String>, Error> {
        let value = self.store.load(&self.key).await?;
        Ok(value.map(|id| id.expose_secret().to_owned()).filter(|id| is_identity_id(id)))
    }

    pub(super) async fn save(&self, identity_id: &str) -> Result<(), Error> {
        self.set_unsaved(Some(identity_id.to_owned()));
        self.store.save(&self.key, identity_id.into()).await?;
        self.set_unsaved(None);
        Ok(())
    }

    pub(super) fn unsaved(&self) -> Option<String> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_unsaved(&self, identity_id: Option<String>) {
        *self.unsaved.lock().unwrap_or_else(PoisonError::into_inner) = identity_id;
    }

    pub(super) async fn remove(&self) -> Result<(), Error> {
        self.set_unsaved(None);
        Ok(self.store.remove(&self.key).await?)
    }

    /// Waits until nobody else makes a guest's identity, so that two processes do not make two guests.
    ///
    /// # Errors
    ///
    /// Kind `Store` also when another process holds the lock for longer than it takes to make a guest.
    pub(super) async fn lock(&self) -> Result<StoreLock, Error> {
        Ok(lock_within(Self::LOCK_TIMEOUT, &*self.store, &self.key).await?)
    }
}

/// Whether a value is a region or a name, a colon and an id, such as `eu-west-1:3c1f…`. Other servers than AWS have other ids, so this
/// checks only the form.
pub(super) fn is_identity_id(value: &str) -> bool {
    const LONGEST: usize = 128;

    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    value.len() <= LONGEST && value.split_once(':').is_some_and(|(place, id)| is_part(place) && is_part(id))
}
