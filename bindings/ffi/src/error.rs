//! Errors on their way to Swift and Kotlin.

use std::sync::Arc;
use std::time::Duration;

use poolpass::ErrorKind as Kind;

use crate::dynamodb::{Attributes, attributes};

/// The error of every call.
#[derive(Clone, Debug, thiserror::Error, uniffi::Error)]
pub enum PoolpassError {
    /// The call failed.
    #[error("{detail}")]
    Failed {
        /// The kind of the error: stable, and the same in every language.
        kind: ErrorKind,
        /// The message for people, without any secret. The wording may change.
        detail: String,
        /// AWS's own code, such as `NotAuthorizedException`, if AWS rejected the request.
        aws_code: Option<String>,
        /// AWS's id of the rejected request, for AWS's support.
        request_id: Option<String>,
        /// The HTTP status of AWS's answer, if there was one.
        http_status: Option<i32>,
        /// The AWS operation that failed, such as `InitiateAuth`.
        operation: Option<String>,
        /// The details that few errors have.
        refused: Option<Arc<RefusedItems>>,
        /// The authentication that an API requires.
        step_up: Option<StepUpRequirement>,
    },
}

/// The details of a refusal that few errors have, such as the items that DynamoDB returned. An object, since a record would print its
/// members.
#[derive(Debug, uniffi::Object)]
pub struct RefusedItems(poolpass::Error);

/// The reason for which DynamoDB cancelled a transaction, for one of its items.
#[derive(Clone, Debug, uniffi::Record)]
pub struct CancellationReason {
    /// DynamoDB's code, such as `ConditionalCheckFailed`. None if this item was not the reason.
    pub code: Option<String>,
    /// DynamoDB's message for people.
    pub message: Option<String>,
    /// The item as it was when its condition was not met.
    pub item: Option<Attributes>,
}

/// The authentication that an API requires for a request (RFC 9470), which a step-up can reach.
#[derive(Clone, Debug, uniffi::Record)]
pub struct StepUpRequirement {
    /// The authentication levels of which the API accepts each, the preferred one first, such as `urn:cognito:loa:3`. Empty if it asks
    /// for a more recent authentication only.
    pub acr_values: Vec<String>,
    /// How long ago the person may have proved who they are, to the second. None: any time ago.
    pub max_age: Option<Duration>,
}

#[uniffi::export]
impl RefusedItems {
    /// The item as it was when the condition of a put, update or delete was not met.
    pub fn item(&self) -> Option<Attributes> {
        self.0.item().map(attributes)
    }

    /// The URL of managed login to send the person to once more.
    pub fn retry_url(&self) -> Option<String> {
        self.0.retry_url().map(ToOwned::to_owned)
    }

    /// The reasons for which DynamoDB cancelled a transaction: one for each item, in order.
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
    /// An argument is invalid. Nothing was sent.
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
            step_up: None,
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
            step_up: error.step_up().map(|required| StepUpRequirement {
                acr_values: required.acr_values().to_vec(),
                max_age: required.max_age(),
            }),
            refused: (error.item().is_some()
                || !error.cancellation_reasons().is_empty()
                || error.retry_url().is_some())
            .then(|| Arc::new(RefusedItems(error))),
        }
    }
}

macro_rules! mirror {
    ($($(#[$doc:meta])+ $name:ident = $code:literal,)+) => {
        /// The kind of an error, which says what the app can do about it. The kinds are the same in every language of Poolpass.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
        pub enum ErrorKind { $($(#[$doc])+ $name,)+ }

        impl From<Kind> for ErrorKind {
            fn from(kind: Kind) -> Self {
                match kind {
                    $(Kind::$name => Self::$name,)+
                    _ => Self::Aws,
                }
            }
        }

        impl From<ErrorKind> for Kind {
            fn from(kind: ErrorKind) -> Self {
                match kind { $(ErrorKind::$name => Self::$name,)+ }
            }
        }
    };
}

poolpass::error_kinds!(mirror);

#[uniffi::export]
impl ErrorKind {
    /// The kind's name in every language of Poolpass, such as `notAuthorized`.
    pub fn code(&self) -> String {
        Kind::from(*self).code().to_owned()
    }

    /// Whether the cause usually passes by itself: the network, a time limit, or AWS being overloaded.
    ///
    /// The SDK has already repeated what it may repeat. Keep what the person entered, and make the same call again later. After
    /// `network`, `timeout` and `unavailable`, AWS may have carried out a write whose answer was lost.
    pub fn is_transient(&self) -> bool {
        Kind::from(*self).is_transient()
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
            assert_eq!(ErrorKind::from(*kind).is_transient(), kind.is_transient());
        }
    }
}
