//! The session: the tokens that sign-in has won, kept fresh and kept safe.
//!
//! - [`manager`]: who is signed in, in memory and in the store; hands out tokens that are still good for a while
//! - [`refresh`]: one refresh at a time, and never a lost one
//! - [`exchange`]: the two operations that refresh, and which one the app client wants
//! - [`sign_out`]: ending it, here and everywhere
//! - [`events`]: what happens to it, as a stream

mod detached;
mod events;
mod exchange;
mod login;
mod manager;
mod refresh;
mod sign_out;
mod state;
mod stored;
mod tokens;
mod user;

#[cfg(test)]
pub(crate) mod test_tokens;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};

pub(crate) use detached::detached;
pub use events::{Events, SessionEndReason, SessionEvent};
pub use exchange::RefreshOperation;
pub(crate) use exchange::RefreshSettings;
pub(crate) use manager::{SessionManager, store_key};
pub use sign_out::SignOut;
pub(crate) use tokens::RefreshToken;
pub use tokens::{AccessToken, Claims, IdToken};
pub use user::User;

use crate::error::Error;
use crate::user_pool::AuthenticationResult;

/// Everything that belongs to one sign-in, at one moment: a refresh makes a new one.
pub(crate) struct Session {
    /// Chosen at random when the person signs in, and kept by every refresh: tells this sign-in from every other.
    id: String,
    id_token: IdToken,
    access_token: AccessToken,
    refresh_token: RefreshToken,
    device_key: Option<String>,
    /// Which operation refreshes, once that is known.
    refresh_operation: Option<RefreshOperation>,
}

impl Session {
    /// Tokens are renewed this long before they expire, so that they do not expire on the way.
    const MARGIN: Duration = Duration::from_secs(60);
    /// Short-lived tokens are renewed in the last tenth of their life.
    const MARGIN_DIVISOR: u32 = 10;

    /// The session that a completed sign-in begins.
    ///
    /// # Errors
    ///
    /// Kind `InvalidResponse` when a token is missing or malformed, or when the tokens are of different people.
    pub(crate) fn begin(id: String, result: AuthenticationResult) -> Result<Self, Error> {
        let refresh_token = result.refresh_token.filter(is_token).ok_or_else(|| {
            Error::invalid_response("the answer that completes the sign-in has no refresh token")
        })?;
        let session = Self {
            id,
            id_token: IdToken::parse(result.id_token)?,
            access_token: AccessToken::parse(result.access_token)?,
            refresh_token: RefreshToken::new(refresh_token),
            device_key: result.device_key,
            refresh_operation: None,
        };
        session.of_one_person()
    }

    /// The session after a refresh by `operation`.
    ///
    /// # Errors
    ///
    /// Kind `InvalidResponse` when a token is malformed or somebody else's.
    fn renewed(&self, result: AuthenticationResult, operation: RefreshOperation) -> Result<Self, Error> {
        let new_device = result.device_key;
        let session = Self {
            id: self.id.clone(),
            id_token: IdToken::parse(result.id_token)?,
            access_token: AccessToken::parse(result.access_token)?,
            refresh_token: result
                .refresh_token
                .filter(is_token)
                .map_or_else(|| self.refresh_token.clone(), RefreshToken::new),
            device_key: new_device.or_else(|| self.device_key.clone()),
            refresh_operation: Some(operation),
        };
        if session.id_token.sub() != self.id_token.sub() {
            return Err(Error::invalid_response("the refreshed tokens are somebody else's"));
        }
        session.of_one_person()
    }

    /// Tells this sign-in from every other.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn id_token(&self) -> &IdToken {
        &self.id_token
    }

    pub(crate) fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    /// Whether it is time for a refresh.
    fn is_stale(&self, now: SystemTime) -> bool {
        let lives = [
            (self.id_token.issued_at(), self.id_token.expires_at()),
            (self.access_token.issued_at(), self.access_token.expires_at()),
        ];
        lives.into_iter().any(|(issued_at, expires_at)| {
            let life = expires_at.duration_since(issued_at).unwrap_or_default();
            let margin = Self::MARGIN.min(life / Self::MARGIN_DIVISOR);
            !expires_at.duration_since(now).is_ok_and(|left| left > margin)
        })
    }

    /// Whether AWS still accepts both tokens.
    fn is_valid(&self, now: SystemTime) -> bool {
        self.id_token.expires_at() > now && self.access_token.expires_at() > now
    }

    /// The device that AWS remembers for this session, which has to accompany a refresh.
    fn device_key(&self) -> Option<&str> {
        self.device_key.as_deref().or_else(|| self.access_token.claims().text("device_key"))
    }

    /// Whether it holds the same tokens.
    fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
            && self.access_token.jwt() == other.access_token.jwt()
            && self.refresh_token == other.refresh_token
    }

    /// Whether AWS issued its tokens after those of `other`, in the same sign-in.
    fn is_newer(&self, other: &Self) -> bool {
        self.id == other.id && self.access_token.issued_at() > other.access_token.issued_at()
    }

    fn of_one_person(self) -> Result<Self, Error> {
        if self.id_token.sub() == self.access_token.sub() {
            return Ok(self);
        }
        Err(Error::invalid_response("the ID token and the access token are of different people"))
    }
}

/// Some servers write an empty text where AWS writes no refresh token.
fn is_token(token: &SecretString) -> bool {
    !token.expose_secret().is_empty()
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("expires_at", &self.id_token.expires_at()).finish_non_exhaustive()
    }
}
