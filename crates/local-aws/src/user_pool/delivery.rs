//! Sends codes to users.

use serde_json::{Value, json};

use super::{
    Call, attempts::limit_exceeded, code::CodeError, pool::UserPool, sender, triggers::before_message,
    user::User,
};
use crate::{
    error::AwsError,
    messages::{Medium, Message, Purpose},
};

impl Call<'_> {
    /// Sends a code to the address in `attribute` (`email` or `phone_number`) and returns the `CodeDeliveryDetails`.
    ///
    /// # Errors
    /// If the pool may not send, see [`sender::check`], or its trigger CustomMessage refuses to.
    pub(super) fn send_code(
        &self,
        pool: &UserPool,
        user: &User,
        attribute: &str,
        purpose: Purpose,
        code: &str,
    ) -> Result<Value, AwsError> {
        let to = user.attribute(attribute).unwrap_or_default();
        self.send_code_to(pool, user, attribute, to, purpose, code)
    }

    /// Like [`Call::send_code`], for an address that the user does not have yet.
    ///
    /// # Errors
    /// As [`Call::send_code`].
    pub(super) fn send_code_to(
        &self,
        pool: &UserPool,
        user: &User,
        attribute: &str,
        to: &str,
        purpose: Purpose,
        code: &str,
    ) -> Result<Value, AwsError> {
        sender::check(self, pool, medium(attribute))?;
        before_message(self, pool, user)?;
        self.account.messages.send(Message {
            to: to.to_owned(),
            username: user.username.clone(),
            user_pool_id: pool.id.clone(),
            medium: medium(attribute),
            purpose,
            code: code.to_owned(),
            sent_at: self.now,
        });
        Ok(details(attribute, to))
    }
}

/// `CodeDeliveryDetails` with the address masked.
pub(super) fn details(attribute: &str, address: &str) -> Value {
    json!({
        "AttributeName": attribute,
        "DeliveryMedium": medium_name(attribute),
        "Destination": masked(attribute, address),
    })
}

/// The answer for a missing user if the app client hides that.
pub(super) fn pretended_details(typed: &str) -> Value {
    let first = typed.chars().next().unwrap_or('u');
    details("email", &format!("{first}@{first}"))
}

/// `SMS` or `EMAIL`.
pub(super) fn medium_name(attribute: &str) -> &'static str {
    match medium(attribute) {
        Medium::Sms => "SMS",
        Medium::Email => "EMAIL",
    }
}

/// `a***@e***` or `+*******1234`.
pub(super) fn masked(attribute: &str, address: &str) -> String {
    if medium(attribute) == Medium::Sms {
        let end: Vec<_> = address.chars().rev().take(4).collect();
        return format!("+*******{}", end.into_iter().rev().collect::<String>());
    }
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    let (name, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    format!("{}***@{}***", first(name), first(domain))
}

/// The address that a code for a newly given address goes to: the phone if both are there.
pub(super) fn auto_verified_address(pool: &UserPool, user: &User) -> Option<&'static str> {
    let verified = &pool.settings.auto_verified_attributes;
    ["phone_number", "email"].into_iter().find(|attribute| {
        verified.iter().any(|address| address.name() == *attribute) && user.attribute(attribute).is_some()
    })
}

impl From<CodeError> for AwsError {
    fn from(error: CodeError) -> Self {
        match error {
            CodeError::Mismatch => {
                Self::new("CodeMismatchException", "Invalid verification code provided, please try again.")
            }
            CodeError::Expired => expired_code(),
            CodeError::TooManyAttempts => limit_exceeded(),
        }
    }
}

pub(super) fn expired_code() -> AwsError {
    AwsError::new("ExpiredCodeException", "Invalid code provided, please request a code again.")
}

fn medium(attribute: &str) -> Medium {
    match attribute {
        "phone_number" => Medium::Sms,
        _ => Medium::Email,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_masked_as_aws_does() {
        assert_eq!(masked("email", "ada@example.com"), "a***@e***");
        assert_eq!(masked("phone_number", "+491701234567"), "+*******4567");
        assert_eq!(masked("email", "ünï@ö"), "ü***@ö***");
        assert_eq!(masked("email", ""), "***@***");
    }
}
