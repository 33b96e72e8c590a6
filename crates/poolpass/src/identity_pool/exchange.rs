//! Exchanges a login, or nothing, for an identity and its credentials.

use super::classic_flow::ASSUME_ROLE;
use super::{CacheKey, CachedCredentials, Login, Pool, Role};
use crate::credentials::Credentials;
use crate::error::{Error, ErrorKind};
use crate::platform::BoxFuture;

impl Pool {
    pub(super) async fn exchange(&self, key: &CacheKey) -> Result<CachedCredentials, Error> {
        let (identity_id, credentials) = match &key.login {
            None => self.exchange_as_guest(key.role.as_ref()).await?,
            Some(id) => match self.logins.login().await? {
                Some(login) if login.id() == id => {
                    self.exchange_fresh_login(login, key.role.as_ref()).await?
                }
                // The caller checks again who is signed in.
                _ => return Err(Error::new(ErrorKind::SignedOut, "nobody is signed in any more")),
            },
        };
        self.saw_identity(&identity_id);
        Ok(CachedCredentials::new(identity_id, credentials, self.operations.now()))
    }

    /// The guest of last time, or a new one.
    ///
    /// Only a new guest takes the lock: an existing one waits for nobody.
    async fn exchange_as_guest(&self, role: Option<&Role>) -> Result<(String, Credentials), Error> {
        let refused = |error: Error| match error.kind() {
            // STS refuses the role, and not the guest.
            ErrorKind::NotAuthorized if error.operation() == Some(ASSUME_ROLE) => error,
            ErrorKind::NotAuthorized => error.with_kind(ErrorKind::SignedOut),
            _ => error,
        };
        let tried = match self.guest.load().await? {
            None => None,
            Some(id) => match self.credentials_of(&id, None, role).await {
                Err(refusal) if may_be_about_identity(&refusal) => Some(id),
                outcome => return outcome.map_err(refused),
            },
        };
        let _alone = self.guest.lock().await?;
        match self.guest.load().await? {
            // Another process has made a guest in the meantime.
            Some(id) if tried.as_ref() != Some(&id) => {
                return self.credentials_of(&id, None, role).await.map_err(refused);
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
        let granted = self.credentials_of(&id, None, role).await.map_err(refused)?;
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
        role: Option<&Role>,
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
            Some(newer) if newer.replaces(&login) => {
                self.exchange_login(&newer, role).await.map_err(|error| login_expired(error, &newer))
            }
            _ => Err(login_expired(refusal, &login)),
        }
    }

    /// Gets the login's credentials. A guest's identity becomes this login's, unless the login has one already.
    async fn exchange_login(
        &self,
        login: &Login,
        role: Option<&Role>,
    ) -> Result<(String, Credentials), Error> {
        if let Some(id) = login.identity_id() {
            return self.credentials_of(id, Some(login), role).await;
        }
        let kept = self.kept.load(login).await?;
        if let Some(id) = &kept {
            self.knew_identity(id);
        }
        let granted = self.exchange_login_with(login, role, kept.as_deref()).await?;
        if kept.as_ref() != Some(&granted.0) {
            self.kept.save(login, &granted.0).await;
        }
        Ok(granted)
    }

    async fn exchange_login_with(
        &self,
        login: &Login,
        role: Option<&Role>,
        kept: Option<&str>,
    ) -> Result<(String, Credentials), Error> {
        let mut guest_is_lost = false;
        if let Some(id) = self.guest.load().await? {
            self.knew_identity(&id);
            match self.credentials_of(&id, Some(login), role).await {
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
        if let Some(id) = kept {
            match self.credentials_of(id, Some(login), role).await {
                // The identity is another person's, or no longer there.
                Err(error) if may_be_about_identity(&error) => {}
                outcome => return outcome,
            }
        }
        let id = self.operations.identity_id(Some(login)).await?;
        let granted = self.credentials_of(&id, Some(login), role).await?;
        if guest_is_lost {
            self.forget_guest().await;
        }
        Ok(granted)
    }

    /// The credentials of the identity: the role that the identity pool chooses, or that the app has chosen.
    fn credentials_of<'a>(
        &'a self,
        identity_id: &'a str,
        login: Option<&'a Login>,
        role: Option<&'a Role>,
    ) -> BoxFuture<'a, Result<(String, Credentials), Error>> {
        match role {
            Some(Role::Classic(flow)) => self.operations.classic_credentials(identity_id, login, flow),
            Some(Role::Custom(arn)) => self.operations.credentials(identity_id, login, Some(arn)),
            None => self.operations.credentials(identity_id, login, None),
        }
    }

    /// Once somebody has signed in to an identity, no guest can use it. If the store fails to remove it, AWS will refuse it to the next
    /// guest: no reason to withhold credentials.
    async fn forget_guest(&self) {
        let _ = self.guest.remove().await;
        self.state().drop_guest();
    }
}

/// The token of a third party has expired, and its source has no newer one.
pub(super) fn login_expired(refusal: Error, login: &Login) -> Error {
    if !login.has_third_party() || !refusal.message().to_ascii_lowercase().contains("token expired") {
        return refusal;
    }
    let message =
        format!("{} Sign in with the login provider again, or remove this login.", refusal.message());
    refusal.with_kind(ErrorKind::LoginExpired).with_message(message)
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
