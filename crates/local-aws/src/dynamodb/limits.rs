//! Limits of DynamoDB that the engine does not have, checked before it sees the request.

use dynoxide::DynoxideError;
use serde_json::Value;

use super::expression::Expression;

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

/// # Errors
/// `ValidationException` for an expression that is too long or too large, wherever it stands in the input.
pub(super) fn check(input: &Value) -> Result<(), DynoxideError> {
    for (name, text) in expressions(input) {
        let invalid =
            |reason: String| Err(DynoxideError::ValidationException(format!("Invalid {name}: {reason}")));
        if text.len() > MOST_BYTES {
            return invalid(format!(
                "Expression size has exceeded the maximum allowed size; expression size: {}",
                text.len()
            ));
        }
        let expression = Expression::new(text, None);
        if expression.operators() > MOST_OPERATORS {
            return invalid(format!(
                "The expression contains too many operators; operator count: {}",
                expression.operators()
            ));
        }
        let operands = expression.most_in_operands();
        if operands > MOST_IN_OPERANDS {
            return invalid(format!(
                "The IN operator is provided with too many operands; number of operands: {operands}"
            ));
        }
    }
    Ok(())
}

/// The expressions of an input and of the parts of a transaction or batch.
fn expressions(input: &Value) -> Vec<(&'static str, &str)> {
    let parts = input["TransactItems"].as_array().into_iter().flatten().filter_map(Value::as_object);
    let parts = parts.flat_map(serde_json::Map::values);
    let tables = input["RequestItems"].as_object().into_iter().flat_map(serde_json::Map::values);
    let inputs: Vec<&Value> = std::iter::once(input).chain(parts).chain(tables).collect();
    let mut found = Vec::new();
    for input in inputs {
        found.extend(EXPRESSIONS.iter().filter_map(|name| Some((*name, input.get(*name)?.as_str()?))));
    }
    found
}
