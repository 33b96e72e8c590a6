//! An error that the person can do something about.

use crate::error::AwsError;

/// The text of an error, and the field of the page that it is about.
pub(super) struct Problem {
    pub(super) text: String,
    pub(super) field: Option<&'static str>,
}

impl From<AwsError> for Problem {
    fn from(error: AwsError) -> Self {
        let field = match error.code.as_ref() {
            "CodeMismatchException" | "EnableSoftwareTokenMFAException" | "ExpiredCodeException" => {
                Some("code")
            }
            "InvalidPasswordException" | "PasswordHistoryPolicyViolationException" => Some("password"),
            "UsernameExistsException" => Some("username"),
            _ => None,
        };
        Self { text: error.message.into_owned(), field }
    }
}

impl From<&str> for Problem {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), field: None }
    }
}
