//! The items of DynamoDB for which a condition did not hold.

use poolpass::dynamodb::Item;
use poolpass::{CancellationReason, Error};
use wasm_bindgen::prelude::*;

use super::attribute_value::Reading;
use crate::values::{list, maybe, object};

/// The members of an error for these items.
pub(crate) fn members(error: &Error) -> [(&'static str, JsValue); 2] {
    [("item", attributes(error.item())), ("cancellationReasons", reasons(error.cancellation_reasons()))]
}

fn reasons(reasons: &[CancellationReason]) -> JsValue {
    if reasons.is_empty() {
        return JsValue::UNDEFINED;
    }
    let members = |reason: &CancellationReason| {
        let (code, message) = (maybe(reason.code()), maybe(reason.message()));
        object(&[("code", code), ("message", message), ("item", attributes(reason.item()))])
    };
    list(reasons.iter().map(members))
}

fn attributes(item: Option<Item>) -> JsValue {
    maybe(item.map(|item| Reading::default().item(&item)))
}
