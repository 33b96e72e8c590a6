//! One error type for everything, with a stable kind that is the same in every language.

mod aws_code;
mod cancellation;
mod kind;
mod redaction;
mod step_up;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

pub use cancellation::CancellationReason;
pub use kind::ErrorKind;
pub(crate) use redaction::Secrets;
pub use step_up::StepUpRequirement;

#[cfg(feature = "dynamodb")]
pub(crate) use crate::dynamodb::Item;
/// Without DynamoDB no error has an item.
#[cfg(not(feature = "dynamodb"))]
pub(crate) use std::convert::Infallible as Item;

use crate::platform::{
    AuthenticatorError, AuthenticatorErrorKind, RandomError, StoreError, TransportError, TransportErrorKind,
    UserAgentError, UserAgentErrorKind,
};

/// The error of every call.
///
/// Decide by its [`kind`](Self::kind). The message is for people and never contains a password, token, code, key or signed URL.
/// AWS's own code and request id help AWS's support, and tell apart the cases that Poolpass has no kind for.
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
    cancellation_reasons: Vec<CancellationReason>,
    item: Option<Item>,
    retry_url: Option<SecretString>,
    step_up: Option<StepUpRequirement>,
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
            cancellation_reasons: Vec::new(),
            item: None,
            retry_url: None,
            step_up: None,
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

    /// A refusal by AWS. The kind follows from AWS's code, or from the status if there is no code.
    pub(crate) fn from_aws(refusal: AwsRefusal) -> Self {
        let AwsRefusal { http_status, aws_code, message, request_id, mut cancellation_reasons, item } =
            refusal;
        let said = message.as_deref().unwrap_or_default();
        let mut kind = aws_code::kind_of(aws_code.as_deref(), said, http_status);
        if aws_code.as_deref() == Some("TransactionCanceledException") {
            if cancellation_reasons.is_empty() {
                cancellation_reasons = cancellation::listed_in(said);
            }
            kind = cancellation::kind(&cancellation_reasons);
        }
        let advice = aws_code.as_deref().and_then(|code| aws_code::advice(code, said));
        let mut error = match message {
            Some(message) => Self::new(kind, advice.map_or(message.clone(), |advice| message + " " + advice)),
            None => Self::new(kind, format!("AWS answered with HTTP status {http_status}")),
        };
        error.0.aws_code = aws_code;
        error.0.request_id = request_id;
        error.0.http_status = (http_status != 0).then_some(http_status);
        error.0.cancellation_reasons = cancellation_reasons;
        error.0.item = item;
        error
    }

    pub(crate) fn during(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.0.operation.get_or_insert(operation.into());
        self
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn with_retry_url(mut self, url: SecretString) -> Self {
        self.0.retry_url = Some(url);
        self
    }

    pub(crate) fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.0.message = message.into();
        self
    }

    /// The refusal of an API that wants a stronger or more recent authentication.
    pub(crate) fn with_step_up(mut self, requirement: StepUpRequirement) -> Self {
        const ADVICE: &str =
            "The API requires a stronger or more recent authentication: start a step-up, then call it again.";

        self.0.kind = ErrorKind::InsufficientUserAuthentication;
        self.0.message = format!("{} {ADVICE}", self.0.message).into();
        self.0.step_up = Some(requirement);
        self
    }

    /// The store failed to save `value`, which its message may quote.
    pub(crate) fn not_saved(error: StoreError, value: &SecretString) -> Self {
        let mut secrets = Secrets::default();
        secrets.add(value.expose_secret());
        Self::from(error).without(&secrets)
    }

    /// The error without the secrets of its request, wherever they are quoted.
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
        inner.cancellation_reasons.iter_mut().for_each(|reason| reason.cut(secrets));
        for level in inner.step_up.iter_mut().flat_map(|requirement| &mut requirement.acr_values) {
            if let Some(redacted) = secrets.cut_from(level) {
                *level = redacted;
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

    /// Adds the underlying error. Only for errors whose message does not say the same, so that a printed chain repeats nothing.
    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// The kind of the error: stable, and the same in every language.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message for people, without any secret. The wording may change.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// AWS's own code, such as `NotAuthorizedException`, if AWS rejected the request.
    pub fn aws_code(&self) -> Option<&str> {
        self.0.aws_code.as_deref()
    }

    /// AWS's id of the rejected request, for AWS's support.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The HTTP status of AWS's answer, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// The reasons for which DynamoDB cancelled a transaction: one for each item, in order. Empty for other errors.
    pub fn cancellation_reasons(&self) -> &[CancellationReason] {
        &self.0.cancellation_reasons
    }

    /// The item as it was when the condition of a put, update or delete did not hold, if there was one and
    /// [`return_old_on_condition_check_failure`](crate::dynamodb::PutItem::return_old_on_condition_check_failure) asked for it.
    /// Nothing else of the error shows it: it is a person's data.
    ///
    /// ```no_run
    /// # use serde::{Deserialize, Serialize};
    /// use poolpass::dynamodb::{FromItem, attribute};
    ///
    /// # #[derive(Serialize, Deserialize)]
    /// # struct Note { pk: String, revision: u64 }
    /// # async fn example(notes: poolpass::dynamodb::Table, note: Note) -> Result<(), poolpass::Error> {
    /// let put = notes.put(&note).condition(attribute("revision").lt(note.revision));
    /// if let Err(error) = put.return_old_on_condition_check_failure().await {
    ///     let theirs = error.item().map(Note::from_item).transpose()?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "dynamodb")]
    pub fn item(&self) -> Option<Item> {
        self.0.item.clone()
    }

    /// The URL of managed login to send the person to once more, if Cognito has only just linked the provider's account to a user and
    /// therefore refused the sign-in ("Already found an entry for username"). The error's kind is `Conflict`. The second attempt
    /// works, mostly without a question.
    ///
    /// Nothing else of the error shows the URL: it is good for one sign-in.
    pub fn retry_url(&self) -> Option<&str> {
        self.0.retry_url.as_ref().map(|url| url.expose_secret())
    }

    /// The authentication that an API requires, of an error of kind `InsufficientUserAuthentication`.
    ///
    /// ```no_run
    /// # async fn example(client: poolpass::Client, api: poolpass::api::ApiClient) -> Result<(), poolpass::Error> {
    /// use poolpass::api::Authorization;
    ///
    /// let transfer = api.post("/transfers").authorization(Authorization::AccessToken).bearer();
    /// if let Err(error) = transfer.await
    ///     && let Some(required) = error.step_up()
    /// {
    ///     let level = required.acr_values().first().map_or("urn:cognito:loa:1", String::as_str);
    ///     let mut step_up = client.step_up(level);
    ///     if let Some(max_age) = required.max_age() {
    ///         step_up = step_up.max_age(max_age);
    ///     }
    ///     let step = step_up.await?; // once it is answered, the request can be made again
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn step_up(&self) -> Option<&StepUpRequirement> {
        self.0.step_up.as_ref()
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
        let error = TransportError { detail: without_queries(&error.detail), ..error };
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

/// Removes the parts of URLs that may be secret: user name and password, and the query, which holds the signature of presigned URLs.
fn without_queries(text: &str) -> String {
    let mut parts = text.split("://");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find([' ', '\n', '"', '\'', ')', '>', '`']).unwrap_or(part.len());
        let (url, rest) = part.split_at(end);
        let url = url.split(['?', '#']).next().unwrap_or_default();
        let host = url.split('/').next().unwrap_or_default();
        let user = host.rfind('@').map_or(0, |at| at + 1);
        let (_, url) = url.split_at(user);
        kept.push_str("://");
        kept.push_str(url);
        kept.push_str(rest);
    }
    kept
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::new(ErrorKind::Store, format!("the session store failed: {error}"))
    }
}

impl From<AuthenticatorError> for Error {
    fn from(error: AuthenticatorError) -> Self {
        let (kind, advice) = match error.kind {
            AuthenticatorErrorKind::Cancelled => (ErrorKind::Cancelled, ""),
            AuthenticatorErrorKind::TimedOut => (ErrorKind::Timeout, ""),
            AuthenticatorErrorKind::AlreadyRegistered => (ErrorKind::Conflict, ""),
            AuthenticatorErrorKind::NotAssociated => (ErrorKind::InvalidConfig, NOT_ASSOCIATED),
            AuthenticatorErrorKind::Unsupported | AuthenticatorErrorKind::Failed => (ErrorKind::Platform, ""),
        };
        Self::new(kind, error.detail + advice)
    }
}

const NOT_ASSOCIATED: &str = " (the user pool's RelyingPartyId has to be the page's domain or one above it; for an app, that domain \
                              has to serve /.well-known/apple-app-site-association or /.well-known/assetlinks.json with the app)";

impl From<UserAgentError> for Error {
    fn from(error: UserAgentError) -> Self {
        let kind = match error.kind {
            UserAgentErrorKind::Cancelled => ErrorKind::Cancelled,
            UserAgentErrorKind::TimedOut => ErrorKind::Timeout,
            UserAgentErrorKind::Unsupported | UserAgentErrorKind::Failed => ErrorKind::Platform,
        };
        Self::new(kind, without_queries(&error.detail))
    }
}

impl From<RandomError> for Error {
    fn from(error: RandomError) -> Self {
        Self::new(ErrorKind::Platform, error.to_string())
    }
}

/// The content of an answer by which AWS rejected a request.
#[derive(Debug, Default)]
pub(crate) struct AwsRefusal {
    pub(crate) http_status: u16,
    pub(crate) aws_code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    /// For a transaction that DynamoDB cancelled.
    pub(crate) cancellation_reasons: Vec<CancellationReason>,
    /// The item that did not meet a condition.
    pub(crate) item: Option<Item>,
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
            ..AwsRefusal::default()
        })
        .during("InitiateAuth");
        assert_eq!(error.kind(), ErrorKind::NotAuthorized);
        assert_eq!(
            error.to_string(),
            "InitiateAuth: Incorrect username or password. (NotAuthorizedException, request 7a1b)"
        );
    }

    #[test]
    fn an_error_of_the_transport_tells_no_url_with_its_query() {
        let detail =
            "GET (https://ada:pw@s3.example/k?X-Amz-Signature=1f) failed: see 'http://b.example/?token=t'";
        let error = Error::from(TransportError::interrupted(detail));
        assert!(
            error.message().ends_with("GET (https://s3.example/k) failed: see 'http://b.example/'"),
            "{error}"
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
