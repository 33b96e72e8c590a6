//! The conditions of a rule: patterns of the path and of the host name.

use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{error::AwsError, query_protocol::validation_error};

/// A condition as ELBv2 writes it. local-aws refuses the other fields, and regular expressions.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ConditionInput {
    field: Option<Field>,
    values: Option<Vec<String>>,
    path_pattern_config: Option<Values>,
    host_header_config: Option<Values>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Values {
    values: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Field {
    PathPattern,
    HostHeader,
}

/// A condition that holds if one of its values matches.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    field: Field,
    values: Vec<String>,
    patterns: Vec<Regex>,
}

/// Refuses what ELBv2 refuses.
///
/// # Errors
/// `ValidationError`.
pub(super) fn check(conditions: Vec<ConditionInput>) -> Result<Vec<Condition>, AwsError> {
    const MOST_VALUES: usize = 5;

    if conditions.is_empty() {
        return Err(validation_error("A condition must be specified".to_owned()));
    }
    let conditions = conditions.into_iter().map(Condition::new).collect::<Result<Vec<_>, _>>()?;
    for field in [Field::PathPattern, Field::HostHeader] {
        if conditions.iter().filter(|condition| condition.field == field).count() > 1 {
            return Err(validation_error(format!("A rule can only have one '{}' condition", field.name())));
        }
    }
    if conditions.iter().map(|condition| condition.values.len()).sum::<usize>() > MOST_VALUES {
        return Err(validation_error(format!("A rule can only have '{MOST_VALUES}' condition values")));
    }
    Ok(conditions)
}

impl Condition {
    fn new(input: ConditionInput) -> Result<Self, AwsError> {
        let ConditionInput { field, values, path_pattern_config, host_header_config } = input;
        let Some(field) = field else {
            return Err(validation_error("A condition field must be specified".to_owned()));
        };
        let (own, other) = match field {
            Field::PathPattern => (path_pattern_config, host_header_config),
            Field::HostHeader => (host_header_config, path_pattern_config),
        };
        let of_config = own.and_then(|config| config.values);
        if other.is_some() || values.is_some() && of_config.is_some() {
            return Err(validation_error(format!(
                "A condition of the field '{}' must have one list of values",
                field.name()
            )));
        }
        let values = of_config.or(values).unwrap_or_default();
        if values.is_empty() {
            return Err(validation_error("A condition value must be specified".to_owned()));
        }
        let patterns = values.iter().map(|value| field.pattern(value)).collect::<Result<_, _>>()?;
        Ok(Self { field, values, patterns })
    }

    /// Whether a request to the host (without a port) and the path fulfils it.
    pub(super) fn holds(&self, host: &str, path: &str) -> bool {
        let text = match self.field {
            Field::PathPattern => path,
            Field::HostHeader => host,
        };
        self.patterns.iter().any(|pattern| pattern.is_match(text))
    }

    /// The condition in an answer.
    pub(super) fn describe(&self) -> Value {
        let config = match self.field {
            Field::PathPattern => "PathPatternConfig",
            Field::HostHeader => "HostHeaderConfig",
        };
        json!({ "Field": self.field.name(), "Values": self.values, config: { "Values": self.values } })
    }
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::PathPattern => "path-pattern",
            Self::HostHeader => "host-header",
        }
    }

    /// The expression for a value, in which `*` stands for any characters and `?` for one.
    fn pattern(self, value: &str) -> Result<Regex, AwsError> {
        const LONGEST: usize = 128;

        if value.is_empty() || value.len() > LONGEST {
            return Err(validation_error(format!(
                "The length of a condition value must be between 1 and {LONGEST} characters"
            )));
        }
        let others = match self {
            Self::PathPattern => "_-.$/~\"'@:+&*?",
            Self::HostHeader => "-.*?",
        };
        let is_valid = |character: char| character.is_ascii_alphanumeric() || others.contains(character);
        // The top-level domain of a host has no wildcards.
        let is_host = || {
            value.rsplit_once('.').is_some_and(|(_, last)| {
                !last.is_empty() && last.chars().all(|character| character.is_ascii_alphabetic())
            })
        };
        if !value.chars().all(is_valid) || self == Self::HostHeader && !is_host() {
            return Err(validation_error(format!(
                "Condition value '{value}' contains a character that is not valid"
            )));
        }
        let expression = regex::escape(value).replace("\\*", ".*").replace("\\?", ".");
        RegexBuilder::new(&format!("^(?:{expression})$"))
            .case_insensitive(self == Self::HostHeader)
            .dot_matches_new_line(true)
            .build()
            .map_err(|error| AwsError::internal(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(field: &str, value: &str) -> Result<Condition, AwsError> {
        let input = json!([{ "Field": field, "Values": [value] }]);
        check(serde_json::from_value(input).unwrap()).map(|mut conditions| conditions.remove(0))
    }

    #[test]
    fn a_star_stands_for_any_characters_and_a_question_mark_for_one() {
        for (pattern, path, expected) in [
            ("/api", "/api", true),
            ("/api", "/api/", false),
            ("/api", "/API", false),
            ("/api/*", "/api/notes/1", true),
            ("/api/*", "/apis", false),
            ("*.png", "/a.png/b.png", true),
            ("*.png", "/a.png/", false),
            ("*.png", "/a,png", false),
            ("/a*b*c", "/a-b-c", true),
            ("/a*b*c", "/a-c-b", false),
            ("/a?c", "/abc", true),
            ("/a?c", "/ac", false),
            ("/a+", "/aa", false),
            ("*", "/", true),
        ] {
            let condition = condition("path-pattern", pattern).unwrap();
            assert_eq!(condition.holds("notes.example", path), expected, "{pattern} {path}");
        }
        for (pattern, host, expected) in [
            ("notes.example", "Notes.Example", true),
            ("*.example", "a.notes.example", true),
            ("*.example", "example", false),
        ] {
            let condition = condition("host-header", pattern).unwrap();
            assert_eq!(condition.holds(host, "/"), expected, "{pattern} {host}");
        }
    }

    #[test]
    fn values_that_elbv2_refuses_are_refused() {
        for (field, value) in [
            ("path-pattern", ""),
            ("path-pattern", "/a b"),
            ("path-pattern", "/é"),
            ("path-pattern", &"x".repeat(129)),
            ("host-header", "*"),
            ("host-header", "notes"),
            ("host-header", "127.0.0.1"),
            ("host-header", "notes.*"),
            ("host-header", "notes_1.example"),
        ] {
            assert_eq!(condition(field, value).unwrap_err().code, "ValidationError", "{field} {value}");
        }
        for input in [
            json!([]),
            json!([{ "Values": ["/a"] }]),
            json!([{ "Field": "path-pattern" }]),
            json!([{ "Field": "path-pattern", "Values": [] }]),
            json!([{ "Field": "path-pattern", "Values": ["/1", "/2", "/3", "/4", "/5", "/6"] }]),
            json!([{ "Field": "path-pattern", "HostHeaderConfig": { "Values": ["a.example"] } }]),
            json!([{ "Field": "path-pattern", "Values": ["/a"], "PathPatternConfig": { "Values": ["/b"] } }]),
            json!([{ "Field": "path-pattern", "Values": ["/a"] }, { "Field": "path-pattern", "Values": ["/b"] }]),
        ] {
            let conditions = serde_json::from_value(input.clone()).unwrap();
            assert_eq!(check(conditions).unwrap_err().code, "ValidationError", "{input}");
        }
    }
}
