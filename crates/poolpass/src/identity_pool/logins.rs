//! Logins of an identity pool: a token for each login provider.
//!
//! The session implements [`Logins`] for the user pool; the sign-in of another provider would be another implementation.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

use crate::error::Error;
use crate::json::Object;
use crate::platform::{BoxFuture, MaybeSend, MaybeSync};

/// Says who is signed in.
pub(crate) trait Logins: fmt::Debug + MaybeSend + MaybeSync {
    /// The id of the current login; `None` where nobody is signed in. Sends nothing.
    fn current(&self) -> BoxFuture<'_, Result<Option<LoginId>, Error>>;

    /// The current login with tokens that are valid for a while yet, refreshed where they have to be.
    fn login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>>;

    /// As [`login`](Self::login), with tokens that were issued just now.
    fn renewed_login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>>;
}

/// Tells one login from another: it changes whenever somebody signs in, even the same person again or with another provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoginId(String);

impl LoginId {
    pub(crate) fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }
}

/// A login with the tokens that prove it.
#[derive(Debug)]
pub(crate) struct Login {
    id: LoginId,
    /// Each login provider's name, as the identity pool's settings have it, and its token.
    tokens: Vec<(String, SecretString)>,
}

impl Login {
    pub(crate) fn new(id: LoginId, tokens: Vec<(String, SecretString)>) -> Self {
        Self { id, tokens }
    }

    pub(super) fn id(&self) -> &LoginId {
        &self.id
    }

    /// `Logins` of a request to the identity pool.
    pub(super) fn to_object(&self) -> Object {
        let tokens = self.tokens.iter();
        tokens.fold(Object::new(), |logins, (provider, token)| logins.with(provider, token.expose_secret()))
    }

    /// Whether this is the same login with the same tokens.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.id == other.id && self.has_tokens_of(other)
    }

    /// Whether this is the same login with other tokens.
    pub(super) fn replaces(&self, other: &Self) -> bool {
        self.id == other.id && !self.has_tokens_of(other)
    }

    fn has_tokens_of(&self, other: &Self) -> bool {
        let same = |(one, other): (&(String, SecretString), &(String, SecretString))| {
            one.0 == other.0 && one.1.expose_secret() == other.1.expose_secret()
        };
        self.tokens.len() == other.tokens.len() && self.tokens.iter().zip(&other.tokens).all(same)
    }
}

/// The logins without a user pool: nobody can sign in.
#[derive(Debug)]
pub(crate) struct GuestsOnly;

impl Logins for GuestsOnly {
    fn current(&self) -> BoxFuture<'_, Result<Option<LoginId>, Error>> {
        Box::pin(async { Ok(None) })
    }

    fn login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>> {
        Box::pin(async { Ok(None) })
    }

    fn renewed_login(&self) -> BoxFuture<'_, Result<Option<Login>, Error>> {
        Box::pin(async { Ok(None) })
    }
}
