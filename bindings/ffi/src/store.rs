//! Where the session is kept: Poolpass's own stores, and one that is written in Swift or Kotlin.

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
/// The values are secrets, so a store has to keep them from other users and apps. Keys are ASCII letters, digits, `.`, `-` and
/// `_`, at most 200 characters.
#[uniffi::export(rust, foreign)]
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// The value last saved under `key`; none is not an error.
    async fn load(&self, key: String) -> Result<Option<String>, StoreError>;

    /// Replaces the value under `key`, as a whole or not at all.
    async fn save(&self, key: String, value: String) -> Result<(), StoreError>;

    /// Removes the value under `key`, if there is one.
    async fn remove(&self, key: String) -> Result<(), StoreError>;

    /// Waits for the sole right called `name`, among all that share this store: to refresh the session, to replace it, or to make a
    /// guest.
    async fn lock(&self, name: String) -> Result<(), StoreError>;

    /// Gives back the right that `lock` gave.
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

/// Where the session is kept.
#[derive(Clone, uniffi::Enum)]
pub enum Store {
    /// In memory, so that signing in lasts as long as the process.
    Memory(Arc<MemoryStore>),
    /// In files, readable by the owner alone and replaced atomically.
    Files(Arc<FilesStore>),
    /// Where the app wants it.
    Own(Arc<dyn SessionStore>),
}

/// Keeps the session in memory. Clients that are given the same one share it.
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

/// Any of them, as the SDK wants it.
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
            Store::Own(store) => Box::pin(sole_right(Arc::clone(store), name.to_owned())),
        }
    }
}

/// Waits on a task of its own: a right that is granted after the waiting was given up is given back at once, so that others
/// can have it. Boxed, since tokio's part of a task is compiled once for each type.
async fn sole_right(store: Arc<dyn SessionStore>, name: String) -> Result<StoreLock, platform::StoreError> {
    let (sender, granted) = oneshot::channel();
    let waiting: BoxFuture<'static, ()> = Box::pin(async move {
        let lock = store.lock(name.clone()).await;
        let _ = sender.send(lock.map(|()| StoreLock::new(Lock { store, name })));
    });
    tokio::spawn(waiting);
    Ok(granted.await.map_err(|stopped| platform::StoreError(stopped.to_string()))??)
}

/// Gives the right back when it is dropped.
struct Lock {
    store: Arc<dyn SessionStore>,
    name: String,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Nobody is left to hear of an error: the next `lock` tells what became of the store.
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

    /// Grants the right when it is told to.
    #[derive(Default)]
    struct Slow {
        asked: Notify,
        granted: Notify,
        given_back: Notify,
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
            self.given_back.notify_one();
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_right_that_nobody_waits_for_any_more_is_given_back() {
        let slow = Arc::new(Slow::default());
        let store = AnyStore(Store::Own(slow.clone()));
        let waiting = tokio::spawn(async move { store.lock("session").await });
        slow.asked.notified().await;
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        slow.granted.notify_one();
        slow.given_back.notified().await;
    }
}
