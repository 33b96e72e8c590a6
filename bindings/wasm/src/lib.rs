//! The WebAssembly module inside the npm package `poolpass`.
//!
//! It holds no logic: every function turns JavaScript values into arguments of the crate `poolpass` and its results back.
//! `js/` wraps what is exported here in the classes that apps see; nothing else calls it.
#![cfg(target_arch = "wasm32")]
// An app's log is the app's: a line that the SDK writes may show a secret.
#![deny(clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro)]

mod account;
mod api;
mod body;
#[cfg(feature = "s3")]
mod bucket;
mod call;
mod challenge;
mod client;
mod clock;
mod devices;
#[cfg(feature = "dynamodb")]
mod dynamodb;
mod error;
mod failure;
mod logins;
mod mfa;
#[cfg(feature = "s3")]
mod object_options;
mod passkeys;
mod presigned_url;
mod realms;
mod redirect;
mod session;
mod store;
#[cfg(feature = "s3")]
mod upload;
mod user_context;
mod values;

use poolpass::ErrorKind;
use wasm_bindgen::prelude::*;

/// All kinds of errors: the tests hold TypeScript's union against them.
#[wasm_bindgen(js_name = errorKinds)]
pub fn error_kinds() -> Vec<String> {
    ErrorKind::ALL.iter().map(|kind| kind.code().to_owned()).collect()
}

/// Every panic calls this before it stops the module; `wasm-bindgen-runner` arranges it.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic() {
    failure::failed();
}
