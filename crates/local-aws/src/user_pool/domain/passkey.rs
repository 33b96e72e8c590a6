//! `/passkeys/add`: a passkey of someone who has just signed in, or whom the browser's session names.

use std::{sync::Arc, time::SystemTime};

use serde_json::Value;

use super::session::{self, Person};
use crate::{
    account::Account,
    error::AwsError,
    exchange::Request,
    user_pool::{not_authorized, passkeys, pool::UserPool},
};

/// The options for the authenticator. Without a ticket, the person is the one of the browser's session.
///
/// # Errors
/// `NotAuthorizedException` if nobody is signed in, or by an identity provider; those of StartWebAuthnRegistration.
pub(crate) fn passkey_options(
    account: &Arc<Account>,
    http: &Request,
    request_id: &str,
    ticket: Option<&str>,
) -> Result<Value, AwsError> {
    with_person(account, http, request_id, ticket, |pool, username, client_id, now| {
        passkeys::start_registration(pool, username, client_id, now)
    })
}

/// Adds the passkey that the authenticator made.
///
/// # Errors
/// Those of [`passkey_options`] and of CompleteWebAuthnRegistration.
pub(crate) fn add_passkey(
    account: &Arc<Account>,
    http: &Request,
    request_id: &str,
    ticket: Option<&str>,
    credential: &Value,
) -> Result<(), AwsError> {
    with_person(account, http, request_id, ticket, |pool, username, client_id, now| {
        passkeys::complete_registration(pool, username, client_id, credential, now)
    })
}

fn with_person<T>(
    account: &Arc<Account>,
    http: &Request,
    request_id: &str,
    ticket: Option<&str>,
    run: impl FnOnce(&mut UserPool, &str, &str, SystemTime) -> Result<T, AwsError>,
) -> Result<T, AwsError> {
    let now = account.clock.now();
    let mut pools = account.user_pools.lock();
    let found = pools.by_request(request_id, now);
    let (pool, request) = found.ok_or_else(|| not_authorized("The sign-in took too long."))?;
    let person = match ticket {
        Some(ticket) => pool.domain.tickets.get(ticket, now).cloned(),
        None => session::session_of(http, pool, now)
            .filter(|session| session.is_valid(pool, &request.client_id))
            .map(|session| session.person),
    };
    let is_local = |person: &Person| person.provider.is_none();
    let person = person.filter(is_local).ok_or_else(|| not_authorized("Sign in first."))?;
    run(pool, &person.username, &request.client_id, now)
}
