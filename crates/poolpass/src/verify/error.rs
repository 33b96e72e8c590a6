//! The error of a verification: the check that failed.

use std::borrow::Cow;
use std::fmt;

/// The reason why a token was refused. The message is for logs and never contains a part of the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    kind: VerifyErrorKind,
    message: Cow<'static, str>,
}

/// The check that a token did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VerifyErrorKind {
    /// The text is not a signed JSON Web Token, or a claim is missing or has the wrong type.
    Malformed,
    /// The token is signed with another algorithm than the issuer uses.
    Algorithm,
    /// Another issuer than the expected ones issued the token.
    Issuer,
    /// Another load balancer than the expected ones signed the header.
    Signer,
    /// The issuer has no key with the token's key id, or the verifier has looked for unknown keys too often in the last seconds.
    UnknownKey,
    /// The signature does not fit: the token was altered or forged.
    Signature,
    /// An ID token was given where an access token is expected, or the reverse.
    TokenUse,
    /// The token was issued to another app client than the expected ones.
    ClientId,
    /// The token has expired. The client has to refresh it.
    Expired,
    /// The token is not valid yet.
    NotYetValid,
    /// The ID token belongs to another sign-in: it has another nonce, or none.
    Nonce,
    /// The access token lacks a scope.
    Scope,
    /// The user is in none of the groups.
    Group,
    /// The sign-in is too weak or too long ago. The client has to step up.
    InsufficientUserAuthentication,
    /// The public keys could not be fetched. The token may be valid; try again later.
    KeysUnavailable,
}

impl VerifyErrorKind {
    /// Every kind, in the order of the checks.
    pub const ALL: &'static [Self] = &[
        Self::Malformed,
        Self::Algorithm,
        Self::Issuer,
        Self::Signer,
        Self::UnknownKey,
        Self::Signature,
        Self::TokenUse,
        Self::ClientId,
        Self::Expired,
        Self::NotYetValid,
        Self::Nonce,
        Self::Scope,
        Self::Group,
        Self::InsufficientUserAuthentication,
        Self::KeysUnavailable,
    ];

    /// The kind's name in JavaScript, such as `tokenUse`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Algorithm => "algorithm",
            Self::Issuer => "issuer",
            Self::Signer => "signer",
            Self::UnknownKey => "unknownKey",
            Self::Signature => "signature",
            Self::TokenUse => "tokenUse",
            Self::ClientId => "clientId",
            Self::Expired => "expired",
            Self::NotYetValid => "notYetValid",
            Self::Nonce => "nonce",
            Self::Scope => "scope",
            Self::Group => "group",
            Self::InsufficientUserAuthentication => "insufficientUserAuthentication",
            Self::KeysUnavailable => "keysUnavailable",
        }
    }
}

impl fmt::Display for VerifyErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl VerifyError {
    pub(super) fn new(kind: VerifyErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(super) fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(VerifyErrorKind::Malformed, message)
    }

    /// The check that failed.
    pub fn kind(&self) -> VerifyErrorKind {
        self.kind
    }

    /// The message for logs. The wording may change.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for VerifyError {}
