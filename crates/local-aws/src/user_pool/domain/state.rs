//! The state of a user pool's domain.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::Rng as _;

use super::{
    calls::DomainSettings,
    federation::Pending,
    requests::AuthorizationRequest,
    session::{BrowserSession, Person},
};
use crate::user_pool::{Pools, pool::UserPool};

/// The domain of a user pool, and what goes on there.
#[derive(Default)]
pub(in crate::user_pool) struct Domain {
    pub(super) settings: Option<DomainSettings>,
    pub(super) requests: Expiring<AuthorizationRequest>,
    /// Sign-ins at identity providers, by the `state` or `RelayState` there.
    pub(super) pending: Expiring<Pending>,
    /// People who have just proved who they are, by the ticket that the pages hand in.
    pub(super) tickets: Expiring<Person>,
    pub(super) codes: Expiring<Grant>,
    /// Sessions by the value of their cookie.
    pub(super) sessions: Expiring<BrowserSession>,
}

/// The sign-in that an authorization code stands for.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) request: AuthorizationRequest,
    pub(super) person: Person,
}

/// Values by random keys, each until its time.
pub(super) struct Expiring<T>(HashMap<String, (T, SystemTime)>);

impl<T> Default for Expiring<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Expiring<T> {
    /// Keeps a value, and returns its key.
    pub(super) fn add(&mut self, value: T, now: SystemTime, lifetime: Duration) -> String {
        let key = random_text();
        self.insert(key.clone(), value, now, lifetime);
        key
    }

    pub(super) fn insert(&mut self, key: String, value: T, now: SystemTime, lifetime: Duration) {
        self.0.retain(|_, (_, expires)| now < *expires);
        self.0.insert(key, (value, now + lifetime));
    }

    pub(super) fn get(&self, key: &str, now: SystemTime) -> Option<&T> {
        self.0.get(key).filter(|(_, expires)| now < *expires).map(|(value, _)| value)
    }

    /// Removes a value, so that its key works once.
    pub(super) fn take(&mut self, key: &str, now: SystemTime) -> Option<T> {
        self.0.remove(key).filter(|(_, expires)| now < *expires).map(|(value, _)| value)
    }
}

impl Domain {
    pub(in crate::user_pool) fn name(&self) -> Option<&str> {
        self.settings.as_ref().map(|settings| settings.name.as_str())
    }
}

impl Pools {
    /// The pool with this domain.
    pub(super) fn by_domain(&mut self, name: &str) -> Option<&mut UserPool> {
        self.0.values_mut().find(|pool| pool.domain.name() == Some(name))
    }

    /// The pool with this authorization request.
    pub(super) fn by_request(
        &mut self,
        id: &str,
        now: SystemTime,
    ) -> Option<(&mut UserPool, AuthorizationRequest)> {
        self.0.values_mut().find_map(|pool| {
            let request = pool.domain.requests.get(id, now)?.clone();
            Some((pool, request))
        })
    }
}

pub(super) fn random_text() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}
