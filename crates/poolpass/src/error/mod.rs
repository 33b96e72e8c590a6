//! One error type for everything, with a stable kind that is the same in every language.

mod aws_code;
mod kind;
mod redaction;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

pub use kind::ErrorKind;
pub(crate) use redaction::Secrets;

use crate::platform::{RandomError, StoreError, TransportError, TransportErrorKind};

/// What went wrong and what to do about it.
///
/// Decide by [`kind`](Self::kind). The message is for people; it never contains a password, token,
/// code, key or signed URL. AWS's own code and request id are kept for AWS's support and for the
/// cases that Poolpass has no kind for.
///
/// ```
/// use poolpass::{Config, ErrorKind};
///
/// let error = Config::builder().user_pool("eu-west-1", "app").build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidConfig);
/// assert!(error.message().contains("eu-west-1_AbCdEfGhI"));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    operation: Option<Cow<'static, str>>,
    aws_code: Option<String>,
    request_id: Option<String>,
    http_status: Option<u16>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            operation: None,
            aws_code: None,
            request_id: None,
            http_status: None,
            source: None,
        }))
    }

    pub(crate) fn invalid_config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidConfig, message)
    }

    pub(crate) fn invalid_input(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    pub(crate) fn invalid_response(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidResponse, message)
    }

    /// A refusal by AWS; the kind follows from the code, or from the status where there is no code.
    pub(crate) fn from_aws(refusal: AwsRefusal) -> Self {
        let AwsRefusal { http_status, aws_code, message, request_id } = refusal;
        let kind =
            aws_code::kind_of(aws_code.as_deref(), message.as_deref().unwrap_or_default(), http_status);
        let message = match message {
            Some(message) => message.into(),
            None => Cow::from(format!("AWS answered with HTTP status {http_status}")),
        };
        Self(Box::new(Inner {
            kind,
            message,
            operation: None,
            aws_code,
            request_id,
            http_status: Some(http_status),
            source: None,
        }))
    }

    pub(crate) fn during(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.0.operation.get_or_insert(operation.into());
        self
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.0.message = message.into();
        self
    }

    /// Without the secrets of the request that it answers, whoever has quoted them.
    pub(crate) fn without(mut self, secrets: &Secrets) -> Self {
        let inner = &mut *self.0;
        if let Some(message) = secrets.cut_from(&inner.message) {
            inner.message = message.into();
        }
        for text in [&mut inner.aws_code, &mut inner.request_id].into_iter().flatten() {
            if let Some(redacted) = secrets.cut_from(text) {
                *text = redacted;
            }
        }
        if let Some(source) = &inner.source
            && (secrets.cut_from(&source.to_string()).is_some()
                || secrets.cut_from(&format!("{source:?}")).is_some())
        {
            inner.source = None;
        }
        self
    }

    /// What lies below. Where the message says it already there is none, so that a printed chain tells nothing twice.
    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// What kind of error this is: stable, and the same in every language.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What went wrong, in a sentence for people. The wording may change.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// AWS's own error code, such as `NotAuthorizedException`, where AWS refused the request.
    pub fn aws_code(&self) -> Option<&str> {
        self.0.aws_code.as_deref()
    }

    /// AWS's id of the refused request, for AWS's support.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The status of AWS's answer, where there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// The AWS operation that failed, such as `InitiateAuth` or `GetObject`.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.0.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&self.0.message)?;
        match (&self.0.aws_code, &self.0.request_id) {
            (Some(code), Some(id)) => write!(f, " ({code}, request {id})"),
            (Some(code), None) => write!(f, " ({code})"),
            (None, Some(id)) => write!(f, " (request {id})"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("operation", &self.0.operation)
            .field("aws_code", &self.0.aws_code)
            .field("request_id", &self.0.request_id)
            .field("http_status", &self.0.http_status)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        let (kind, message) = match error.kind {
            TransportErrorKind::NotSent => (ErrorKind::Network, format!("AWS could not be reached: {error}")),
            TransportErrorKind::Interrupted => {
                (ErrorKind::Network, format!("the connection broke before the answer was complete: {error}"))
            }
            TransportErrorKind::TimedOut => {
                (ErrorKind::Timeout, format!("AWS did not answer in time: {error}"))
            }
            TransportErrorKind::Redirected => (ErrorKind::InvalidResponse, error.detail),
            TransportErrorKind::Unsupported => (ErrorKind::Platform, error.detail),
        };
        Self::new(kind, message)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::new(ErrorKind::Store, format!("the session store failed: {error}"))
    }
}

impl From<RandomError> for Error {
    fn from(error: RandomError) -> Self {
        Self::new(ErrorKind::Platform, error.to_string())
    }
}

/// What a refusing answer said.
#[derive(Debug, Default)]
pub(crate) struct AwsRefusal {
    pub(crate) http_status: u16,
    pub(crate) aws_code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_code_message_and_request_id() {
        let error = Error::from_aws(AwsRefusal {
            http_status: 400,
            aws_code: Some("NotAuthorizedException".to_owned()),
            message: Some("Incorrect username or password.".to_owned()),
            request_id: Some("7a1b".to_owned()),
        })
        .during("InitiateAuth");
        assert_eq!(error.kind(), ErrorKind::NotAuthorized);
        assert_eq!(
            error.to_string(),
            "InitiateAuth: Incorrect username or password. (NotAuthorizedException, request 7a1b)"
        );
    }

    #[test]
    fn a_page_without_a_code_is_judged_by_its_status() {
        let kind = |http_status| Error::from_aws(AwsRefusal { http_status, ..AwsRefusal::default() }).kind();
        assert_eq!(kind(503), ErrorKind::Unavailable);
        assert_eq!(kind(429), ErrorKind::Throttled);
        assert_eq!(kind(403), ErrorKind::AccessDenied);
        assert_eq!(kind(404), ErrorKind::NotFound);
        assert_eq!(kind(418), ErrorKind::Aws);
    }
}
