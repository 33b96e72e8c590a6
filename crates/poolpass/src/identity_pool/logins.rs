//! Logins of an identity pool: a token for each login provider.
//!
//! The session implements [`Logins`] for the user pool, and [`LoginSources`](super::LoginSources) for third parties beside it.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

use super::login_provider::ProviderToken;
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

    /// Tells listeners that the identity id is another one now.
    fn identity_changed(&self, from: &str, to: &str);
}

/// Tells one login from another: it changes whenever somebody signs in, even the same person again or with another provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoginId(String);

impl LoginId {
    pub(crate) fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A login with the tokens that prove it.
#[derive(Debug)]
pub(crate) struct Login {
    id: LoginId,
    /// Each login provider's name, as the identity pool's settings have it, and its token.
    tokens: Vec<(String, SecretString)>,
    /// The identity that the app's backend has chosen (developer-authenticated identities).
    identity_id: Option<String>,
    has_third_party: bool,
}

impl Login {
    pub(crate) fn new(id: LoginId, tokens: Vec<(String, SecretString)>) -> Self {
        Self { id, tokens, identity_id: None, has_third_party: false }
    }

    /// Adds the token of a third party.
    pub(super) fn add(&mut self, provider: &str, token: ProviderToken) {
        self.identity_id = token.identity_id.or(self.identity_id.take());
        self.tokens.push((provider.to_owned(), token.token));
        self.has_third_party = true;
    }

    pub(super) fn into_tokens(self) -> Vec<(String, SecretString)> {
        self.tokens
    }

    pub(super) fn identity_id(&self) -> Option<&str> {
        self.identity_id.as_deref()
    }

    pub(super) fn has(&self, provider: &str) -> bool {
        self.tokens.iter().any(|(name, _)| name == provider)
    }

    pub(super) fn has_third_party(&self) -> bool {
        self.has_third_party
    }

    /// The set of login providers, by which the identity id is kept; `None` where the user pool is the only one.
    pub(super) fn kept_as(&self) -> Option<String> {
        let mut names: Vec<&str> = self.tokens.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        self.has_third_party.then(|| names.join("\n"))
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
