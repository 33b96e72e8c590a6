//! A verified ID or access token.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};

use super::error::VerifyError;
use super::time_claims::malformed;
use super::token_use::TokenUse;
use crate::UserPoolId;
use crate::session::Claims;

/// An ID or access token of a user pool that has passed every check. Cloning is cheap.
#[derive(Clone)]
pub struct VerifiedToken(Arc<Inner>);

struct Inner {
    jwt: SecretString,
    user_pool_id: UserPoolId,
    token_use: TokenUse,
    claims: Claims,
    sub: String,
    client_id: String,
    expires_at: SystemTime,
}

/// The outcome of the checks.
pub(super) struct Verified<'a> {
    pub(super) jwt: &'a str,
    pub(super) user_pool_id: &'a UserPoolId,
    pub(super) token_use: TokenUse,
    pub(super) claims: Claims,
    pub(super) client_id: String,
    pub(super) expires_at: SystemTime,
}

impl VerifiedToken {
    pub(super) fn new(verified: Verified<'_>) -> Result<Self, VerifyError> {
        let Verified { jwt, user_pool_id, token_use, claims, client_id, expires_at } = verified;
        let sub = claims.text("sub").ok_or_else(|| malformed("sub"))?.to_owned();
        Ok(Self(Arc::new(Inner {
            jwt: jwt.into(),
            user_pool_id: user_pool_id.clone(),
            token_use,
            claims,
            sub,
            client_id,
            expires_at,
        })))
    }

    /// The token as it was sent: a secret.
    pub fn jwt(&self) -> &str {
        self.0.jwt.expose_secret()
    }

    /// Whether it is an ID token or an access token.
    pub fn token_use(&self) -> TokenUse {
        self.0.token_use
    }

    /// The user pool that issued the token.
    pub fn user_pool_id(&self) -> &UserPoolId {
        &self.0.user_pool_id
    }

    /// The app client to which the token was issued (`client_id`, or `aud` of an ID token).
    pub fn client_id(&self) -> &str {
        &self.0.client_id
    }

    /// The user's id (`sub`), which never changes. Of a token that an app client got for itself, the client's id.
    pub fn sub(&self) -> &str {
        &self.0.sub
    }

    /// The user name in the user pool. Tokens that an app client got for itself have none.
    pub fn username(&self) -> Option<&str> {
        self.0.claims.text(match self.0.token_use {
            TokenUse::Id => "cognito:username",
            TokenUse::Access => "username",
        })
    }

    /// The user's groups in the user pool.
    pub fn groups(&self) -> Vec<&str> {
        self.0.claims.list("cognito:groups")
    }

    /// The OAuth scopes. ID tokens have none.
    pub fn scopes(&self) -> Vec<&str> {
        self.0
            .claims
            .text("scope")
            .map(|scopes| scopes.split_ascii_whitespace().collect())
            .unwrap_or_default()
    }

    /// The authentication level that the sign-in has reached, if the user pool says so.
    pub fn acr(&self) -> Option<&str> {
        self.0.claims.text("acr")
    }

    /// When the person last authenticated, by AWS's clock.
    pub fn auth_time(&self) -> Option<SystemTime> {
        self.0.claims.auth_time()
    }

    /// When the token was issued, by AWS's clock.
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.0.claims.time("iat")
    }

    /// When the token expires, by AWS's clock.
    pub fn expires_at(&self) -> SystemTime {
        self.0.expires_at
    }

    /// All claims.
    pub fn claims(&self) -> &Claims {
        &self.0.claims
    }
}

impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedToken")
            .field("token_use", &self.0.token_use)
            .field("expires_at", &self.0.expires_at)
            .finish_non_exhaustive()
    }
}
