//! Servers, desktops and phones: reqwest, tokio and files.

mod file;
mod file_store;
mod http;

use std::time::{Duration, SystemTime};

pub(crate) use crc32fast::Hasher as Crc32;
pub(crate) use file::{FileSource, save};
pub use file_store::FileStore;
pub use http::HttpTransport;

#[expect(clippy::disallowed_methods, reason = "the one place where native time enters")]
pub(super) fn now() -> SystemTime {
    SystemTime::now()
}

/// Nothing between the server and us unpacks an answer's body.
pub(crate) const HANDS_OUT_BODIES_AS_SENT: bool = true;

/// The default size of an upload's parts.
pub(crate) const UPLOAD_PART: u64 = 8 * 1024 * 1024;

pub(crate) async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Runs `task` to its end, whoever started it.
pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}
