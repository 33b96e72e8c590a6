//! Limits and rules of expressions. `cargo xtask dynamodb-local` compares them with DynamoDB Local.

use serde_json::{Value, json};

use super::tests::Table;

const ME: &str = "me";

fn filter(expression: &str, values: &Value) -> Value {
    json!({"TableName": "notes", "FilterExpression": expression, "ExpressionAttributeValues": values})
}

fn large(n: usize, value: &Value) -> Value {
    json!({"pk": {"S": ME}, "sk": {"S": format!("large-{n:03}")}, "v": value})
}

fn large_key(n: usize) -> Value {
    json!({"pk": {"S": ME}, "sk": {"S": format!("large-{n:03}")}})
}

#[tokio::test]
async fn three_hundred_operators_are_evaluated_and_one_more_is_refused() {
    let table = Table::new().await;
    let one = json!({":v": {"N": "1"}});
    let repeated = |term: &str, count: usize| vec![term; count].join(" OR ");
    for (allowed, refused) in [
        (repeated("x = :v", 150), repeated("x = :v", 151)),
        (repeated("size(x)=:v", 100), repeated("size(x)=:v", 101)),
        (repeated("x BETWEEN :v AND :v", 150), repeated("x BETWEEN :v AND :v", 151)),
        (repeated("x IN (:v)", 150), repeated("x IN (:v)", 151)),
        (format!("{}x = :v", "NOT ".repeat(299)), format!("{}x = :v", "NOT ".repeat(300))),
    ] {
        table.call("Scan", &filter(&allowed, &one)).await.expect_ok();
        let answer =
            table.call("Scan", &filter(&refused, &one)).await.expect_error(400, "ValidationException");
        assert_eq!(
            answer.json()["message"],
            "Invalid FilterExpression: The expression contains too many operators; operator count: 301"
        );
    }
    let update = |terms: Vec<String>| {
        json!({"TableName": "notes", "Key": large_key(0), "UpdateExpression": format!("SET {}", terms.join(",")),
               "ExpressionAttributeValues": one})
    };
    table.call("UpdateItem", &update((0..400).map(|n| format!("a{n}=:v")).collect())).await.expect_ok();
    table.call("UpdateItem", &update((0..300).map(|n| format!("a{n}=:v+:v")).collect())).await.expect_ok();
    let sums = update((0..301).map(|n| format!("a{n}=:v+:v")).collect());
    table.call("UpdateItem", &sums).await.expect_error(400, "ValidationException");
}

#[tokio::test]
async fn operands_that_cannot_be_right_are_refused_before_an_item_is_looked_at() {
    let table = Table::new().await;
    let number = |n: &str| json!({"N": n});
    for (expression, values, reason) in [
        ("n BETWEEN :a AND :b", json!({":a": number("10"), ":b": number("9")}), "upper bound"),
        ("n BETWEEN :a AND :b", json!({":a": {"S": "a"}, ":b": number("9")}), "same data type"),
        ("n > :a", json!({":a": {"BOOL": true}}), "operator or function: >, operand type: BOOL"),
        (
            "attribute_type(n, :a)",
            json!({":a": {"S": "NUMBER"}}),
            "Invalid attribute type name found; type: NUMBER",
        ),
        ("n = n AND n = :a", json!({":a": number("1")}), "operator: =, first operand: [n]"),
        ("m.a[1] < m.a[1] OR n = :a", json!({":a": number("1")}), "operator: <, first operand: [m, a, [1]]"),
        ("n IN (:a, n)", json!({":a": number("1")}), "operator: IN, first operand: [n]"),
        ("begins_with(n, n) OR n = :a", json!({":a": number("1")}), "operator: begins_with"),
        (
            "n = :b",
            json!({":a": number("1")}),
            "attribute value used in expression is not defined; attribute value: :b",
        ),
        ("#n = :a", json!({":a": number("1")}), "attribute name: #n"),
        ("_n = :a", json!({":a": number("1")}), "Syntax error; token: \"_\""),
    ] {
        let put = json!({"TableName": "notes", "Item": large_key(0), "ConditionExpression": expression,
                         "ExpressionAttributeValues": values});
        for (operation, input) in [("Scan", filter(expression, &values)), ("PutItem", put)] {
            let answer = table.call(operation, &input).await.expect_error(400, "ValidationException");
            let message = answer.json()["message"].as_str().unwrap_or_default().to_owned();
            assert!(message.contains(reason), "{expression}: {message}");
        }
    }
    for (expression, values) in [
        ("n BETWEEN :a AND :b", json!({":a": number("9"), ":b": number("10")})),
        ("n BETWEEN :a AND :b", json!({":a": number("-2"), ":b": number("-1")})),
        ("m.a[0] = m.a[1] OR n <> m OR n = :a", json!({":a": number("1")})),
        ("size(n) = size(n) OR n = :a", json!({":a": {"BOOL": true}})),
    ] {
        table.call("Scan", &filter(expression, &values)).await.expect_ok();
    }
}

