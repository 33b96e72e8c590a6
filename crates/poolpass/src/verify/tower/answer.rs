//! The answers to requests without a good token: RFC 6750, section 3, and RFC 9470, section 3.

use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

use crate::verify::{Requirements, VerifyError, VerifyErrorKind};

/// The request has no token: says which scopes it needs, and no error (RFC 6750, section 3.1).
pub(super) fn without_token<B: Default>(requirements: &Requirements) -> Response<B> {
    let challenge = Challenge::default().scope(requirements);
    challenge.answer(StatusCode::UNAUTHORIZED)
}

/// The request's credentials cannot be read.
pub(super) fn invalid_request<B: Default>() -> Response<B> {
    let challenge =
        Challenge::default().error("invalid_request", "one Authorization header with one bearer token");
    challenge.answer(StatusCode::BAD_REQUEST)
}

/// The token was refused, or could not be verified now. The error is an extension of the answer, for the server's log.
pub(super) fn refused<B: Default>(error: VerifyError, requirements: &Requirements) -> Response<B> {
    let challenge = Challenge::default();
    let mut answer = match error.kind() {
        VerifyErrorKind::KeysUnavailable => {
            let mut answer = Response::new(B::default());
            *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
            answer
        }
        VerifyErrorKind::Scope => challenge
            .error("insufficient_scope", error.message())
            .scope(requirements)
            .answer(StatusCode::FORBIDDEN),
        // A group is none of RFC 6750's scopes: no other token of this person would do.
        VerifyErrorKind::Group => {
            challenge.error("insufficient_scope", error.message()).answer(StatusCode::FORBIDDEN)
        }
        VerifyErrorKind::InsufficientUserAuthentication => challenge
            .error("insufficient_user_authentication", error.message())
            .step_up(requirements)
            .answer(StatusCode::UNAUTHORIZED),
        _ => challenge.error("invalid_token", error.message()).answer(StatusCode::UNAUTHORIZED),
    };
    answer.extensions_mut().insert(error);
    answer
}

/// The value of `WWW-Authenticate`.
#[derive(Default)]
struct Challenge(Vec<String>);

impl Challenge {
    /// Adds `name="value"`; a value that would break the quotes is left out.
    fn with(mut self, name: &str, value: &str) -> Self {
        let may_be_quoted = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
        if value.bytes().all(may_be_quoted) {
            self.0.push(format!("{name}=\"{value}\""));
        }
        self
    }

    fn error(self, code: &str, description: &str) -> Self {
        self.with("error", code).with("error_description", description)
    }

    fn scope(self, requirements: &Requirements) -> Self {
        if requirements.scopes.is_empty() { self } else { self.with("scope", &requirements.scopes.join(" ")) }
    }

    fn step_up(self, requirements: &Requirements) -> Self {
        let with_level = match &requirements.acr {
            Some(level) => self.with("acr_values", level),
            None => self,
        };
        match requirements.max_age {
            Some(max_age) => with_level.with("max_age", &max_age.as_secs().to_string()),
            None => with_level,
        }
    }

    fn answer<B: Default>(self, status: StatusCode) -> Response<B> {
        let value = match self.0.is_empty() {
            true => "Bearer".to_owned(),
            false => format!("Bearer {}", self.0.join(", ")),
        };
        let mut answer = Response::new(B::default());
        *answer.status_mut() = status;
        let value = HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("Bearer"));
        answer.headers_mut().insert(WWW_AUTHENTICATE, value);
        answer
    }
}
