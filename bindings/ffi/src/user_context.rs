//! Device data for the threat protection of a user pool.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use uniffi::UnexpectedUniFFICallbackError;

/// Supplies the encoded device data that a user pool's threat protection judges a request by (`UserContextData.EncodedData`).
#[uniffi::export(rust, foreign)]
pub trait UserContextData: Send + Sync {
    /// Returns the data for a request about the user `username`, as Amazon's context data library encodes it; `None` sends none.
    fn encoded_data(&self, username: String) -> Result<Option<String>, UserContextDataError>;
}

/// The app's code failed; the request goes without data.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum UserContextDataError {
    /// Why.
    #[error("{detail}")]
    Failed {
        /// The cause in words.
        detail: String,
    },
}

impl From<UnexpectedUniFFICallbackError> for UserContextDataError {
    fn from(error: UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { detail: error.reason }
    }
}

/// The app's code as the SDK wants it.
pub(crate) struct ForeignUserContextData(pub(crate) Arc<dyn UserContextData>);

impl poolpass::UserContextData for ForeignUserContextData {
    fn encoded_data(&self, username: &str) -> Option<String> {
        self.0.encoded_data(username.to_owned()).ok().flatten()
    }
}

/// Data about the device that Poolpass encodes for a user pool's threat protection as Amazon's libraries for iOS and Android do.
#[derive(Clone, uniffi::Enum)]
pub enum DeviceFingerprint {
    /// Device data in the format of Amazon's library for iOS.
    Ios(HashMap<String, String>),
    /// Device data in the format of Amazon's library for Android.
    Android(HashMap<String, String>),
}

impl From<DeviceFingerprint> for poolpass::DeviceFingerprint {
    fn from(fingerprint: DeviceFingerprint) -> Self {
        match fingerprint {
            DeviceFingerprint::Ios(data) => Self::ios(data),
            DeviceFingerprint::Android(data) => Self::android(data),
        }
    }
}

/// Shows nothing: the data is personal.
impl fmt::Debug for DeviceFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceFingerprint")
    }
}
