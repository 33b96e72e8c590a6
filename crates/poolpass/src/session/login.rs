//! The session as a login of the identity pool.

use std::sync::Arc;

use super::{Session, SessionManager};
use crate::error::{Error, ErrorKind};
use crate::identity_pool::{Login, LoginId, Logins};
use crate::platform::BoxFuture;

impl Logins for SessionManager {
    fn current(&self) -> BoxFuture<'_, Result<Option<LoginId>, Error>> {
        Box::pin(async { Ok(self.known().await?.map(|session| LoginId::new(session.id()))) })
    }

    fn login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>> {
        Box::pin(async { self.login_of(self.fresh().await) })
    }

    fn renewed_login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>> {
        Box::pin(async { self.login_of(self.refresh().await) })
    }
}

impl SessionManager {
    fn login_of(&self, session: Result<Arc<Session>, Error>) -> Result<Option<Login>, Error> {
        match session {
            Ok(session) => {
                let token = (self.shared().pool.login_provider(), session.id_token().jwt().into());
                Ok(Some(Login::new(LoginId::new(session.id()), vec![token])))
            }
            Err(error) if error.kind() == ErrorKind::SignedOut => Ok(None),
            Err(error) => Err(error),
        }
    }
}
