//! The signed-in person's attributes in the user pool.

use std::collections::BTreeMap;
use std::fmt;

use super::Account;
use super::call::{self, AccountCall};
use crate::error::Error;
use crate::input;
use crate::user_pool::{Call, CodeDeliveryDetails};

/// The attributes of the signed-in person, such as `sub`, `email`, `email_verified` and `custom:team`.
#[derive(Clone, PartialEq, Eq)]
pub struct UserAttributes {
    username: String,
    attributes: BTreeMap<String, String>,
}

impl UserAttributes {
    /// The person's user name in the user pool.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The value of one attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// The names and values of all attributes that the app client may read, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Shows the attributes' names only: their values are personal data.
impl fmt::Debug for UserAttributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.attributes.keys()).finish()
    }
}

impl Account {
    /// Reads the attributes from the user pool (GetUser). The ID token has those of the last refresh.
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `SignedOut`, `SessionEnded`, and `NotAuthorized` if the access token lacks the scope
    /// `aws.cognito.signin.user.admin`.
    pub async fn attributes(&self) -> Result<UserAttributes, Error> {
        let mut user = self.signed_in(Call::user()).await?;
        let mut attributes = BTreeMap::new();
        for mut attribute in user.objects("UserAttributes")? {
            attributes.insert(attribute.text("Name")?, attribute.maybe_text("Value")?.unwrap_or_default());
        }
        Ok(UserAttributes { username: user.text("Username")?, attributes })
    }

    /// Changes attributes (UpdateUserAttributes). A new email address or phone number may have to be verified. Returns where Cognito
    /// sent the codes for that.
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `AliasExists`, `CodeDeliveryFailed`, `TriggerRejected`, `SignedOut`, `SessionEnded`, and `NotAuthorized` for an attribute
    /// that the app client may not write. `InvalidInput` if there is no attribute.
    pub fn update_attributes(&self, attributes: &[(&str, &str)]) -> AccountCall<Vec<CodeDeliveryDetails>> {
        let call = if attributes.is_empty() {
            Err(Error::invalid_input("there is no attribute to update"))
        } else {
            Ok(Call::update_user_attributes(attributes))
        };
        AccountCall::signed_in(self, call, CodeDeliveryDetails::list_of)
    }

    /// Deletes attributes (DeleteUserAttributes).
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `SignedOut`, `SessionEnded`. `InvalidInput` if there is no name.
    pub async fn delete_attributes(&self, names: &[&str]) -> Result<(), Error> {
        if names.is_empty() {
            return Err(Error::invalid_input("there is no attribute to delete"));
        }
        self.signed_in(Call::delete_user_attributes(names)).await.map(drop)
    }

    /// Sends a code that verifies `email` or `phone_number` (GetUserAttributeVerificationCode). Returns where Cognito sent it.
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `CodeDeliveryFailed`, `TooManyAttempts`, `SignedOut`, `SessionEnded`.
    pub fn request_attribute_code(&self, name: &str) -> AccountCall<Option<CodeDeliveryDetails>> {
        let call = Ok(Call::user_attribute_verification_code(name));
        AccountCall::signed_in(self, call, call::delivery)
    }

    /// Verifies `email` or `phone_number` with the code that Cognito sent (VerifyUserAttribute).
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `CodeMismatch`, `CodeExpired`, `AliasExists`, `TooManyAttempts`, `SignedOut`, `SessionEnded`. `InvalidInput` for an empty
    /// code.
    pub async fn verify_attribute(&self, name: &str, code: &str) -> Result<(), Error> {
        let code = input::code(code)?;
        self.signed_in(Call::verify_user_attribute(name, &code)).await.map(drop)
    }
}
