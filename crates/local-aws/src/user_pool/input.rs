//! Reads and checks the input of an operation.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Call, constraints, invalid_parameter, user_context};
use crate::{error::AwsError, model};

impl Call<'_> {
    /// The input of the operation.
    pub(super) fn input<I: DeserializeOwned>(&self) -> Result<I, AwsError> {
        let mut input: Value =
            serde_json::from_slice(&self.request.body).map_err(|error| unreadable(&error))?;
        remove_nulls(&mut input);
        model::check("cognito-idp", &self.request.operation, &input)?;
        constraints::check(&input)?;
        user_context::check(self, &input)?;
        serde_json::from_value(input).map_err(|error| unreadable(&error))
    }
}

/// Removes members that are `null`, which AWS takes as absent. amazon-cognito-identity-js sends `DEVICE_KEY` so.
fn remove_nulls(value: &mut Value) {
    let Value::Object(members) = value else { return };
    members.retain(|_, member| !member.is_null());
    members.values_mut().for_each(remove_nulls);
}

/// Names the missing or unknown member, but quotes nothing of the request.
pub(super) fn unreadable(error: &serde_json::Error) -> AwsError {
    let text = error.to_string();
    if error.is_data()
        && text.starts_with("missing field")
        && let Some(member) = text.split('`').nth(1)
    {
        return invalid_parameter(format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be \
             null"
        ));
    }
    if error.is_data() && text.starts_with("unknown variant") {
        let allowed = text.split_once("expected").map_or("", |(_, allowed)| allowed.trim());
        return invalid_parameter(format!(
            "1 validation error detected: a value failed to satisfy constraint: Member must satisfy enum value set: \
             {allowed}"
        ));
    }
    AwsError::new("SerializationException", "The request could not be read: malformed JSON or a wrong type.")
}