#[tokio::test]
async fn a_batch_reads_sixteen_megabytes_and_says_what_is_left() {
    let table = Table::new().await;
    for n in 0..45 {
        let item = large(n, &json!({"S": "x".repeat(390_000)}));
        table.call("PutItem", &json!({"TableName": "notes", "Item": item})).await.expect_ok();
    }
    let keys: Vec<Value> = (0..45).map(large_key).collect();
    let mut request =
        json!({"notes": {"Keys": keys, "ConsistentRead": true, "ProjectionExpression": "sk, v"}});
    let mut read = Vec::new();
    while request["notes"].is_object() {
        let answer = table.call("BatchGetItem", &json!({"RequestItems": request})).await.expect_ok().json();
        let items = answer["Responses"]["notes"].as_array().cloned().unwrap_or_default();
        assert!(items.len() < 44, "16 MB hold 43 of these items");
        read.extend(items.iter().map(|item| item["sk"]["S"].to_string()));
        request = answer["UnprocessedKeys"].clone();
        if request["notes"].is_object() {
            assert_eq!(request["notes"]["ConsistentRead"], true);
            assert_eq!(request["notes"]["ProjectionExpression"], "sk, v");
        }
    }
    read.sort();
    read.dedup();
    assert_eq!(read.len(), 45);
}

#[tokio::test]
async fn the_size_of_a_transaction_is_that_of_its_items_and_not_of_their_text() {
    let table = Table::new().await;
    // 3.9 MB as DynamoDB counts, 5.2 MB of base64.
    for n in 0..13 {
        let item = large(n, &json!({"B": "eHh4".repeat(100_000)}));
        table.call("PutItem", &json!({"TableName": "notes", "Item": item})).await.expect_ok();
    }
    let gets: Vec<Value> =
        (0..13).map(|n| json!({"Get": {"TableName": "notes", "Key": large_key(n)}})).collect();
    table.call("TransactGetItems", &json!({"TransactItems": gets})).await.expect_ok();
}

#[tokio::test]
async fn a_page_that_ends_for_its_size_has_scanned_what_it_has() {
    let table = Table::new().await;
    for n in 0..6 {
        let item = large(n, &json!({"S": "x".repeat(390_000)}));
        table.call("PutItem", &json!({"TableName": "notes", "Item": item})).await.expect_ok();
    }
    let query = json!({"TableName": "notes", "KeyConditionExpression": "pk = :p", "Select": "COUNT",
                       "ExpressionAttributeValues": {":p": {"S": ME}}});
    let page = table.call("Query", &query).await.expect_ok().json();
    assert_eq!((page["Count"].as_u64(), page["ScannedCount"].as_u64()), (Some(2), Some(2)));
    assert_eq!(page["LastEvaluatedKey"]["sk"]["S"], "large-001");
}

