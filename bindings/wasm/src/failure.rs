//! Ends the calls when this module fails inside, which would be a bug of ours; no input is known to cause it.
//!
//! A panic cannot be caught here: without this, whoever waits would wait for ever.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./failure.js")]
extern "C" {
    /// Rejects all calls that wait, and all later ones.
    pub(crate) fn failed();

    /// `promise`, which this module's failure rejects.
    pub(crate) fn guarded(promise: Promise) -> Promise;
}
