//! Stores keep a session between two runs of an app.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::lock::Mutex as AsyncMutex;
use secrecy::SecretString;

use super::{BoxFuture, MaybeSend, MaybeSync, timeout};
use crate::diagnostics::{self, Fields};

/// Keeps the session, a pending challenge and the guest's identity id, each under a key of its own.
///
/// The SDK has [`MemoryStore`] and, natively, [`FileStore`](super::FileStore); an app may bring its own. The values are secrets
/// (a refresh token signs in for days), so a store must keep them from other users and apps.
///
/// Keys consist of ASCII letters, digits, `.`, `-` and `_`, at most 200 characters. The SDK waits ten seconds for each use of the
/// store; after that, the call fails with kind `Store`.
pub trait SessionStore: fmt::Debug + MaybeSend + MaybeSync {
    /// Reads the value last saved under `key`; `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>>;

    /// Replaces the value under `key`. A crash must leave either the old or the new value.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the value is not safely stored.
    fn save<'a>(&'a self, key: &'a str, value: SecretString) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Removes the value under `key`, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the value may still be there.
    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Waits for the exclusive lock called `name`, among all clients that share this store. The SDK holds one lock while it refreshes
    /// the session, another while it writes or removes the stored session, and a third while it makes a guest's identity.
    ///
    /// The wait needs no limit: the SDK ends it in time by dropping the future. A lock that nobody waits for any more must not be
    /// granted.
    ///
    /// The default is for a store that only one client uses: it grants the lock at once.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot lock.
    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        let _ = name;
        Box::pin(async { Ok(StoreLock::unshared()) })
    }
}

/// Limits each read and write of a store: a disk, a keychain or an app's own code may hang.
///
/// [`lock_within`] limits the waits for locks, since each lock has a limit of its own.
#[derive(Debug)]
pub(crate) struct BoundedStore(pub(crate) Arc<dyn SessionStore>);

impl BoundedStore {
    const LIMIT: Duration = Duration::from_secs(10);

    async fn within<T>(work: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, StoreError> {
        timeout(Self::LIMIT, work)
            .await
            .unwrap_or_else(|| Err(StoreError("the session store does not answer".to_owned())))
    }
}

impl SessionStore for BoundedStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>> {
        Box::pin(Self::within(self.0.load(key)))
    }

    fn save<'a>(&'a self, key: &'a str, value: SecretString) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(Self::within(self.0.save(key, value)))
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(Self::within(self.0.remove(key)))
    }

    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        self.0.lock(name)
    }
}

/// Waits for the lock called `name`, at most for `limit`. Every lock is waited for here, so that a holder that hangs stops nobody
/// for good, whatever the store.
///
/// # Errors
///
/// [`StoreError`] also when somebody else holds the lock for longer than `limit`.
pub(crate) async fn lock_within(
    limit: Duration,
    store: &dyn SessionStore,
    name: &str,
) -> Result<StoreLock, StoreError> {
    timeout(limit, store.lock(name)).await.unwrap_or_else(|| {
        diagnostics::warn("a lock of the store was not granted in time", &Fields::default());
        Err(StoreError(
            "another process or tab holds the session's lock for too long: close it, then try again"
                .to_owned(),
        ))
    })
}

/// An exclusive lock of a [`SessionStore`]; dropping it releases the lock.
pub struct StoreLock(#[expect(dead_code, reason = "held for its Drop")] Option<Box<dyn Guard>>);

impl StoreLock {
    /// A lock that lasts as long as `guard` lives.
    pub fn new(guard: impl MaybeSend + MaybeSync + 'static) -> Self {
        Self(Some(Box::new(guard)))
    }

    /// The lock of a store that nobody shares.
    pub fn unshared() -> Self {
        Self(None)
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreLock")
    }
}

trait Guard: MaybeSend + MaybeSync {}
impl<T: MaybeSend + MaybeSync> Guard for T {}

/// A failure of the store: the cause in words, without the value.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);

/// Keeps the session in memory, so that it ends with the process. Clones share their content.
#[derive(Clone, Default)]
pub struct MemoryStore {
    values: Arc<Mutex<Few<SecretString>>>,
    locks: Arc<Mutex<Few<Arc<AsyncMutex<()>>>>>,
}

/// A session has a handful of keys: searching a list of them is as fast as a map and takes less code.
type Few<T> = Vec<(String, T)>;

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn values(&self) -> MutexGuard<'_, Few<SecretString>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionStore for MemoryStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>> {
        let value = find(&mut self.values(), key).cloned();
        Box::pin(async move { Ok(value) })
    }

    fn save<'a>(&'a self, key: &'a str, value: SecretString) -> BoxFuture<'a, Result<(), StoreError>> {
        let mut values = self.values();
        match find(&mut values, key) {
            Some(kept) => *kept = value,
            None => values.push((key.to_owned(), value)),
        }
        Box::pin(async { Ok(()) })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        self.values().retain(|(kept, _)| kept != key);
        Box::pin(async { Ok(()) })
    }

    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            find(&mut locks, name).map(|lock| Arc::clone(lock)).unwrap_or_else(|| {
                let lock = Arc::default();
                locks.push((name.to_owned(), Arc::clone(&lock)));
                lock
            })
        };
        Box::pin(async move { Ok(StoreLock::new(lock.lock_owned().await)) })
    }
}

fn find<'a, T>(few: &'a mut Few<T>, key: &str) -> Option<&'a mut T> {
    few.iter_mut().find(|(kept, _)| kept == key).map(|(_, value)| value)
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore(..)")
    }
}
