//! Errors as answers: `application/problem+json` (RFC 9457), with the kind of the error as the member `kind`.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use poolpass::ErrorKind;
use serde_json::json;

/// Why a request failed: AWS refused, or the request cannot be read.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    kind: &'static str,
    /// Words for the developer of a client, where the kind does not say enough.
    detail: Option<String>,
    /// AWS's id of the refused request.
    request_id: Option<String>,
}

impl Failure {
    pub(crate) fn invalid_input(detail: impl Into<String>) -> Self {
        Self::of_client(StatusCode::BAD_REQUEST, ErrorKind::InvalidInput, detail.into())
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::of_client(StatusCode::NOT_FOUND, ErrorKind::NotFound, detail.into())
    }

    fn of_client(status: StatusCode, kind: ErrorKind, detail: String) -> Self {
        Self { status, kind: kind.code(), detail: Some(detail), request_id: None }
    }
}

impl From<poolpass::Error> for Failure {
    fn from(error: poolpass::Error) -> Self {
        let kind = error.kind();
        let status = match kind {
            ErrorKind::InvalidInput => StatusCode::BAD_REQUEST,
            ErrorKind::NotAuthorized | ErrorKind::LoginExpired => StatusCode::UNAUTHORIZED,
            ErrorKind::AccessDenied => StatusCode::FORBIDDEN,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::ConditionFailed => StatusCode::PRECONDITION_FAILED,
            ErrorKind::Conflict => StatusCode::CONFLICT,
            ErrorKind::Throttled => StatusCode::TOO_MANY_REQUESTS,
            kind if kind.is_transient() => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_GATEWAY,
        };
        let request_id = error.request_id().map(str::to_owned);
        // Without the error's message: it tells of the server's own calls, which are not the client's.
        Self { status, kind: kind.code(), detail: None, request_id }
    }
}

impl From<JsonRejection> for Failure {
    fn from(rejection: JsonRejection) -> Self {
        Self::of_client(rejection.status(), ErrorKind::InvalidInput, rejection.body_text())
    }
}

impl From<QueryRejection> for Failure {
    fn from(rejection: QueryRejection) -> Self {
        Self::of_client(rejection.status(), ErrorKind::InvalidInput, rejection.body_text())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut problem = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason(),
            "status": self.status.as_u16(),
            "kind": self.kind,
        });
        for (name, value) in [("detail", self.detail), ("requestId", self.request_id)] {
            if let Some(value) = value {
                problem[name] = value.into();
            }
        }
        (self.status, [(header::CONTENT_TYPE, "application/problem+json")], Json(problem)).into_response()
    }
}
