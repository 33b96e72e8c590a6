//! One exchange: from a login, or from nothing, to an identity and its credentials.

use super::{Held, Holder, Login, Pool};
use crate::credentials::Credentials;
use crate::error::{Error, ErrorKind};

impl Pool {
    pub(super) async fn exchange(&self, holder: &Holder) -> Result<Held, Error> {
        let (identity_id, credentials) = match &holder.session {
            None => self.exchange_as_guest().await?,
            Some(session) => match self.logins.login().await? {
                Some(login) if login.session == *session => {
                    self.exchange_fresh_login(login, holder.role.as_deref()).await?
                }
                // The caller looks again who is signed in.
                _ => return Err(Error::new(ErrorKind::SignedOut, "nobody is signed in any more")),
            },
        };
        Ok(Held::new(identity_id, credentials, self.operations.now()))
    }

    /// The guest of last time, or a new one.
    async fn exchange_as_guest(&self) -> Result<(String, Credentials), Error> {
        let _alone = self.guest.lock().await?;
        if let Some(id) = self.guest.load().await? {
            match self.operations.credentials(&id, None, None).await {
                Err(error) if is_about_identity(&error) => self.guest.remove().await?,
                outcome => return outcome,
            }
        }
        let refused = |error: Error| match error.kind() {
            ErrorKind::NotAuthorized => error.with_kind(ErrorKind::SignedOut),
            _ => error,
        };
        let id = self.operations.identity_id(None).await.map_err(refused)?;
        self.guest.save(&id).await?;
        self.operations.credentials(&id, None, None).await.map_err(refused)
    }

    /// The login's credentials, also where only AWS knew that the id token had expired: the refusal has put a device's slow
    /// clock right, by which there is a new token now.
    async fn exchange_fresh_login(
        &self,
        login: Login,
        role: Option<&str>,
    ) -> Result<(String, Credentials), Error> {
        let refusal = match self.exchange_login(&login, role).await {
            Err(error) if error.kind() == ErrorKind::NotAuthorized => error,
            outcome => return outcome,
        };
        match self.logins.login().await? {
            Some(newer) if newer.replaces(&login) => self.exchange_login(&newer, role).await,
            _ => Err(refusal),
        }
    }

    /// The login's credentials. A guest's identity becomes this login's, unless the login has one already.
    async fn exchange_login(
        &self,
        login: &Login,
        role: Option<&str>,
    ) -> Result<(String, Credentials), Error> {
        let mut guest_is_lost = false;
        if let Some(id) = self.guest.load().await? {
            match self.operations.credentials(&id, Some(login), role).await {
                Ok(granted) => {
                    self.forget_guest().await?;
                    return Ok(granted);
                }
                Err(error) if is_about_identity(&error) => {
                    // A conflict leaves the guest's identity a guest's; everything else says that it is none (any more).
                    guest_is_lost = error.kind() != ErrorKind::Conflict;
                }
                Err(error) => return Err(error),
            }
        }
        let id = self.operations.identity_id(Some(login)).await?;
        let granted = self.operations.credentials(&id, Some(login), role).await?;
        if guest_is_lost {
            self.forget_guest().await?;
        }
        Ok(granted)
    }

    /// An identity that somebody has signed in to cannot be used as a guest again.
    async fn forget_guest(&self) -> Result<(), Error> {
        self.guest.remove().await?;
        self.state().drop_guest();
        Ok(())
    }
}

/// AWS refuses this identity: it belongs to another login, it has become somebody's, or it was deleted.
///
/// A bad login is refused in the same words; asking for the login's own identity tells the two apart.
fn is_about_identity(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotAuthorized | ErrorKind::Conflict | ErrorKind::NotFound)
}
