//! What becomes of the calls when this module fails inside: a mistake of ours, which nothing is known to bring about.

use std::panic;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./failure.js")]
extern "C" {
    /// Rejects all calls that wait, and all later ones.
    fn failed();

    /// `promise`, which this module's failure rejects.
    pub(crate) fn guarded(promise: Promise) -> Promise;
}

/// A panic cannot be caught here: without this, whoever waits would wait for ever.
#[wasm_bindgen(start)]
fn report_panics() {
    panic::set_hook(Box::new(|_| fail()));
}

/// The package's build finds it by its name, and lets the standard library's panics call it.
#[inline(never)]
fn fail() {
    failed();
}
