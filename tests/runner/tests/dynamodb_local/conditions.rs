//! The item in the error of a failed condition: for each write, alone and in a transaction, with and without the request for it.

use serde_json::{Value, json};

use super::Request;

const TABLE: &str = "conditions";

pub(crate) fn requests() -> Vec<Request> {
    let mut requests = vec![request(
        "CreateTable",
        json!({
            "TableName": TABLE,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
        }),
    )];
    let stored = json!({ "pk": { "S": "there" }, "n": { "N": "1" }, "bytes": { "B": "AAEC" }, "list": { "L": [{ "NULL": true }] } });
    requests.push(request("PutItem", json!({ "TableName": TABLE, "Item": stored })));
    let wishes = [json!(null), json!("ALL_OLD"), json!("NONE"), json!("ALL_NEW")];
    let conditions = [json!("n = :two"), json!("attribute_not_exists(pk)"), json!(null)];
    for kind in ["PutItem", "UpdateItem", "DeleteItem"] {
        for wish in &wishes {
            // Restores the item first.
            for (key, condition) in conditions.iter().flat_map(|one| [("there", one), ("absent", one)]) {
                requests.push(request(kind, write(kind, key, condition, wish)));
                requests.push(request("PutItem", json!({ "TableName": TABLE, "Item": stored })));
                let absent = json!({ "TableName": TABLE, "Key": { "pk": { "S": "absent" } } });
                requests.push(request("DeleteItem", absent));
            }
        }
    }
    // In a transaction, DynamoDB Local accepts any value; the service accepts only two.
    for wish in wishes.iter().filter(|wish| **wish != "ALL_NEW") {
        for condition in &conditions {
            let kinds = [
                ("Put", "there"),
                ("Update", "there"),
                ("Delete", "there"),
                ("ConditionCheck", "there"),
                ("Put", "absent"),
            ];
            for (kind, key) in kinds {
                // The second action fails, so that nothing is written.
                let failing = write("ConditionCheck", "other", &json!("attribute_exists(pk)"), &json!(null));
                let actions =
                    json!([{ kind: write(kind, key, condition, wish) }, { "ConditionCheck": failing }]);
                requests.push(request("TransactWriteItems", json!({ "TransactItems": actions })));
            }
        }
    }
    requests
}

fn write(kind: &str, key: &str, condition: &Value, wish: &Value) -> Value {
    let mut input = json!({ "TableName": TABLE });
    let key = json!({ "pk": { "S": key } });
    input[if kind.starts_with("Put") { "Item" } else { "Key" }] = key;
    if kind.starts_with("Update") {
        input["UpdateExpression"] = json!("SET x = :x");
        input["ExpressionAttributeValues"][":x"] = json!({ "N": "5" });
    }
    if let Some(condition) = condition.as_str() {
        input["ConditionExpression"] = json!(condition);
        if condition.contains(":two") {
            input["ExpressionAttributeValues"][":two"] = json!({ "N": "2" });
        }
    }
    if !wish.is_null() {
        input["ReturnValuesOnConditionCheckFailure"] = wish.clone();
    }
    input
}

fn request(operation: &str, input: Value) -> Request {
    (operation.to_owned(), input)
}
