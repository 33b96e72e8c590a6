//! The session: the tokens of a sign-in, kept fresh and kept safe.
//!
//! - [`manager`]: reads and writes the session, in memory and in the store; hands out tokens that are valid for a while yet
//! - [`state`]: this process's knowledge about the session
//! - [`refresh`]: one refresh at a time, and never a lost one
//! - [`exchange`]: the two operations that refresh, and the choice between them
//! - [`step_up`]: replaces the tokens by stronger ones of the same person
//! - [`adopt`]: takes over a session that began elsewhere
//! - [`sign_out`]: ends the session, here and everywhere
//! - [`events`]: tells listeners when the session changes
//! - [`device`]: has AWS confirm a new device
//! - [`login`]: the session as a login of the identity pool

mod adopt;
mod claims;
mod detached;
mod device;
mod device_task;
mod events;
mod exchange;
mod login;
mod manager;
mod refresh;
mod session_tokens;
mod sign_out;
mod state;
mod step_up;
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

pub use claims::Claims;
pub(crate) use detached::detached;
use device_task::DeviceTask;
pub use events::{Events, SessionEndReason, SessionEvent};
pub use exchange::RefreshOperation;
pub(crate) use exchange::RefreshSettings;
pub(crate) use login::NoSession;
pub(crate) use manager::SessionManager;
pub use session_tokens::{DeviceTokens, SessionTokens};
pub use sign_out::SignOut;
pub(crate) use step_up::meets;
pub(crate) use tokens::RefreshToken;
pub use tokens::{AccessToken, IdToken};
pub use user::User;

use crate::error::{Error, ErrorKind};
use crate::user_pool::AuthenticationResult;

/// The tokens of one sign-in at one moment. A refresh makes a new value.
#[derive(Clone)]
pub(crate) struct Session {
    /// Tells this sign-in from every other: chosen at random when the person signs in, and kept by every refresh.
    id: String,
    id_token: IdToken,
    access_token: AccessToken,
    refresh_token: RefreshToken,
    device_key: Option<String>,
    device_task: Option<DeviceTask>,
    /// The operation that refreshes, once it is known.
    refresh_operation: Option<RefreshOperation>,
}

impl Session {
    /// Tokens are refreshed this long before they expire, so that they do not expire in transit.
    const MARGIN: Duration = Duration::from_secs(60);
    /// Short-lived tokens are refreshed in the last tenth of their life.
    const MARGIN_DIVISOR: u32 = 10;

    /// Begins the session of a completed sign-in.
    ///
    /// # Errors
    ///
    /// Kind `InvalidResponse` when a token is missing or malformed, or when the tokens belong to different people.
    pub(crate) fn begin(id: String, result: AuthenticationResult) -> Result<Self, Error> {
        let refresh_token = result.refresh_token.filter(is_token).ok_or_else(|| {
            Error::invalid_response("the answer that completes the sign-in has no refresh token")
        })?;
        let session = Self {
            id,
            id_token: IdToken::parse(result.id_token)?,
            access_token: AccessToken::parse(result.access_token)?,
            refresh_token: RefreshToken::new(refresh_token),
            device_task: result.new_device.is_some().then_some(DeviceTask::Confirm),
            device_key: result.new_device.map(|device| device.key).or(result.device_key),
            refresh_operation: None,
        };
        session.of_one_person()
    }

    /// The session after a refresh by `operation`.
    ///
    /// # Errors
    ///
    /// Kind `InvalidResponse` when a token is malformed or belongs to somebody else.
    fn renewed(&self, result: AuthenticationResult, operation: RefreshOperation) -> Result<Self, Error> {
        let is_new_device = result.new_device.is_some();
        let new_device = result.new_device.map(|device| device.key);
        let session = Self {
            id: self.id.clone(),
            id_token: IdToken::parse(result.id_token)?,
            access_token: AccessToken::parse(result.access_token)?,
            refresh_token: result
                .refresh_token
                .filter(is_token)
                .map_or_else(|| self.refresh_token.clone(), RefreshToken::new),
            device_key: new_device.or_else(|| self.device_key.clone()),
            device_task: if is_new_device { Some(DeviceTask::Confirm) } else { self.device_task },
            refresh_operation: Some(operation),
        };
        if session.id_token.sub() != self.id_token.sub() {
            return Err(Error::invalid_response("the refreshed tokens belong to somebody else"));
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

    /// Whether the person has to say if this device shall be remembered.
    pub(crate) fn asks_about_device(&self) -> bool {
        self.device_task == Some(DeviceTask::AskPerson)
    }

    /// The key of the session's device, in a user pool that tracks devices. A refresh must send it.
    pub(crate) fn device_key(&self) -> Option<&str> {
        self.device_key.as_deref().or_else(|| self.access_token.claims().text("device_key"))
    }

    fn is_of_the_person_of(&self, other: &Self) -> bool {
        self.id_token.sub() == other.id_token.sub()
    }

    /// Whether AWS takes both for the same sign-in.
    fn has_origin_of(&self, other: &Self) -> bool {
        let origin = |session: &Self| session.access_token.claims().text("origin_jti").map(ToOwned::to_owned);
        origin(self).is_some_and(|own| Some(own) == origin(other))
    }

    /// Whether this session is that of `other` at AWS, and its tokens are no older.
    fn is_later_than(&self, other: &Self) -> bool {
        self.has_origin_of(other) && self.access_token.issued_at() >= other.access_token.issued_at()
    }

    /// Whether both have the same tokens.
    fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
            && self.access_token.jwt() == other.access_token.jwt()
            && self.refresh_token == other.refresh_token
    }

    /// Whether AWS issued these tokens after those of `other`, in the same sign-in.
    fn is_newer(&self, other: &Self) -> bool {
        self.id == other.id && self.access_token.issued_at() > other.access_token.issued_at()
    }

    fn of_one_person(self) -> Result<Self, Error> {
        if self.id_token.sub() == self.access_token.sub() {
            return Ok(self);
        }
        Err(Error::invalid_response("the ID token and the access token belong to different people"))
    }
}

/// Whether AWS refused an access token that looks alive. Cognito says so with the code that it also has for a wrong password and for a
/// missing scope.
pub(crate) fn is_about_a_dead_token(error: &Error) -> bool {
    error.kind() == ErrorKind::NotAuthorized
        && ["Access Token has been revoked", "Access Token has expired", "Invalid Access Token"]
            .iter()
            .any(|message| error.message().contains(message))
}

/// Some servers send an empty text where AWS sends no refresh token.
fn is_token(token: &SecretString) -> bool {
    !token.expose_secret().is_empty()
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("expires_at", &self.id_token.expires_at()).finish_non_exhaustive()
    }
}
