//! The reasons for which DynamoDB cancelled a transaction.

use std::fmt;

use super::{ErrorKind, Item, Secrets};

/// The reason for which DynamoDB cancelled a transaction, for one of its items.
#[derive(Clone, Default)]
pub struct CancellationReason {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) item: Option<Item>,
}

impl CancellationReason {
    /// DynamoDB's code, such as `ConditionalCheckFailed`, `TransactionConflict` or `ValidationError`. `None` if this item was
    /// not the reason.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// DynamoDB's message for people.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// The item as it was when its condition did not hold, if there was one and
    /// [`return_old_on_condition_check_failure`](crate::dynamodb::PutItem::return_old_on_condition_check_failure) asked for it.
    #[cfg(feature = "dynamodb")]
    pub fn item(&self) -> Option<Item> {
        self.item.clone()
    }

    pub(super) fn cut(&mut self, secrets: &Secrets) {
        for text in [&mut self.code, &mut self.message].into_iter().flatten() {
            if let Some(redacted) = secrets.cut_from(text) {
                *text = redacted;
            }
        }
    }
}

/// Leaves out the item, which is a person's data.
impl fmt::Debug for CancellationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancellationReason")
            .field("code", &self.code)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

/// The reasons that a message lists: `… for specific reasons [ConditionalCheckFailed, None]`.
pub(super) fn listed_in(message: &str) -> Vec<CancellationReason> {
    let listed = message.rsplit_once('[').and_then(|(_, list)| list.split_once(']'));
    let Some((list, _)) = listed else { return Vec::new() };
    let reason = |code: &str| CancellationReason {
        code: Some(code.trim().to_owned()).filter(|code| code != "None"),
        ..CancellationReason::default()
    };
    list.split(',').map(reason).collect()
}

/// The kind of error that all reasons together make. Lasting reasons come before passing ones.
pub(super) fn kind(reasons: &[CancellationReason]) -> ErrorKind {
    let kind_of = |reason: &CancellationReason| match reason.code.as_deref()? {
        "ConditionalCheckFailed" => Some(ErrorKind::ConditionFailed),
        "TransactionConflict" => Some(ErrorKind::Conflict),
        "ThrottlingError" | "ProvisionedThroughputExceeded" | "RequestLimitExceeded" => {
            Some(ErrorKind::Throttled)
        }
        _ => Some(ErrorKind::Aws),
    };
    [ErrorKind::ConditionFailed, ErrorKind::Aws, ErrorKind::Throttled]
        .into_iter()
        .find(|kind| reasons.iter().filter_map(kind_of).any(|of_one| of_one == *kind))
        .unwrap_or(ErrorKind::Conflict)
}
