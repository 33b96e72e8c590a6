//! The requirements of a server besides a valid token.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::error::{VerifyError, VerifyErrorKind};
use super::token::VerifiedToken;
use super::token_use::TokenUse;
use crate::session::meets;

/// The requirements of a server besides a valid token. A token has to meet every requirement.
///
/// ```
/// use std::time::Duration;
/// use poolpass::verify::Requirements;
///
/// let to_pay = Requirements::access_token()
///     .scope("shop/pay")
///     .any_group(["customers", "staff"])
///     .acr("urn:cognito:loa:2")
///     .max_age(Duration::from_secs(300));
/// ```
#[derive(Clone)]
pub struct Requirements {
    pub(super) token_use: TokenUse,
    pub(super) scopes: Vec<String>,
    pub(super) groups: Vec<String>,
    pub(super) acr: Option<String>,
    pub(super) max_age: Option<Duration>,
    nonce: Option<String>,
}

impl Requirements {
    /// Requires an access token.
    pub fn access_token() -> Self {
        Self::new(TokenUse::Access)
    }

    /// Requires an ID token.
    pub fn id_token() -> Self {
        Self::new(TokenUse::Id)
    }

    fn new(token_use: TokenUse) -> Self {
        Self { token_use, scopes: Vec::new(), groups: Vec::new(), acr: None, max_age: None, nonce: None }
    }

    /// Requires this scope. Several calls require several scopes. ID tokens have none.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Requires that the user is in at least one of these groups of the user pool.
    #[must_use]
    pub fn any_group(mut self, groups: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.groups = groups.into_iter().map(Into::into).collect();
        self
    }

    /// Requires this authentication level (`acr`), such as `urn:cognito:loa:2`. AWS's own levels are in order, so that a higher one is good
    /// enough; of the levels that a user pool has named, only the same one is.
    #[must_use]
    pub fn acr(mut self, level: impl Into<String>) -> Self {
        self.acr = Some(level.into());
        self
    }

    /// Requires that the person last authenticated at most so long ago (`auth_time`).
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// Requires this `nonce`, which the server has sent with the sign-in.
    #[must_use]
    pub fn nonce(mut self, nonce: impl Into<String>) -> Self {
        self.nonce = Some(nonce.into());
        self
    }

    pub(super) fn check_token_use(&self, token_use: Option<&str>) -> Result<(), VerifyError> {
        if token_use == Some(self.token_use.as_str()) {
            return Ok(());
        }
        let message = match self.token_use {
            TokenUse::Access => "the token is not an access token",
            TokenUse::Id => "the token is not an ID token",
        };
        Err(VerifyError::new(VerifyErrorKind::TokenUse, message))
    }

    /// `now` has the leeway taken off already.
    pub(super) fn check(&self, token: &VerifiedToken, now: SystemTime) -> Result<(), VerifyError> {
        let claims = token.claims();
        if self.nonce.is_some() && claims.text("nonce") != self.nonce.as_deref() {
            return Err(VerifyError::new(
                VerifyErrorKind::Nonce,
                "the token has another nonce than the sign-in",
            ));
        }
        let scopes = token.scopes();
        if self.scopes.iter().any(|scope| !scopes.contains(&scope.as_str())) {
            return Err(VerifyError::new(VerifyErrorKind::Scope, "the token lacks a required scope"));
        }
        let groups = token.groups();
        if !self.groups.is_empty() && !self.groups.iter().any(|group| groups.contains(&group.as_str())) {
            return Err(VerifyError::new(
                VerifyErrorKind::Group,
                "the user is in none of the required groups",
            ));
        }
        if self.acr.as_deref().is_some_and(|level| !meets(claims.text("acr"), level)) {
            return Err(insufficient("the sign-in is weaker than required: the client has to step up"));
        }
        if let Some(max_age) = self.max_age {
            let until = token.auth_time().and_then(|auth_time| auth_time.checked_add(max_age));
            if until.is_none_or(|until| until < now) {
                return Err(insufficient("the sign-in is too long ago: the client has to step up"));
            }
        }
        Ok(())
    }
}

/// Does not show the nonce.
impl fmt::Debug for Requirements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requirements")
            .field("token_use", &self.token_use)
            .field("scopes", &self.scopes)
            .field("groups", &self.groups)
            .field("acr", &self.acr)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

fn insufficient(message: &'static str) -> VerifyError {
    VerifyError::new(VerifyErrorKind::InsufficientUserAuthentication, message)
}
