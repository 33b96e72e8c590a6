//! The way back to the app, with a code, tokens or an error.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    found,
    redirect_uri::with_parameters,
    requests::{AuthorizationRequest, ResponseType},
    scopes::Scopes,
    session::{self, BrowserSession, Person},
    state::Grant,
    token::issue,
};
use crate::{
    account::Account,
    exchange::{Request, Response},
    user_pool::{Call, pool::UserPool},
};

/// A code can be exchanged for five minutes.
const CODE_LIFETIME: Duration = Duration::from_secs(300);

/// Answers an authorization request for the person of a ticket, which [`call`](super::call) gave out as `SignedIn`, and begins the
/// browser's session.
pub(crate) fn complete(account: &Arc<Account>, http: &Request, request_id: &str, ticket: &str) -> Response {
    let now = account.clock.now();
    let mut pools = account.user_pools.lock();
    let Some((pool, request)) = pools.by_request(request_id, now) else { return super::not_found() };
    let Some(person) = pool.domain.tickets.take(ticket, now) else {
        return error_redirect(&request, "server_error", "The sign-in is unknown or was used");
    };
    let browser = BrowserSession { person: person.clone() };
    let mut response = grant(account, http, pool, &request, person, now);
    session::begin(pool, browser, now, &mut response);
    response
}

/// Answers an authorization request for the person of the browser's session.
pub(crate) fn resume(account: &Arc<Account>, http: &Request, request_id: &str) -> Response {
    let now = account.clock.now();
    let mut pools = account.user_pools.lock();
    let Some((pool, request)) = pools.by_request(request_id, now) else { return super::not_found() };
    let session = session::session_of(http, pool, now);
    match session.filter(|session| session.is_valid(pool, &request.client_id)) {
        Some(session) => grant(account, http, pool, &request, session.person, now),
        None => error_redirect(&request, "login_required", "The user is not signed in"),
    }
}

/// Ends an authorization request with an error.
pub(crate) fn fail(account: &Arc<Account>, request_id: &str, error: &str, description: &str) -> Response {
    let now = account.clock.now();
    let mut pools = account.user_pools.lock();
    let Some((pool, request)) = pools.by_request(request_id, now) else { return super::not_found() };
    pool.domain.requests.take(request_id, now);
    error_redirect(&request, error, description)
}

/// Sends the browser to the app with a code or, in the implicit flow, with tokens.
pub(super) fn grant(
    account: &Account,
    http: &Request,
    pool: &mut UserPool,
    request: &AuthorizationRequest,
    person: Person,
    now: SystemTime,
) -> Response {
    pool.domain.requests.take(&request.id, now);
    match request.response_type {
        ResponseType::Code => {
            let code = uuid::Uuid::new_v4().to_string();
            let grant = Grant { request: request.clone(), person };
            pool.domain.codes.insert(code.clone(), grant, now, CODE_LIFETIME);
            back(request, '?', &[("code", &code)])
        }
        ResponseType::Token => tokens(account, http, pool, request, &person, now),
    }
}

/// The implicit flow: tokens in the fragment, and no refresh token.
fn tokens(
    account: &Account,
    http: &Request,
    pool: &mut UserPool,
    request: &AuthorizationRequest,
    person: &Person,
    now: SystemTime,
) -> Response {
    let Some(client) = pool.clients.get(&request.client_id).cloned() else { return super::not_found() };
    let call = Call { account, request: http, now, managed_login: None };
    let scopes = Scopes::new(request.scopes.clone());
    match issue(&call, pool, &client, person, scopes, request.nonce.clone()) {
        Ok((result, _)) => {
            let expires_in = result["ExpiresIn"].to_string();
            let text = |name: &str| result[name].as_str();
            let mut parameters = vec![("expires_in", expires_in.as_str()), ("token_type", "Bearer")];
            parameters.extend(text("AccessToken").map(|token| ("access_token", token)));
            parameters.extend(text("IdToken").map(|token| ("id_token", token)));
            back(request, '#', &parameters)
        }
        Err(error) => error_redirect(request, error.code, error.description.as_deref().unwrap_or_default()),
    }
}

/// Sends the browser to the app with an error.
pub(super) fn error_redirect(request: &AuthorizationRequest, error: &str, description: &str) -> Response {
    let separator = match request.response_type {
        ResponseType::Code => '?',
        ResponseType::Token => '#',
    };
    back(request, separator, &[("error_description", description), ("error", error)])
}

fn back(request: &AuthorizationRequest, separator: char, parameters: &[(&str, &str)]) -> Response {
    let state = request.state.as_deref().map(|state| ("state", state));
    let parameters: Vec<_> = parameters.iter().copied().chain(state).collect();
    found(&with_parameters(&request.redirect_uri, separator, &parameters))
}
