//! Errors on their way to Swift and Kotlin.

use std::sync::Arc;

use poolpass::ErrorKind as Kind;

use crate::dynamodb::{Attributes, attributes};

/// What every call fails with.
#[derive(Clone, Debug, thiserror::Error, uniffi::Error)]
pub enum PoolpassError {
    /// The call failed.
    #[error("{detail}")]
    Failed {
        /// What kind of error it is: decide by it.
        kind: ErrorKind,
        /// What went wrong, in a sentence for people, without any secret. The wording may change.
        detail: String,
        /// AWS's own code, such as `NotAuthorizedException`, where AWS refused.
        aws_code: Option<String>,
        /// AWS's id of the refused request, for AWS's support.
        request_id: Option<String>,
        /// The status of AWS's answer, where there was one.
        http_status: Option<i32>,
        /// The AWS operation that failed, such as `InitiateAuth`.
        operation: Option<String>,
        /// What DynamoDB tells about the items of a write or transaction, if it tells something.
        refused: Option<Arc<RefusedItems>>,
    },
}

/// What DynamoDB tells about the items that it refused to write or read. An object, since a record would print its members.
#[derive(Debug, uniffi::Object)]
pub struct RefusedItems(poolpass::Error);

/// Why DynamoDB cancelled a transaction, as far as one of its items is concerned.
#[derive(Clone, Debug, uniffi::Record)]
pub struct CancellationReason {
    /// DynamoDB's code, such as `ConditionalCheckFailed`; none where this item was no reason.
    pub code: Option<String>,
    /// What DynamoDB says about it.
    pub message: Option<String>,
    /// The item as it was when its condition did not hold.
    pub item: Option<Attributes>,
}

#[uniffi::export]
impl RefusedItems {
    /// The item as it was when the condition of a put, update or delete did not hold.
    pub fn item(&self) -> Option<Attributes> {
        self.0.item().map(attributes)
    }

    /// Why a transaction was cancelled: a reason for each item, in their order.
    pub fn cancellation_reasons(&self) -> Vec<CancellationReason> {
        let reasons = self.0.cancellation_reasons().iter().map(|reason| CancellationReason {
            code: reason.code().map(ToOwned::to_owned),
            message: reason.message().map(ToOwned::to_owned),
            item: reason.item().map(attributes),
        });
        reasons.collect()
    }
}

impl PoolpassError {
    /// An argument is not what the documentation asks for; nothing was sent.
    pub(crate) fn invalid_input(detail: &str) -> Self {
        Self::of_kind(ErrorKind::InvalidInput, detail)
    }

    /// The app cancelled the call.
    pub(crate) fn cancelled() -> Self {
        Self::of_kind(ErrorKind::Cancelled, "the call was cancelled")
    }

    pub(crate) fn of_kind(kind: ErrorKind, detail: &str) -> Self {
        Self::Failed {
            kind,
            detail: detail.to_owned(),
            aws_code: None,
            request_id: None,
            http_status: None,
            operation: None,
            refused: None,
        }
    }
}

impl From<poolpass::Error> for PoolpassError {
    fn from(error: poolpass::Error) -> Self {
        Self::Failed {
            kind: error.kind().into(),
            detail: error.to_string(),
            aws_code: error.aws_code().map(ToOwned::to_owned),
            request_id: error.request_id().map(ToOwned::to_owned),
            http_status: error.http_status().map(i32::from),
            operation: error.operation().map(ToOwned::to_owned),
            refused: (error.item().is_some() || !error.cancellation_reasons().is_empty())
                .then(|| Arc::new(RefusedItems(error))),
        }
    }
}

