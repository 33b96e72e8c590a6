//! RS256, and the key sets of user pools.

use std::collections::HashMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Map, Value};

use super::error::VerifyError;
use super::jws::{Jws, signature_does_not_fit, text};
use crate::json;

/// A public key of a user pool.
pub(super) struct RsaKey(RsaPublicKeyComponents<Vec<u8>>);

impl RsaKey {
    /// The fewest bytes of a modulus: shorter keys are weak.
    const SHORTEST_MODULUS: usize = 256;

    /// Reads the keys of a JSON Web Key Set that sign with RS256; `None` if the document is not a key set.
    pub(super) fn read_set(document: &[u8]) -> Option<HashMap<String, Self>> {
        let Ok(Value::Object(set)) = json::value(document) else { return None };
        let keys = set.get("keys")?.as_array()?;
        Some(keys.iter().filter_map(|key| Self::read(key.as_object()?)).collect())
    }

    fn read(jwk: &Map<String, Value>) -> Option<(String, Self)> {
        let is = |name: &str, value: &str| text(jwk, name) == Some(value);
        let may_be = |name: &str, value: &str| !jwk.contains_key(name) || is(name, value);
        if !is("kty", "RSA") || !may_be("use", "sig") || !may_be("alg", "RS256") {
            return None;
        }
        let key = RsaPublicKeyComponents { n: number(jwk, "n")?, e: number(jwk, "e")? };
        if key.n.len() < Self::SHORTEST_MODULUS {
            return None;
        }
        Some((text(jwk, "kid")?.to_owned(), Self(key)))
    }

    pub(super) fn verify(&self, jws: &Jws<'_>) -> Result<(), VerifyError> {
        self.0
            .verify(&RSA_PKCS1_2048_8192_SHA256, jws.signed.as_bytes(), &jws.signature)
            .map_err(|_| signature_does_not_fit())
    }
}

/// A whole number, big-endian. Some issuers write zeros before it, which RFC 7518 forbids.
fn number(jwk: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text(jwk, name)?).ok()?;
    Some(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaKey(..)")
    }
}
