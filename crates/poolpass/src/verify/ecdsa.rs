//! ES256, and the keys of load balancers.

use std::fmt;

use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use spki::SubjectPublicKeyInfoOwned;
use spki::der::DecodePem;
use spki::der::asn1::ObjectIdentifier;

use super::error::VerifyError;
use super::jws::{Jws, signature_does_not_fit};

/// A public key of a load balancer.
pub(super) struct EcdsaKey(UnparsedPublicKey<Vec<u8>>);

impl EcdsaKey {
    /// `id-ecPublicKey`.
    const ELLIPTIC_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
    /// `prime256v1`, which JOSE calls P-256.
    const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

    /// Reads a key in PEM; `None` if it is not a key of the curve P-256.
    pub(super) fn read_pem(pem: &[u8]) -> Option<Self> {
        let key = SubjectPublicKeyInfoOwned::from_pem(pem.trim_ascii()).ok()?;
        let curve = key.algorithm.parameters?.decode_as::<ObjectIdentifier>().ok()?;
        if key.algorithm.oid != Self::ELLIPTIC_CURVE || curve != Self::P256 {
            return None;
        }
        let point = key.subject_public_key.as_bytes()?.to_vec();
        Some(Self(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)))
    }

    /// Verifies a signature of 64 bytes, R and S; a signature in DER does not fit.
    pub(super) fn verify(&self, jws: &Jws<'_>) -> Result<(), VerifyError> {
        self.0.verify(jws.signed.as_bytes(), &jws.signature).map_err(|_| signature_does_not_fit())
    }
}

impl fmt::Debug for EcdsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EcdsaKey(..)")
    }
}
