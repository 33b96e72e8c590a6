//! Where Cognito sent a code.

use crate::error::Error;
use crate::json::Object;

/// Where Cognito sent a code, masked so that an app can show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeDeliveryDetails {
    delivery_medium: Option<String>,
    destination: Option<String>,
    attribute_name: Option<String>,
}

impl CodeDeliveryDetails {
    /// The medium of the message: `SMS` or `EMAIL`.
    pub fn delivery_medium(&self) -> Option<&str> {
        self.delivery_medium.as_deref()
    }

    /// The masked address or phone number, such as `a***@e***` or `+*******4567`.
    pub fn destination(&self) -> Option<&str> {
        self.destination.as_deref()
    }

    /// The user attribute that the code verifies, such as `email`, if it verifies one.
    pub fn attribute_name(&self) -> Option<&str> {
        self.attribute_name.as_deref()
    }

    /// From an answer that may have `CodeDeliveryDetails`.
    pub(crate) fn of(mut answer: Object) -> Result<Option<Self>, Error> {
        answer.maybe_object("CodeDeliveryDetails")?.map(Self::read).transpose()
    }

    /// From an answer that has several of them.
    pub(crate) fn list_of(mut answer: Object) -> Result<Vec<Self>, Error> {
        answer.objects("CodeDeliveryDetailsList")?.into_iter().map(Self::read).collect()
    }

    fn read(mut details: Object) -> Result<Self, Error> {
        Ok(Self {
            delivery_medium: details.maybe_text("DeliveryMedium")?,
            destination: details.maybe_text("Destination")?,
            attribute_name: details.maybe_text("AttributeName")?,
        })
    }
}
