//! User agents take people through the pages of managed login: the system's browser, or a view of it in an app.

use std::fmt;

use super::{BoxFuture, MaybeSend, MaybeSync};

/// Shows the pages of managed login, and catches the redirect at their end.
///
/// Apps implement it over what their platform has: an authentication session of the system, or the browser with a listener on the
/// loopback interface. It must be a browser of the system's that the app cannot read: providers such as Google refuse web views that
/// are part of an app. There is no time limit besides that of the pages: a person is asked.
pub trait RedirectUserAgent: fmt::Debug + MaybeSend + MaybeSync {
    /// Opens `url`, and waits until the pages redirect to `redirect_uri`. Returns the whole URL of that redirect, with its query.
    ///
    /// Dropping the future closes the pages, or at least ends the wait.
    ///
    /// # Errors
    ///
    /// [`UserAgentError`] when there was no redirect.
    fn authenticate<'a>(
        &'a self,
        url: &'a str,
        redirect_uri: &'a str,
    ) -> BoxFuture<'a, Result<String, UserAgentError>>;
}

/// A user agent came back without a redirect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct UserAgentError {
    /// The reason.
    pub kind: UserAgentErrorKind,
    /// The cause in words.
    pub detail: String,
}

/// The reason why a user agent came back without a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UserAgentErrorKind {
    /// The person closed the pages.
    Cancelled,
    /// The person did not act in time.
    TimedOut,
    /// The platform has no browser, or none that can be sent to this redirect URI.
    Unsupported,
    /// Anything else.
    Failed,
}

impl UserAgentError {
    /// An error of this kind, with its cause in words.
    pub fn new(kind: UserAgentErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}
