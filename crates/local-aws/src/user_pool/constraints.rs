//! The pattern of passwords in Cognito's errors, which differs from its API model.

use serde_json::Value;

use super::invalid_parameter;
use crate::error::AwsError;

const PASSWORDS: [(&str, &str); 3] = [
    ("Password", "password"),
    ("PreviousPassword", "previousPassword"),
    ("ProposedPassword", "proposedPassword"),
];

/// # Errors
/// `InvalidParameterException` for a password that does not match. The error does not contain it.
pub(super) fn check(input: &Value) -> Result<(), AwsError> {
    let violation = |member: &str, pattern: &str| {
        Err(invalid_parameter(format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must satisfy regular \
             expression pattern: {pattern}"
        )))
    };
    for (member, name) in PASSWORDS {
        if input[member].as_str().is_some_and(|password| !is_password(password)) {
            return violation(name, "^[\\S]+.*[\\S]+$");
        }
    }
    if input["TemporaryPassword"].as_str().is_some_and(|password| password.chars().any(char::is_whitespace)) {
        return violation("temporaryPassword", "[\\S]+");
    }
    Ok(())
}

/// At least two characters, of which neither the first nor the last is a space.
fn is_password(value: &str) -> bool {
    value.chars().count() >= 2 && value.trim() == value
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_password_starts_and_ends_without_a_blank() {
        for (member, value, is_right) in [
            ("Password", "two words", true),
            ("Password", " hush-hush ", false),
            ("Password", "x", false),
            ("PreviousPassword", "hush-hush ", false),
            ("ProposedPassword", " hush-hush", false),
            ("TemporaryPassword", "hush hush", false),
            ("TemporaryPassword", "hush-hush", true),
        ] {
            let result = check(&json!({ member: value }));
            assert_eq!(result.is_ok(), is_right, "{member}: {value}");
            if let Err(error) = result {
                assert!(error.message.contains("Value at '") && !error.message.contains("hush"), "{error}");
            }
        }
    }
}
