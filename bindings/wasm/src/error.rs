//! Errors on their way to JavaScript.

use js_sys::Object;
use poolpass::{Error, ErrorKind, StepUpRequirement};
use wasm_bindgen::prelude::*;

#[cfg(feature = "dynamodb")]
use crate::dynamodb;
use crate::values::{list, maybe, object};

#[wasm_bindgen(raw_module = "./errors.js")]
extern "C" {
    /// The class of all errors that apps see.
    type PoolpassError;

    #[wasm_bindgen(constructor)]
    fn new(kind: &str, message: &str, details: &Object) -> PoolpassError;
}

#[wasm_bindgen(raw_module = "./causes.js")]
extern "C" {
    /// The message of an exception of the app's code, by which [`cause_of`] finds the exception.
    pub(crate) fn remembered(thrown: &JsValue) -> String;

    #[wasm_bindgen(js_name = causeOf)]
    fn cause_of(message: &str) -> JsValue;
}

/// The value with which a call's promise is rejected.
pub(crate) struct Exception(JsValue);

impl Exception {
    /// An argument is invalid. Nothing was sent.
    pub(crate) fn invalid_input(message: &str) -> Self {
        Self::of_kind(ErrorKind::InvalidInput, message, &object(&[]))
    }

    /// The app cancelled the call, and this is its reason.
    pub(crate) fn cancelled(reason: JsValue) -> Self {
        Self::of_kind(ErrorKind::Cancelled, "the call was cancelled", &object(&[("cause", reason)]))
    }

    fn of_kind(kind: ErrorKind, message: &str, details: &Object) -> Self {
        Self(PoolpassError::new(kind.code(), message, details).into())
    }
}

impl From<Error> for Exception {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        // Exceptions of an app's store or of an upload's source have these kinds.
        let cause = match error.kind() {
            ErrorKind::Store | ErrorKind::InvalidInput => cause_of(&message),
            _ => JsValue::UNDEFINED,
        };
        let details = [
            ("cause", cause),
            ("awsCode", maybe(error.aws_code())),
            ("requestId", maybe(error.request_id())),
            ("httpStatus", maybe(error.http_status())),
            ("operation", maybe(error.operation())),
            ("stepUp", maybe(error.step_up().map(step_up))),
            ("retryUrl", maybe(error.retry_url())),
        ];
        #[cfg(feature = "dynamodb")]
        let details = [&details[..], &dynamodb::members(&error)].concat();
        Self::of_kind(error.kind(), &message, &object(&details))
    }
}

fn step_up(required: &StepUpRequirement) -> JsValue {
    let levels = list(required.acr_values());
    let max_age = maybe(required.max_age().map(|age| age.as_secs() as f64));
    object(&[("acrValues", levels), ("maxAge", max_age)]).into()
}

/// An exception of the app's own code stays as it is.
impl From<JsValue> for Exception {
    fn from(thrown: JsValue) -> Self {
        Self(thrown)
    }
}

impl From<Exception> for JsValue {
    fn from(thrown: Exception) -> Self {
        thrown.0
    }
}
