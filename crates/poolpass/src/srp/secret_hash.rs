//! SECRET_HASH, the proof of an app client's secret.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::claim::hmac_sha256;

/// An app client that was created with a secret. Its members have names, so that the two cannot be taken for each other.
///
/// ```
/// use poolpass::srp::AppClient;
///
/// let client = AppClient { id: "1example23456789", secret: "the-secret" };
/// assert_eq!(client.secret_hash("ada"), "AWkmaDxrhpz2dDKtzuiE8yoRKXWL9e60pRVZTIoBRcI=");
/// ```
#[derive(Clone, Copy)]
pub struct AppClient<'a> {
    /// The app client's id.
    pub id: &'a str,
    /// The app client's secret.
    pub secret: &'a str,
}

impl AppClient<'_> {
    /// Computes `SECRET_HASH` (`SecretHash` in sign-up calls).
    ///
    /// `username` is the user name of that very call: what the person typed in InitiateAuth, the `USERNAME` of the challenge
    /// response in RespondToAuthChallenge, and the real `cognito:username`, never an alias, for `REFRESH_TOKEN_AUTH`.
    #[must_use]
    pub fn secret_hash(&self, username: &str) -> String {
        let message = [username.as_bytes(), self.id.as_bytes()];
        STANDARD.encode(hmac_sha256(self.secret.as_bytes(), &message))
    }
}

impl fmt::Debug for AppClient<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppClient").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_secrets_are_hashed_as_utf_8() {
        let client = AppClient { id: "1example23456789", secret: "schlüssel" };
        assert_eq!(client.secret_hash("Zoë漢字"), "BvcvLFvARf4s81W3CQDY1+IKHjaG/DfjGQsrH7db/CM=");
        assert!(!format!("{client:?}").contains("schlüssel"));
    }
}
