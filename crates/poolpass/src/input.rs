//! Checks of the app's input before anything is sent.

use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;
use crate::json::Object;

pub(crate) fn not_empty<'a>(text: &'a str, complaint: &'static str) -> Result<&'a str, Error> {
    if text.is_empty() {
        return Err(Error::invalid_input(complaint));
    }
    Ok(text)
}

pub(crate) fn username(username: &str) -> Result<&str, Error> {
    not_empty(username, "the user name is empty")
}

pub(crate) fn password(password: &SecretString) -> Result<&str, Error> {
    not_empty(password.expose_secret(), "the password is empty")
}

/// Removes the blanks around and within a code, as people type them.
pub(crate) fn code(code: &str) -> Result<String, Error> {
    let code: String = code.split_whitespace().collect();
    not_empty(&code, "the code is empty")?;
    Ok(code)
}

/// The answer of an authenticator, which is a JSON object.
pub(crate) fn credential(json: &str) -> Result<Object, Error> {
    Object::parse(json.as_bytes()).map_err(|_| {
        Error::invalid_input("the credential is not the JSON of an authenticator: its toJSON() as a text")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn codes_are_taken_as_people_type_them() {
        assert_eq!(code(" 123 456\n").unwrap(), "123456");
        assert_eq!(code(" \t").unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}
