//! Corrects behaviour in which the engine differs from DynamoDB.

use dynoxide::{Database, DynoxideError};
use serde_json::{Value, json};

use super::{DynamoDb, Refusal, expression::Expression, run};
use crate::error::AwsError;

/// The largest total size of the items of TransactGetItems.
const MOST_TRANSACTION_BYTES: usize = 4 * 1024 * 1024;

/// UpdateItem: a new item has no old attributes, but the engine returns its key.
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

/// TransactGetItems: a projection omits the key unless it names it, and the total size is limited.
pub(super) fn transact_get_items(database: &Database, input: Value) -> Result<String, Refusal> {
    let gets: Vec<Value> =
        input["TransactItems"].as_array().into_iter().flatten().map(|item| item["Get"].clone()).collect();
    let mut answer = parse(&run(input, |input| database.transact_get_items(input))?);
    let mut size = 0;
    for (get, response) in gets.iter().zip(answer["Responses"].as_array_mut().into_iter().flatten()) {
        size += item_size(&response["Item"]);
        let Some(projection) = get["ProjectionExpression"].as_str() else { continue };
        let projected = Expression::new(projection, get["ExpressionAttributeNames"].as_object()).attributes();
        if let Some(item) = response.get_mut("Item").and_then(Value::as_object_mut) {
            item.retain(|name, _| projected.contains(name));
            continue;
        }
        // The engine omits an item without projected attributes.
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

/// The size of an item, as DynamoDB counts it.
fn item_size(item: &Value) -> usize {
    serde_json::from_value(item.clone()).map_or(0, |item| dynoxide::types::item_size(&item))
}

/// Query and Scan: if a page ends because of its size, the engine also counts the first item of the next page as scanned.
pub(super) fn counted(input: &Value, answer: &str) -> String {
    let mut answer = parse(answer);
    let has_filter =
        ["FilterExpression", "QueryFilter", "ScanFilter"].iter().any(|filter| !input[*filter].is_null());
    if !has_filter {
        answer["ScannedCount"] = answer["Count"].clone();
    }
    answer.to_string()
}

fn parse(answer: &str) -> Value {
    serde_json::from_str(answer).unwrap_or_default()
}

/// Rejects requests that the engine accepts.
pub(super) fn check(tables: &DynamoDb, operation: &str, input: &Value) -> Result<(), AwsError> {
    let invalid = |message: String| Err(AwsError::new("ValidationException", message));
    match operation {
        "CreateTable" => {
            let is_provisioned = input["BillingMode"].as_str().is_none_or(|mode| mode == "PROVISIONED");
            if is_provisioned && input["ProvisionedThroughput"].is_null() && input["KeySchema"].is_array() {
                return invalid("No provisioned throughput specified for the table".to_owned());
            }
            let stream = &input["StreamSpecification"];
            if stream["StreamEnabled"] == true && stream["StreamViewType"].is_null() {
                return invalid(
                    "Invalid StreamViewType: Stream ViewType must not be null or empty when enabling streams.".to_owned(),
                );
            }
        }
        "Query" | "Scan" => {
            if input["AttributesToGet"].as_array().is_some_and(Vec::is_empty) {
                return invalid(
                    "1 validation error detected: Value '[]' at 'attributesToGet' failed to satisfy constraint: Member \
                     must have length greater than or equal to 1"
                        .to_owned(),
                );
            }
            search_index(tables, input)?;
            key_condition(tables, input)?;
            start_key(input)?;
            if operation == "Scan" {
                scan_of_local_index(tables, input)?;
            }
        }
        "UpdateTimeToLive" => time_to_live(tables, input)?,
        "BatchWriteItem" => {
            let tables = input["RequestItems"].as_object().into_iter().flatten();
            let mut writes = tables.flat_map(|(_, writes)| writes.as_array().into_iter().flatten());
            let is_double =
                |write: &Value| write["PutRequest"].is_object() && write["DeleteRequest"].is_object();
            if writes.any(is_double) {
                return invalid(
                    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the \
                     supported datatypes"
                        .to_owned(),
                );
            }
        }
        "TransactWriteItems" => {
            let actions = input["TransactItems"].as_array().into_iter().flatten();
            for (index, action) in actions.enumerate() {
                let check = &action["ConditionCheck"];
                if check.is_object() && check["ConditionExpression"].is_null() {
                    return invalid(format!(
                        "1 validation error detected: Value null at \
                         'transactItems.{}.member.conditionCheck.conditionExpression' failed to satisfy constraint: \
                         Member must not be null",
                        index + 1
                    ));
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// For a missing index, the engine reports that it does not support consistent reads.
fn search_index(tables: &DynamoDb, input: &Value) -> Result<(), AwsError> {
    let (Some(table), Some(index)) = (input["TableName"].as_str(), input["IndexName"].as_str()) else {
        return Ok(());
    };
    let keys = tables.partition_keys(table);
    if input["ConsistentRead"] == true && !keys.is_empty() && !keys.contains_key(index) {
        let message = format!("The table does not have the specified index: {index}");
        return Err(AwsError::new("ValidationException", message));
    }
    Ok(())
}

/// DynamoDB fetches attributes that a local index lacks from the table. The engine does so in a query but not in a scan.
fn scan_of_local_index(tables: &DynamoDb, input: &Value) -> Result<(), AwsError> {
    let text = |name: &str| input[name].as_str().unwrap_or_default();
    let Some(projected) = tables.projection(text("TableName"), text("IndexName")) else { return Ok(()) };
    let names_attributes = !input["ProjectionExpression"].is_null() || !input["AttributesToGet"].is_null();
    if names_attributes && !matches!(text("Select"), "" | "SPECIFIC_ATTRIBUTES") {
        // The engine refuses the contradiction.
        return Ok(());
    }
    let names = input["ExpressionAttributeNames"].as_object();
    let mut requested = Expression::new(text("ProjectionExpression"), names).attributes();
    requested.extend(Expression::new(text("FilterExpression"), names).attributes());
    let listed = input["AttributesToGet"].as_array().into_iter().flatten();
    requested.extend(listed.filter_map(Value::as_str).map(str::to_owned));
    if text("Select") == "ALL_ATTRIBUTES" || requested.iter().any(|name| !projected.contains(name)) {
        let message = "local-aws does not scan a local index for attributes that it does not have; query it.";
        return Err(AwsError::new("NotImplemented", message).with_status(http::StatusCode::NOT_IMPLEMENTED));
    }
    Ok(())
}

/// Rejects key values that are empty or too long.
fn key_condition(tables: &DynamoDb, input: &Value) -> Result<(), AwsError> {
    const MOST_SORT_BYTES: usize = 1024;
    let invalid = |message: String| Err(AwsError::new("ValidationException", message));
    let text = |name: &str| input[name].as_str().unwrap_or_default();
    let sort = tables.sort_keys(text("TableName")).remove(text("IndexName"));
    let condition =
        Expression::new(text("KeyConditionExpression"), input["ExpressionAttributeNames"].as_object());
    if let Some(function) = condition.functions().find(|name| !name.eq_ignore_ascii_case("begins_with")) {
        return invalid(format!("Invalid operator used in KeyConditionExpression: {function}"));
    }
    for (attribute, name) in condition.values() {
        let value = &input["ExpressionAttributeValues"][name];
        let key = attribute.unwrap_or_default();
        if is_empty(value) {
            return invalid(format!(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an \
                 empty string value. Key: {key}"
            ));
        }
        let size = value["S"].as_str().map_or(0, str::len);
        if sort.as_deref() == Some(key) && size > MOST_SORT_BYTES {
            return invalid(
                "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size \
                 limit of 1024 bytes"
                    .to_owned(),
            );
        }
    }
    Ok(())
}

/// The engine keeps the time to live but not its attribute.
fn time_to_live(tables: &DynamoDb, input: &Value) -> Result<(), AwsError> {
    let invalid = |message: String| Err(AwsError::new("ValidationException", message));
    let specification = &input["TimeToLiveSpecification"];
    let missing = if specification.is_null() {
        Some("timeToLiveSpecification")
    } else if specification["Enabled"].is_null() {
        Some("timeToLiveSpecification.enabled")
    } else if specification["AttributeName"].is_null() {
        Some("timeToLiveSpecification.attributeName")
    } else {
        None
    };
    if let Some(missing) = missing {
        return invalid(format!(
            "1 validation error detected: Value null at '{missing}' failed to satisfy constraint: Member must not be null"
        ));
    }
    let name = specification["AttributeName"].as_str().unwrap_or_default();
    if !(1..=255).contains(&name.len()) {
        let limit = if name.is_empty() { "greater than or equal to 1" } else { "less than or equal to 255" };
        return invalid(format!(
            "1 validation error detected: Value '{name}' at 'timeToLiveSpecification.attributeName' failed to satisfy \
             constraint: Member must have length {limit}"
        ));
    }
    let now = json!({ "TableName": input["TableName"] });
    let now = run(now, |input| tables.database.describe_time_to_live(input)).unwrap_or_default();
    let now = &parse(&now)["TimeToLiveDescription"];
    if now["TimeToLiveStatus"] != "ENABLED" {
        return Ok(());
    }
    if now["AttributeName"] != name {
        return invalid("TimeToLive is active on a different AttributeName".to_owned());
    }
    if specification["Enabled"] == true {
        return invalid("TimeToLive is already enabled".to_owned());
    }
    Ok(())
}

fn start_key(input: &Value) -> Result<(), AwsError> {
    let mut key = input["ExclusiveStartKey"].as_object().into_iter().flatten();
    match key.find(|(_, value)| is_empty(value)) {
        Some((name, _)) => Err(AwsError::new(
            "ValidationException",
            format!(
                "The provided starting key is invalid: One or more parameter values are not valid. The AttributeValue \
                 for a key attribute cannot contain an empty string value. Key: {name}"
            ),
        )),
        None => Ok(()),
    }
}

fn is_empty(value: &Value) -> bool {
    value["S"] == "" || value["B"] == ""
}
