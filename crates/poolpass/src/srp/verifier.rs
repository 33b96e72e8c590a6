//! The password verifier that a new device registers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Identity;
use super::exchange::private_key;
use super::generator::power_of_g;
use super::group::pad;

/// `DeviceSecretVerifierConfig` of ConfirmDevice: the salt, and the verifier g^x mod N of the device's password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceVerifier {
    salt: String,
    verifier: String,
}

impl DeviceVerifier {
    /// Computes the verifier for a random device password and 16 random bytes of salt.
    #[must_use]
    pub fn new(identity: Identity<'_>, password: &str, salt: &[u8]) -> Self {
        let verifier = power_of_g(&private_key(identity, password, salt)).retrieve();
        Self { salt: STANDARD.encode(pad(salt)), verifier: STANDARD.encode(pad(&verifier.to_be_bytes())) }
    }

    /// `Salt`, base64.
    #[must_use]
    pub fn salt(&self) -> &str {
        &self.salt
    }

    /// `PasswordVerifier`, base64.
    #[must_use]
    pub fn password_verifier(&self) -> &str {
        &self.verifier
    }
}
