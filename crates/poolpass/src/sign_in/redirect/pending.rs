//! The redirects that are waited for, as the store keeps them.
//!
//! People sign in on pages of their own, and the app may be reloaded or killed meanwhile. Several tabs may wait for a redirect each, so
//! that the store has a list of them. A record stays for a while after its answer came, without its secrets, so that a page
//! that is reloaded with the same URL is told apart from an answer that nobody waits for.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::lock::{Mutex as AsyncMutex, MutexGuard as AsyncMutexGuard};
use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;
use crate::json::{Object, ParseError};
use crate::platform::{BoxFuture, SessionStore, StoreLock, lock_within};
use crate::user_pool::{UserPool, store_key};

/// The version of the format. A list of another version is ignored.
const VERSION: u64 = 1;
/// People may have to reset a password or to open an account with their provider first.
const LIFE: Duration = Duration::from_secs(60 * 60);
/// The oldest ones make room.
pub(super) const MOST: usize = 20;
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// A redirect that is waited for. `state`, `code_verifier` and `nonce` are secrets.
#[derive(Clone)]
pub(super) struct PendingRedirect {
    pub(super) state: SecretString,
    pub(super) code_verifier: SecretString,
    pub(super) nonce: SecretString,
    pub(super) redirect_uri: String,
    pub(super) custom_state: Option<String>,
    /// In seconds.
    pub(super) max_age: Option<u64>,
    /// The optional parameters of the request, percent-encoded.
    pub(super) options: String,
    /// Whether this is the second attempt already.
    pub(super) is_retry: bool,
    /// In seconds since 1970 on the device's clock, which the next run of the app can read before it has a network.
    pub(super) asked_at: u64,
}

/// The redirect that belongs to a state.
pub(super) enum Found {
    Pending(Box<PendingRedirect>),
    /// It was handled already.
    Handled,
    /// There is none, or none any more.
    Nothing,
}

pub(super) struct PendingRedirects {
    store: Arc<dyn SessionStore>,
    key: String,
    lock: String,
    changing: AsyncMutex<()>,
}

/// The sole right to change the list.
struct Change<'a> {
    _process: AsyncMutexGuard<'a, ()>,
    _store: StoreLock,
    list: Vec<Saved>,
}

struct Saved {
    state: SecretString,
    asked_at: u64,
    /// Absent once the redirect was handled.
    rest: Option<PendingRedirect>,
}

impl PendingRedirects {
    pub(super) fn new(pool: &UserPool, store: Arc<dyn SessionStore>) -> Self {
        let key = store_key(pool.client_id(), "pendingRedirects");
        let lock = store_key(pool.client_id(), "redirect");
        Self { store, key, lock, changing: AsyncMutex::default() }
    }

    /// Adds a redirect, or puts it back.
    pub(super) fn add(&self, redirect: PendingRedirect, now: SystemTime) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let mut change = self.change(now).await?;
            let state = redirect.state.clone();
            change.list.retain(|saved| !is_same(&saved.state, &state));
            change.list.push(Saved { state, asked_at: redirect.asked_at, rest: Some(redirect) });
            let surplus = change.list.len().saturating_sub(MOST);
            change.list.drain(..surplus);
            self.save(&change).await
        })
    }

    /// Takes the redirect with this state, so that nobody else gets it, here or in another process.
    pub(super) fn take<'a>(
        &'a self,
        state: &'a SecretString,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Found, Error>> {
        Box::pin(async move {
            let mut change = self.change(now).await?;
            let Some(saved) = change.list.iter_mut().find(|saved| is_same(&saved.state, state)) else {
                return Ok(Found::Nothing);
            };
            let Some(redirect) = saved.rest.take() else { return Ok(Found::Handled) };
            self.save(&change).await?;
            Ok(Found::Pending(Box::new(redirect)))
        })
    }

    async fn change(&self, now: SystemTime) -> Result<Change<'_>, Error> {
        let store = lock_within(LOCK_TIMEOUT, &*self.store, &self.lock).await?;
        let process = self.changing.lock().await;
        let list = self.store.load(&self.key).await?;
        let mut list = list.and_then(|list| read(&list).ok()).unwrap_or_default();
        list.retain(|saved| !is_over(saved.asked_at, now));
        Ok(Change { _process: process, _store: store, list })
    }

    async fn save(&self, change: &Change<'_>) -> Result<(), Error> {
        let list: Vec<Object> = change.list.iter().map(Saved::to_object).collect();
        let value = Object::new().with("version", VERSION).with("redirects", list).to_secret();
        let saved = self.store.save(&self.key, value.clone()).await;
        saved.map_err(|error| Error::not_saved(error, &value))
    }
}

pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn is_over(asked_at: u64, now: SystemTime) -> bool {
    seconds(now).saturating_sub(asked_at) > LIFE.as_secs()
}

fn is_same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

fn read(list: &SecretString) -> Result<Vec<Saved>, ParseError> {
    let mut list = Object::parse(list.expose_secret().as_bytes())?;
    if list.count("version")? != VERSION {
        return Ok(Vec::new());
    }
    list.objects("redirects")?.into_iter().map(Saved::read).collect()
}

impl Saved {
    fn to_object(&self) -> Object {
        let saved = Object::new().with("state", self.state.expose_secret()).with("askedAt", self.asked_at);
        let Some(rest) = &self.rest else { return saved };
        saved
            .with("codeVerifier", rest.code_verifier.expose_secret())
            .with("nonce", rest.nonce.expose_secret())
            .with("redirectUri", rest.redirect_uri.as_str())
            .maybe("customState", rest.custom_state.as_deref())
            .maybe("maxAge", rest.max_age)
            .with("options", rest.options.as_str())
            .with("retry", rest.is_retry)
    }

    fn read(mut saved: Object) -> Result<Self, ParseError> {
        let (state, asked_at) = (saved.secret("state")?, saved.count("askedAt")?);
        let Some(code_verifier) = saved.maybe_secret("codeVerifier")? else {
            return Ok(Self { state, asked_at, rest: None });
        };
        let rest = PendingRedirect {
            state: state.clone(),
            code_verifier,
            nonce: saved.secret("nonce")?,
            redirect_uri: saved.text("redirectUri")?,
            custom_state: saved.maybe_text("customState")?,
            max_age: saved.maybe_count("maxAge")?,
            options: saved.text("options")?,
            is_retry: saved.flag("retry")?,
            asked_at,
        };
        Ok(Self { state, asked_at, rest: Some(rest) })
    }
}
