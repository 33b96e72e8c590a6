//! Temporary AWS credentials.

use std::fmt;
use std::time::SystemTime;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::error::Error;
use crate::platform::{BoxFuture, MaybeSend, MaybeSync};

/// Temporary AWS credentials of one identity.
///
/// They are wiped from memory when dropped. `Debug` shows only the access key id and the expiration.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    #[zeroize(skip)]
    expiration: Option<SystemTime>,
}

impl Credentials {
    /// Makes credentials from other sources, for [`sigv4`](crate::sigv4). Long-lived keys have no session token and no expiration.
    pub fn new(
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
        session_token: Option<String>,
        expiration: Option<SystemTime>,
    ) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token,
            expiration,
        }
    }

    /// The access key id (`ASIA…`), which is not a secret.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The secret access key: a secret.
    pub fn secret_access_key(&self) -> &str {
        &self.secret_access_key
    }

    /// The session token, which every request must carry: a secret.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// When AWS stops accepting the credentials; `None` for long-lived keys. If they come from
    /// [`Client::credentials`](crate::Client::credentials), the time is on the device's clock, right or wrong.
    pub fn expiration(&self) -> Option<SystemTime> {
        self.expiration
    }
}

impl Credentials {
    /// The same credentials with the expiration on another clock.
    pub(crate) fn with_expiration(mut self, on_clock: impl FnOnce(SystemTime) -> SystemTime) -> Self {
        self.expiration = self.expiration.map(on_clock);
        self
    }

    /// Checks whether a request can carry them: a signing library treats anything else as a mistake of the program.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        /// The limit of headers and URLs. AWS's own are ten times shorter.
        const MAX_LENGTH: usize = 8 * 1024;

        let id_fits = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'/' | b',');
        let id = &self.access_key_id;
        if id.is_empty() || id.len() > 128 || !id.bytes().all(id_fits) {
            return Err("the credentials' access key id is not one of AWS");
        }
        let is_text = |text: &str| {
            (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if !is_text(&self.secret_access_key) {
            return Err("the credentials' secret access key is not one of AWS");
        }
        if self.session_token.as_deref().is_some_and(|token| !is_text(token)) {
            return Err("the credentials' session token is not one of AWS");
        }
        Ok(())
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}

/// Provides the credentials of signed requests.
pub(crate) trait CredentialsSource: fmt::Debug + MaybeSend + MaybeSync {
    /// Gets credentials that AWS accepts for a while yet.
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>>;

    /// Forgets credentials that AWS has refused as expired, unless they have been replaced since.
    fn forget<'a>(&'a self, refused: &'a Credentials) -> BoxFuture<'a, ()>;
}

/// Provides the token of requests that carry one in place of a signature.
pub(crate) trait TokenSource: MaybeSend + MaybeSync {
    /// Gets the value of the `authorization` header: a token that is valid for a while yet, and another one than `refused`.
    fn token<'a>(&'a self, refused: Option<&'a str>) -> BoxFuture<'a, Result<Zeroizing<String>, Error>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let credentials =
            Credentials::new("ASIAEXAMPLE", "secret-key", Some("secret-token".to_owned()), None);
        let debug = format!("{credentials:?}");
        assert!(debug.contains("ASIAEXAMPLE"));
        assert!(!debug.contains("secret-"), "{debug}");
    }
}
