//! Public keys by their ids: kept, fetched once for many callers, and not too often for ids that do not exist.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::Future;
use tokio::time::Instant;

use super::error::{VerifyError, VerifyErrorKind};

/// The keys of one server.
#[derive(Debug)]
pub(super) struct KeyCache<K> {
    kind: KeyServerKind,
    known: Mutex<Known<K>>,
    /// Held during a fetch, so that there is one at a time.
    fetching: tokio::sync::Mutex<()>,
}

/// How a server hands out its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyServerKind {
    /// All of them in one document: a key that is not there any more is void.
    Set,
    /// Each at an address of its own.
    Single,
}

#[derive(Debug)]
struct Known<K> {
    keys: HashMap<String, (Arc<K>, Instant)>,
    /// The fetches so far.
    fetches: u64,
    /// The key id and the error of the last fetch, if it failed.
    failure: Option<(String, VerifyError)>,
    /// When the last fetches ended that did not bring the key that was asked for.
    misses: VecDeque<Instant>,
}

impl<K> KeyCache<K> {
    /// Keys are fetched anew after this time, as the servers' caching headers say.
    const MAX_AGE: Duration = Duration::from_hours(24);
    /// The stretch of time for which failed fetches are counted.
    const WINDOW: Duration = Duration::from_secs(10);
    /// The keys that are kept of a server that hands out single ones.
    const CAPACITY: usize = 32;

    pub(super) fn new(kind: KeyServerKind) -> Self {
        let known = Known { keys: HashMap::new(), fetches: 0, failure: None, misses: VecDeque::new() };
        Self { kind, known: Mutex::new(known), fetching: tokio::sync::Mutex::default() }
    }

    /// The key with the id `id`. `fetch` gets it, or the whole set, if it is not known or too old.
    ///
    /// A key that is too old is used all the same while the server cannot be reached.
    pub(super) async fn get<F>(
        &self,
        id: &str,
        fetch: impl FnOnce() -> F + Send,
    ) -> Result<Arc<K>, VerifyError>
    where
        F: Future<Output = Result<HashMap<String, K>, VerifyError>> + Send,
    {
        let seen = {
            let known = self.known();
            if let Some(key) = known.fresh(id) {
                return Ok(key);
            }
            known.fetches
        };
        let _fetching = self.fetching.lock().await;
        if let Some(outcome) = self.without_fetching(id, seen) {
            return outcome;
        }
        let fetched = fetch().await;
        let mut known = self.known();
        known.add(self.kind, id, fetched);
        known.keys.get(id).map(|(key, _)| Arc::clone(key)).ok_or_else(|| known.reason(id))
    }

    /// The outcome of the fetch for which this caller has waited, or of earlier ones if they have failed too often.
    fn without_fetching(&self, id: &str, seen: u64) -> Option<Result<Arc<K>, VerifyError>> {
        let mut known = self.known();
        if let Some(key) = known.fresh(id) {
            return Some(Ok(key));
        }
        let is_of_this_key = || known.failure.as_ref().is_some_and(|(of, _)| of == id);
        let has_waited = known.fetches > seen && (self.kind == KeyServerKind::Set || is_of_this_key());
        let limit = match self.kind {
            KeyServerKind::Set => 3,
            KeyServerKind::Single => 10,
        };
        known.forget_misses();
        if !has_waited && known.misses.len() < limit {
            return None;
        }
        Some(known.keys.get(id).map(|(key, _)| Arc::clone(key)).ok_or_else(|| known.reason(id)))
    }

    fn known(&self) -> MutexGuard<'_, Known<K>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K> Known<K> {
    fn fresh(&self, id: &str) -> Option<Arc<K>> {
        let (key, since) = self.keys.get(id)?;
        (since.elapsed() < KeyCache::<K>::MAX_AGE).then(|| Arc::clone(key))
    }

    fn add(&mut self, kind: KeyServerKind, id: &str, fetched: Result<HashMap<String, K>, VerifyError>) {
        self.fetches += 1;
        let now = Instant::now();
        let failure = match fetched {
            Ok(keys) => {
                match kind {
                    KeyServerKind::Set => self.keys.clear(),
                    KeyServerKind::Single => self.make_room(),
                }
                let is_there = keys.contains_key(id);
                self.keys.extend(keys.into_iter().map(|(id, key)| (id, (Arc::new(key), now))));
                (!is_there).then(unknown_key)
            }
            Err(error) => Some(error),
        };
        if failure.is_some() {
            self.misses.push_back(now);
        }
        self.failure = failure.map(|error| (id.to_owned(), error));
    }

    fn make_room(&mut self) {
        if self.keys.len() >= KeyCache::<K>::CAPACITY {
            let oldest = self.keys.iter().min_by_key(|(_, (_, since))| *since).map(|(id, _)| id.clone());
            oldest.map(|id| self.keys.remove(&id));
        }
    }

    fn forget_misses(&mut self) {
        self.misses.retain(|miss| miss.elapsed() < KeyCache::<K>::WINDOW);
    }

    /// Why there is no such key.
    fn reason(&self, id: &str) -> VerifyError {
        match &self.failure {
            Some((of, error)) if of == id || error.kind() == VerifyErrorKind::KeysUnavailable => {
                error.clone()
            }
            _ => unknown_key(),
        }
    }
}

fn unknown_key() -> VerifyError {
    VerifyError::new(
        VerifyErrorKind::UnknownKey,
        "the issuer has no public key with the id that the token names",
    )
}