#[tokio::test]
async fn keys_in_searches_are_neither_empty_nor_too_long() {
    let table = Table::new().await;
    let query = |sort: &str| {
        json!({"TableName": "notes", "KeyConditionExpression": "pk = :p AND sk = :s",
               "ExpressionAttributeValues": {":p": {"S": ME}, ":s": {"S": sort}}})
    };
    table.call("Query", &query(&"s".repeat(1024))).await.expect_ok();
    let start = json!({"pk": {"S": ME}, "sk": {"S": ""}});
    for (operation, input, message) in [
        ("Query", query(&"s".repeat(1025)), "exceeded the size limit of 1024 bytes"),
        ("Query", query(""), "cannot contain an empty string value. Key: sk"),
        (
            "Scan",
            json!({"TableName": "notes", "ExclusiveStartKey": start}),
            "The provided starting key is invalid",
        ),
        ("Scan", json!({"TableName": "notes", "AttributesToGet": []}), "'attributesToGet' failed to satisfy"),
        (
            "Scan",
            json!({"TableName": "notes", "IndexName": "by-nothing", "ConsistentRead": true}),
            "The table does not have the specified index: by-nothing",
        ),
        (
            "Scan",
            json!({"TableName": "notes", "ProjectionExpression": format!("x{}", ".a".repeat(32))}),
            "too many nesting levels; nesting levels: 33",
        ),
    ] {
        let answer = table.call(operation, &input).await.expect_error(400, "ValidationException");
        let text = answer.text();
        assert!(text.contains(message), "{text}");
    }
}

#[tokio::test]
async fn the_time_to_live_that_is_there_stays_what_it_is() {
    let table = Table::new().await;
    let update =
        |specification: Value| json!({"TableName": "notes", "TimeToLiveSpecification": specification});
    let on = update(json!({"Enabled": true, "AttributeName": "expires"}));
    table.call("UpdateTimeToLive", &on).await.expect_ok();
    for (input, message) in [
        (on, "TimeToLive is already enabled"),
        (
            update(json!({"Enabled": false, "AttributeName": "other"})),
            "TimeToLive is active on a different AttributeName",
        ),
        (
            update(json!({"Enabled": true, "AttributeName": "x".repeat(256)})),
            "length less than or equal to 255",
        ),
        (
            update(json!({"Enabled": true})),
            "Value null at 'timeToLiveSpecification.attributeName' failed to satisfy constraint",
        ),
    ] {
        let text =
            table.call("UpdateTimeToLive", &input).await.expect_error(400, "ValidationException").text();
        assert!(text.contains(message), "{text}");
    }
    let stream = json!({"TableName": "streams", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "StreamSpecification": {"StreamEnabled": true}});
    table.call("CreateTable", &stream).await.expect_error(400, "ValidationException");
}

#[tokio::test]
async fn a_scan_of_a_local_index_answers_what_the_index_has_or_nothing() {
    let table = Table::new().await;
    let keys = |sort: &str| json!([{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]);
    let create = json!({"TableName": "ranked", "BillingMode": "PAY_PER_REQUEST", "KeySchema": keys("sk"),
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
            {"AttributeName": "rank", "AttributeType": "N"},
        ],
        "LocalSecondaryIndexes": [{"IndexName": "by-rank", "KeySchema": keys("rank"),
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["title"]}}]});
    table.call("CreateTable", &create).await.expect_ok();
    let item = json!({"pk": {"S": "a"}, "sk": {"S": "1"}, "rank": {"N": "1"}, "title": {"S": "t"}, "body": {"S": "b"}});
    table.call("PutItem", &json!({"TableName": "ranked", "Item": item})).await.expect_ok();
    let scan = |members: Value| {
        let mut input = json!({"TableName": "ranked", "IndexName": "by-rank"});
        input.as_object_mut().expect("an object").extend(members.as_object().cloned().unwrap_or_default());
        input
    };
    let all = table.call("Scan", &scan(json!({}))).await.expect_ok().json();
    assert!(all["Items"][0].get("title").is_some() && all["Items"][0].get("body").is_none());
    table.call("Scan", &scan(json!({"ProjectionExpression": "title, sk"}))).await.expect_ok();
    for members in [
        json!({"Select": "ALL_ATTRIBUTES"}),
        json!({"ProjectionExpression": "title, body"}),
        json!({"FilterExpression": "attribute_exists(body)"}),
    ] {
        table.call("Scan", &scan(members)).await.expect_error(501, "NotImplemented");
    }
    let query = json!({"TableName": "ranked", "IndexName": "by-rank", "Select": "ALL_ATTRIBUTES",
        "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}});
    assert_eq!(table.call("Query", &query).await.expect_ok().json()["Items"][0]["body"]["S"], "b");
}
