//! The checks of the tokens that a redirect brought (OpenID Connect Core, section 3.1.3.7).
//!
//! The tokens come straight from the token endpoint, over TLS, which takes the place of their signature.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::ExposeSecret;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::pending::PendingRedirect;
use crate::error::{Error, ErrorKind};
use crate::session::{AccessToken, Claims, IdToken};
use crate::user_pool::domain::TOKEN;
use crate::user_pool::{AuthenticationResult, UserPool};

/// The time by which `auth_time` may be older than `max_age`.
const LEEWAY: Duration = Duration::from_secs(60);

/// # Errors
///
/// Kind `InvalidRedirect` when the tokens are not for this sign-in, `MissingScope` when there is no ID token, `InvalidResponse` when they
/// are malformed.
pub(super) fn check(
    result: &AuthenticationResult,
    redirect: &PendingRedirect,
    pool: &UserPool,
) -> Result<(), Error> {
    if result.id_token.expose_secret().is_empty() {
        let message = "the answer has no ID token: allow the scope openid at the app client, and ask for it";
        return Err(Error::new(ErrorKind::MissingScope, message).during(TOKEN));
    }
    let id_token = IdToken::parse(result.id_token.clone())?;
    let access_token = AccessToken::parse(result.access_token.clone())?;
    let claims = id_token.claims();
    let now = pool.pipeline().now();
    let client_id = pool.client_id().as_str();
    let is_of_pool = |claims: &Claims| claims.text("iss").is_some_and(|issuer| pool.is_issuer(issuer));

    let complaint = if !is_of_pool(claims) || !is_of_pool(access_token.claims()) {
        "the tokens come from another issuer than the user pool"
    } else if !is_for(claims, client_id) {
        "the ID token is for another app client"
    } else if access_token.claims().text("client_id").is_some_and(|id| id != client_id) {
        "the access token is for another app client"
    } else if claims.text("nonce") != Some(redirect.nonce.expose_secret()) {
        "the ID token has another nonce than this sign-in"
    } else if !names_hash_of(claims, access_token.jwt()) {
        "the ID token belongs to another access token"
    } else if id_token.expires_at() <= now {
        "the ID token has expired"
    } else if redirect.max_age.is_some_and(|max_age| !is_recent(claims, now, max_age)) {
        "the person has proved who they are longer ago than max_age allows"
    } else {
        return Ok(());
    };
    Err(invalid(complaint))
}

pub(super) fn invalid(complaint: &str) -> Error {
    Error::new(ErrorKind::InvalidRedirect, format!("{complaint}: begin the sign-in again"))
}

/// One audience needs no authorized party; several do.
fn is_for(claims: &Claims, client_id: &str) -> bool {
    let party = claims.text("azp");
    if party.is_some_and(|party| party != client_id) {
        return false;
    }
    match claims.get("aud") {
        Some(Value::String(audience)) => audience == client_id,
        Some(Value::Array(audiences)) => {
            audiences.iter().any(|audience| audience == client_id)
                && (audiences.len() == 1 || party.is_some())
        }
        _ => false,
    }
}

/// Whether `at_hash`, where it is present, is that of the access token.
fn names_hash_of(claims: &Claims, access_token: &str) -> bool {
    let Some(hash) = claims.get("at_hash") else { return true };
    let digest = Sha256::digest(access_token);
    let half = digest.first_chunk::<16>().map(|half| URL_SAFE_NO_PAD.encode(half));
    half.is_some_and(|half| hash == half.as_str())
}

fn is_recent(claims: &Claims, now: std::time::SystemTime, max_age: u64) -> bool {
    let age = claims.auth_time().map(|time| now.duration_since(time).unwrap_or_default());
    age.is_some_and(|age| age <= Duration::from_secs(max_age).saturating_add(LEEWAY))
}
