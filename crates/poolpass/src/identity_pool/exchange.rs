//! Exchanges a login, or nothing, for an identity and its credentials.

use super::{CacheKey, CachedCredentials, Login, Pool};
use crate::credentials::Credentials;
use crate::error::{Error, ErrorKind};

impl Pool {
    pub(super) async fn exchange(&self, key: &CacheKey) -> Result<CachedCredentials, Error> {
        let (identity_id, credentials) = match &key.login {
            None => self.exchange_as_guest().await?,
            Some(id) => match self.logins.login().await? {
                Some(login) if login.id() == id => {
                    self.exchange_fresh_login(login, key.role.as_deref()).await?
                }
                // The caller checks again who is signed in.
                _ => return Err(Error::new(ErrorKind::SignedOut, "nobody is signed in any more")),
            },
        };
        Ok(CachedCredentials::new(identity_id, credentials, self.operations.now()))
    }

    /// The guest of last time, or a new one.
    ///
    /// Only a new guest takes the lock: an existing one waits for nobody.
    async fn exchange_as_guest(&self) -> Result<(String, Credentials), Error> {
        let refused = |error: Error| match error.kind() {
            ErrorKind::NotAuthorized => error.with_kind(ErrorKind::SignedOut),
            _ => error,
        };
        let tried = match self.guest.load().await? {
            None => None,
            Some(id) => match self.operations.credentials(&id, None, None).await {
                Err(refusal) if may_be_about_identity(&refusal) => Some(id),
                outcome => return outcome.map_err(refused),
            },
        };
        let _alone = self.guest.lock().await?;
        match self.guest.load().await? {
            // Another process has made a guest in the meantime.
            Some(id) if tried.as_ref() != Some(&id) => {
                return self.operations.credentials(&id, None, None).await.map_err(refused);
            }
            _ => {}
        }
        // An identity that was made before and could not be stored is used now.
        let id = match self.guest.unsaved() {
            Some(id) => id,
            None => self.operations.identity_id(None).await.map_err(refused)?,
        };
        if tried.is_none() {
            // Saved at once: if the next request fails, the next attempt goes on with this identity.
            self.guest.save(&id).await?;
        }
        let granted = self.operations.credentials(&id, None, None).await.map_err(refused)?;
        if tried.is_some() {
            // Only now is it certain that the refusal was about the old identity, and not about the pool.
            self.guest.save(&id).await?;
        }
        Ok(granted)
    }

    /// Gets the login's credentials, even if only AWS knew that its token had expired. Either the refusal has corrected a slow device
    /// clock, so that there is a new token now, or the session is refreshed although the token looks valid.
    async fn exchange_fresh_login(
        &self,
        login: Login,
        role: Option<&str>,
    ) -> Result<(String, Credentials), Error> {
        let refusal = match self.exchange_login(&login, role).await {
            Err(error) if error.kind() == ErrorKind::NotAuthorized => error,
            outcome => return outcome,
        };
        let mut newer = self.logins.login().await?;
        if refusal.message().to_ascii_lowercase().contains("token expired")
            && newer.as_ref().is_some_and(|newer| newer.is_same(&login))
        {
            newer = self.logins.renewed_login().await?;
        }
        match newer {
            Some(newer) if newer.replaces(&login) => self.exchange_login(&newer, role).await,
            _ => Err(refusal),
        }
    }

    /// Gets the login's credentials. A guest's identity becomes this login's, unless the login has one already.
    async fn exchange_login(
        &self,
        login: &Login,
        role: Option<&str>,
    ) -> Result<(String, Credentials), Error> {
        let mut guest_is_lost = false;
        if let Some(id) = self.guest.load().await? {
            match self.operations.credentials(&id, Some(login), role).await {
                Ok(granted) => {
                    self.forget_guest().await;
                    return Ok(granted);
                }
                Err(error) if may_be_about_identity(&error) => {
                    // After a conflict the identity is still a guest's. Any other refusal says that it is not, provided that the
                    // same login is accepted with another identity.
                    guest_is_lost = error.kind() != ErrorKind::Conflict;
                }
                Err(error) => return Err(error),
            }
        }
        let id = self.operations.identity_id(Some(login)).await?;
        let granted = self.operations.credentials(&id, Some(login), role).await?;
        if guest_is_lost {
            self.forget_guest().await;
        }
        Ok(granted)
    }

    /// Once somebody has signed in to an identity, no guest can use it. If the store fails to remove it, AWS will refuse it to the next
    /// guest: no reason to withhold credentials.
    async fn forget_guest(&self) {
        let _ = self.guest.remove().await;
        self.state().drop_guest();
    }
}

/// Whether AWS may have refused this identity: it belongs to another login, it has become somebody's, it was deleted, or its id is
/// malformed.
///
/// A refusal of the pool, its roles, its settings or the login has the same codes, but names the pool, the role or the token: no guest
/// loses their identity by it. A bad login is refused in the same words as a foreign identity; a request for the login's own identity
/// tells the two apart.
fn may_be_about_identity(error: &Error) -> bool {
    let message = error.message().to_ascii_lowercase();
    match error.kind() {
        // A failing server may say anything.
        _ if error.http_status().is_some_and(|status| status >= 500) => false,
        ErrorKind::NotAuthorized | ErrorKind::Conflict | ErrorKind::NotFound => {
            let names_others = [
                "pool",
                "role",
                "unauthenticated",
                "token",
                "provider",
                "account",
                "configuration",
                "region",
            ]
            .iter()
            .any(|word| message.contains(word));
            // "… at least one valid login for this identity or identity pool."
            !names_others || message.contains("logins don't match")
        }
        _ => message.contains("'identityid'"),
    }
}
