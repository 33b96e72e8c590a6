//! The cookies of a load balancer's session: sealed, and in shards, since a browser keeps no longer ones.

use std::sync::LazyLock;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, header};

/// The longest value of one cookie. A browser keeps 4,096 bytes with the name and the attributes.
const SHARD: usize = 3800;
const NONCE: usize = 12;

static KEY: LazyLock<Option<RandomizedNonceKey>> =
    LazyLock::new(|| RandomizedNonceKey::new(&AES_256_GCM, &rand::random::<[u8; 32]>()).ok());

/// Seals `content` for a place that only this server reads it from.
pub(super) fn seal(content: &[u8], place: &str) -> Option<String> {
    let mut sealed = content.to_vec();
    let nonce = KEY.as_ref()?.seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut sealed).ok()?;
    Some(URL_SAFE_NO_PAD.encode([nonce.as_ref().as_slice(), &sealed].concat()))
}

/// Opens what [`seal`] has sealed for the same place.
pub(super) fn open(sealed: &str, place: &str) -> Option<Vec<u8>> {
    let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    if bytes.len() < NONCE {
        return None;
    }
    let mut content = bytes.split_off(NONCE);
    let nonce = Nonce::try_assume_unique_for_key(&bytes).ok()?;
    let opened = KEY.as_ref()?.open_in_place(nonce, Aad::from(place.as_bytes()), &mut content).ok()?;
    Some(opened.to_vec())
}

/// The value of a cookie of the request.
pub(super) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(given, _)| *given == name).map(|(_, value)| value)
}

/// The text of a sharded cookie. The first shard begins with their number, since shards of an older session may be left.
pub(super) fn sharded(headers: &HeaderMap, name: &str) -> Option<String> {
    let (count, first) = value(headers, &format!("{name}-0"))?.split_once('.')?;
    let mut text = first.to_owned();
    for index in 1..count.parse::<usize>().ok()? {
        text.push_str(value(headers, &format!("{name}-{index}"))?);
    }
    Some(text)
}

/// The headers `Set-Cookie` of a sharded cookie.
pub(super) fn shards(name: &str, text: &str, path: &str, seconds: i64) -> Vec<HeaderValue> {
    let pieces: Vec<_> = text.as_bytes().chunks(SHARD).map(String::from_utf8_lossy).collect();
    let set = |(index, piece): (usize, &std::borrow::Cow<'_, str>)| {
        let count = if index == 0 { format!("{}.", pieces.len()) } else { String::new() };
        set_cookie(&format!("{name}-{index}"), &format!("{count}{piece}"), path, seconds)
    };
    pieces.iter().enumerate().filter_map(set).collect()
}

/// The header `Set-Cookie`. At AWS the listener speaks HTTPS, and the cookie is `Secure`.
pub(super) fn set_cookie(name: &str, value: &str, path: &str, seconds: i64) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{name}={value}; Max-Age={seconds}; Path={path}; HttpOnly; SameSite=Lax"))
        .ok()
}
