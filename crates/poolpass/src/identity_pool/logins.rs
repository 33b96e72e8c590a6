//! What the identity pool has to know about the session above it.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

use crate::error::{Error, ErrorKind};
use crate::platform::{BoxFuture, MaybeSend, MaybeSync};
use crate::session::{Session, SessionManager};

/// Who is signed in.
pub(crate) trait Logins: fmt::Debug + MaybeSend + MaybeSync {
    /// The session of the moment; `None` where nobody is signed in. Nothing is sent.
    fn session(&self) -> BoxFuture<'_, Result<Option<LoginId>, Error>>;

    /// The session with an ID token that is valid for a while yet, refreshed where it has to be.
    fn login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>>;

    /// As [`login`](Self::login), with an ID token that AWS has issued just now.
    fn renewed_login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>>;
}

/// Tells one session from another: it changes whenever somebody signs in, even the same person again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoginId(pub(crate) String);

/// The proof of a sign-in that the identity pool takes.
#[derive(Debug)]
pub(crate) struct Login {
    pub(crate) session: LoginId,
    pub(crate) id_token: SecretString,
}

impl Logins for SessionManager {
    fn session(&self) -> BoxFuture<'_, Result<Option<LoginId>, Error>> {
        Box::pin(async { Ok(self.known().await?.map(|session| LoginId::of(&session))) })
    }

    fn login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>> {
        Box::pin(async { Login::of(self.fresh().await) })
    }

    fn renewed_login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>> {
        Box::pin(async { Login::of(self.refresh().await) })
    }
}

impl Login {
    fn of(session: Result<Arc<Session>, Error>) -> Result<Option<Self>, Error> {
        match session {
            Ok(session) => {
                Ok(Some(Self { session: LoginId::of(&session), id_token: session.id_token().jwt().into() }))
            }
            Err(error) if error.kind() == ErrorKind::SignedOut => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether this is the same session with the same ID token.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.session == other.session && self.id_token.expose_secret() == other.id_token.expose_secret()
    }

    /// Whether this is the same session with another ID token.
    pub(crate) fn replaces(&self, other: &Self) -> bool {
        self.session == other.session && self.id_token.expose_secret() != other.id_token.expose_secret()
    }
}

impl LoginId {
    fn of(session: &Session) -> Self {
        Self(session.id().to_owned())
    }
}

/// Where there is no user pool, nobody can sign in.
#[derive(Debug)]
pub(crate) struct GuestsOnly;

impl Logins for GuestsOnly {
    fn session(&self) -> BoxFuture<'_, Result<Option<LoginId>, Error>> {
        Box::pin(async { Ok(None) })
    }

    fn login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>> {
        Box::pin(async { Ok(None) })
    }

    fn renewed_login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>> {
        Box::pin(async { Ok(None) })
    }
}
