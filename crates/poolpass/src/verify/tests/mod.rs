//! Tokens that are signed with another library than the one that verifies them.

mod alb;
mod clock;
mod key_cache;
#[cfg(feature = "tower")]
mod tower;
mod user_pool;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair as _, RSA_PKCS1_SHA256,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{UserPoolVerifier, VerifiedToken, VerifyErrorKind};
use crate::platform::{Body, BoxFuture, Clock, Request, Response, Transport, TransportError};

const POOL: &str = "eu-west-1_AbCdEfGhI";
const CLIENT: &str = "1example23456789";
const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";
const KEY_SET: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI/.well-known/jwks.json";
/// The time of the tests, in seconds since 1970.
const NOW: u64 = 1_800_000_000;

/// Generating keys takes a while, so all tests share two.
static RSA_KEYS: LazyLock<[KeyPair; 2]> =
    LazyLock::new(|| [(); 2].map(|()| KeyPair::generate(KeySize::Rsa2048).unwrap()));

/// A server with public keys by their URLs, and with a clock of its own.
#[derive(Clone, Debug, Default)]
struct KeyServer(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    documents: Mutex<HashMap<String, String>>,
    requests: Mutex<Vec<String>>,
    date: Mutex<Option<String>>,
    age: Mutex<Option<String>>,
    is_down: Mutex<bool>,
}

impl KeyServer {
    /// A user pool with the key `one`.
    fn of_user_pool() -> Self {
        let server = Self::default();
        server.put(KEY_SET, &key_set(&[("one", 0)]));
        server
    }

    fn put(&self, url: &str, document: &str) {
        self.0.documents.lock().unwrap().insert(url.to_owned(), document.to_owned());
    }

    fn says(&self, date: &str) {
        *self.0.date.lock().unwrap() = Some(date.to_owned());
    }

    fn is_down(&self, is_down: bool) {
        *self.0.is_down.lock().unwrap() = is_down;
    }

    fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.requests.lock().unwrap())
    }

    fn user_pool_verifier(&self) -> UserPoolVerifier {
        let builder = UserPoolVerifier::builder().user_pool(POOL, [CLIENT]);
        builder.transport(self.clone()).clock(FixedClock(NOW)).build().unwrap()
    }
}

impl Transport for KeyServer {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let url = request.uri().to_string();
            self.0.requests.lock().unwrap().push(url.clone());
            // Others may ask in the meantime.
            tokio::time::sleep(Duration::from_millis(10)).await;
            if *self.0.is_down.lock().unwrap() {
                return Err(TransportError::interrupted("connection reset"));
            }
            let document = self.0.documents.lock().unwrap().get(&url).cloned();
            let mut response = http::Response::builder().status(if document.is_some() { 200 } else { 404 });
            if let Some(date) = &*self.0.date.lock().unwrap() {
                response = response.header("date", date);
            }
            if let Some(age) = &*self.0.age.lock().unwrap() {
                response = response.header("age", age);
            }
            Ok(response.body(Body::from(Bytes::from(document.unwrap_or_default()))).unwrap())
        })
    }
}

#[derive(Debug)]
struct FixedClock(u64);

impl Clock for FixedClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.0)
    }
}

/// A key set with these ids for the keys of the tests.
fn key_set(keys: &[(&str, usize)]) -> String {
    let keys = keys.iter().map(|(id, index)| {
        let key = RSA_KEYS[*index].public_key();
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "kid": id, "kty": "RSA", "alg": "RS256", "use": "sig",
            "n": number(key.modulus().big_endian_without_leading_zero()),
            "e": number(key.exponent().big_endian_without_leading_zero()),
        })
    });
    json!({ "keys": keys.collect::<Vec<_>>() }).to_string()
}

fn access_claims() -> Value {
    json!({
        "sub": "8f0e", "username": "ada", "token_use": "access", "client_id": CLIENT, "iss": ISSUER, "iat": NOW - 60,
        "auth_time": NOW - 60, "exp": NOW + 3540, "scope": "openid notes/read", "cognito:groups": ["editors"],
        "acr": "urn:cognito:loa:2"
    })
}

fn id_claims() -> Value {
    json!({
        "sub": "8f0e", "cognito:username": "ada", "token_use": "id", "aud": CLIENT, "iss": ISSUER, "iat": NOW - 60,
        "exp": NOW + 3540, "nonce": "n-1"
    })
}

/// The claims with one of them changed; `null` removes it.
fn with(mut claims: Value, name: &str, value: Value) -> Value {
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims
}

/// A token with the first key, under the id `one`.
fn token(claims: &Value) -> String {
    rs256(&json!({ "alg": "RS256", "kid": "one" }), claims, 0)
}

fn rs256(header: &Value, claims: &Value, key: usize) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let key = &RSA_KEYS[key];
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A load balancer's key.
struct EcKey {
    pkcs8: Vec<u8>,
}

impl EcKey {
    fn new() -> Self {
        let pkcs8 =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        Self { pkcs8: pkcs8.as_ref().to_vec() }
    }

    fn pem(&self) -> String {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.pkcs8).unwrap();
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        pem(der.as_ref())
    }

    /// A header as a load balancer writes it, with padding.
    fn sign(&self, header: &Value, payload: &Value) -> String {
        self.sign_with(&ECDSA_P256_SHA256_FIXED_SIGNING, header, payload)
    }

    /// The same with a signature in DER.
    fn sign_in_der(&self, header: &Value, payload: &Value) -> String {
        self.sign_with(&ECDSA_P256_SHA256_ASN1_SIGNING, header, payload)
    }

    fn sign_with(
        &self,
        algorithm: &'static EcdsaSigningAlgorithm,
        header: &Value,
        payload: &Value,
    ) -> String {
        let part = |value: &Value| URL_SAFE.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(payload));
        format!("{signed}.{}", URL_SAFE.encode(self.signature(algorithm, &signed)))
    }

    fn signature(&self, algorithm: &'static EcdsaSigningAlgorithm, signed: &str) -> Vec<u8> {
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, &self.pkcs8).unwrap();
        pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap().as_ref().to_vec()
    }
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

fn kind(result: Result<VerifiedToken, super::VerifyError>) -> Option<VerifyErrorKind> {
    result.err().map(|error| error.kind())
}
