//! Recognizes JavaScript values from any realm: `instanceof`, which `dyn_ref` asks, knows only the classes of this one.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

#[wasm_bindgen(raw_module = "./realms.js")]
extern "C" {
    /// The bytes of a `Uint8Array`, as one of this realm.
    #[wasm_bindgen(js_name = bytesIn)]
    pub(crate) fn bytes_in(value: &JsValue) -> Option<Uint8Array>;

    /// The elements of an array. `dyn_ref` throws for a revoked `Proxy`, and what is thrown there ends the module.
    #[wasm_bindgen(js_name = arrayIn)]
    pub(crate) fn array_in(value: &JsValue) -> Option<Array>;

    /// The elements of a `Set`.
    #[wasm_bindgen(js_name = elementsIn)]
    pub(crate) fn elements_in(value: &JsValue) -> Option<Array>;

    /// The moment of a `Date`.
    #[wasm_bindgen(js_name = millisIn)]
    pub(crate) fn millis_in(value: &JsValue) -> Option<f64>;

    /// The text of a `Decimal`; undefined for anything else.
    #[wasm_bindgen(js_name = digitsIn)]
    pub(crate) fn digits_in(value: &JsValue) -> JsValue;

    /// An `AbortSignal`.
    #[wasm_bindgen(js_name = signalIn)]
    pub(crate) fn signal_in(value: &JsValue) -> Option<AbortSignal>;
}
