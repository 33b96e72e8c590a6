//! Compares two answers.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Request;

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// Two answers that differ in every request of a kind, in the form of [`summary`]. `*` matches any text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kind {
    pub(crate) judge: String,
    pub(crate) local: String,
    #[expect(dead_code, reason = "for people")]
    pub(crate) reason: String,
}

pub(crate) struct Difference {
    judge: Value,
    local: Value,
}

impl Difference {
    /// The difference in status, code, message, body or cancellation reasons.
    pub(crate) fn between(request: &Request, judge: &Answer, local: &Answer) -> Option<Self> {
        let (judge, local) = (comparable(request, judge), comparable(request, local));
        (judge != local).then_some(Self { judge, local })
    }

    /// A kind compares messages, or an error with a success, but never two bodies.
    pub(crate) fn is_of(&self, kind: &Kind) -> bool {
        let rest = |answer: &Value| {
            json!([answer["item"], answer["reasons"].as_array().into_iter().flatten().collect::<Vec<_>>()])
        };
        let is_about_words = rest(&self.judge) == rest(&self.local);
        let is_refused = self.judge["status"] != 200 || self.local["status"] != 200;
        is_about_words
            && is_refused
            && matches(&kind.judge, &summary(&self.judge))
            && matches(&kind.local, &summary(&self.local))
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shortened = |value: &Value| value.to_string().chars().take(600).collect::<String>();
        write!(f, "judge: {}\n  local: {}", shortened(&self.judge), shortened(&self.local))
    }
}

/// The name of a request in the list of differences.
pub(crate) fn digest(input: &Value) -> String {
    // FNV-1a: short, stable, and good enough to tell some hundred requests apart.
    let hash = sorted_text(input).bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// `200`, or `400 ValidationException: message`.
fn summary(answer: &Value) -> String {
    if answer["status"] == 200 {
        return "200".to_owned();
    }
    let text = |name: &str| answer[name].as_str().unwrap_or_default();
    format!("{} {}: {}", answer["status"], text("code"), text("message"))
}

fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(start) else { return false };
    (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| matches(rest, &text[at..]))
}

fn comparable(request: &Request, answer: &Answer) -> Value {
    if answer.status == 200 {
        let mut body = answer.body.clone();
        normalize(request, &mut body);
        return json!({ "status": 200, "body": body });
    }
    let text = |name: &str| answer.body[name].as_str().unwrap_or_default().to_owned();
    let kind = text("__type");
    let message = text("message") + &text("Message");
    let reasons = answer.body["CancellationReasons"].as_array().into_iter().flatten();
    json!({
        "status": answer.status,
        "code": kind.rsplit('#').next().unwrap_or_default(),
        // The service adds this prefix to errors of PutItem, UpdateItem and DeleteItem; DynamoDB Local does not.
        "message": message.strip_prefix("1 validation error detected: ").unwrap_or(&message),
        "item": answer.body.get("Item"),
        "reasons": reasons
            .map(|reason| {
                // DynamoDB Local ends the message of a ConditionCheck, and of no other action, with a full stop.
                let message = reason["Message"].as_str().map(|message| message.trim_end_matches('.'));
                json!([reason["Code"], message, reason["Item"]])
            })
            .collect::<Vec<_>>(),
    })
}

/// Removes values that differ between servers, and sorts values without an order.
fn normalize((operation, input): &Request, body: &mut Value) {
    if let Some(members) = body.as_object_mut() {
        if operation == "DeleteItem" {
            // DynamoDB Local reports the consumed capacity of a deletion even if it is not requested.
            members.remove("ConsumedCapacity");
        }
        // DynamoDB Local has no item collections.
        members.remove("ItemCollectionMetrics");
        members.retain(|_, value| !is_empty(value));
    }
    match operation.as_str() {
        "CreateTable" | "DeleteTable" | "DescribeTable" | "UpdateTable" => *body = table(body),
        // Items with the same key in a global index have no order.
        "Query" if input["IndexName"] == "by-tag" => sort(&mut body["Items"]),
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
/// The members of a table's description that do not depend on the server.
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
        list.sort_by_cached_key(sorted_text);
    }
}

/// The JSON with sorted members: other crates of the build may have serde_json keep the order in which they were written.
fn sorted_text(value: &Value) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    value.to_string()
}

fn settle(value: &mut Value) {
    match value {
        Value::Object(members) => {
            // The service distinguishes reads and writes in transactions; DynamoDB Local does not.
            members.retain(|name, _| name != "ReadCapacityUnits" && name != "WriteCapacityUnits");
            for (name, member) in members {
                if matches!(name.as_str(), "SS" | "NS" | "BS") {
                    sort(member);
                }
                if name == "N"
                    && let Some(text) = member.as_str()
                    && (text.len() < 16 || text.contains(['e', 'E', '.']))
                    && let Ok(number) = text.parse::<f64>()
                {
                    // DynamoDB Local keeps the spelling of numbers; the service does not. There is no negative zero.
                    *member = (number + 0.0).to_string().into();
                }
                settle(member);
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(settle),
        _ => {}
    }
}
