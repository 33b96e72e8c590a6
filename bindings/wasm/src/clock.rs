//! A clock of the app's own, for tests.

use std::fmt;
use std::time::SystemTime;

use js_sys::{Date, Function};
use poolpass::platform::Clock;
use wasm_bindgen::JsValue;

use crate::values::system_time;

/// A function that gives milliseconds since 1970, as `Date.now` does.
pub(crate) struct JsClock(pub(crate) Function);

impl Clock for JsClock {
    fn now(&self) -> SystemTime {
        let millis = self.0.call0(&JsValue::UNDEFINED).ok().and_then(|millis| millis.as_f64());
        system_time(millis.unwrap_or_else(Date::now))
    }
}

impl fmt::Debug for JsClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsClock")
    }
}
