//! `NEW_PASSWORD_REQUIRED`.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::Pending;
use crate::error::Error;
use crate::input;
use crate::json::Object;
use crate::sign_in::SignInStep;

/// AWS's prefix for the names of attributes.
const PREFIX: &str = "userAttributes.";

/// A new password in place of the temporary one that an administrator has set (`NEW_PASSWORD_REQUIRED`).
///
/// ```no_run
/// # async fn example(challenge: poolpass::challenge::NewPasswordRequiredChallenge) -> Result<(), poolpass::Error> {
/// for name in challenge.required_attributes() {
///     println!("please enter your {name}");
/// }
/// let _next = challenge.answer("a better horse", &[("name", "Ada Lovelace")]).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct NewPasswordRequiredChallenge {
    pending: Pending,
    required_attributes: Vec<String>,
    attributes: BTreeMap<String, String>,
}

impl NewPasswordRequiredChallenge {
    pub(super) fn new(pending: Pending) -> Result<Self, Error> {
        let required = pending.names("requiredAttributes")?;
        let without_prefix = |name: &String| name.strip_prefix(PREFIX).unwrap_or(name).to_owned();
        let attributes = match pending.parameter("userAttributes") {
            None => BTreeMap::new(),
            Some(json) => Object::parse(json.as_bytes())
                .and_then(Object::into_texts)
                .map_err(|_| Error::invalid_response("the challenge's userAttributes are malformed"))?,
        };
        Ok(Self { required_attributes: required.iter().map(without_prefix).collect(), attributes, pending })
    }

    pub(super) fn pending(&self) -> &Pending {
        &self.pending
    }

    /// The names of the attributes, such as `name`, that the answer has to give because the user lacks them.
    pub fn required_attributes(&self) -> &[String] {
        &self.required_attributes
    }

    /// The attributes that the user has.
    pub fn attributes(&self) -> &BTreeMap<String, String> {
        &self.attributes
    }

    /// Answers with the new password and attributes (RespondToAuthChallenge).
    ///
    /// Waits at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `InvalidPassword` for a password that the user pool's policy refuses: ask again, the challenge stays. `InvalidInput` for an
    /// empty password or a missing required attribute and `Conflict` while another answer is under way: nothing was sent.
    /// `ChallengeExpired`: sign in again.
    pub async fn answer(
        &self,
        new_password: impl Into<SecretString>,
        attributes: &[(&str, &str)],
    ) -> Result<SignInStep, Error> {
        let new_password = new_password.into();
        let new_password = input::password(&new_password)?;
        let is_given =
            |name: &String| attributes.iter().any(|(given, value)| given == name && !value.is_empty());
        if let Some(missing) = self.required_attributes.iter().find(|name| !is_given(name)) {
            return Err(Error::invalid_input(format!("the user pool requires the attribute {missing}")));
        }
        let responses = Object::new().with("NEW_PASSWORD", new_password);
        let responses = attributes
            .iter()
            .fold(responses, |responses, (name, value)| responses.with(&format!("{PREFIX}{name}"), *value));
        self.pending.answer(responses).await
    }
}
