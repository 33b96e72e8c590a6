//! Where DynamoDB does something else than the engine.

use dynoxide::{Database, DynoxideError};
use serde_json::{Value, json};

use super::{Refusal, expression::Expression, run};
use crate::error::AwsError;

/// The items of a TransactGetItems may not be larger together.
const MOST_TRANSACTION_BYTES: usize = 4 * 1024 * 1024;

/// UpdateItem: an item that was not there has no old attributes, which the engine invents from its key.
pub(super) fn update_item(database: &Database, input: Value) -> Result<String, Refusal> {
    let wants_old = matches!(input["ReturnValues"].as_str(), Some("ALL_OLD" | "UPDATED_OLD"));
    let get = json!({ "TableName": input["TableName"], "Key": input["Key"] });
    let was_there = !wants_old
        || run(get, |get| database.get_item(get)).is_ok_and(|answer| parse(&answer)["Item"].is_object());
    let answer = run(input, |input| database.update_item(input))?;
    if was_there {
        return Ok(answer);
    }
    let mut answer = parse(&answer);
    if let Some(members) = answer.as_object_mut() {
        members.remove("Attributes");
    }
    Ok(answer.to_string())
}

/// TransactGetItems: a projection leaves the key out unless it names it, and the whole has a limit.
pub(super) fn transact_get_items(database: &Database, input: Value) -> Result<String, Refusal> {
    let gets: Vec<Value> =
        input["TransactItems"].as_array().into_iter().flatten().map(|item| item["Get"].clone()).collect();
    let mut answer = parse(&run(input, |input| database.transact_get_items(input))?);
    let mut size = 0;
    for (get, response) in gets.iter().zip(answer["Responses"].as_array_mut().into_iter().flatten()) {
        size += response.to_string().len();
        let Some(projection) = get["ProjectionExpression"].as_str() else { continue };
        let projected = Expression::new(projection, get["ExpressionAttributeNames"].as_object()).attributes();
        if let Some(item) = response.get_mut("Item").and_then(Value::as_object_mut) {
            item.retain(|name, _| projected.contains(name));
            continue;
        }
        // The engine leaves an item out of which nothing is projected.
        let whole = json!({ "TableName": get["TableName"], "Key": get["Key"] });
        if run(whole, |get| database.get_item(get)).is_ok_and(|answer| parse(&answer)["Item"].is_object()) {
            *response = json!({ "Item": {} });
        }
    }
    if size > MOST_TRANSACTION_BYTES {
        let message = "The aggregate size of the items in the transaction exceeded 4 MB.";
        return Err(DynoxideError::ValidationException(message.to_owned()).into());
    }
    Ok(answer.to_string())
}

fn parse(answer: &str) -> Value {
    serde_json::from_str(answer).unwrap_or_default()
}

/// What the engine lets through.
pub(super) fn check(operation: &str, input: &Value) -> Result<(), AwsError> {
    let invalid = |message: &'static str| Err(AwsError::new("ValidationException", message));
    match operation {
        "CreateTable" => {
            let is_provisioned = input["BillingMode"].as_str().is_none_or(|mode| mode == "PROVISIONED");
            if is_provisioned && input["ProvisionedThroughput"].is_null() && input["KeySchema"].is_array() {
                return invalid("No provisioned throughput specified for the table");
            }
        }
        "Query" => {
            let condition = input["KeyConditionExpression"].as_str().unwrap_or_default();
            let values = Expression::new(condition, None).values();
            let is_empty = |name: &&str| {
                let value = &input["ExpressionAttributeValues"][*name];
                value["S"] == "" || value["B"] == ""
            };
            if values.iter().any(is_empty) {
                return invalid(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot \
                     contain an empty string value.",
                );
            }
        }
        "BatchWriteItem" => {
            let tables = input["RequestItems"].as_object().into_iter().flatten();
            let mut writes = tables.flat_map(|(_, writes)| writes.as_array().into_iter().flatten());
            let is_double =
                |write: &Value| write["PutRequest"].is_object() && write["DeleteRequest"].is_object();
            if writes.any(is_double) {
                return invalid(
                    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the \
                     supported datatypes",
                );
            }
        }
        _ => {}
    }
    Ok(())
}
