//! What counts as a difference between two answers.

use serde_json::{Map, Value, json};

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// Says how `actual` differs, in status, code, message or body.
pub(crate) fn difference(operation: &str, expected: &Answer, actual: &Answer) -> Option<String> {
    let (expected, actual) = (comparable(operation, expected), comparable(operation, actual));
    (expected != actual).then(|| format!("judge: {expected}\n  local: {actual}"))
}

/// Names a request in the list of differences.
pub(crate) fn digest(input: &Value) -> String {
    // FNV-1a: short, stable, and good enough to tell some hundred requests apart.
    let hash = input.to_string().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

fn comparable(operation: &str, answer: &Answer) -> Value {
    if answer.status == 200 {
        let mut body = answer.body.clone();
        normalize(operation, &mut body);
        return json!({ "status": 200, "body": body });
    }
    let text = |name: &str| answer.body[name].as_str().unwrap_or_default().to_owned();
    let kind = text("__type");
    let code = kind.rsplit('#').next().unwrap_or_default();
    // DynamoDB Local has words of its own for what it refuses before it looks at an item, and the engine has
    // those of the service. A condition that fails is worded alike.
    let message = if code == "ConditionalCheckFailedException" {
        text("message") + &text("Message")
    } else {
        String::new()
    };
    let reasons = answer.body["CancellationReasons"].as_array().into_iter().flatten();
    json!({
        "status": answer.status,
        "code": code,
        "message": message,
        "item": answer.body.get("Item"),
        "reasons": reasons.map(|reason| &reason["Code"]).collect::<Vec<_>>(),
    })
}

/// Takes out what no two servers share, and sorts what has no order.
fn normalize(operation: &str, body: &mut Value) {
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, value| name != "ConsumedCapacity" && !is_empty(value));
    }
    match operation {
        "CreateTable" | "DeleteTable" | "DescribeTable" => *body = table(body),
        "Scan" => sort(&mut body["Items"]),
        "BatchGetItem" => {
            for items in body["Responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
                sort(items);
            }
        }
        _ => {}
    }
    settle(body);
}

/// What of a table's description does not depend on the server.
fn table(body: &Value) -> Value {
    let description = if body["Table"].is_object() { &body["Table"] } else { &body["TableDescription"] };
    let indexes = |name: &str| -> Vec<Value> {
        let mut indexes: Vec<_> = description[name].as_array().into_iter().flatten().cloned().collect();
        indexes.sort_by_key(|index| index["IndexName"].to_string());
        indexes
            .iter()
            .map(|index| json!([index["IndexName"], index["KeySchema"], index["Projection"]]))
            .collect()
    };
    let mut definitions = description["AttributeDefinitions"].clone();
    sort(&mut definitions);
    json!({
        "name": description["TableName"],
        "keys": description["KeySchema"],
        "definitions": definitions,
        "indexes": [indexes("GlobalSecondaryIndexes"), indexes("LocalSecondaryIndexes")],
    })
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Null) || value.as_object().is_some_and(Map::is_empty)
}

fn sort(list: &mut Value) {
    if let Some(list) = list.as_array_mut() {
        list.sort_by_key(Value::to_string);
    }
}

fn settle(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if matches!(name.as_str(), "SS" | "NS" | "BS") {
                    sort(member);
                }
                if name == "N"
                    && let Some(text) = member.as_str()
                    && text.contains(['e', 'E', '.'])
                    && let Ok(number) = text.parse::<f64>()
                {
                    // DynamoDB Local keeps the spelling of numbers inside lists and maps, the service does not.
                    *member = number.to_string().into();
                }
                settle(member);
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(settle),
        _ => {}
    }
}
