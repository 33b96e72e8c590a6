//! AWS credentials: the identity pool exchanges a login for them, or makes a guest.

mod classic_flow;
mod exchange;
mod guest;
mod kept_identity;
mod login_provider;
mod login_sources;
mod logins;
mod operations;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use futures_channel::oneshot;
use futures_util::FutureExt;
use futures_util::future::Shared;

pub(crate) use classic_flow::ClassicFlow;
pub use login_provider::{LoginProvider, LoginToken, LoginTokenError, ProviderToken};
pub(crate) use login_sources::LoginSources;
pub(crate) use logins::{Login, LoginId, Logins};

use crate::aws_request::Pipeline;
use crate::config::Config;
use crate::credentials::{Credentials, CredentialsSource};
use crate::error::{Error, ErrorKind};
use crate::platform::{
    BoxFuture, GracePeriod, SessionStore, grace_period, spawn, timeout, within_grace_period,
};
use guest::GuestIdentity;
use kept_identity::KeptIdentities;
use operations::Operations;

/// The identity pool, used with one of its roles. Clones share the credentials.
#[derive(Clone, Debug)]
pub(crate) struct IdentityPool {
    shared: Arc<Pool>,
    role: Option<Role>,
}

/// A role that the app has chosen instead of the identity pool.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Role {
    /// One of the roles in the user pool's token (`CustomRoleArn`).
    Custom(Arc<str>),
    /// Any role that trusts the identity pool, by the classic flow.
    Classic(Arc<ClassicFlow>),
}

#[derive(Debug)]
struct Pool {
    operations: Operations,
    guest: GuestIdentity,
    kept: KeptIdentities,
    logins: Arc<dyn Logins>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    cached: Vec<(CacheKey, CachedCredentials)>,
    exchanges: Vec<(CacheKey, Exchange)>,
    /// The identity id of the last exchange, or of the last run of the app.
    identity_id: Option<String>,
}

/// Whose credentials: those of a login or a guest's, and of which role.
#[derive(Clone, PartialEq, Eq)]
struct CacheKey {
    login: Option<LoginId>,
    role: Option<Role>,
}

#[derive(Clone)]
struct CachedCredentials {
    identity_id: String,
    credentials: Credentials,
    renew_at: SystemTime,
}

/// An exchange that runs on a task of its own and serves all callers who wait for it.
#[derive(Clone)]
struct Exchange {
    outcome: Shared<oneshot::Receiver<Result<CachedCredentials, Error>>>,
    grace: GracePeriod,
}

impl IdentityPool {
    /// `None` where the configuration names no identity pool.
    pub(crate) fn new(
        config: &Config,
        pipeline: &Pipeline,
        store: &Arc<dyn SessionStore>,
        logins: Arc<dyn Logins>,
    ) -> Option<Self> {
        let id = config.identity_pool()?;
        let shared = Arc::new(Pool {
            operations: Operations::new(config, id, pipeline),
            guest: GuestIdentity::new(id, Arc::clone(store)),
            kept: KeptIdentities::new(id, Arc::clone(store)),
            logins,
            state: Mutex::default(),
        });
        Some(Self { shared, role: None })
    }

    pub(crate) fn with_role(&self, role_arn: String) -> Self {
        Self { shared: Arc::clone(&self.shared), role: Some(Role::Custom(role_arn.into())) }
    }

    pub(crate) fn with_classic_flow(&self, flow: ClassicFlow) -> Self {
        Self { shared: Arc::clone(&self.shared), role: Some(Role::Classic(Arc::new(flow))) }
    }

    /// Gets credentials that AWS accepts for a while yet.
    pub(crate) async fn credentials(&self) -> Result<Credentials, Error> {
        Ok(self.current(Duration::ZERO).await?.credentials)
    }

    /// Gets credentials that are valid for `life` yet, where AWS issues any that are.
    pub(crate) async fn credentials_for(&self, life: Duration) -> Result<Credentials, Error> {
        /// Credentials are valid for an hour; renewing them in the first half would gain little.
        const WORTH_RENEWING: Duration = Duration::from_secs(30 * 60);

        Ok(self.current(life.min(WORTH_RENEWING)).await?.credentials)
    }

    pub(crate) async fn identity_id(&self) -> Result<String, Error> {
        let key = self.key().await?;
        // Unlike the credentials, the identity id does not expire.
        let known = of(&self.shared.state().cached, &key).map(|cached| cached.identity_id.clone());
        match known {
            Some(id) => Ok(id),
            None => Ok(self.current(Duration::ZERO).await?.identity_id),
        }
    }

