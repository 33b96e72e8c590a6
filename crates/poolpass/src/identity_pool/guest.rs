//! The guest's identity id, kept between two runs so that a guest stays the same guest.

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
    /// What the store has failed to take: the next attempt takes it, or else each one would make another identity.
    unsaved: Mutex<Option<String>>,
}

impl GuestIdentity {
    /// Two requests to a slow service.
    const LOCK_PATIENCE: Duration = Duration::from_secs(60);

    /// Apps with several identity pools may share a store, so the key names the pool.
    pub(super) fn new(pool: &IdentityPoolId, store: Arc<dyn SessionStore>) -> Self {
        Self { store, key: format!("guest.{}", pool.as_str().replace(':', ".")), unsaved: Mutex::default() }
    }

    /// `None` also for a value that cannot be an identity id: the next guest replaces it.
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

    /// The sole right to make a guest's identity, so that two processes do not make two guests.
    ///
    /// # Errors
    ///
    /// Kind `Store` also when another process keeps it for longer than making a guest takes.
    pub(super) async fn lock(&self) -> Result<StoreLock, Error> {
        Ok(lock_within(Self::LOCK_PATIENCE, &*self.store, &self.key).await?)
    }
}

/// A region or a name, a colon and an id, such as `eu-west-1:3c1f…`. Other servers than AWS have other ids, so only the form is looked
/// at.
pub(super) fn is_identity_id(value: &str) -> bool {
    const LONGEST: usize = 128;

    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    value.len() <= LONGEST && value.split_once(':').is_some_and(|(place, id)| is_part(place) && is_part(id))
}
