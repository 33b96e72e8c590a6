//! Refusals as clients of gRPC read them: a status of gRPC in the headers, without a body ("Trailers-Only" in gRPC's specification).

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use crate::percent;
use crate::verify::VerifyError;

/// The content type of gRPC, with which those of gRPC-Web and of each message format begin.
const GRPC: &[u8] = b"application/grpc";

// gRPC's codes of statuses.
const PERMISSION_DENIED: HeaderValue = HeaderValue::from_static("7");
const UNAVAILABLE: HeaderValue = HeaderValue::from_static("14");
const UNAUTHENTICATED: HeaderValue = HeaderValue::from_static("16");

/// The content type of a request that speaks gRPC.
pub(super) fn content_type(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(CONTENT_TYPE).filter(|value| value.as_bytes().starts_with(GRPC)).cloned()
}

/// Gives a refusal gRPC's form. `WWW-Authenticate` stays: clients read it as metadata.
pub(super) fn refusal<B>(mut answer: Response<B>, content_type: HeaderValue) -> Response<B> {
    let status = match answer.status() {
        StatusCode::FORBIDDEN => PERMISSION_DENIED,
        StatusCode::SERVICE_UNAVAILABLE => UNAVAILABLE,
        _ => UNAUTHENTICATED,
    };
    let message = answer.extensions().get::<VerifyError>();
    let message =
        message.map_or("one Authorization header with one bearer token is required", |error| error.message());
    let message = HeaderValue::try_from(percent::component(message).to_string());
    *answer.status_mut() = StatusCode::OK;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(HeaderName::from_static("grpc-status"), status);
    if let Ok(message) = message {
        headers.insert(HeaderName::from_static("grpc-message"), message);
    }
    answer
}
