//! `CodeDeliveryDetails`: where AWS has sent a code.

use serde::Deserialize;

/// Where AWS has sent a code, masked so that it can be shown to the person.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CodeDelivery {
    #[serde(default, rename = "DeliveryMedium")]
    pub(crate) medium: Option<String>,
    #[serde(default)]
    pub(crate) destination: Option<String>,
    #[serde(default, rename = "AttributeName")]
    pub(crate) attribute: Option<String>,
}

impl CodeDelivery {
    /// How it was sent: `SMS` or `EMAIL`.
    pub fn medium(&self) -> Option<&str> {
        self.medium.as_deref()
    }

    /// The masked address or phone number, such as `a***@e***` or `+*******4567`.
    pub fn destination(&self) -> Option<&str> {
        self.destination.as_deref()
    }

    /// The user attribute that the code verifies, such as `email`, where it verifies one.
    pub fn attribute(&self) -> Option<&str> {
        self.attribute.as_deref()
    }
}
