//! Errors as answers.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use poolpass::ErrorKind;
use serde_json::json;

/// An error of AWS or of the request.
#[derive(Debug)]
pub(crate) struct Failure(poolpass::Error);

impl From<poolpass::Error> for Failure {
    fn from(error: poolpass::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let kind = self.0.kind();
        let status = match kind {
            ErrorKind::InvalidInput => StatusCode::BAD_REQUEST,
            ErrorKind::NotAuthorized | ErrorKind::LoginExpired => StatusCode::UNAUTHORIZED,
            ErrorKind::AccessDenied => StatusCode::FORBIDDEN,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::ConditionFailed | ErrorKind::Conflict => StatusCode::CONFLICT,
            kind if kind.is_transient() => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_GATEWAY,
        };
        let body = json!({ "error": kind.code(), "requestId": self.0.request_id() });
        (status, axum::Json(body)).into_response()
    }
}
