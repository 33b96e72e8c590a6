//! The session as a login of the identity pool.

use std::sync::Arc;

use super::events::EventHub;
use super::{Events, Session, SessionEvent, SessionManager};
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

    fn identity_changed(&self, from: &str, to: &str) {
        self.shared().events.publish(&changed(from, to));
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

/// The session of a client without a user pool: nobody can sign in to it.
#[derive(Debug, Default)]
pub(crate) struct NoSession(EventHub);

impl NoSession {
    pub(crate) fn events(&self) -> Events {
        self.0.subscribe()
    }
}

impl Logins for NoSession {
    fn current(&self) -> BoxFuture<'_, Result<Option<LoginId>, Error>> {
        Box::pin(async { Ok(None) })
    }

    fn login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>> {
        Box::pin(async { Ok(None) })
    }

    fn renewed_login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>> {
        Box::pin(async { Ok(None) })
    }

    fn identity_changed(&self, from: &str, to: &str) {
        self.0.publish(&changed(from, to));
    }
}

fn changed(from: &str, to: &str) -> SessionEvent {
    SessionEvent::IdentityChanged { from: from.to_owned(), to: to.to_owned() }
}
