//! DynamoDB's error messages, where the engine's differ.

use dynoxide::DynoxideError;

/// The error for JSON of the wrong shape. The engine marks the kind of error in its message.
pub(super) fn unreadable(message: &str) -> DynoxideError {
    if let Some(message) = message.strip_prefix("VALIDATION_REQUEST:") {
        return DynoxideError::EnvelopedValidation(message.to_owned());
    }
    for marker in ["VALIDATION_AS_READ:", "VALIDATION:"] {
        if let Some(message) = message.strip_prefix(marker) {
            return DynoxideError::ValidationException(message.to_owned());
        }
    }
    for marker in ["SERIALIZATION_AS_READ:", "SERIALIZATION:"] {
        if let Some(message) = message.strip_prefix(marker) {
            return DynoxideError::SerializationException(message.to_owned());
        }
    }
    if message.contains("empty AttributeValue") {
        let message = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
            .to_owned();
        return DynoxideError::ValidationException(message);
    }
    if ["missing field", "unknown variant", "invalid type: null", "AttributeValue"]
        .iter()
        .any(|marker| message.contains(marker))
    {
        return DynoxideError::ValidationException(message.to_owned());
    }
    DynoxideError::SerializationException(wrong_type(message).unwrap_or_else(|| message.to_owned()))
}

/// DynamoDB's message for "invalid type: integer `1`, expected a string".
fn wrong_type(message: &str) -> Option<String> {
    let (found, expected) = message.strip_prefix("invalid type: ")?.split_once(", expected ")?;
    let class = match expected {
        "a string" => "String",
        "a boolean" => "Boolean",
        "a JSON number" => "Integer",
        _ => return None,
    };
    let token = match found.split(' ').next()? {
        "integer" => "NUMBER_VALUE",
        "floating" => "DECIMAL_VALUE",
        "string" => "STRING_VALUE",
        "boolean" if found.contains("true") => "TRUE_VALUE",
        "boolean" => "FALSE_VALUE",
        "sequence" => return Some(format!("Unrecognized collection type class java.lang.{class}")),
        "map" => return Some("Start of structure or map found where not expected".to_owned()),
        _ => return None,
    };
    Some(format!("{token} cannot be converted to {class}"))
}

/// The engine's error with DynamoDB's message.
pub(super) fn of_service(operation: &str, error: DynoxideError) -> DynoxideError {
    match error {
        DynoxideError::EnvelopedValidation(message)
            if matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem") =>
        {
            DynoxideError::ValidationException(format!("1 validation error detected: {message}"))
        }
        DynoxideError::ValidationException(message) => DynoxideError::ValidationException(reworded(message)),
        error => error,
    }
}

fn reworded(message: String) -> String {
    let unexpected =
        ["Unexpected operator in KeyConditionExpression: ", "Unexpected token in KeyConditionExpression: "];
    for prefix in unexpected {
        if let Some(operator) = message.strip_prefix(prefix).filter(|operator| *operator != "(") {
            return format!("Invalid operator used in KeyConditionExpression: {operator}");
        }
    }
    if message == "Expected attribute name, got NOT" {
        return "Invalid operator used in KeyConditionExpression: NOT".to_owned();
    }
    message
}
