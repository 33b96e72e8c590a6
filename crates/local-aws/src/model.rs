//! AWS's API models: the members of each operation's input and their limits. `cargo xtask update-botocore` writes `model.json`
//! from botocore.
//!
//! AWS checks the shape of a request before it applies other rules, and reports all violations.

mod query;

use std::{
    collections::{BTreeMap, HashMap},
    sync::OnceLock,
};

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

pub(crate) use self::query::input as query_input;
use crate::error::AwsError;

/// One service of the model.
#[derive(Deserialize)]
struct Service {
    /// The shape of each operation's input.
    inputs: HashMap<String, String>,
    shapes: HashMap<String, Shape>,
}

#[derive(Deserialize)]
struct Shape {
    #[serde(rename = "type")]
    kind: String,
    min: Option<i64>,
    max: Option<i64>,
    pattern: Option<String>,
    #[serde(default, rename = "enum")]
    values: Vec<String>,
    #[serde(default)]
    required: Vec<String>,
    /// Whether errors omit the value.
    #[serde(default)]
    sensitive: bool,
    #[serde(default)]
    members: BTreeMap<String, String>,
    member: Option<String>,
    value: Option<String>,
    #[serde(skip)]
    regex: OnceLock<Option<Regex>>,
}

/// Cognito's error names another pattern than the model for this shape.
const PASSWORD: &str = "PasswordType";

/// Checks the input of an operation against the model.
///
/// # Errors
/// `InvalidParameterException`, with all violations.
pub(crate) fn check(service: &str, operation: &str, input: &Value) -> Result<(), AwsError> {
    let Some((service, shape)) = input_of(service, operation) else { return Ok(()) };
    match service.violations(shape, input) {
        Some(message) => Err(AwsError::new("InvalidParameterException", message)),
        None => Ok(()),
    }
}

/// The service, and the shape of the operation's input.
fn input_of(service: &str, operation: &str) -> Option<(&'static Service, &'static str)> {
    static MODEL: OnceLock<HashMap<String, Service>> = OnceLock::new();
    let model = MODEL.get_or_init(|| serde_json::from_str(include_str!("model.json")).unwrap_or_default());
    let service = model.get(service)?;
    Some((service, service.inputs.get(operation)?))
}

impl Service {
    /// All violations of an input, in AWS's form.
    fn violations(&self, shape: &str, input: &Value) -> Option<String> {
        let mut violations = Vec::new();
        self.check(shape, input, "", &mut violations);
        let noun = if violations.len() == 1 { "error" } else { "errors" };
        let count = violations.len();
        (count > 0).then(|| format!("{count} validation {noun} detected: {}", violations.join("; ")))
    }

    /// Values of the wrong type are reported when the request is parsed.
    fn check(&self, name: &str, value: &Value, path: &str, violations: &mut Vec<String>) {
        let Some(shape) = self.shapes.get(name) else { return };
        let mut violated = |constraint: String| violations.push(shape.violation(value, path, &constraint));
        match (shape.kind.as_str(), value) {
            ("string", Value::String(text)) => {
                shape.check_text(text, name != PASSWORD).into_iter().for_each(violated);
            }
            ("integer" | "long", Value::Number(number)) => {
                shape
                    .check_range(number.as_i64().unwrap_or(i64::MAX), "value")
                    .into_iter()
                    .for_each(violated);
            }
            ("list", Value::Array(elements)) => {
                shape.check_range(count(elements.len()), "length").into_iter().for_each(violated);
                for (index, element) in elements.iter().enumerate() {
                    let path = format!("{path}.{}.member", index + 1);
                    self.check(shape.member.as_deref().unwrap_or_default(), element, &path, violations);
                }
            }
            ("map", Value::Object(entries)) => {
                shape.check_range(count(entries.len()), "length").into_iter().for_each(&mut violated);
                for (key, entry) in entries {
                    let path = format!("{path}.{key}.member");
                    self.check(shape.value.as_deref().unwrap_or_default(), entry, &path, violations);
                }
            }
            ("structure", Value::Object(members)) => self.check_members(shape, members, path, violations),
            _ => {}
        }
    }

    fn check_members(
        &self,
        shape: &Shape,
        given: &serde_json::Map<String, Value>,
        path: &str,
        violations: &mut Vec<String>,
    ) {
        for (member, name) in &shape.members {
            let path =
                if path.is_empty() { lower_first(member) } else { format!("{path}.{}", lower_first(member)) };
            match given.get(member) {
                None | Some(Value::Null) if shape.required.contains(member) => violations.push(format!(
                    "Value null at '{path}' failed to satisfy constraint: Member must not be null"
                )),
                None | Some(Value::Null) => {}
                Some(value) => self.check(name, value, &path, violations),
            }
        }
    }
}

impl Shape {
    fn check_text(&self, text: &str, by_pattern: bool) -> Option<String> {
        if !self.values.is_empty() {
            let is_known = self.values.iter().any(|value| value == text);
            return (!is_known)
                .then(|| format!("Member must satisfy enum value set: [{}]", self.values.join(", ")));
        }
        self.check_range(count(text.chars().count()), "length").or_else(|| {
            let pattern = self.pattern.as_deref().filter(|_| by_pattern)?;
            let regex = self.regex.get_or_init(|| java_regex(pattern)).as_ref()?;
            (!regex.is_match(text))
                .then(|| format!("Member must satisfy regular expression pattern: {pattern}"))
        })
    }

