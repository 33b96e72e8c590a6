//! Stores of the session: Poolpass's own, and those that are written in Swift or Kotlin.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use poolpass::platform::{self, BoxFuture, FileStore, StoreLock};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::oneshot;
use uniffi::UnexpectedUniFFICallbackError;

use crate::error::{ErrorKind, PoolpassError};

/// Keeps the session, a pending challenge and the guest's identity id, each under a key of its own.
///
/// The values are secrets (a refresh token signs in for days), so a store must keep them from other users and apps.
///
/// Keys consist of ASCII letters, digits, `.`, `-` and `_`, at most 200 characters.
#[uniffi::export(rust, foreign)]
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Reads the value last saved under `key`; none where there is none.
    async fn load(&self, key: String) -> Result<Option<String>, StoreError>;

    /// Replaces the value under `key`. A crash must leave either the old or the new value.
    async fn save(&self, key: String, value: String) -> Result<(), StoreError>;

    /// Removes the value under `key`, if there is one.
    async fn remove(&self, key: String) -> Result<(), StoreError>;

    /// Waits for the exclusive lock called `name`, among all clients that share this store. The SDK holds one lock while it refreshes
    /// the session, another while it writes or removes the stored session, and a third while it makes a guest's identity.
    ///
    /// The wait needs no limit: the SDK ends it in time by cancelling the call. A lock that nobody waits for any more must not be
    /// granted.
    async fn lock(&self, name: String) -> Result<(), StoreError>;

    /// Releases the lock that `lock` granted.
    fn unlock(&self, name: String) -> Result<(), StoreError>;
}

/// The store failed.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum StoreError {
    /// Why.
    #[error("{detail}")]
    Failed {
        /// The cause in words, without the value.
        detail: String,
    },
}

impl From<UnexpectedUniFFICallbackError> for StoreError {
    fn from(error: UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { detail: error.reason }
    }
}

impl From<StoreError> for platform::StoreError {
    fn from(StoreError::Failed { detail }: StoreError) -> Self {
        Self(detail)
    }
}

/// A store of the session.
#[derive(Clone, uniffi::Enum)]
pub enum Store {
    /// Keeps the session in memory, so that it ends with the process.
    Memory(Arc<MemoryStore>),
    /// Keeps the session in files that only the owner can read.
    Files(Arc<FilesStore>),
    /// Keeps the session where the app wants it.
    Own(Arc<dyn SessionStore>),
}

/// Keeps the session in memory, so that it ends with the process. Clients with the same store share the session.
#[derive(Debug, Default, uniffi::Object)]
pub struct MemoryStore(platform::MemoryStore);

#[uniffi::export]
impl MemoryStore {
    /// An empty store.
    #[uniffi::constructor]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }
}

/// Keeps each value in a file of its own. Processes that use the same directory share the session.
#[derive(Debug, uniffi::Object)]
pub struct FilesStore(FileStore);

#[uniffi::export]
impl FilesStore {
    /// A store in `directory`, which is created with mode 0700 if it is missing.
    #[uniffi::constructor]
    pub fn new(directory: String) -> Result<Arc<Self>, PoolpassError> {
        let store = FileStore::new(directory);
        Ok(Arc::new(Self(store.map_err(|error| PoolpassError::of_kind(ErrorKind::Store, &error.0))?)))
    }
}

/// Any of these stores, as the SDK takes it.
#[derive(Clone)]
pub(crate) struct AnyStore(pub(crate) Store);

impl platform::SessionStore for AnyStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, platform::StoreError>> {
        match &self.0 {
            Store::Memory(store) => store.0.load(key),
            Store::Files(store) => store.0.load(key),
            Store::Own(store) => {
                Box::pin(async move { Ok(store.load(key.to_owned()).await?.map(SecretString::from)) })
            }
        }
    }

    fn save<'a>(
        &'a self,
        key: &'a str,
        value: SecretString,
    ) -> BoxFuture<'a, Result<(), platform::StoreError>> {
        match &self.0 {
            Store::Memory(store) => store.0.save(key, value),
            Store::Files(store) => store.0.save(key, value),
            Store::Own(store) => {
                Box::pin(
                    async move { Ok(store.save(key.to_owned(), value.expose_secret().to_owned()).await?) },
                )
            }
        }
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), platform::StoreError>> {
        match &self.0 {
            Store::Memory(store) => store.0.remove(key),
            Store::Files(store) => store.0.remove(key),
            Store::Own(store) => Box::pin(async move { Ok(store.remove(key.to_owned()).await?) }),
        }
    }

    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<StoreLock, platform::StoreError>> {
        match &self.0 {
            Store::Memory(store) => store.0.lock(name),
            Store::Files(store) => store.0.lock(name),
            Store::Own(store) => Box::pin(wait_for_lock(Arc::clone(store), name.to_owned())),
        }
    }
}

/// Waits on a task of its own: a lock that is granted after the wait was given up is released at once, so that others can have
/// it. The task's future is boxed so that tokio's code for it is compiled once.
async fn wait_for_lock(
    store: Arc<dyn SessionStore>,
    name: String,
) -> Result<StoreLock, platform::StoreError> {
    let (sender, granted) = oneshot::channel();
    let waiting: BoxFuture<'static, ()> = Box::pin(async move {
        let lock = store.lock(name.clone()).await;
        let _ = sender.send(lock.map(|()| StoreLock::new(Lock { store, name })));
    });
    tokio::spawn(waiting);
    Ok(granted.await.map_err(|stopped| platform::StoreError(stopped.to_string()))??)
}

/// Releases the lock when it is dropped.
struct Lock {
    store: Arc<dyn SessionStore>,
    name: String,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Nobody is left to receive an error: the next `lock` reports it.
        let _ = self.store.unlock(self.name.clone());
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory(_) => "Memory",
            Self::Files(_) => "Files",
            Self::Own(_) => "Own",
        })
    }
}

impl fmt::Debug for AnyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use poolpass::platform::SessionStore as _;
    use tokio::sync::Notify;

    use super::*;

    /// Grants the lock when the test says so.
    #[derive(Default)]
    struct Slow {
        asked: Notify,
        granted: Notify,
        released: Notify,
    }

    #[async_trait]
    impl SessionStore for Slow {
        async fn load(&self, _key: String) -> Result<Option<String>, StoreError> {
            Ok(None)
        }

        async fn save(&self, _key: String, _value: String) -> Result<(), StoreError> {
            Ok(())
        }

        async fn remove(&self, _key: String) -> Result<(), StoreError> {
            Ok(())
        }

        async fn lock(&self, _name: String) -> Result<(), StoreError> {
            self.asked.notify_one();
            self.granted.notified().await;
            Ok(())
        }

        fn unlock(&self, _name: String) -> Result<(), StoreError> {
            self.released.notify_one();
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_lock_that_nobody_waits_for_any_more_is_released() {
        let slow = Arc::new(Slow::default());
        let store = AnyStore(Store::Own(slow.clone()));
        let waiting = tokio::spawn(async move { store.lock("session").await });
        slow.asked.notified().await;
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        slow.granted.notify_one();
        slow.released.notified().await;
    }
}
