//! A clock of the app's own, for tests.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use uniffi::UnexpectedUniFFICallbackError;

/// Where the SDK takes the device's time from.
#[uniffi::export(rust, foreign)]
pub trait Clock: Send + Sync {
    /// The device's wall clock time, right or wrong.
    fn now(&self) -> Result<SystemTime, ClockError>;
}

/// The clock failed; the system's time is taken instead.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum ClockError {
    /// Why.
    #[error("{detail}")]
    Failed {
        /// The cause in words.
        detail: String,
    },
}

impl From<UnexpectedUniFFICallbackError> for ClockError {
    fn from(error: UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { detail: error.reason }
    }
}

/// A clock as the SDK wants it.
pub(crate) struct ForeignClock(pub(crate) Arc<dyn Clock>);

impl poolpass::platform::Clock for ForeignClock {
    fn now(&self) -> SystemTime {
        self.0.now().unwrap_or_else(|_| poolpass::platform::SystemClock.now())
    }
}

impl fmt::Debug for ForeignClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForeignClock")
    }
}