    fn check_range(&self, actual: i64, what: &str) -> Option<String> {
        match (self.min, self.max) {
            (Some(min), _) if actual < min => {
                Some(format!("Member must have {what} greater than or equal to {min}"))
            }
            (_, Some(max)) if actual > max => {
                Some(format!("Member must have {what} less than or equal to {max}"))
            }
            _ => None,
        }
    }

    fn violation(&self, value: &Value, path: &str, constraint: &str) -> String {
        let shown = match value {
            _ if self.sensitive => String::new(),
            Value::String(text) => format!(" '{text}'"),
            Value::Number(number) => format!(" '{number}'"),
            _ => String::new(),
        };
        format!("Value{shown} at '{path}' failed to satisfy constraint: {constraint}")
    }
}

/// The model has Java patterns: the whole text must match, and `\w` is ASCII. Patterns that the library cannot parse are skipped.
fn java_regex(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("^(?:{})$", pattern.replace("\\w", "a-zA-Z0-9_"))).ok()
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn lower_first(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn model() -> HashMap<String, Service> {
        serde_json::from_str(include_str!("model.json")).expect("the model")
    }

    fn message(operation: &str, input: &Value) -> String {
        match check("cognito-idp", operation, input) {
            Ok(()) => String::new(),
            Err(error) => format!("{}: {}", error.code, error.message),
        }
    }

    #[test]
    fn every_pattern_can_be_read() {
        for service in model().into_values() {
            for (name, shape) in service.shapes {
                let Some(pattern) = shape.pattern else { continue };
                assert!(java_regex(&pattern).is_some(), "{name}: {pattern}");
            }
        }
    }

    #[test]
    fn a_wrong_shape_is_refused_by_the_name_of_its_member() {
        const ID: &str = "eu-west-1_AAAAAAAAA";
        let attribute = |name: &str, value: String| json!({"AccessToken": "a.b.c", "UserAttributes": [{"Name": "email", "Value": "a@b.c"}, {"Name": name, "Value": value}]});
        for (operation, input, violation) in [
            (
                "SignUp",
                json!({"ClientId": "c"}),
                "Value null at 'username' failed to satisfy constraint: Member must not be null",
            ),
            (
                "InitiateAuth",
                json!({"ClientId": "c", "AuthFlow": "X"}),
                "Value 'X' at 'authFlow' failed to satisfy constraint: Member must satisfy enum value set: [USER_SRP_AUTH, ",
            ),
            (
                "UpdateUserAttributes",
                attribute(&"n".repeat(33), String::new()),
                "at 'userAttributes.2.member.name'",
            ),
            (
                "UpdateUserAttributes",
                attribute("name", "x".repeat(2049)),
                "at 'userAttributes.2.member.value'",
            ),
            (
                "VerifySoftwareToken",
                json!({"UserCode": "12345"}),
                "Member must have length greater than or equal to 6",
            ),
            (
                "VerifySoftwareToken",
                json!({"UserCode": "12345a"}),
                "Member must satisfy regular expression pattern: [0-9]+",
            ),
            (
                "ConfirmSignUp",
                json!({"ClientId": "c", "Username": "u", "ConfirmationCode": "1 2"}),
                "at 'confirmationCode'",
            ),
            ("GetUser", json!({"AccessToken": "not a token"}), "pattern: [A-Za-z0-9-_=.]+"),
            (
                "ListUserPools",
                json!({"MaxResults": 61}),
                "Value '61' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 60",
            ),
            ("CreateGroup", json!({"UserPoolId": ID, "GroupName": "g", "Precedence": -1}), "at 'precedence'"),
            ("CreateUserPool", json!({"PoolName": "p", "Schema": []}), "at 'schema'"),
            (
                "CreateUserPoolClient",
                json!({"UserPoolId": ID, "ClientName": "c", "ExplicitAuthFlows": ["X"]}),
                "at 'explicitAuthFlows.1.member'",
            ),
            ("CreateUserPoolClient", json!({"UserPoolId": "nonsense", "ClientName": "c"}), "at 'userPoolId'"),
        ] {
            let message = message(operation, &input);
            assert!(
                message.starts_with("InvalidParameterException: 1 validation error detected: Value"),
                "{operation}: {message}"
            );
            assert!(message.contains(violation), "{operation}: {message}");
        }
        let two = message("SignUp", &json!({"ClientId": "", "Username": ""}));
        assert!(two.starts_with("InvalidParameterException: 2 validation errors detected: "), "{two}");
    }

    #[test]
    fn refusals_show_no_secret() {
        for (operation, member) in [
            ("ChangePassword", "AccessToken"),
            ("SignUp", "SecretHash"),
            ("RespondToAuthChallenge", "Session"),
        ] {
            let message = message(operation, &json!({ member: "hush hush" }));
            assert!(message.contains("Value at") && !message.contains("hush"), "{message}");
        }
    }

    #[test]
    fn what_is_in_bounds_passes() {
        let input = json!({
            "ClientId": "client", "Username": "Zoë.🎉@example.com", "Password": "two words",
            "UserAttributes": [{ "Name": "custom:a", "Value": "" }],
        });
        assert_eq!(message("SignUp", &input), "");
        assert_eq!(message("SignUp", &json!([])), "");
    }
}
