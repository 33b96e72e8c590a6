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
        let number = |name: &str| URL_SAFE_NO_PAD.decode(text(jwk, name)?).ok();
        let key = RsaPublicKeyComponents { n: number("n")?, e: number("e")? };
        Some((text(jwk, "kid")?.to_owned(), Self(key)))
    }

    pub(super) fn verify(&self, jws: &Jws<'_>) -> Result<(), VerifyError> {
        self.0
            .verify(&RSA_PKCS1_2048_8192_SHA256, jws.signed.as_bytes(), &jws.signature)
            .map_err(|_| signature_does_not_fit())
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaKey(..)")
    }
}
