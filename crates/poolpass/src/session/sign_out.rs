//! Ending the session: here, and everywhere.

use std::sync::Arc;
use std::time::Duration;

use super::detached::detached;
use super::keeper::Shared;
use super::{EndReason, Keeper, Session, SessionEvent};
use crate::error::{Error, ErrorKind};
use crate::platform::timeout;

/// What signing out has achieved. In every case nobody is signed in on this device any more.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SignOut {
    /// AWS has revoked the refresh token and the access tokens that came from it.
    Revoked,
    /// The session is gone from this device, but AWS has not confirmed that it revoked the refresh token: there was no
    /// network, or the app client has token revocation switched off. Copies of the token live until they expire.
    OnlyHere(Error),
    /// Nobody was signed in.
    Nobody,
}

impl SignOut {
    /// Whether AWS has revoked the tokens.
    pub fn is_revoked(&self) -> bool {
        matches!(self, Self::Revoked)
    }
}

impl Keeper {
    /// How long a sign-out waits for AWS; the attempts to revoke the token go on after that.
    const REVOCATION_PATIENCE: Duration = Duration::from_secs(10);

    /// Forgets the session at once, then has AWS revoke it.
    pub(crate) async fn sign_out(&self) -> Result<SignOut, Error> {
        let shared = self.shared();
        let (session, removed) = shared.leave().await;
        let Some(session) = session else { return removed.map(|()| SignOut::Nobody) };
        let pool = Arc::clone(&shared.pool);
        let revocation = detached(async move { pool.revoke_token(session.refresh_token.expose()).await });
        let revoked = timeout(Self::REVOCATION_PATIENCE, revocation).await.unwrap_or_else(|| {
            Err(Error::new(ErrorKind::Timeout, "AWS has not confirmed yet that it revoked the token"))
        });
        removed?;
        Ok(revoked.map_or_else(SignOut::OnlyHere, |()| SignOut::Revoked))
    }

    /// Has AWS end every session of the user, then forgets this one.
    pub(crate) async fn sign_out_everywhere(&self) -> Result<(), Error> {
        let session = self.fresh().await?;
        let shared = Arc::clone(self.shared());
        detached(async move {
            match shared.pool.global_sign_out(session.access_token.expose()).await {
                Ok(()) => {}
                // All sessions are over already: someone else has signed out everywhere, or deleted the user.
                Err(refusal)
                    if matches!(
                        EndReason::of(&refusal),
                        Some(EndReason::Revoked | EndReason::UserDeleted)
                    ) => {}
                Err(error) => return Err(error),
            }
            shared.leave().await.1
        })
        .await
    }

    /// Forgets the session of a user who is no more.
    pub(crate) async fn forget(&self) -> Result<(), Error> {
        self.shared().leave().await.1
    }
}

impl Shared {
    /// The session that was left, and whether the store has removed it.
    async fn leave(&self) -> (Option<Arc<Session>>, Result<(), Error>) {
        let writing = match self.write().await {
            Ok(writing) => writing,
            Err(error) => return (self.state().session.take(), Err(error)),
        };
        let known = self.state().session.clone();
        let session = self.stored(&writing).await.unwrap_or(known);
        let removed = self.remove(&writing).await;
        if session.is_some() {
            self.events.publish(&SessionEvent::SignedOut);
        }
        (session, removed)
    }
}