    /// Has AWS end the link of a login provider to the identity (UnlinkIdentity).
    pub(crate) fn unlink<'a>(&'a self, provider: &'a LoginProvider) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            // A source of tokens may hang.
            let limit = Pool::EXCHANGE_LIMIT + Operations::TOTAL_TIMEOUT;
            timeout(limit, self.unlink_now(provider)).await.unwrap_or_else(|| {
                let message = "the login was not unlinked in time: try again";
                Err(Error::new(ErrorKind::Timeout, message).during("UnlinkIdentity"))
            })
        })
    }

    fn unlink_now<'a>(&'a self, provider: &'a LoginProvider) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let login = self.shared.logins.login().await?;
            let Some(login) = login.filter(|login| login.has(provider.key())) else {
                return Err(Error::invalid_input(format!("there is no login with {}", provider.key())));
            };
            let id = self.identity_id().await?;
            match self.shared.operations.unlink(&id, &login, provider.key()).await {
                // None of the logins is linked to the identity any more: the answer to an earlier attempt was lost.
                Err(refusal) if refusal.message().contains("Logins don't match") => {}
                outcome => outcome.map_err(|refusal| exchange::login_expired(refusal, &login))?,
            }
            self.forget_logins();
            Ok(())
        })
    }

    /// Wipes the credentials of logins from memory. A guest's stay.
    pub(crate) fn forget_logins(&self) {
        let mut state = self.shared.state();
        state.cached.retain(|(key, _)| key.login.is_none());
        state.exchanges.retain(|(key, _)| key.login.is_none());
    }

    /// Gets credentials that are valid for `life` yet. Returns valid ones after a grace period while an exchange for new ones goes on.
    ///
    /// The future is boxed so that it is compiled once for all callers.
    fn current(&self, life: Duration) -> BoxFuture<'_, Result<CachedCredentials, Error>> {
        Box::pin(async move {
            loop {
                let key = self.key().await?;
                let (exchange, still_valid) = match self.shared.look_up(&key, life) {
                    Lookup::Fresh(cached) => return Ok(cached),
                    Lookup::Exchanging { exchange, still_valid } => (exchange, still_valid),
                };
                let outcome = exchange.outcome(still_valid.is_some()).await;
                if self.key().await? != key {
                    // Somebody signed in or out in the meantime: the outcome is outdated. A caller who was signed in learns that the
                    // session ended, and does not go on as a guest.
                    match outcome {
                        Err(error) if error.kind() == ErrorKind::SessionEnded => return Err(error),
                        _ => continue,
                    }
                }
                let still_valid =
                    still_valid.filter(|cached| !cached.is_expired(self.shared.operations.now()));
                return match (outcome, still_valid) {
                    // A failed renewal does not make valid credentials invalid.
                    (Err(error), Some(cached)) if !is_about_session(&error) => Ok(cached),
                    (outcome, _) => outcome,
                };
            }
        })
    }

    async fn key(&self) -> Result<CacheKey, Error> {
        let login = self.shared.logins.current().await?;
        if login.is_none() && matches!(self.role, Some(Role::Custom(_))) {
            return Err(Error::new(ErrorKind::SignedOut, "only somebody who is signed in can choose a role"));
        }
        let key = CacheKey { login, role: self.role.clone() };
        self.shared.state().drop_ended_logins(&key);
        Ok(key)
    }
}

impl Exchange {
    fn is_running(&self) -> bool {
        self.outcome.peek().is_none()
    }

    /// Waits for the outcome; if the caller has valid credentials, no longer than the grace period.
    async fn outcome(self, has_valid: bool) -> Result<CachedCredentials, Error> {
        let outcome = if has_valid {
            within_grace_period(self.grace, self.outcome)
                .await
                .ok_or_else(|| Error::new(ErrorKind::Timeout, "AWS has not answered yet"))?
        } else {
            self.outcome.await
        };
        outcome.unwrap_or_else(|_| Err(Error::new(ErrorKind::Cancelled, "the exchange was cut short")))
    }
}

/// The cache's answer for a key.
enum Lookup {
    Fresh(CachedCredentials),
    Exchanging { exchange: Exchange, still_valid: Option<CachedCredentials> },
}

impl Pool {
    /// The longest time of an exchange: a refresh of the session, and the requests to the identity pool.
    const EXCHANGE_LIMIT: Duration = Duration::from_secs(120);

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the identity id of the last run of the app, unless this run has another one already.
    fn knew_identity(&self, identity_id: &str) {
        self.state().identity_id.get_or_insert_with(|| identity_id.to_owned());
    }

    /// Tells listeners if the identity id has changed.
    fn saw_identity(&self, identity_id: &str) {
        let previous = self.state().identity_id.replace(identity_id.to_owned());
        if let Some(previous) = previous.filter(|previous| previous != identity_id) {
            self.logins.identity_changed(&previous, identity_id);
        }
    }

