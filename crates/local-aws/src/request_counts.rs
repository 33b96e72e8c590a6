use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The number of requests of each operation, including those that a fault refused or dropped. Also at `GET /_local/requests`;
/// `DELETE` resets all counts.
#[derive(Debug, Default)]
pub struct RequestCounts {
    counts: Mutex<BTreeMap<String, u64>>,
}

impl RequestCounts {
    /// The number of requests of this operation, for instance `InitiateAuth` or `GetObject`.
    pub fn of(&self, operation: &str) -> u64 {
        self.counts().get(operation).copied().unwrap_or(0)
    }

    /// The counts of all operations.
    pub fn all(&self) -> BTreeMap<String, u64> {
        self.counts().clone()
    }

    /// Resets all counts.
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
