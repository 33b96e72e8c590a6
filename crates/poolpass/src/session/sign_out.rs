//! Ends the session: here, or everywhere.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::detached::detached;
use super::manager::Shared;
use super::{RefreshToken, Session, SessionEndReason, SessionEvent, SessionManager, is_token};
use crate::error::{Error, ErrorKind};
use crate::platform::{spawn, timeout};
use crate::user_pool::Call;

/// The result of signing out. In every case, nobody is signed in on this device any more.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SignOut {
    /// AWS has revoked the refresh token and the access tokens that came from it.
    Revoked,
    /// The session is gone from this device, but AWS has not confirmed that it revoked the refresh token, because the network was
    /// down or the app client has token revocation switched off. Copies of the token work until they expire.
    LocalOnly(Error),
    /// Nobody was signed in.
    NotSignedIn,
}

impl SignOut {
    /// The outcome's name, which is the same in every language: `revoked`, `localOnly` or `notSignedIn`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::LocalOnly(_) => "localOnly",
            Self::NotSignedIn => "notSignedIn",
        }
    }

    /// Whether AWS has revoked the tokens.
    pub fn is_revoked(&self) -> bool {
        matches!(self, Self::Revoked)
    }
}

impl SessionManager {
    /// The longest wait for AWS; the attempts to revoke the token go on after that.
    const REVOCATION_TIMEOUT: Duration = Duration::from_secs(10);

    /// Removes the session at once, then has AWS revoke it, even if the caller goes away.
    pub(crate) async fn sign_out(&self, associated: bool) -> Result<SignOut, Error> {
        let shared = Arc::clone(self.shared());
        detached(async move {
            let (session, removed) = shared.leave().await;
            let Some(session) = session else { return removed.map(|()| SignOut::NotSignedIn) };
            let revocation = detached(async move { shared.revoke(&session.refresh_token, associated).await });
            let revoked = timeout(Self::REVOCATION_TIMEOUT, revocation).await.unwrap_or_else(|| {
                Err(Error::new(ErrorKind::Timeout, "AWS has not confirmed yet that it revoked the token"))
            });
            removed?;
            Ok(revoked.map_or_else(SignOut::LocalOnly, |()| SignOut::Revoked))
        })
        .await
    }

    /// Has AWS end every session of the user, then removes this one.
    pub(crate) async fn sign_out_everywhere(&self) -> Result<(), Error> {
        let session = self.fresh().await?;
        let shared = Arc::clone(self.shared());
        detached(async move {
            let call = Call::global_sign_out().authorised(session.access_token.jwt());
            match shared.pool.send(call).await {
                Ok(_) => {}
                // All sessions have ended already: somebody has signed out everywhere, or deleted the user.
                Err(refusal)
                    if matches!(
                        SessionEndReason::of(&refusal),
                        Some(SessionEndReason::Revoked | SessionEndReason::UserDeleted)
                    ) => {}
                Err(error) => return Err(error),
            }
            shared.leave().await.1
        })
        .await
    }

    /// Has AWS revoke the tokens of a sign-in that came to nothing, without a wait. If AWS cannot be reached, they expire.
    pub(crate) fn abandon(&self, refresh_token: Option<SecretString>) {
        if let Some(refresh_token) = refresh_token.filter(is_token) {
            self.shared().revoke_later(RefreshToken::new(refresh_token));
        }
    }

    /// Removes the session of a deleted user, even if the caller goes away.
    pub(crate) async fn forget(&self) -> Result<(), Error> {
        let shared = Arc::clone(self.shared());
        detached(async move { shared.leave().await.1 }).await
    }
}

impl Shared {
    /// The longest wait for the store's lock; after that the sign-out goes on without it.
    const SIGN_OUT_LOCK_TIMEOUT: Duration = Duration::from_secs(3);

    async fn revoke(&self, refresh_token: &RefreshToken, associated: bool) -> Result<(), Error> {
        let call = self.pool.revoke_token(refresh_token.expose(), associated);
        self.pool.send(call).await.map(drop)
    }

    /// Has AWS revoke tokens that nobody will use. If AWS cannot be reached, they expire.
    ///
    /// Tokens of the same sign-in at AWS as the session's stay: AWS would revoke them all.
    pub(super) fn abandon(self: &Arc<Self>, session: &Session) {
        if self.state().session().is_some_and(|current| current.has_origin_of(session)) {
            return;
        }
        self.revoke_later(session.refresh_token.clone());
    }

    fn revoke_later(self: &Arc<Self>, refresh_token: RefreshToken) {
        let shared = Arc::clone(self);
        spawn(async move { drop(shared.revoke(&refresh_token, false).await) });
    }

    /// Removes the session. Returns it, and whether the store has removed it.
    async fn leave(&self) -> (Option<Arc<Session>>, Result<(), Error>) {
        let writing = match timeout(Self::SIGN_OUT_LOCK_TIMEOUT, self.write()).await {
            Some(Ok(writing)) => writing,
            // The store cannot lock: the error tells the caller that another process may have kept the session.
            Some(Err(refused)) => return (self.leave_unlocked().await.0, Err(refused)),
            None => return self.leave_unlocked().await,
        };
        let known = self.state().session();
        let stored = self.stored(&writing).await.unwrap_or(known);
        // If a rotated token waits for the store, AWS no longer accepts the stored one.
        let unsaved = self.state().take_unsaved();
        let session = unsaved
            .filter(|unsaved| stored.as_ref().is_some_and(|stored| stored.id == unsaved.id))
            .or(stored);
        let removed = self.remove(&writing).await;
        if session.is_some() {
            self.events.publish(&SessionEvent::SignedOut);
        }
        (session, removed)
    }

    /// Removes the session although the store refuses its lock, or another process hangs while it holds the lock. Such a process may
    /// write the session back, but with revoked tokens.
    async fn leave_unlocked(&self) -> (Option<Arc<Session>>, Result<(), Error>) {
        let known = self.state().session();
        let stored = self.current().await.unwrap_or(known);
        let unsaved = self.state().take_unsaved();
        let session = unsaved.or(stored);
        let removed = self.erase().await;
        if session.is_some() {
            self.events.publish(&SessionEvent::SignedOut);
        }
        (session, removed)
    }
}
