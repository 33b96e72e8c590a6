//! Reads and writes the session: in memory for speed, in the store to last.
//!
//! The store decides, since other processes may share it. A change of the stored session takes two locks: one within the process and
//! one of the store. Each sign-in has an id of its own, and a refresh replaces only the tokens of the sign-in that it began with, so
//! that a sign-out or another sign-in in the meantime stands.
//!
//! Futures that several callers await are boxed, so that each is compiled once.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::lock::{Mutex as AsyncMutex, MutexGuard as AsyncMutexGuard};

use super::detached::detached;
use super::events::EventHub;
use super::exchange::RefreshSettings;
use super::state::State;
use super::{Events, Session, SessionEvent, stored};
use crate::error::{Error, ErrorKind};
use crate::platform::{
    BoxFuture, SessionStore, StoreError, StoreLock, grace_period, lock_within, within_grace_period,
};
use crate::user_pool::{AuthenticationResult, DeviceIds, UserPool, store_key};

/// Manages the session of one client. Clones share it.
#[derive(Clone)]
pub(crate) struct SessionManager(Arc<Shared>);

pub(super) struct Shared {
    pub(super) pool: Arc<UserPool>,
    pub(super) store: Arc<dyn SessionStore>,
    pub(super) settings: RefreshSettings,
    pub(super) events: EventHub,
    keys: Keys,
    /// Locked while the stored session is changed, or read into memory.
    writing: AsyncMutex<()>,
    state: Mutex<State>,
}

/// The keys of a client's values and locks in the store.
struct Keys {
    session: String,
    refreshing: String,
    writing: String,
}

/// The locks for a change of the stored session.
pub(super) struct Writing<'a> {
    _process: AsyncMutexGuard<'a, ()>,
    _store: StoreLock,
}

impl SessionManager {
    pub(crate) fn new(pool: Arc<UserPool>, store: Arc<dyn SessionStore>, settings: RefreshSettings) -> Self {
        let key = |name| store_key(pool.client_id(), name);
        let keys = Keys {
            session: key("session"),
            refreshing: key("session.refresh"),
            writing: key("session.write"),
        };
        Self(Arc::new(Shared {
            pool,
            store,
            settings,
            events: EventHub::default(),
            keys,
            writing: AsyncMutex::default(),
            state: Mutex::default(),
        }))
    }

    /// Stores the tokens of a completed sign-in, and only then makes them the session. A new device is confirmed before that. It runs
    /// to the end even if the caller goes away.
    pub(crate) async fn begin(&self, result: AuthenticationResult) -> Result<Arc<Session>, Error> {
        let refresh_token = result.refresh_token.clone();
        let (mut session, new_device) =
            self.new_session(result).inspect_err(|_| self.abandon(refresh_token))?;
        let shared = Arc::clone(&self.0);
        detached(async move {
            shared.confirm_new_device(&mut session, new_device).await;
            let session = Arc::new(session);
            let saved = async { shared.save(&session, &shared.write().await?).await }.await;
            if let Err(error) = saved {
                shared.abandon(&session);
                return Err(error);
            }
            shared.events.publish(&SessionEvent::SignedIn);
            Ok(session)
        })
        .await
    }

    /// The session of new tokens, under an id of its own, and its device if that is new.
    pub(super) fn new_session(
        &self,
        result: AuthenticationResult,
    ) -> Result<(Session, Option<DeviceIds>), Error> {
        let new_device = result.new_device.clone();
        Ok((Session::begin(self.random_id()?, result)?, new_device))
    }

    pub(super) fn random_id(&self) -> Result<String, Error> {
        let mut id = [0; 16];
        self.0.pool.pipeline().random().fill(&mut id)?;
        Ok(hex::encode(id))
    }

    /// Reads the session from the store, however old its tokens are; `None` when nobody is signed in.
    pub(crate) async fn current(&self) -> Result<Option<Arc<Session>>, Error> {
        self.0.current().await
    }

    /// The session as far as this process knows: only the first call reads the store.
    pub(crate) async fn known(&self) -> Result<Option<Arc<Session>>, Error> {
        {
            let state = self.0.state();
            if state.is_read() {
                return Ok(state.session());
            }
        }
        self.0.current().await
    }

    /// The session with tokens that are valid for a while yet.
    ///
    /// When a refresh is due and fails, or takes longer than a grace period, this returns tokens that are still valid; the refresh goes on.
    pub(crate) fn fresh(&self) -> BoxFuture<'_, Result<Arc<Session>, Error>> {
        Box::pin(async move {
            let shared = &self.0;
            let known = shared.state().session();
            if let Some(session) = known.filter(|session| !shared.is_due(session) || shared.can_wait(session))
            {
                return Ok(session);
            }
            let being_refreshed = shared.state().being_refreshed();
            let session = match being_refreshed {
                Some(session) => session,
                None => match shared.current_in_time().await {
                    Ok(session) => session.ok_or_else(signed_out)?,
                    // A store that cannot be read does not make valid tokens invalid.
                    Err(error) => return shared.still_valid().ok_or(error),
                },
            };
            if !shared.is_due(&session) || shared.can_wait(&session) {
                return Ok(session);
            }
            match shared.refresh_if_due(&session).await {
                // Still valid, and nobody has signed out in the meantime.
                Err(_) if session.is_valid(shared.now()) && shared.is_current(&session) => Ok(session),
                outcome => outcome,
            }
        })
    }

    /// Refreshes now, or joins the refresh that is running.
    pub(crate) fn refresh(&self) -> BoxFuture<'_, Result<Arc<Session>, Error>> {
        Box::pin(async {
            let session = self.0.current().await?.ok_or_else(signed_out)?;
            self.0.refresh_now(&session).await
        })
    }

    /// The session with other tokens than the one that a server has refused: those of a refresh since then, or of one that starts now.
    pub(crate) fn without_token<'a>(
        &'a self,
        refused: &'a str,
    ) -> BoxFuture<'a, Result<Arc<Session>, Error>> {
        Box::pin(async move {
            let session = self.0.current().await?.ok_or_else(signed_out)?;
            if [session.id_token().jwt(), session.access_token().jwt()].contains(&refused) {
                return self.0.refresh_now(&session).await;
            }
            Ok(session)
        })
    }

    pub(crate) fn events(&self) -> Events {
        self.0.events.subscribe()
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.0
    }
}