/// What kind of error it is. Each says what the app should do; they are the same in every language of Poolpass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ErrorKind {
    /// The configuration is wrong or lacks what this call needs. Nothing was sent; mend the configuration.
    InvalidConfig,
    /// An argument cannot be right (empty password, object key with `..`). Nothing was sent; mend the call.
    InvalidInput,
    /// AWS does not accept the proof of who is asking: a wrong password, a disabled user, an app client
    /// secret that does not fit. Ask for the password again.
    NotAuthorized,
    /// There is no such user. App clients that hide this answer `NotAuthorized` instead.
    UserNotFound,
    /// The user has not confirmed the sign-up. Ask for the code; it can be sent again.
    UserNotConfirmed,
    /// An administrator demands a new password. Go through forgotten password.
    PasswordResetRequired,
    /// The user name is taken. Ask for another one.
    UsernameExists,
    /// The email address or phone number belongs to another account.
    AliasExists,
    /// The new password does not meet the user pool's policy or was used before. Show the message.
    InvalidPassword,
    /// The code is wrong. Ask again; the challenge can still be answered.
    CodeMismatch,
    /// The code is too old. Send a new one, or sign in again where it belonged to a sign-in.
    CodeExpired,
    /// Too many wrong attempts, or too many messages. Wait before trying again; Cognito's waits grow up to 15 minutes.
    TooManyAttempts,
    /// The challenge is over: it expired or was answered already. Sign in again.
    ChallengeExpired,
    /// The message with the code could not be delivered.
    CodeDeliveryFailed,
    /// The person has not set up this kind of MFA.
    MfaNotSetUp,
    /// A Lambda trigger of the user pool refused. Its message is kept.
    TriggerRejected,
    /// Nobody is signed in. Show the sign-in page.
    SignedOut,
    /// The session was ended by AWS: revoked, expired, reused or the user is gone. Show the sign-in page.
    SessionEnded,
    /// The role of this person does not allow the request, or a firewall (WAF) in front of AWS does not.
    AccessDenied,
    /// The credentials were refused as expired, also after fresh ones were fetched.
    CredentialsExpired,
    /// The signature was refused: altered in transit, a wrong clock that could not be corrected, or a wrong region.
    SignatureRefused,
    /// There is no such object, bucket, table, user pool or identity.
    NotFound,
    /// A condition of the request does not hold (`If-Match`, a DynamoDB condition expression).
    ConditionFailed,
    /// Another request got in the way. Read again and repeat.
    Conflict,
    /// The object has not changed since the given ETag or date.
    NotModified,
    /// AWS asks to slow down, also after the SDK's own retries. Try again later.
    Throttled,
    /// AWS has a problem (HTTP 5xx), also after the SDK's own retries. Try again later.
    Unavailable,
    /// AWS was not reached, or the connection broke. The session is kept; try again when there is a network.
    Network,
    /// AWS did not answer in time.
    Timeout,
    /// The app cancelled the call.
    Cancelled,
    /// The session store failed to keep or to give back a value.
    Store,
    /// The platform lacks something that the SDK needs, such as random numbers.
    Platform,
    /// The answer is not what AWS documents: malformed JSON, a page of a proxy, a hostile `SRP_B`.
    InvalidResponse,
    /// AWS refused for a reason that Poolpass has no kind for: see AWS's code.
    Aws,
}

#[uniffi::export]
impl ErrorKind {
    /// The kind's name in every language of Poolpass, such as `notAuthorized`: it never changes.
    pub fn code(&self) -> String {
        let kind = Kind::ALL.iter().find(|kind| Self::from(**kind) == *self);
        kind.copied().unwrap_or(Kind::Aws).code().to_owned()
    }
}

impl From<Kind> for ErrorKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::InvalidConfig => Self::InvalidConfig,
            Kind::InvalidInput => Self::InvalidInput,
            Kind::NotAuthorized => Self::NotAuthorized,
            Kind::UserNotFound => Self::UserNotFound,
            Kind::UserNotConfirmed => Self::UserNotConfirmed,
            Kind::PasswordResetRequired => Self::PasswordResetRequired,
            Kind::UsernameExists => Self::UsernameExists,
            Kind::AliasExists => Self::AliasExists,
            Kind::InvalidPassword => Self::InvalidPassword,
            Kind::CodeMismatch => Self::CodeMismatch,
            Kind::CodeExpired => Self::CodeExpired,
            Kind::TooManyAttempts => Self::TooManyAttempts,
            Kind::ChallengeExpired => Self::ChallengeExpired,
            Kind::CodeDeliveryFailed => Self::CodeDeliveryFailed,
            Kind::MfaNotSetUp => Self::MfaNotSetUp,
            Kind::TriggerRejected => Self::TriggerRejected,
            Kind::SignedOut => Self::SignedOut,
            Kind::SessionEnded => Self::SessionEnded,
            Kind::AccessDenied => Self::AccessDenied,
            Kind::CredentialsExpired => Self::CredentialsExpired,
            Kind::SignatureRefused => Self::SignatureRefused,
            Kind::NotFound => Self::NotFound,
            Kind::ConditionFailed => Self::ConditionFailed,
            Kind::Conflict => Self::Conflict,
            Kind::NotModified => Self::NotModified,
            Kind::Throttled => Self::Throttled,
            Kind::Unavailable => Self::Unavailable,
            Kind::Network => Self::Network,
            Kind::Timeout => Self::Timeout,
            Kind::Cancelled => Self::Cancelled,
            Kind::Store => Self::Store,
            Kind::Platform => Self::Platform,
            Kind::InvalidResponse => Self::InvalidResponse,
            Kind::Aws => Self::Aws,
            _ => Self::Aws,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_keeps_its_name() {
        for kind in Kind::ALL {
            let mirrored = format!("{:?}", ErrorKind::from(*kind));
            assert_eq!(mirrored, format!("{kind:?}"));
            assert_eq!(ErrorKind::from(*kind).code(), kind.code());
        }
    }
}
