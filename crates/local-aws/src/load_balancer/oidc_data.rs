//! The header `x-amzn-oidc-data`, and the keys that sign it.

use std::sync::LazyLock;

use aws_lc_rs::{
    encoding::AsDer as _,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use super::{action::AuthenticateCognito, page};
use crate::exchange::{Response, full};

/// The life of a header, in seconds.
const LIFE: i64 = 120;

struct SigningKey {
    id: String,
    pair: EcdsaKeyPair,
}

static KEY: LazyLock<Option<SigningKey>> = LazyLock::new(|| {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
    Some(SigningKey { id: uuid::Uuid::new_v4().to_string(), pair })
});

/// Signs the claims for a load balancer, which its ARN names. The parts are padded, and the padding is signed too, unlike in RFC 7515.
pub(super) fn sign(
    load_balancer: &str,
    config: &AuthenticateCognito,
    issuer: &str,
    claims: &Map<String, Value>,
    now: i64,
) -> Option<String> {
    let key = KEY.as_ref()?;
    let exp = now + LIFE;
    let head = json!({
        "typ": "JWT",
        "kid": key.id,
        "alg": "ES256",
        "iss": issuer,
        "client": config.user_pool_client_id,
        "signer": load_balancer,
        "exp": exp,
    });
    let mut claims = claims.clone();
    claims.insert("exp".to_owned(), json!(exp));
    claims.insert("iss".to_owned(), json!(issuer));
    let content =
        [head.to_string(), Value::Object(claims).to_string()].map(|part| URL_SAFE.encode(part)).join(".");
    let signature = key.pair.sign(&SystemRandom::new(), content.as_bytes()).ok()?;
    Some(format!("{content}.{}", URL_SAFE.encode(signature.as_ref())))
}

/// The public key with this id, as PEM.
pub(super) fn public_key(kid: &str) -> Response {
    let Some(key) = KEY.as_ref().filter(|key| key.id == kid) else {
        return page(StatusCode::NOT_FOUND, "404 Not Found");
    };
    let Ok(der) = key.pair.public_key().as_der() else {
        return page(StatusCode::INTERNAL_SERVER_ERROR, "500 Internal Server Error");
    };
    let mut response = http::Response::new(full(pem::encode(&pem::Pem::new("PUBLIC KEY", der.as_ref()))));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("binary/octet-stream"));
    response
}
