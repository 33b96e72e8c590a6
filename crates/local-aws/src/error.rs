use std::borrow::Cow;

use http::StatusCode;

/// An error with AWS's code and message. Each service writes it in its own protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct AwsError {
    pub(crate) status: StatusCode,
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: Cow<'static, str>,
    /// More elements of S3's error document, such as `ServerTime`.
    pub(crate) details: Vec<(&'static str, String)>,
}

impl AwsError {
    /// An error with HTTP status 400, which the JSON services use for every client error.
    pub(crate) fn new(code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: code.into(),
            message: message.into(),
            details: Vec::new(),
        }
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn with_detail(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.details.push((name, value.to_string()));
        self
    }

    /// An internal error. The cause is logged and not sent to the caller.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new("InternalErrorException", "An internal error occurred.")
            .with_status(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
