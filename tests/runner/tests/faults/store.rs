//! A store that another process uses too.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use poolpass::platform::{BoxFuture, MemoryStore, SessionStore, StoreError, StoreLock};
use secrecy::SecretString;

/// The behaviour of another process that shares the locks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locks {
    /// It holds none.
    #[default]
    Free,
    /// It holds all of them and hangs.
    Held,
    /// It lets go of each just before the SDK gives up.
    HeldLong,
}

/// A store whose locks another process can hold.
#[derive(Clone, Debug, Default)]
pub struct Store {
    memory: MemoryStore,
    locks: Arc<Mutex<Locks>>,
}

impl Store {
    /// Sets what the other process does from now on.
    pub fn set_locks(&self, locks: Locks) {
        *self.locks.lock().unwrap_or_else(PoisonError::into_inner) = locks;
    }

    fn locks(&self) -> Locks {
        *self.locks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionStore for Store {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>> {
        self.memory.load(key)
    }

    fn save<'a>(&'a self, key: &'a str, value: SecretString) -> BoxFuture<'a, Result<(), StoreError>> {
        self.memory.save(key, value)
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        self.memory.remove(key)
    }

    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        match self.locks() {
            Locks::Free => self.memory.lock(name),
            Locks::Held => Box::pin(std::future::pending()),
            Locks::HeldLong => Box::pin(async move {
                // A refresh holds its lock for all its attempts.
                let seconds = if name.ends_with(".refresh") { 58 } else { 9 };
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                self.memory.lock(name).await
            }),
        }
    }
}
