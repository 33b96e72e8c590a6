//! Browsers and other JavaScript hosts: `fetch`, timers and promises.

#[cfg(any(feature = "s3", feature = "dynamodb"))]
mod crc32;
mod http;
mod sha256;
mod timer;

use std::time::{Duration, SystemTime};

#[cfg(any(feature = "s3", feature = "dynamodb"))]
pub(crate) use crc32::Crc32;
pub use http::HttpTransport;
pub(crate) use sha256::sha256;
pub(crate) use timer::sleep;

/// Browsers ask for compressed answers, unpack them and hide that they did.
pub(crate) const HANDS_OUT_BODIES_AS_SENT: bool = false;
/// Browsers hide the headers that CORS does not expose.
pub(crate) const HIDES_HEADERS: bool = true;

/// The default size of an upload's parts: the least that S3 takes, since each passes through the memory of a tab.
pub(crate) const UPLOAD_PART: u64 = 5 * 1024 * 1024;

pub(super) fn now() -> SystemTime {
    // Date.now() is never negative and far below what a Duration holds.
    SystemTime::UNIX_EPOCH + Duration::from_millis(js_sys::Date::now() as u64)
}

/// Writes `host` as the browser does into the header of that name; `None` if it refuses the host.
pub(crate) fn host_as_sent(host: &str) -> Option<String> {
    Some(web_sys::Url::new(&format!("http://{host}/")).ok()?.hostname())
}

/// Runs `task` to its end, whoever started it.
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(task);
}
