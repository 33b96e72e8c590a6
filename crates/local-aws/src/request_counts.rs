use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many requests of each operation reached the server, those that a fault refused or dropped included. Also
/// at `GET /_local/requests`; `DELETE` sets all to 0.
#[derive(Debug, Default)]
pub struct RequestCounts {
    counts: Mutex<BTreeMap<String, u64>>,
}

impl RequestCounts {
    /// Requests of this operation, for instance `InitiateAuth` or `GetObject`.
    pub fn of(&self, operation: &str) -> u64 {
        self.counts().get(operation).copied().unwrap_or(0)
    }

    /// All operations that were asked for.
    pub fn all(&self) -> BTreeMap<String, u64> {
        self.counts().clone()
    }

    /// Sets all counts to 0.
    pub fn reset(&self) {
        self.counts().clear();
    }

    pub(crate) fn add(&self, operation: &str) {
        *self.counts().entry(operation.to_owned()).or_insert(0) += 1;
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
