//! The task that a session keeps about its device.

/// A task that is left to do for the device of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeviceTask {
    /// AWS has not confirmed the device yet.
    Confirm,
    /// The person has to say whether the device shall be remembered.
    AskPerson,
}

impl DeviceTask {
    const ALL: [Self; 2] = [Self::Confirm, Self::AskPerson];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::AskPerson => "askPerson",
        }
    }

    pub(super) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.code() == code)
    }
}
