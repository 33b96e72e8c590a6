//! Device data for the threat protection of a user pool.

use js_sys::Function;
use poolpass::{DeviceFingerprint, UserContextData};
use wasm_bindgen::JsValue;

use crate::error::Exception;
use crate::values::Options;

/// A function that gets a user name. The request goes without data if it throws, or returns no text.
pub(crate) struct JsUserContextData(pub(crate) Function);

impl UserContextData for JsUserContextData {
    fn encoded_data(&self, username: &str) -> Option<String> {
        self.0.call1(&JsValue::UNDEFINED, &username.into()).ok()?.as_string()
    }
}

pub(crate) fn device_fingerprint(fingerprint: &Options) -> Result<DeviceFingerprint, Exception> {
    let data = fingerprint.texts("data")?;
    match fingerprint.needed("platform")?.as_str() {
        "ios" => Ok(DeviceFingerprint::ios(data)),
        "android" => Ok(DeviceFingerprint::android(data)),
        _ => Err(Exception::invalid_input("there is no such platform")),
    }
}
