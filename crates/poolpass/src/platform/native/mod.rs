//! Servers, desktops and phones: reqwest, tokio and files.

#[cfg(feature = "s3")]
mod file;
mod file_store;
mod http;
#[cfg(feature = "loopback-redirect")]
mod loopback;

use std::io;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

#[cfg(any(feature = "s3", feature = "dynamodb"))]
pub(crate) use crc32fast::Hasher as Crc32;
#[cfg(feature = "s3")]
pub(crate) use file::{FileSource, save};
pub use file_store::FileStore;
pub use http::HttpTransport;
#[cfg(feature = "loopback-redirect")]
pub use loopback::LoopbackUserAgent;

use super::BoxFuture;

#[expect(clippy::disallowed_methods, reason = "the one place where native time enters")]
pub(super) fn now() -> SystemTime {
    SystemTime::now()
}

/// Nothing between the server and us unpacks an answer's body.
pub(crate) const HANDS_OUT_BODIES_AS_SENT: bool = true;
/// Whether an answer may have headers that are not handed out.
pub(crate) const HIDES_HEADERS: bool = false;

/// The default size of an upload's parts.
pub(crate) const UPLOAD_PART: u64 = 8 * 1024 * 1024;

pub(crate) async fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub(crate) async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Writes `host` as reqwest does into the header of that name; `None` if it refuses the host.
pub(crate) fn host_as_sent(host: &str) -> Option<String> {
    reqwest::Url::parse(&format!("http://{host}/")).ok()?.host_str().map(str::to_owned)
}

/// Runs `task` to its end, whoever started it. It is boxed because tokio's part of a task is compiled once for each type.
pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    let task: BoxFuture<'static, ()> = Box::pin(task);
    tokio::spawn(task);
}

/// Runs `work`, which waits for the file system, where it holds up no other task. Boxed for the same reason.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    let (sender, mut outcome) = oneshot::channel();
    let work: Box<dyn FnOnce() + Send> = Box::new(move || drop(sender.send(work())));
    spawn_blocking(work).await.map_err(io::Error::other)?;
    outcome.try_recv().map_err(io::Error::other)?
}
