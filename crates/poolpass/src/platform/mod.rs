//! The platform under the SDK: HTTP, time, randomness, storage and files.
//!
//! This is the only module that knows which platform it runs on. All others take its traits as inputs, so the SDK behaves the same in a
//! browser, on a phone and on a server, and a test can replace any of them.

mod authenticator;
mod clock;
mod random;
#[cfg(all(feature = "software-authenticator", not(target_arch = "wasm32")))]
mod software_authenticator;
mod store;
mod timing;
mod transport;
#[cfg(feature = "s3")]
mod upload_source;
mod user_agent;

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(not(target_arch = "wasm32"))]
use native as sys;
#[cfg(target_arch = "wasm32")]
use web as sys;

pub use authenticator::{Authenticator, AuthenticatorError, AuthenticatorErrorKind};
pub use clock::{Clock, SystemClock};
pub use random::{Random, RandomError, SystemRandom};
#[cfg(all(feature = "software-authenticator", not(target_arch = "wasm32")))]
pub use software_authenticator::SoftwareAuthenticator;
pub use store::{MemoryStore, SessionStore, StoreError, StoreLock};
#[cfg(not(target_arch = "wasm32"))]
pub use sys::FileStore;
pub use sys::HttpTransport;
#[cfg(all(feature = "loopback-redirect", not(target_arch = "wasm32")))]
pub use sys::LoopbackUserAgent;
pub use transport::{
    Body, Request, Response, SameOriginCookies, Transport, TransportError, TransportErrorKind,
};
#[cfg(feature = "s3")]
pub use upload_source::UploadSource;
pub use user_agent::{RedirectUserAgent, UserAgentError, UserAgentErrorKind};

pub(crate) use clock::ServerClock;
pub(crate) use store::{BoundedStore, lock_within};
#[cfg(any(feature = "s3", feature = "dynamodb"))]
pub(crate) use sys::Crc32;
#[cfg(all(feature = "s3", not(target_arch = "wasm32")))]
pub(crate) use sys::{FileSource, save};
pub(crate) use sys::{
    HANDS_OUT_BODIES_AS_SENT, HIDES_HEADERS, UPLOAD_PART, host_as_sent, sha256, sleep, spawn,
};
pub(crate) use timing::{GracePeriod, grace_period, time_limit, timeout, within_grace_period};

use std::pin::Pin;

use futures_util::{Future, Stream};

/// The checksum of S3 and DynamoDB.
#[cfg(any(feature = "s3", feature = "dynamodb"))]
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc32 = Crc32::new();
    crc32.update(bytes);
    crc32.finalize()
}

/// `Send` where the platform has threads; nothing in a browser, whose objects belong to one thread.
#[cfg(not(target_arch = "wasm32"))]
pub trait MaybeSend: Send {}
#[cfg(not(target_arch = "wasm32"))]
impl<T: Send + ?Sized> MaybeSend for T {}

/// `Sync` where the platform has threads; nothing in a browser.
#[cfg(not(target_arch = "wasm32"))]
pub trait MaybeSync: Sync {}
#[cfg(not(target_arch = "wasm32"))]
impl<T: Sync + ?Sized> MaybeSync for T {}

/// `Send` where the platform has threads; nothing in a browser, whose objects belong to one thread.
#[cfg(target_arch = "wasm32")]
pub trait MaybeSend {}
#[cfg(target_arch = "wasm32")]
impl<T: ?Sized> MaybeSend for T {}

/// `Sync` where the platform has threads; nothing in a browser.
#[cfg(target_arch = "wasm32")]
pub trait MaybeSync {}
#[cfg(target_arch = "wasm32")]
impl<T: ?Sized> MaybeSync for T {}

/// A boxed future, `Send` where the platform has threads.
#[cfg(not(target_arch = "wasm32"))]
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// A boxed future.
#[cfg(target_arch = "wasm32")]
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A boxed stream, `Send` where the platform has threads.
#[cfg(not(target_arch = "wasm32"))]
pub type BoxStream<'a, T> = Pin<Box<dyn Stream<Item = T> + Send + 'a>>;
/// A boxed stream.
#[cfg(target_arch = "wasm32")]
pub type BoxStream<'a, T> = Pin<Box<dyn Stream<Item = T> + 'a>>;