    fn look_up(self: &Arc<Self>, key: &CacheKey, life: Duration) -> Lookup {
        let now = self.operations.now();
        let mut state = self.state();
        let cached = of(&state.cached, key).filter(|cached| !cached.is_expired(now)).cloned();
        match cached {
            Some(cached) if now < cached.renew_at && cached.lives_until(now + life) => Lookup::Fresh(cached),
            still_valid => {
                let running = of(&state.exchanges, key).filter(|exchange| exchange.is_running());
                let exchange = running.cloned().unwrap_or_else(|| self.start_exchange(&mut state, key));
                Lookup::Exchanging { exchange, still_valid }
            }
        }
    }

    fn start_exchange(self: &Arc<Self>, state: &mut State, key: &CacheKey) -> Exchange {
        let (sender, receiver) = oneshot::channel();
        let exchange = Exchange { outcome: receiver.shared(), grace: grace_period() };
        put(&mut state.exchanges, key, exchange.clone());
        let (pool, key) = (Arc::clone(self), key.clone());
        // On a task of its own, so that it goes on for the other callers when one goes away.
        spawn(async move {
            let outcome = timeout(Pool::EXCHANGE_LIMIT, pool.exchange(&key)).await.unwrap_or_else(|| {
                Err(Error::new(ErrorKind::Timeout, "AWS has not handed out credentials in time: try again"))
            });
            {
                let mut state = pool.state();
                // An exchange that was removed in the meantime belongs to a login that is over.
                let is_wanted = of(&state.exchanges, &key).is_some();
                state.exchanges.retain(|(other, _)| *other != key);
                match &outcome {
                    Ok(cached) if is_wanted => put(&mut state.cached, &key, cached.clone()),
                    Ok(_) => {}
                    Err(_) => state.delay_renewal(&key, pool.operations.now()),
                }
            }
            // All callers may be gone.
            let _ = sender.send(outcome);
        });
        exchange
    }
}

impl State {
    /// Credentials do not outlive the login that they came from. A guest's stay, unless the guest signed in.
    fn drop_ended_logins(&mut self, current: &CacheKey) {
        let goes_on = |key: &CacheKey| key.login.is_none() || key.login == current.login;
        self.cached.retain(|(key, _)| goes_on(key));
        self.exchanges.retain(|(key, _)| goes_on(key));
    }

    /// After a failed renewal, valid credentials are handed out for a while without another attempt.
    fn delay_renewal(&mut self, key: &CacheKey, now: SystemTime) {
        const DELAY: Duration = Duration::from_secs(10);

        for (_, cached) in self.cached.iter_mut().filter(|(other, _)| other == key) {
            cached.renew_at = cached.renew_at.max(now.checked_add(DELAY).unwrap_or(now));
        }
    }

    fn drop_guest(&mut self) {
        self.cached.retain(|(key, _)| key.login.is_some());
    }
}

/// The entry of a key. A client has one key, or a few where it uses several roles.
fn of<'a, T>(all: &'a [(CacheKey, T)], key: &CacheKey) -> Option<&'a T> {
    all.iter().find(|(other, _)| other == key).map(|(_, its)| its)
}

fn put<T>(all: &mut Vec<(CacheKey, T)>, key: &CacheKey, its: T) {
    all.retain(|(other, _)| other != key);
    all.push((key.clone(), its));
}

impl CachedCredentials {
    /// Credentials are renewed this long before they expire, or when a quarter of their life is left.
    const MARGIN: Duration = Duration::from_secs(5 * 60);
    /// A request that is signed now must arrive before the credentials expire.
    const TRAVEL_TIME: Duration = Duration::from_secs(10);

    fn new(identity_id: String, credentials: Credentials, now: SystemTime) -> Self {
        let renew_at = credentials.expiration().map_or(now, |expiration| {
            let life = expiration.duration_since(now).unwrap_or_default();
            now + life - (life / 4).min(Self::MARGIN)
        });
        Self { identity_id, credentials, renew_at }
    }

    fn lives_until(&self, moment: SystemTime) -> bool {
        self.credentials.expiration().is_none_or(|expiration| expiration >= moment)
    }

    fn is_expired(&self, now: SystemTime) -> bool {
        self.credentials.expiration().is_some_and(|expiration| expiration <= now + Self::TRAVEL_TIME)
    }
}

/// Whether the error says that the login is over.
fn is_about_session(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::SignedOut | ErrorKind::SessionEnded)
}

impl CredentialsSource for IdentityPool {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(self.credentials())
    }

    fn forget<'a>(&'a self, refused: &'a Credentials) -> BoxFuture<'a, ()> {
        let mut state = self.shared.state();
        state.cached.retain(|(_, cached)| cached.credentials.access_key_id() != refused.access_key_id());
        Box::pin(async {})
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("cached", &self.cached.len())
            .field("exchanges", &self.exchanges.len())
            .finish()
    }
}
