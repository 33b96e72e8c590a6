//! Runs `tests/scenarios` in Rust, and has helpers for the other tests against local-aws.

mod arguments;
mod backend;
mod demo;
mod driver;
mod echo;
mod event_log;
mod http;
mod matching;
mod root;
pub mod scenario;
mod scenario_run;
pub mod signature_check;
pub mod tampering;
mod template;
mod test_pool;
mod totp;
mod verifying_transport;

use std::time::SystemTime;

pub use backend::Backend;
pub use demo::Demo;
pub use event_log::EventLog;
pub use http::exchange;
pub use scenario_run::play;
pub use test_pool::{DeviceClock, PASSWORD, TestPool};
pub use verifying_transport::VerifyingTransport;

#[expect(clippy::disallowed_methods, reason = "the tests' one clock")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

pub(crate) fn unix_seconds() -> u64 {
    now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}
