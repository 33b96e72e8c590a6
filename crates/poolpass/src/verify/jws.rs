//! The three parts of a signed token (JWS compact serialization).

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::error::{VerifyError, VerifyErrorKind};
use crate::json;

/// A token whose signature is not verified yet.
pub(super) struct Jws<'a> {
    pub(super) header: Map<String, Value>,
    pub(super) payload: Map<String, Value>,
    /// The text that is signed: the first two parts as they were sent.
    pub(super) signed: &'a str,
    pub(super) signature: Vec<u8>,
}

/// The form of base64url.
#[derive(Clone, Copy)]
pub(super) enum Base64Url {
    /// As RFC 7515 prescribes: without padding.
    Unpadded,
    /// As load balancers write it: with padding, which is a part of the signed text.
    Padded,
}

impl Base64Url {
    /// Refuses padding where there should be none and the reverse, and bits that no encoder writes.
    fn decode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Unpadded => URL_SAFE_NO_PAD.decode(text),
            Self::Padded => URL_SAFE.decode(text),
        }
        .ok()
    }
}

impl<'a> Jws<'a> {
    /// The longest token that is read. Load balancers and servers refuse longer headers anyway.
    const LIMIT: usize = 64 * 1024;

    pub(super) fn parse(text: &'a str, base64url: Base64Url) -> Result<Self, VerifyError> {
        if text.len() > Self::LIMIT {
            return Err(VerifyError::malformed("the token is longer than 64 KB"));
        }
        let three_parts =
            || VerifyError::malformed("the text is not a signed JSON Web Token of three parts in base64url");
        let (signed, signature) = text.rsplit_once('.').ok_or_else(three_parts)?;
        let (header, payload) = signed.split_once('.').ok_or_else(three_parts)?;
        let object = |part: &str| {
            let bytes = base64url.decode(part).ok_or_else(three_parts)?;
            match json::value(&bytes) {
                Ok(Value::Object(members)) => Ok(members),
                _ => Err(VerifyError::malformed("the token's header and payload are not two JSON objects")),
            }
        };
        let (header, payload) = (object(header)?, object(payload)?);
        let signature =
            base64url.decode(signature).filter(|bytes| !bytes.is_empty()).ok_or_else(three_parts)?;
        // RFC 7515, section 4.1.11: extensions that must be understood.
        if header.contains_key("crit") {
            return Err(VerifyError::malformed("the token's header has critical extensions"));
        }
        Ok(Self { header, payload, signed, signature })
    }

    /// Refuses every algorithm but one: a token must not choose how it is verified.
    pub(super) fn expect_algorithm(&self, algorithm: &str) -> Result<(), VerifyError> {
        if text(&self.header, "alg") == Some(algorithm) {
            return Ok(());
        }
        let message = format!("the token is not signed with {algorithm}");
        Err(VerifyError::new(VerifyErrorKind::Algorithm, message))
    }

    pub(super) fn key_id(&self) -> Result<&str, VerifyError> {
        text(&self.header, "kid").ok_or_else(|| VerifyError::malformed("the token's header names no key"))
    }
}

pub(super) fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    members.get(name).and_then(Value::as_str)
}

pub(super) fn signature_does_not_fit() -> VerifyError {
    VerifyError::new(
        VerifyErrorKind::Signature,
        "the token's signature does not fit: it was altered or forged",
    )
}
