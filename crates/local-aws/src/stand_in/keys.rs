//! The key that signs the stand-ins' tokens and assertions, and the certificate that SAML's metadata shows.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};

use crate::{error::AwsError, user_pool::SigningKey};

pub(super) struct StandInKey {
    pub(super) signing: SigningKey,
    /// The self-signed certificate: DER in base64, as metadata has it.
    pub(super) certificate: String,
}

/// The stand-ins of a process share one RSA key, since generating it is slow. A token names its provider.
static KEY: LazyLock<Result<StandInKey, String>> =
    LazyLock::new(|| StandInKey::generate().map_err(|error| error.to_string()));

pub(super) fn key() -> Result<&'static StandInKey, AwsError> {
    KEY.as_ref().map_err(|error| AwsError::internal(error))
}

impl StandInKey {
    fn generate() -> Result<Self, Box<dyn std::error::Error>> {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, "local-aws stand-in provider");
        let certificate = parameters.self_signed(&key)?;
        let signing = SigningKey::from_pkcs8(&key.serialize_der())?;
        Ok(Self { signing, certificate: STANDARD.encode(certificate.der()) })
    }
}
