//! Takes over a session that another SDK or the app's backend began.
//!
//! Everything is checked, and expired tokens are refreshed, before the present session is replaced.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::detached::detached;
use super::manager::Shared;
use super::session_tokens::SessionTokens;
use super::{
    AccessToken, Claims, IdToken, RefreshToken, Session, SessionEndReason, SessionEvent, SessionManager,
};
use crate::error::{Error, ErrorKind};
use crate::platform::BoxFuture;
use crate::user_pool::{DeviceIds, UserPool};

impl SessionManager {
    /// Makes the tokens the session. It runs to the end even if the caller goes away.
    pub(crate) fn adopt(&self, tokens: SessionTokens) -> BoxFuture<'static, Result<Arc<Session>, Error>> {
        let (id, shared) = (self.random_id(), Arc::clone(self.shared()));
        Box::pin(detached(async move { shared.adopt(id?, tokens).await }))
    }
}

impl Shared {
    async fn adopt(self: Arc<Self>, id: String, tokens: SessionTokens) -> Result<Arc<Session>, Error> {
        let device = tokens.device.clone();
        let mut session = checked(&self.pool, id, tokens)?;
        // Two tabs may adopt the same session at once.
        let _lock = self.lock_refresh().await?;
        let present = self.current().await?;
        if let Some(present) = present.filter(|present| present.is_later_than(&session)) {
            return Ok(present);
        }
        let unsaved = self.state().take_unsaved_adoption();
        let mut new_device = None;
        if let Some(unsaved) = unsaved.filter(|unsaved| unsaved.is_later_than(&session)) {
            session = (*unsaved).clone();
        } else if session.is_stale(self.pool.pipeline().latest()) {
            (session, new_device) = self.exchange_in_time(&session).await.map_err(ended)?;
        }
        if let Some(device) = device {
            let ids = DeviceIds { key: device.key, group_key: device.group_key };
            self.keep_device(&session, ids, Ok(device.password)).await;
        }
        self.confirm_new_device(&mut session, new_device).await;
        let session = Arc::new(session);
        let saved = async { self.save(&session, &self.write().await?).await }.await;
        if let Err(error) = saved {
            // The refresh token may have rotated: the next attempt goes on with the new one.
            self.state().keep_unsaved_adoption(session);
            return Err(error);
        }
        self.events.publish(&SessionEvent::SignedIn);
        Ok(session)
    }
}

/// The session of the tokens, if they are of one person and of this app client.
fn checked(pool: &UserPool, id: String, tokens: SessionTokens) -> Result<Session, Error> {
    let SessionTokens { id_token, access_token, refresh_token, device } = tokens;
    if refresh_token.expose_secret().is_empty() {
        return Err(Error::invalid_input("the refresh token is empty"));
    }
    if device.as_ref().is_some_and(|device| !device.is_complete()) {
        return Err(Error::invalid_input("the device has no key, no group key or no password"));
    }
    let unusable = |error: Error| error.with_kind(ErrorKind::InvalidInput);
    let session = Session {
        id,
        id_token: IdToken::parse(id_token).map_err(unusable)?,
        access_token: AccessToken::parse(access_token).map_err(unusable)?,
        refresh_token: RefreshToken::new(refresh_token),
        device_key: device.map(|device| device.key),
        device_task: None,
        refresh_operation: None,
    };
    check_origin(pool, session.id_token.claims(), "aud")?;
    check_origin(pool, session.access_token.claims(), "client_id")?;
    session.of_one_person().map_err(unusable)
}

/// Refuses the token of another user pool or of another app client.
fn check_origin(pool: &UserPool, claims: &Claims, client: &str) -> Result<(), Error> {
    if !claims.text("iss").is_some_and(|issuer| pool.is_issuer(issuer)) {
        return Err(Error::invalid_input("the tokens are of another user pool than the configured one"));
    }
    if claims.text(client) != Some(pool.client_id().as_str()) {
        return Err(Error::invalid_input("the tokens are of another app client than the configured one"));
    }
    Ok(())
}

/// A refusal for good says that the session was over before it was handed in.
fn ended(refusal: Error) -> Error {
    match SessionEndReason::of(&refusal) {
        Some(_) => refusal.with_kind(ErrorKind::SessionEnded),
        None => refusal,
    }
}
