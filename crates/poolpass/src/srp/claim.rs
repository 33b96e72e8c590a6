//! The password claim: the signature that proves the key, and the timestamp inside it.

use std::fmt;
use std::time::SystemTime;

use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use time::format_description::FormatDescriptionV3;
use time::macros::format_description;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{Identity, SrpError};
use crate::dates;

/// `EEE MMM d HH:mm:ss 'UTC' yyyy`, in English, the day without a leading zero.
const CLAIM_TIMESTAMP: FormatDescriptionV3<'_> = format_description!(
    version = 3,
    "[weekday repr:short] [month repr:short] [day padding:none] [hour]:[minute]:[second] UTC [year]"
);

/// Base64 with and without padding. Cognito pads; a server that sends another id, such as a UUID, does not check the signature.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The 16-byte key of one exchange, wiped on drop.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct PasswordKey([u8; 16]);

impl PasswordKey {
    pub(super) fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8; 16] {
        &mut self.0
    }

    /// The key itself: secret, and of no use after the exchange.
    #[must_use]
    pub fn expose(&self) -> &[u8; 16] {
        &self.0
    }

    /// Signs the challenge: `PASSWORD_CLAIM_SIGNATURE` of `PASSWORD_VERIFIER` and `DEVICE_PASSWORD_VERIFIER`.
    ///
    /// `secret_block` is the challenge parameter `SECRET_BLOCK`, `timestamp` the response's `TIMESTAMP`
    /// ([`claim_timestamp`]).
    ///
    /// # Errors
    ///
    /// [`SrpError::MalformedSecretBlock`] if the block is not base64.
    pub fn claim_signature(
        &self,
        identity: Identity<'_>,
        secret_block: &str,
        timestamp: &str,
    ) -> Result<String, SrpError> {
        claim_signature(&self.0, identity, secret_block, timestamp)
    }
}

impl fmt::Debug for PasswordKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PasswordKey").finish_non_exhaustive()
    }
}

/// Writes a time as `TIMESTAMP` has it, for example `Wed Sep 9 06:40:48 UTC 2026`.
///
/// Cognito refuses a claim whose time is far from its own: give the server's time as far as it is known.
///
/// # Errors
///
/// [`SrpError::TimeOutOfRange`] outside the years 1 to 9999.
pub fn claim_timestamp(now: SystemTime) -> Result<String, SrpError> {
    dates::calendar(now).and_then(|now| now.format(&CLAIM_TIMESTAMP).ok()).ok_or(SrpError::TimeOutOfRange)
}

fn claim_signature(
    key: &[u8],
    identity: Identity<'_>,
    secret_block: &str,
    timestamp: &str,
) -> Result<String, SrpError> {
    let plain = secret_block.replace('-', "+").replace('_', "/");
    let secret_block = LENIENT.decode(plain).map_err(|_| SrpError::MalformedSecretBlock)?;
    let message = [identity.group.as_bytes(), identity.name.as_bytes(), &secret_block, timestamp.as_bytes()];
    Ok(STANDARD.encode(hmac_sha256(key, &message)))
}

pub(crate) fn hmac_sha256(key: &[u8], message: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    for part in message {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn timestamps_have_cognito_s_form() {
        let at = |seconds| claim_timestamp(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0).as_deref(), Ok("Thu Jan 1 00:00:00 UTC 1970"));
        assert_eq!(at(1_632_897_648).as_deref(), Ok("Wed Sep 29 06:40:48 UTC 2021"));
        assert_eq!(at(1_735_862_409).as_deref(), Ok("Fri Jan 3 00:00:09 UTC 2025"));
        assert_eq!(at(1_709_251_199).as_deref(), Ok("Thu Feb 29 23:59:59 UTC 2024"));
        assert_eq!(at(u64::MAX / 4), Err(SrpError::TimeOutOfRange));
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(claim_timestamp(before).as_deref(), Ok("Wed Dec 31 23:59:59 UTC 1969"));
    }

    #[test]
    fn a_secret_block_that_is_not_base64_is_refused() {
        let key = PasswordKey::new([1; 16]);
        let signature = key.claim_signature(Identity::user("p", "u"), "not base64!", "t");
        assert_eq!(signature, Err(SrpError::MalformedSecretBlock));
    }

    #[test]
    fn a_secret_block_in_another_form_of_base64_is_taken() {
        let key = PasswordKey::new([1; 16]);
        let signature = |block| key.claim_signature(Identity::user("p", "u"), block, "t");
        assert_eq!(signature("_-8"), signature("/+8="));
        assert_eq!(signature("AA"), signature("AA=="));
        assert!(signature("9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11").is_ok());
    }

    /// amplify-android's SRPHelperTests sign with the base64 text of the key, where Cognito takes the key itself.
    #[test]
    fn the_signature_published_by_amplify_android_is_reproduced() {
        let vector = super::super::vectors::find("amplify-android/SRPHelperTests");
        let signature = claim_signature(
            vector.text("key_b64").as_bytes(),
            Identity::user(vector.text("pool_name"), vector.text("user")),
            vector.text("secret_block_b64"),
            vector.text("timestamp"),
        );
        assert_eq!(signature.as_deref(), Ok(vector.text("m1_b64_with_key_as_ascii_of_base64")));
    }
}