impl Shared {
    /// A writer holds the lock for a few operations of the store.
    const WRITE_LOCK_TIMEOUT: Duration = Duration::from_secs(10);
    /// A refresh holds the lock for all its attempts.
    const REFRESH_LOCK_TIMEOUT: Duration = Duration::from_secs(60);
    /// After a failed refresh or read of the store, valid tokens are handed out for this long without another attempt.
    const RETRY_DELAY: Duration = Duration::from_secs(10);

    pub(super) fn now(&self) -> SystemTime {
        self.pool.pipeline().now()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a refresh is due, or refreshed tokens still have to be stored.
    pub(super) fn is_due(&self, session: &Session) -> bool {
        session.is_stale(self.pool.pipeline().latest()) || self.state().unsaved().is_some()
    }

    fn still_valid(&self) -> Option<Arc<Session>> {
        self.state().session().filter(|session| session.is_valid(self.now()))
    }

    fn is_current(&self, session: &Session) -> bool {
        self.state().is_current(session)
    }

    /// Whether the next attempt can wait, because the tokens are valid and the last attempt has failed just now.
    fn can_wait(&self, session: &Session) -> bool {
        let now = self.now();
        session.is_valid(now) && self.state().is_too_early_to_retry(now)
    }

    pub(super) fn delay_retry(&self) {
        let until = self.now().checked_add(Self::RETRY_DELAY);
        self.state().set_retry_time(until);
    }

    /// As [`current`](Self::current), but waits for the store no longer than a grace period if the tokens in memory are valid.
    async fn current_in_time(&self) -> Result<Option<Arc<Session>>, Error> {
        let current = self.current();
        if self.still_valid().is_none() {
            return current.await;
        }
        within_grace_period(grace_period(), current).await.unwrap_or_else(|| {
            self.delay_retry();
            Err(StoreError("the session store does not answer".to_owned()).into())
        })
    }

    pub(super) fn current(&self) -> BoxFuture<'_, Result<Option<Arc<Session>>, Error>> {
        Box::pin(async {
            let _writing = self.writing.lock().await;
            self.reread().await
        })
    }

    /// Waits until nobody else changes the stored session, here or in another process.
    ///
    /// The store's lock comes first: while another process holds it, this process can still read the session.
    pub(super) fn write(&self) -> BoxFuture<'_, Result<Writing<'_>, Error>> {
        Box::pin(async {
            let store = lock_within(Self::WRITE_LOCK_TIMEOUT, &*self.store, &self.keys.writing).await?;
            Ok(Writing { _process: self.writing.lock().await, _store: store })
        })
    }

    /// Waits until nobody else refreshes the session, here or in another process.
    pub(super) async fn lock_refresh(&self) -> Result<StoreLock, Error> {
        Ok(lock_within(Self::REFRESH_LOCK_TIMEOUT, &*self.store, &self.keys.refreshing).await?)
    }

    /// Reads the session while nobody else can change it.
    pub(super) async fn stored(&self, _writing: &Writing<'_>) -> Result<Option<Arc<Session>>, Error> {
        self.reread().await
    }

    pub(super) async fn save(&self, session: &Arc<Session>, _writing: &Writing<'_>) -> Result<(), Error> {
        let value = stored::write(session, &self.pool);
        let saved = self.store.save(&self.keys.session, value.clone()).await;
        saved.map_err(|error| Error::not_saved(error, &value))?;
        self.set(Some(Arc::clone(session)));
        Ok(())
    }

    /// Removes the session from memory in any case, and from the store if that works.
    pub(super) async fn remove(&self, _writing: &Writing<'_>) -> Result<(), Error> {
        self.erase().await
    }

    /// As [`remove`](Self::remove), without the locks.
    pub(super) async fn erase(&self) -> Result<(), Error> {
        self.set(None);
        Ok(self.store.remove(&self.keys.session).await?)
    }

    fn set(&self, session: Option<Arc<Session>>) {
        self.state().set(session);
    }

    /// Takes over what another process has stored in the meantime. The caller holds `writing`.
    fn reread(&self) -> BoxFuture<'_, Result<Option<Arc<Session>>, Error>> {
        Box::pin(async {
            let value = self.store.load(&self.keys.session).await?;
            let stored = value.as_ref().and_then(|value| stored::read(value, &self.pool));
            let (event, session) = {
                let mut state = self.state();
                (state.observe(stored), state.session())
            };
            if let Some(event) = event {
                self.events.publish(&event);
            }
            Ok(session)
        })
    }
}

pub(super) fn signed_out() -> Error {
    Error::new(ErrorKind::SignedOut, "nobody is signed in")
}

impl fmt::Debug for SessionManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionManager").field("session", &self.0.state().session()).finish_non_exhaustive()
    }
}
