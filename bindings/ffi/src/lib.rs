//! The source from which uniffi generates code for the Swift and the Kotlin package.
//!
//! It holds no logic: every type stands for one of the crate `poolpass`, and every method turns its arguments into those of
//! that crate and its results back. Numbers are signed, since Swift and Kotlin count that way. What is secret is an object with
//! getters, because generated records print their members.
//!
//! `bindings/swift` and `bindings/kotlin` wrap what is exported here in what apps see; nothing else calls it.

// An app's log is the app's: a line that the SDK writes may show a secret.
#![deny(clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro)]

mod account;
mod api;
mod auth_factor;
mod body;
mod call;
mod challenge;
mod client;
mod clock;
mod convert;
mod devices;
mod dynamodb;
mod error;
mod events;
mod log;
mod logins;
mod mfa;
mod passkeys;
mod redirect;
mod s3;
mod session;
mod store;
mod tokens;
mod transport;
mod user_context;

pub use account::*;
pub use api::*;
pub use auth_factor::AuthFactor;
pub use body::*;
pub use call::CancelHandle;
pub use challenge::*;
pub use client::*;
pub use clock::Clock;
pub use dynamodb::*;
pub use error::*;
pub use events::*;
pub use log::{LogEvent, LogLevel, LogListener};
pub use logins::*;
pub use passkeys::*;
pub use redirect::*;
pub use s3::*;
pub use session::*;
pub use store::*;
pub use tokens::*;
pub use transport::*;
pub use user_context::*;

uniffi::setup_scaffolding!();
