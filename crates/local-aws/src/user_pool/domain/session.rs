//! Cognito's own session in the browser: who signed in at managed login, by a cookie.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::{HeaderValue, header};

use super::{PATH, Visit, requests::AuthorizationRequest};
use crate::{
    exchange::{Request, Response},
    user_pool::{authentication::AuthClaims, client::AppClient, pool::UserPool},
};

/// Someone who has proved who they are.
#[derive(Clone, Debug)]
pub(in crate::user_pool) struct Person {
    pub(super) username: String,
    /// The `sub`, which differs from that of a later user with the same name.
    pub(super) sub: String,
    /// The identity provider; `None` for the user pool itself.
    pub(super) provider: Option<String>,
    /// When they proved it.
    pub(super) time: SystemTime,
    pub(super) claims: Option<AuthClaims>,
}

/// A session at managed login. It counts for all app clients that support its provider.
#[derive(Clone, Debug)]
pub(super) struct BrowserSession {
    pub(super) person: Person,
}

const COOKIE: &str = "cognito";
/// Cognito's session lasts an hour, and cannot be set.
const LIFETIME: Duration = Duration::from_secs(3600);

impl BrowserSession {
    /// Whether the session answers a request without the person's doing.
    pub(super) fn suits(&self, pool: &UserPool, request: &AuthorizationRequest, now: SystemTime) -> bool {
        let is_fresh = request.max_age.is_none_or(|max_age| {
            let age = now.duration_since(self.person.time).unwrap_or_default();
            age <= Duration::from_secs(max_age)
        });
        let is_provider = request
            .provider
            .as_ref()
            .is_none_or(|wanted| self.person.provider.as_deref().unwrap_or(COGNITO) == wanted);
        is_fresh && is_provider && request.acr_values.is_empty() && self.is_valid(pool, &request.client_id)
    }

    /// Whether its user still is the same and may sign in, and the app client supports the provider.
    pub(super) fn is_valid(&self, pool: &UserPool, client_id: &str) -> bool {
        let provider = self.person.provider.as_deref().unwrap_or(COGNITO);
        let supports = |client: &Arc<AppClient>| {
            client.settings.oauth.supported_identity_providers.iter().any(|name| name == provider)
        };
        let user = pool.users.get(&self.person.username);
        pool.clients.get(client_id).is_some_and(supports)
            && user.is_some_and(|user| user.sub == self.person.sub && user.enabled)
    }
}

/// The provider that stands for the user pool itself.
pub(super) const COGNITO: &str = "COGNITO";

impl Visit<'_> {
    /// The session of the browser's cookie.
    pub(super) fn session(&self, pool: &UserPool) -> Option<BrowserSession> {
        session_of(self.request, pool, self.now)
    }
}

pub(super) fn session_of(request: &Request, pool: &UserPool, now: SystemTime) -> Option<BrowserSession> {
    pool.domain.sessions.get(cookie(request)?, now).cloned()
}

/// Begins a session, and tells the browser.
pub(super) fn begin(pool: &mut UserPool, session: BrowserSession, now: SystemTime, response: &mut Response) {
    let Some(domain) = pool.domain.name().map(str::to_owned) else { return };
    let key = pool.domain.sessions.add(session, now, LIFETIME);
    set_cookie(response, &domain, &key, LIFETIME.as_secs());
}

/// Ends the browser's session.
pub(super) fn end(pool: &mut UserPool, request: &Request, now: SystemTime, response: &mut Response) {
    if let Some(key) = cookie(request) {
        pool.domain.sessions.take(key, now);
    }
    if let Some(domain) = pool.domain.name() {
        set_cookie(response, domain, "", 0);
    }
}

fn cookie(request: &Request) -> Option<&str> {
    let headers = request.headers.get_all(header::COOKIE).into_iter();
    let mut pairs =
        headers.filter_map(|cookies| cookies.to_str().ok()).flat_map(|cookies| cookies.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// The cookie is limited to the path of the domain, since all domains share a host here. At AWS it is `Secure` too.
fn set_cookie(response: &mut Response, domain: &str, value: &str, seconds: u64) {
    let cookie = format!("{COOKIE}={value}; Path={PATH}{domain}; Max-Age={seconds}; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
