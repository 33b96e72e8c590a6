//! The answer to a request.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::error::Error;

/// The answer to a [`ApiRequest`](super::ApiRequest), with its whole body. `Debug` shows the status and the body's length only.
#[derive(Clone)]
pub struct ApiResponse(http::Response<Bytes>);

impl ApiResponse {
    pub(super) fn new(response: http::Response<Bytes>) -> Self {
        Self(response)
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.0.status()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// The first value of a header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// The body.
    pub fn bytes(&self) -> &Bytes {
        self.0.body()
    }

    /// The body, without copying it.
    pub fn into_bytes(self) -> Bytes {
        self.0.into_body()
    }

    /// The body as UTF-8.
    ///
    /// # Errors
    ///
    /// Kind `InvalidResponse` when it is not UTF-8.
    pub fn text(&self) -> Result<&str, Error> {
        std::str::from_utf8(self.bytes()).map_err(|_| Error::invalid_response("the answer is not UTF-8"))
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    ///
    /// Kind `InvalidResponse` when it is not JSON, or does not fit `T`. The message does not quote the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(self.bytes()).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Error::invalid_response(format!(
                "the answer is not the expected JSON (line {line}, column {column})"
            ))
        })
    }
}

impl fmt::Debug for ApiResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiResponse")
            .field("status", &self.status())
            .field("length", &self.bytes().len())
            .finish_non_exhaustive()
    }
}
