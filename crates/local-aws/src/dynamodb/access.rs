//! The permissions that a request needs: actions on tables, and the partition keys of its items.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::expression::Expression;
use crate::{
    account::{ACCOUNT_ID, Account},
    iam::Context,
};

/// One permission that the caller needs.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) action: String,
    pub(super) resource: String,
    pub(super) context: Context,
}

/// The names of key attributes of a table and its indexes, by index name. The table's own name is "".
pub(super) type KeyNames = BTreeMap<String, String>;

/// All permissions that the operation needs.
pub(super) fn of_request(
    account: &Account,
    operation: &str,
    input: &Value,
    keys_of: impl Fn(&str) -> KeyNames,
) -> Vec<Access> {
    let region = &account.region;
    match operation {
        "ListTables" => vec![Access {
            action: "dynamodb:ListTables".to_owned(),
            resource: format!("arn:aws:dynamodb:{region}:{ACCOUNT_ID}:table/*"),
            context: Context::default(),
        }],
        "BatchGetItem" | "BatchWriteItem" => batch(region, operation, input, keys_of),
        "TransactGetItems" | "TransactWriteItems" => transaction(region, operation, input, keys_of),
        _ => {
            let table = text(input, "TableName");
            let keys = keys_of(table);
            vec![single(region, operation, table, input, &keys)]
        }
    }
}

fn single(region: &str, operation: &str, table: &str, input: &Value, keys: &KeyNames) -> Access {
    let index = text(input, "IndexName");
    let mut context = Context::default();
    let mut attributes = attributes(input);
    if let Some(partition_key) = keys.get(index) {
        let leading = match operation {
            "GetItem" | "DeleteItem" | "UpdateItem" | "ConditionCheckItem" => {
                key_value(&input["Key"], partition_key)
            }
            "PutItem" => key_value(&input["Item"], partition_key),
            "Query" => query_keys(input, partition_key),
            // A scan has no leading keys.
            _ => Vec::new(),
        };
        if matches!(
            operation,
            "GetItem" | "DeleteItem" | "UpdateItem" | "ConditionCheckItem" | "PutItem" | "Query"
        ) {
            context.set_list("dynamodb:LeadingKeys", leading);
        }
    }
    if matches!(operation, "Query" | "Scan" | "GetItem") {
        let names_attributes = input.get("ProjectionExpression").or(input.get("AttributesToGet")).is_some();
        let select = match text(input, "Select") {
            "" if names_attributes => "SPECIFIC_ATTRIBUTES",
            "" if !index.is_empty() => "ALL_PROJECTED_ATTRIBUTES",
            "" => "ALL_ATTRIBUTES",
            select => select,
        };
        context.set("dynamodb:Select", select);
    }
    if matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem") {
        let values = text(input, "ReturnValues");
        context.set("dynamodb:ReturnValues", if values.is_empty() { "NONE" } else { values });
    }
    attributes.retain(|attribute| !attribute.is_empty());
    if !attributes.is_empty() {
        context.set_list("dynamodb:Attributes", attributes.into_iter().collect());
    }
    Access { action: format!("dynamodb:{operation}"), resource: arn(region, table, index), context }
}

/// A batch needs one action for each of its tables, with all of its keys.
fn batch(region: &str, operation: &str, input: &Value, keys_of: impl Fn(&str) -> KeyNames) -> Vec<Access> {
    let tables = input["RequestItems"].as_object().into_iter().flatten();
    tables
        .map(|(table, request)| {
            let keys = keys_of(table);
            let partition_key = keys.get("").map(String::as_str).unwrap_or_default();
            let items: Vec<&Value> = match operation {
                "BatchGetItem" => request["Keys"].as_array().into_iter().flatten().collect(),
                _ => request
                    .as_array()
                    .into_iter()
                    .flatten()
                    .flat_map(|write| [&write["PutRequest"]["Item"], &write["DeleteRequest"]["Key"]])
                    .filter(|item| !item.is_null())
                    .collect(),
            };
            let leading = items.iter().flat_map(|item| key_value(item, partition_key)).collect();
            let mut attributes = attributes(request);
            attributes.extend(items.iter().flat_map(|item| object_keys(item)));
            let mut context = Context::default();
            context.set_list("dynamodb:LeadingKeys", leading);
            context.set_list("dynamodb:Attributes", attributes.into_iter().collect());
            Access { action: format!("dynamodb:{operation}"), resource: arn(region, table, ""), context }
        })
        .collect()
}

/// A transaction needs the permissions of its parts.
fn transaction(
    region: &str,
    operation: &str,
    input: &Value,
    keys_of: impl Fn(&str) -> KeyNames,
) -> Vec<Access> {
    let items =
        input["TransactItems"].as_array().into_iter().flatten().filter_map(Value::as_object).flatten();
    items
        .map(|(kind, part)| {
            let table = text(part, "TableName");
            let part_operation = match kind.as_str() {
                "ConditionCheck" => "ConditionCheckItem".to_owned(),
                kind => format!("{kind}Item"),
            };
            let mut access = single(region, &part_operation, table, part, &keys_of(table));
            access.context.set("dynamodb:EnclosingOperation", operation);
            access
        })
        .collect()
}

fn query_keys(input: &Value, partition_key: &str) -> Vec<String> {
    // The older way of writing a key condition.
    let legacy = input["KeyConditions"][partition_key]["AttributeValueList"].as_array().into_iter().flatten();
    let expression = Expression::new(text(input, "KeyConditionExpression"), names(input));
    let values = expression.equals(partition_key);
    let values = values.into_iter().filter_map(|name| input["ExpressionAttributeValues"].get(name));
    legacy.chain(values).filter_map(scalar).collect()
}

/// All top-level attributes in the keys, items, conditions and projections of a request.
fn attributes(input: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for member in
        ["Key", "Item", "Expected", "AttributeUpdates", "KeyConditions", "QueryFilter", "ScanFilter"]
    {
        found.extend(object_keys(&input[member]));
    }
    let listed = input["AttributesToGet"].as_array().into_iter().flatten();
    found.extend(listed.filter_map(Value::as_str).map(str::to_owned));
    for member in [
        "ProjectionExpression",
        "FilterExpression",
        "ConditionExpression",
        "UpdateExpression",
        "KeyConditionExpression",
    ] {
        found.extend(Expression::new(text(input, member), names(input)).attributes());
    }
    found
}

fn object_keys(value: &Value) -> impl Iterator<Item = String> + '_ {
    value.as_object().into_iter().flat_map(|object| object.keys().cloned())
}

fn names(input: &Value) -> Option<&Map<String, Value>> {
    input["ExpressionAttributeNames"].as_object()
}

fn key_value(item: &Value, partition_key: &str) -> Vec<String> {
    scalar(&item[partition_key]).into_iter().collect()
}

/// The value of a string, number or binary attribute in the form that policies compare.
fn scalar(value: &Value) -> Option<String> {
    let value = value.get("S").or_else(|| value.get("N")).or_else(|| value.get("B"))?;
    value.as_str().map(str::to_owned)
}

fn text<'a>(input: &'a Value, member: &str) -> &'a str {
    input[member].as_str().unwrap_or_default()
}

fn arn(region: &str, table: &str, index: &str) -> String {
    let table = format!("arn:aws:dynamodb:{region}:{ACCOUNT_ID}:table/{table}");
    if index.is_empty() { table } else { format!("{table}/index/{index}") }
}
