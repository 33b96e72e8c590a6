//! SECRET_HASH, the proof of an app client's secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::claim::hmac_sha256;

/// Computes `SECRET_HASH` (`SecretHash` in sign-up calls) for app clients that have a secret.
///
/// `username` is the user name of that very call: what the person typed in InitiateAuth, the `USERNAME` of the challenge
/// response in RespondToAuthChallenge, and the real `cognito:username`, never an alias, for `REFRESH_TOKEN_AUTH`.
///
/// ```
/// let hash = poolpass::srp::secret_hash("1example23456789", "the-secret", "ada");
/// assert_eq!(hash, "AWkmaDxrhpz2dDKtzuiE8yoRKXWL9e60pRVZTIoBRcI=");
/// ```
#[must_use]
pub fn secret_hash(client_id: &str, client_secret: &str, username: &str) -> String {
    let message = [username.as_bytes(), client_id.as_bytes()];
    STANDARD.encode(hmac_sha256(client_secret.as_bytes(), &message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_secrets_are_hashed_as_utf_8() {
        let hash = secret_hash("1example23456789", "schlüssel", "Zoë漢字");
        assert_eq!(hash, "BvcvLFvARf4s81W3CQDY1+IKHjaG/DfjGQsrH7db/CM=");
    }
}
