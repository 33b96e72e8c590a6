//! `setTimeout` as a future.

use std::time::Duration;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    // Global in windows, workers and Node alike, unlike Window.setTimeout of web-sys.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, millis: f64) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// The longest that `setTimeout` waits, 24 days; what is longer it takes for nothing.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

pub(crate) async fn sleep(duration: Duration) {
    let mut timer = Timer(JsValue::UNDEFINED);
    let promise = Promise::new(&mut |resolve, _reject| {
        timer.0 = set_timeout(&resolve, duration.min(LONGEST).as_millis() as f64);
    });
    // The promise is only ever resolved.
    let _ = JsFuture::from(promise).await;
}

/// Stops its timer when the sleeper goes away, so that Node can end.
struct Timer(JsValue);

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.0);
    }
}
