//! SHA-256. The browser hashes what is large: beside the page's thread, and many times as fast.

use js_sys::{Reflect, Uint8Array, global};
use sha2::{Digest, Sha256};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::SubtleCrypto;

/// Below this, hashing here is quicker than waiting for a promise.
const LARGE: usize = 64 * 1024;

pub(crate) async fn sha256(bytes: &[u8]) -> [u8; 32] {
    if bytes.len() >= LARGE
        && let Some(digest) = by_host(bytes).await
    {
        return digest;
    }
    Sha256::digest(bytes).into()
}

/// `None` where WebCrypto is not to be had, as on a page that came over plain HTTP.
async fn by_host(bytes: &[u8]) -> Option<[u8; 32]> {
    let crypto = Reflect::get(&global(), &"crypto".into()).ok()?;
    let subtle = Reflect::get(&crypto, &"subtle".into()).ok().filter(JsValue::is_object)?;
    // Not every host has its class among its globals.
    let subtle: SubtleCrypto = subtle.unchecked_into();
    // It copies the bytes before it gives the promise, so the module's memory may move meanwhile.
    let digest = JsFuture::from(subtle.digest_with_str_and_u8_array("SHA-256", bytes).ok()?).await.ok()?;
    Uint8Array::new(&digest).to_vec().try_into().ok()
}
