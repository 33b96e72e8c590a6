//! Whether a result contains what a scenario expects.

use serde_json::Value;

/// Checks that `actual` contains `expected`.
///
/// # Errors
///
/// The place and the difference, as text.
pub(crate) fn contains(actual: &Value, expected: &Value) -> Result<(), String> {
    compare(Some(actual), expected, "result")
}

fn compare(actual: Option<&Value>, expected: &Value, place: &str) -> Result<(), String> {
    let shown = || actual.map_or_else(|| "nothing".to_owned(), Value::to_string);
    let matches = match (actual, expected) {
        (actual, Value::String(text)) if text.starts_with('$') => {
            return match_kind(actual, text)
                .unwrap_or_else(|| Err(format!("{place}: unknown matcher {text}")))
                .map_err(|expected_kind: String| {
                    format!("{place}: expected {expected_kind}, got {}", shown())
                });
        }
        (Some(Value::Object(actual)), Value::Object(expected)) => {
            for (name, expected) in expected {
                compare(actual.get(name), expected, &format!("{place}.{name}"))?;
            }
            true
        }
        (Some(Value::Array(actual)), Value::Array(expected)) => {
            if actual.len() != expected.len() {
                return Err(format!("{place}: expected {} elements, got {}", expected.len(), shown()));
            }
            for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
                compare(Some(actual), expected, &format!("{place}[{index}]"))?;
            }
            true
        }
        (actual, expected) => actual == Some(expected),
    };
    if matches { Ok(()) } else { Err(format!("{place}: expected {expected}, got {}", shown())) }
}

fn match_kind(actual: Option<&Value>, matcher: &str) -> Option<Result<(), String>> {
    let (matches, expected_kind) = match matcher {
        "$string" => (actual.is_some_and(Value::is_string), "a string"),
        "$number" => (actual.is_some_and(Value::is_number), "a number"),
        "$boolean" => (actual.is_some_and(Value::is_boolean), "a boolean"),
        "$any" => (actual.is_some_and(|value| !value.is_null()), "any value"),
        "$absent" => (actual.is_none_or(Value::is_null), "nothing"),
        _ => return None,
    };
    Some(if matches { Ok(()) } else { Err(expected_kind.to_owned()) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn other_members_are_ignored_and_lists_are_not() {
        assert!(contains(&json!({ "a": 1, "b": [1, 2] }), &json!({ "b": [1, 2] })).is_ok());
        assert!(contains(&json!({ "b": [1, 2, 3] }), &json!({ "b": [1, 2] })).is_err());
        assert!(contains(&json!({ "a": 1 }), &json!({ "a": 2 })).is_err());
        assert!(contains(&json!(null), &json!(null)).is_ok());
        assert!(contains(&json!({}), &json!(null)).is_err());
    }

    #[test]
    fn matchers_check_the_type() {
        assert!(contains(&json!({ "a": "x" }), &json!({ "a": "$string", "b": "$absent" })).is_ok());
        let error = contains(&json!({ "a": 1 }), &json!({ "a": "$string" })).unwrap_err();
        assert_eq!(error, "result.a: expected a string, got 1");
        assert!(contains(&json!(1), &json!("$nonsense")).is_err());
        assert!(contains(&json!({}), &json!({ "a": "$any" })).is_err());
    }
}
