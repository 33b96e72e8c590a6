//! Authenticators create passkeys and sign with them: a phone, a security key, a password manager.

use std::fmt;

use super::{BoxFuture, MaybeSend, MaybeSync};

/// Creates passkeys and signs with them, in WebAuthn's JSON.
///
/// Apps implement it over what their platform has. The JSON is that of WebAuthn level 3, which browsers, Android's Credential Manager
/// and most libraries take and return. There is no time limit besides the `timeout` in the options: a person is asked.
pub trait Authenticator: fmt::Debug + MaybeSend + MaybeSync {
    /// Creates a passkey: `PublicKeyCredentialCreationOptionsJSON` to `RegistrationResponseJSON`.
    ///
    /// # Errors
    ///
    /// [`AuthenticatorError`] when there is no new passkey.
    fn create<'a>(&'a self, options: &'a str) -> BoxFuture<'a, Result<String, AuthenticatorError>>;

    /// Signs with a passkey: `PublicKeyCredentialRequestOptionsJSON` to `AuthenticationResponseJSON`.
    ///
    /// # Errors
    ///
    /// [`AuthenticatorError`] when nothing was signed.
    fn get<'a>(&'a self, options: &'a str) -> BoxFuture<'a, Result<String, AuthenticatorError>>;
}

/// An authenticator created no passkey or did not sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct AuthenticatorError {
    /// The reason.
    pub kind: AuthenticatorErrorKind,
    /// The cause in words.
    pub detail: String,
}

/// The reason why an authenticator created no passkey or did not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthenticatorErrorKind {
    /// The person said no, or has no passkey for this user. Browsers say the same when the time is over.
    Cancelled,
    /// The person did not act in time.
    TimedOut,
    /// The authenticator already has a passkey of this user.
    AlreadyRegistered,
    /// The domain of the page, or the app, may not use the relying party's id.
    NotAssociated,
    /// The platform has no authenticator that can do this.
    Unsupported,
    /// Anything else.
    Failed,
}

impl AuthenticatorError {
    /// An error of this kind, with its cause in words.
    pub fn new(kind: AuthenticatorErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}
