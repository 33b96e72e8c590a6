//! The authentication that an API requires.

use std::time::Duration;

/// The authentication that an API requires for a request (RFC 9470), which a [step-up](crate::Client::step_up) can reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepUpRequirement {
    pub(crate) acr_values: Vec<String>,
    pub(crate) max_age: Option<Duration>,
}

impl StepUpRequirement {
    /// The authentication levels of which the API accepts each, the preferred one first, such as `urn:cognito:loa:3`. Empty if it asks
    /// for a more recent authentication only.
    pub fn acr_values(&self) -> &[String] {
        &self.acr_values
    }

    /// How long ago the person may have proved who they are, to the second. `None`: any time ago.
    pub fn max_age(&self) -> Option<Duration> {
        self.max_age
    }
}
