//! AWS JSON 1.1, the protocol of user pools, identity pools and DynamoDB.

use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::{
    error::AwsError,
    exchange::{Response, full},
};

pub(crate) const CONTENT_TYPE_JSON_1_1: &str = "application/x-amz-json-1.1";

/// Replaces characters that a header cannot contain.
const MOST_HEADER_BYTES: usize = 4096;

/// The answer of an operation. Operations without output return an empty object.
pub(crate) fn response(result: Result<Value, AwsError>) -> Response {
    match result {
        Ok(value) => reply(StatusCode::OK, &value),
        Err(error) => error_response(&error),
    }
}

pub(crate) fn error_response(error: &AwsError) -> Response {
    let mut response = reply(error.status, &json!({ "__type": error.code, "message": error.message }));
    if let Ok(code) = HeaderValue::from_str(&error.code) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    // A message that quotes a long value would exceed the clients' limit for headers.
    if error.message.len() <= MOST_HEADER_BYTES
        && let Ok(message) = HeaderValue::from_str(&error.message)
    {
        response.headers_mut().insert("x-amzn-errormessage", message);
    }
    response
}

fn reply(status: StatusCode, value: &Value) -> Response {
    let mut response = http::Response::new(full(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE_JSON_1_1));
    response
}
