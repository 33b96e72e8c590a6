//! The devices that the user pool remembers.

use poolpass::Device;
use wasm_bindgen::prelude::*;

use crate::values::{date, maybe, object, texts};

pub(crate) fn device(device: Device) -> JsValue {
    let attributes = device.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    object(&[
        ("attributes", texts(attributes)),
        ("key", device.key.into()),
        ("name", maybe(device.name)),
        ("created", date(device.created)),
        ("lastModified", date(device.last_modified)),
        ("lastAuthenticated", date(device.last_authenticated)),
    ])
    .into()
}
