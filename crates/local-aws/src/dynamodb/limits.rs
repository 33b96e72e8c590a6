//! Limits of DynamoDB that the engine does not check.

use dynoxide::DynoxideError;
use serde_json::Value;

use super::{expression::Expression, operands};

const EXPRESSIONS: [&str; 5] = [
    "KeyConditionExpression",
    "FilterExpression",
    "ConditionExpression",
    "UpdateExpression",
    "ProjectionExpression",
];
const MOST_BYTES: usize = 4096;
const MOST_OPERATORS: usize = 300;
const MOST_IN_OPERANDS: usize = 100;
const MOST_PATH_LEVELS: usize = 32;
const MOST_NAME_BYTES: usize = 65_535;

/// # Errors
/// `ValidationException` for any expression in the input that is too long or too large, or has invalid operands.
pub(super) fn check(input: &Value) -> Result<(), DynoxideError> {
    for part in parts(input) {
        if EXPRESSIONS.iter().any(|name| part.get(name).is_some_and(Value::is_string)) {
            placeholder_names(part).map_err(DynoxideError::ValidationException)?;
        }
        for name in EXPRESSIONS {
            let Some(text) = part.get(name).and_then(Value::as_str) else { continue };
            check_expression(name, text, part)
                .map_err(|reason| DynoxideError::ValidationException(format!("Invalid {name}: {reason}")))?;
        }
    }
    Ok(())
}

fn check_expression(name: &str, text: &str, part: &Value) -> Result<(), String> {
    let is_update = name == "UpdateExpression";
    if text.len() > MOST_BYTES {
        let size = if is_update { String::new() } else { format!(" expression size: {}", text.len()) };
        return Err(format!("Expression size has exceeded the maximum allowed size;{size}"));
    }
    let expression = Expression::new(text, part["ExpressionAttributeNames"].as_object());
    if expression.operators(is_update) > MOST_OPERATORS {
        // DynamoDB stops counting at the first operator too many.
        return Err(format!(
            "The expression contains too many operators; operator count: {}",
            MOST_OPERATORS + 1
        ));
    }
    let operands = expression.most_in_operands();
    if operands > MOST_IN_OPERANDS {
        return Err(format!(
            "The IN operator is provided with too many operands; number of operands: {operands}"
        ));
    }
    let levels = expression.deepest_path();
    if levels > MOST_PATH_LEVELS {
        return Err(format!("The document path has too many nesting levels; nesting levels: {levels}"));
    }
    if let Some(word) = expression.starting_with_underscore() {
        return Err(format!("Syntax error; token: \"_\", near: \"{word}\""));
    }
    let values = part["ExpressionAttributeValues"].as_object();
    operands::placeholders(&expression, values)?;
    if matches!(name, "FilterExpression" | "ConditionExpression") {
        operands::condition(&expression, values)?;
    }
    Ok(())
}

/// Placeholders are `#` or `:` and letters, digits and underscores.
fn placeholder_names(part: &Value) -> Result<(), String> {
    for (member, sigil) in [("ExpressionAttributeNames", '#'), ("ExpressionAttributeValues", ':')] {
        if part[member].as_object().is_some_and(serde_json::Map::is_empty) {
            return Err(format!("{member} must not be empty"));
        }
        for (key, value) in part[member].as_object().into_iter().flatten() {
            let is_placeholder = key.strip_prefix(sigil).is_some_and(|name| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            });
            if !is_placeholder {
                return Err(format!("{member} contains invalid key: Syntax error; key: \"{key}\""));
            }
            if value.as_str().is_some_and(|name| name.len() > MOST_NAME_BYTES) {
                return Err(format!(
                    "{member} contains invalid value: Attribute name is too large, must be less than 65536 bytes for \
                     key {key}"
                ));
            }
        }
    }
    Ok(())
}

/// The input, and the parts of a transaction or batch.
fn parts(input: &Value) -> Vec<&Value> {
    let actions = input["TransactItems"].as_array().into_iter().flatten().filter_map(Value::as_object);
    let actions = actions.flat_map(serde_json::Map::values);
    let tables = input["RequestItems"].as_object().into_iter().flat_map(serde_json::Map::values);
    std::iter::once(input).chain(actions).chain(tables).collect()
}
