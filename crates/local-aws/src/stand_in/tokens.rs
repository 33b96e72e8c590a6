//! The tokens of the providers, in the form that each documents.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{keys, kind::Kind};
use crate::error::AwsError;

/// A new ID token.
pub(super) struct IdToken<'a> {
    pub(super) kind: Kind,
    pub(super) issuer: String,
    pub(super) subject: &'a str,
    pub(super) audience: &'a str,
    pub(super) nonce: Option<&'a str>,
    /// The access token beside it.
    pub(super) access_token: Option<&'a str>,
    /// Seconds since 1970.
    pub(super) now: i64,
    pub(super) seconds: i64,
    /// More claims, which may replace the others.
    pub(super) claims: Map<String, Value>,
}

impl IdToken<'_> {
    pub(super) fn sign(self) -> Result<String, AwsError> {
        let key = &keys::key()?.signing;
        let mut claims = Map::new();
        let mut claim = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        claim("iss", json!(self.issuer));
        claim("aud", json!(self.audience));
        claim("sub", json!(self.subject));
        claim("iat", json!(self.now));
        claim("exp", json!(self.now.saturating_add(self.seconds)));
        if let Some(nonce) = self.nonce {
            claim("nonce", json!(nonce));
        }
        if let Some(token) = self.access_token {
            claim("at_hash", json!(half_hash(token)));
        }
        match self.kind {
            Kind::Google => {
                claim("azp", json!(self.audience));
            }
            Kind::Apple => {
                claim("auth_time", json!(self.now));
                claim("nonce_supported", json!(true));
            }
            _ => {}
        }
        claims.extend(self.claims);
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(key.id.clone());
        jsonwebtoken::encode(&header, &claims, &key.private).map_err(|error| AwsError::internal(&error))
    }
}

/// OpenID's `at_hash` for RS256: the first half of the SHA-256 hash.
fn half_hash(token: &str) -> String {
    let digest = Sha256::digest(token);
    let (half, _) = digest.split_at(digest.len() / 2);
    URL_SAFE_NO_PAD.encode(half)
}
