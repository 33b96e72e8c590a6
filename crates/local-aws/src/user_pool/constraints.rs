//! The limits that Cognito's API model sets for members of any operation. Cognito checks them before it applies
//! a rule, so that a wrong shape has its own refusal: a code of five digits is not a wrong code.

use serde_json::Value;

use super::invalid_parameter;
use crate::error::AwsError;

/// One member, by the name that it has wherever it stands in an input.
struct Constraint {
    member: &'static str,
    lengths: (usize, usize),
    /// As AWS prints it, and what it means.
    pattern: Option<Pattern>,
    /// Whether refusals leave the value out.
    secret: bool,
}

type Pattern = (&'static str, fn(&str) -> bool);

const fn limits(member: &'static str, min: usize, max: usize) -> Constraint {
    Constraint { member, lengths: (min, max), pattern: None, secret: false }
}

impl Constraint {
    const fn pattern(mut self, text: &'static str, matches: fn(&str) -> bool) -> Self {
        self.pattern = Some((text, matches));
        self
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

const NO_BLANKS: &str = "[\\S]+";
const USERNAME: &str = "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+";
const PASSWORD: &str = "^[\\S]+.*[\\S]+$";

const CONSTRAINTS: [Constraint; 18] = [
    limits("Username", 1, 128).pattern(USERNAME, is_visible),
    limits("Password", 0, 256).pattern(PASSWORD, is_password).secret(),
    limits("PreviousPassword", 0, 256).pattern(PASSWORD, is_password).secret(),
    limits("ProposedPassword", 0, 256).pattern(PASSWORD, is_password).secret(),
    limits("TemporaryPassword", 0, 256).pattern("[\\S]+", has_no_blanks).secret(),
    limits("ConfirmationCode", 1, 2048).pattern(NO_BLANKS, has_no_blanks),
    limits("Code", 1, 2048).pattern(NO_BLANKS, has_no_blanks),
    limits("UserCode", 6, 6).pattern("[0-9]+", is_digits),
    limits("Session", 20, 2048).secret(),
    limits("SecretHash", 1, 128).pattern("[\\w+=/]+", is_base64).secret(),
    limits("ClientId", 1, 128).pattern("[\\w+]+", is_word),
    limits("UserPoolId", 1, 55).pattern("[\\w-]+_[0-9a-zA-Z]+", is_pool_id),
    limits("AccessToken", 0, usize::MAX).pattern("[A-Za-z0-9-_=.]+", is_token).secret(),
    limits("AttributeName", 1, 32).pattern(USERNAME, is_visible),
    limits("GroupName", 1, 128).pattern(USERNAME, is_visible),
    limits("ClientName", 1, 128).pattern("[\\w\\s+=,.@-]+", |_| true),
    limits("PoolName", 1, 128).pattern("[\\w\\s+=,.@-]+", |_| true),
    limits("FriendlyDeviceName", 0, 131_072),
];

/// Checks the members of an input, and the attributes in it.
///
/// # Errors
/// `InvalidParameterException` for the first member that is out of bounds.
pub(super) fn check(input: &Value) -> Result<(), AwsError> {
    for constraint in &CONSTRAINTS {
        let Some(value) = input[constraint.member].as_str() else { continue };
        let length = value.chars().count();
        let (min, max) = constraint.lengths;
        let violated = if length < min {
            format!("Member must have length greater than or equal to {min}")
        } else if length > max {
            format!("Member must have length less than or equal to {max}")
        } else if let Some((pattern, matches)) = constraint.pattern
            && !matches(value)
        {
            format!("Member must satisfy regular expression pattern: {pattern}")
        } else {
            continue;
        };
        let shown = if constraint.secret { String::new() } else { format!(" '{value}'") };
        return Err(violation(&shown, &lower_first(constraint.member), &violated));
    }
    for list in ["UserAttributes", "ValidationData"] {
        for (index, attribute) in input[list].as_array().into_iter().flatten().enumerate() {
            let name = attribute["Name"].as_str().unwrap_or_default();
            if name.is_empty() || name.chars().count() > 32 || !is_visible(name) {
                let member = format!("{}.{}.member.name", lower_first(list), index + 1);
                let violated = format!("Member must satisfy regular expression pattern: {USERNAME}");
                return Err(violation(&format!(" '{name}'"), &member, &violated));
            }
            if attribute["Value"].as_str().is_some_and(|value| value.chars().count() > 2048) {
                let member = format!("{}.{}.member.value", lower_first(list), index + 1);
                return Err(violation("", &member, "Member must have length less than or equal to 2048"));
            }
        }
    }
    Ok(())
}

fn violation(shown: &str, member: &str, violated: &str) -> AwsError {
    invalid_parameter(format!(
        "1 validation error detected: Value{shown} at '{member}' failed to satisfy constraint: {violated}"
    ))
}

fn lower_first(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

/// Letters, marks, symbols, numbers and punctuation: neither blanks nor controls.
fn is_visible(value: &str) -> bool {
    !value.chars().any(|character| character.is_whitespace() || character.is_control())
}

fn has_no_blanks(value: &str) -> bool {
    !value.chars().any(char::is_whitespace)
}

/// At least two characters, neither the first nor the last of them a blank.
fn is_password(value: &str) -> bool {
    value.chars().count() >= 2 && value.trim() == value
}

fn is_digits(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_base64(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=/".contains(&byte))
}

fn is_word(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+".contains(&byte))
}

fn is_token(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=.".contains(&byte))
}

fn is_pool_id(value: &str) -> bool {
    value.split_once('_').is_some_and(|(region, id)| {
        let in_region = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !region.is_empty()
            && !id.is_empty()
            && region.bytes().all(in_region)
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_wrong_shape_is_refused_by_the_name_of_its_member() {
        for (member, value, constraint) in [
            ("Username", " ada", "pattern: [\\p{L}"),
            ("Username", "ada lovelace", "pattern: [\\p{L}"),
            ("Username", "", "greater than or equal to 1"),
            ("Password", " secret ", "pattern: ^[\\S]+.*[\\S]+$"),
            ("Password", "x", "pattern: ^[\\S]+.*[\\S]+$"),
            ("ConfirmationCode", "", "greater than or equal to 1"),
            ("ConfirmationCode", "123 456", "pattern: [\\S]+"),
            ("UserCode", "12345", "greater than or equal to 6"),
            ("UserCode", "1234567", "less than or equal to 6"),
            ("UserCode", "12345a", "pattern: [0-9]+"),
            ("Session", "short", "greater than or equal to 20"),
            ("AccessToken", "not a token", "pattern: [A-Za-z0-9-_=.]+"),
        ] {
            let error = check(&json!({ member: value })).unwrap_err();
            assert_eq!(error.code, "InvalidParameterException");
            let at = format!(" at '{}' failed to satisfy constraint: ", lower_first(member));
            assert!(error.message.contains(&at) && error.message.contains(constraint), "{error}");
        }
        let long = json!({ "UserAttributes": [{ "Name": "name", "Value": "x".repeat(2049) }] });
        assert!(check(&long).unwrap_err().message.contains("'userAttributes.1.member.value'"));
        assert!(check(&json!({ "UserAttributes": [{ "Name": "full name" }] })).is_err());
    }

    #[test]
    fn refusals_show_no_secret() {
        for member in ["Password", "PreviousPassword", "ProposedPassword", "AccessToken"] {
            let error = check(&json!({ member: " hush-hush" })).unwrap_err();
            assert!(!error.message.contains("hush"), "{error}");
        }
    }

    #[test]
    fn what_is_in_bounds_passes() {
        let input = json!({
            "Username": "Zoë.🎉@example.com", "Password": "two words", "UserCode": "123456",
            "UserPoolId": "eu-west-1_AbCdEfGhI", "UserAttributes": [{ "Name": "custom:a", "Value": "" }],
        });
        assert_eq!(check(&input), Ok(()));
        assert_eq!(check(&json!([])), Ok(()));
    }
}
