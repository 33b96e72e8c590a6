//! Tables and their time to live: every member that local-aws implements, with valid and invalid values.

use serde_json::{Value, json};

use super::Request;

pub(crate) fn requests() -> Vec<Request> {
    let mut requests = Vec::new();
    let mut ask = |operation: &str, input: Value| requests.push((operation.to_owned(), input));
    for (number, members) in creations().into_iter().enumerate() {
        let mut input = json!({
            "TableName": format!("table-{number}"),
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": definitions(&["pk"]),
            "KeySchema": [key("pk", "HASH")],
        });
        for (name, value) in members.as_object().into_iter().flatten() {
            input[name] = value.clone();
        }
        ask("CreateTable", input);
    }
    // The first one is protected.
    ask("DeleteTable", json!({ "TableName": "table-0" }));
    ask("UpdateTable", json!({ "TableName": "table-0" }));
    ask("UpdateTable", json!({ "TableName": "table-0", "DeletionProtectionEnabled": false }));
    ask("UpdateTable", json!({ "TableName": "missing", "BillingMode": "PAY_PER_REQUEST" }));
    for specification in [
        json!({ "Enabled": true, "AttributeName": "expires" }),
        json!({ "Enabled": true, "AttributeName": "expires" }),
        json!({ "Enabled": true, "AttributeName": "other" }),
        json!({ "Enabled": false, "AttributeName": "other" }),
        json!({ "Enabled": true, "AttributeName": "" }),
        json!({ "Enabled": true, "AttributeName": "x".repeat(256) }),
        json!({ "Enabled": true }),
        json!({ "AttributeName": "expires" }),
        Value::Null,
    ] {
        ask("UpdateTimeToLive", json!({ "TableName": "table-0", "TimeToLiveSpecification": specification }));
        ask("DescribeTimeToLive", json!({ "TableName": "table-0" }));
    }
    ask(
        "UpdateTimeToLive",
        json!({ "TableName": "missing", "TimeToLiveSpecification": { "Enabled": true, "AttributeName": "e" } }),
    );
    ask("DeleteTable", json!({ "TableName": "table-0" }));
    requests
}

fn creations() -> Vec<Value> {
    let two = || definitions(&["pk", "g"]);
    let indexes =
        |indexes: Vec<Value>| json!({ "AttributeDefinitions": two(), "GlobalSecondaryIndexes": indexes });
    let all = json!({ "ProjectionType": "ALL" });
    let local = |keys: Value| json!([{ "IndexName": "local", "KeySchema": keys, "Projection": all }]);
    vec![
        json!({ "DeletionProtectionEnabled": true }),
        json!({ "TableClass": "STANDARD_INFREQUENT_ACCESS" }),
        json!({ "TableClass": "RARE" }),
        json!({ "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" } }),
        json!({ "StreamSpecification": { "StreamEnabled": true } }),
        json!({ "StreamSpecification": { "StreamEnabled": false, "StreamViewType": "NEW_IMAGE" } }),
        json!({ "BillingMode": "PROVISIONED", "ProvisionedThroughput": { "ReadCapacityUnits": 0, "WriteCapacityUnits": 1 } }),
        json!({ "BillingMode": "PROVISIONED", "ProvisionedThroughput": { "ReadCapacityUnits": 1, "WriteCapacityUnits": 1 } }),
        json!({ "BillingMode": "PROVISIONED" }),
        json!({ "KeySchema": [] }),
        json!({ "KeySchema": [key("pk", "RANGE")] }),
        json!({ "KeySchema": [key("pk", "HASH"), key("pk", "RANGE")] }),
        json!({ "KeySchema": [key("pk", "HASH"), key("g", "HASH")], "AttributeDefinitions": two() }),
        json!({ "AttributeDefinitions": two() }),
        json!({ "AttributeDefinitions": [] }),
        json!({ "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "BOOL" }] }),
        indexes(vec![index("by-g", &all)]),
        indexes(vec![index("g", &all)]),
        indexes(vec![index("by-g", &all), index("by-g", &all)]),
        indexes(vec![index("by-g", &json!({ "ProjectionType": "INCLUDE" }))]),
        indexes(vec![index("by-g", &json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": ["n"] }))]),
        indexes(vec![index("by-g", &json!({ "ProjectionType": "ALL", "NonKeyAttributes": ["n"] }))]),
        indexes(vec![index("by-g", &json!({}))]),
        indexes((0..21).map(|n| index(&format!("by-{n}"), &all)).collect()),
        indexes(Vec::new()),
        json!({ "AttributeDefinitions": two(), "LocalSecondaryIndexes": local(json!([key("pk", "HASH"), key("g", "RANGE")])) }),
        json!({
            "AttributeDefinitions": definitions(&["pk", "sk", "g"]),
            "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
            "LocalSecondaryIndexes": local(json!([key("g", "HASH"), key("sk", "RANGE")])),
        }),
    ]
}

fn key(name: &str, kind: &str) -> Value {
    json!({ "AttributeName": name, "KeyType": kind })
}

fn definitions(names: &[&str]) -> Value {
    names.iter().map(|name| json!({ "AttributeName": name, "AttributeType": "S" })).collect()
}

fn index(name: &str, projection: &Value) -> Value {
    json!({ "IndexName": name, "KeySchema": [key("g", "HASH")], "Projection": projection })
}
