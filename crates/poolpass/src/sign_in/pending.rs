//! The pending sign-in in the store, and whose turn it is.
//!
//! The store keeps it, so that the app may be reloaded or killed between the question and the answer. A client has one
//! pending sign-in: the next challenge, or the next sign-in, takes its place.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::record::{PendingSignIn, SavedChallenge, SignUpSession};
use crate::error::{Error, ErrorKind};
use crate::platform::{BoxFuture, SessionStore};
use crate::user_pool::{UserPool, store_key};

pub(crate) struct PendingStore {
    store: Arc<dyn SessionStore>,
    key: String,
    /// The id of the challenge that may be answered.
    current: Mutex<Option<String>>,
    busy: AtomicBool,
}

/// The sole right to take a step of a sign-in.
#[derive(Debug)]
pub(crate) struct Step<'a>(&'a AtomicBool);

impl PendingStore {
    pub(super) fn new(pool: &UserPool, store: Arc<dyn SessionStore>) -> Self {
        let key = store_key(pool.client_id(), "pendingSignIn");
        Self { store, key, current: Mutex::default(), busy: AtomicBool::new(false) }
    }

    /// The turn for a step, unless another step is under way.
    pub(crate) fn step(&self) -> Result<Step<'_>, Error> {
        if self.busy.swap(true, Ordering::Acquire) {
            let message = "another step of the sign-in is under way: wait for its answer";
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        Ok(Step(&self.busy))
    }

    /// The turn to answer `challenge`, unless it is no longer the pending one.
    pub(crate) fn step_of(&self, challenge: &SavedChallenge) -> Result<Step<'_>, Error> {
        let step = self.step()?;
        if self.current().as_deref() != Some(&challenge.id) {
            let message = "the challenge was answered, replaced or dropped: sign in again";
            return Err(Error::new(ErrorKind::ChallengeExpired, message));
        }
        Ok(step)
    }

    /// Makes `challenge` the pending one.
    pub(crate) async fn save(&self, challenge: &SavedChallenge) -> Result<(), Error> {
        let value = PendingSignIn::Challenge(challenge.clone()).to_json();
        let saved = self.store.save(&self.key, value.clone()).await;
        saved.map_err(|error| Error::not_saved(error, &value))?;
        self.set_current(Some(challenge.id.clone()));
        Ok(())
    }

    /// The pending challenge, unless it is too old to be answered.
    pub(super) async fn load(&self, now: SystemTime) -> Result<Option<SavedChallenge>, Error> {
        let Some(json) = self.store.load(&self.key).await? else {
            self.set_current(None);
            return Ok(None);
        };
        match PendingSignIn::from_json(&json) {
            Some(PendingSignIn::Challenge(saved)) if !saved.is_over(now) => {
                self.set_current(Some(saved.id.clone()));
                Ok(Some(saved))
            }
            // It waits for a confirmation, which no challenge answers.
            Some(PendingSignIn::SignUp(_)) => {
                self.set_current(None);
                Ok(None)
            }
            _ => {
                self.clear().await?;
                Ok(None)
            }
        }
    }

    /// Keeps the `Session` of a sign-up, in place of a challenge that nobody answers any more.
    ///
    /// Losing it costs only another sign-in, so that a store that fails does not fail the sign-up.
    pub(crate) async fn save_sign_up(&self, sign_up: SignUpSession) {
        let value = PendingSignIn::SignUp(sign_up).to_json();
        if self.store.save(&self.key, value).await.is_ok() {
            self.set_current(None);
        }
    }

    /// The `Session` of the sign-up that waits.
    pub(crate) async fn sign_up(&self) -> Result<Option<SignUpSession>, Error> {
        let saved = self.store.load(&self.key).await?;
        Ok(match saved.as_ref().and_then(PendingSignIn::from_json) {
            Some(PendingSignIn::SignUp(sign_up)) => Some(sign_up),
            _ => None,
        })
    }

    /// The future is boxed so that it is compiled once for all callers.
    pub(crate) fn clear(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async {
            self.set_current(None);
            Ok(self.store.remove(&self.key).await?)
        })
    }

    /// Drops a challenge that AWS refuses from now on, but not the next one, which another process may have saved in its place.
    ///
    /// A challenge that stays in a store that fails is refused again.
    pub(crate) fn clear_challenge<'a>(&'a self, challenge: &'a SavedChallenge) -> BoxFuture<'a, ()> {
        Box::pin(async {
            self.set_current(None);
            let Ok(Some(saved)) = self.store.load(&self.key).await else { return };
            match PendingSignIn::from_json(&saved) {
                Some(PendingSignIn::Challenge(saved)) if saved.id != challenge.id => {}
                _ => drop(self.store.remove(&self.key).await),
            }
        })
    }

    fn current(&self) -> Option<String> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_current(&self, id: Option<String>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = id;
    }
}

impl Drop for Step<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl fmt::Debug for PendingStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingStore").field("current", &self.current()).finish_non_exhaustive()
    }
}
