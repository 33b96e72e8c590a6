use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    account::Account,
    test_support::{Answer, Draft, Keys, account},
};

const ME: &str = "eu-west-1:11111111-1111-1111-1111-111111111111";
const YOU: &str = "eu-west-1:22222222-2222-2222-2222-222222222222";

pub(super) struct Table {
    pub(super) account: Arc<Account>,
    keys: Keys,
}

impl Table {
    pub(super) async fn new() -> Self {
        let table = Self { account: account(), keys: Keys::root() };
        for name in ["notes", "other"] {
            let input = json!({
                "TableName": name,
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [
                    {"AttributeName": "pk", "AttributeType": "S"},
                    {"AttributeName": "sk", "AttributeType": "S"},
                    {"AttributeName": "tag", "AttributeType": "S"},
                ],
                "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"},
                ],
                "GlobalSecondaryIndexes": [{
                    "IndexName": "by-tag",
                    "KeySchema": [{"AttributeName": "tag", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }],
            });
            table.call("CreateTable", &input).await.expect_ok();
        }
        for owner in [ME, YOU] {
            let item =
                json!({"pk": {"S": owner}, "sk": {"S": "1"}, "tag": {"S": owner}, "note": {"S": "hello"}});
            table.call("PutItem", &json!({"TableName": "notes", "Item": item})).await.expect_ok();
        }
        table
    }

    fn with_policy(&self, statement: &Value) -> Self {
        let policy = json!({"Version": "2012-10-17", "Statement": statement});
        Self { account: self.account.clone(), keys: Keys::session(&self.account, ME, &policy) }
    }

    /// A signed-in user who may access the items of their own partition.
    fn person(&self) -> Self {
        self.with_policy(&json!({
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem",
                       "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem",
                       "dynamodb:ConditionCheckItem"],
            "Resource": ["arn:aws:dynamodb:eu-west-1:000000000000:table/notes",
                         "arn:aws:dynamodb:eu-west-1:000000000000:table/notes/index/*"],
            "Condition": {"ForAllValues:StringEquals":
                {"dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"]}},
        }))
    }

    pub(super) async fn call(&self, operation: &str, input: &Value) -> Answer {
        let draft = Draft::json(&format!("DynamoDB_20120810.{operation}"), input);
        draft.signed("dynamodb", &self.keys, self.account.clock.now()).send(&self.account).await
    }
}

fn key(owner: &str) -> Value {
    json!({"pk": {"S": owner}, "sk": {"S": "1"}})
}

/// Every operation that names partition keys, for the items of these owners.
fn operations(owner: &str, second: &str) -> Vec<(&'static str, Value)> {
    let query = |condition: &str| {
        json!({
            "TableName": "notes",
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": {"#p": "pk", "#s": "sk"},
            "ExpressionAttributeValues": {":p": {"S": second}, ":s": {"S": "1"}},
        })
    };
    vec![
        ("GetItem", json!({"TableName": "notes", "Key": key(second)})),
        ("PutItem", json!({"TableName": "notes", "Item": key(second)})),
        (
            "UpdateItem",
            json!({
                "TableName": "notes",
                "Key": key(second),
                "UpdateExpression": "SET x = :x",
                "ExpressionAttributeValues": {":x": {"N": "1"}},
            }),
        ),
        ("DeleteItem", json!({"TableName": "notes", "Key": key(second)})),
        ("Query", query("#p = :p AND #s = :s")),
        ("Query", query("(#s > :s) AND (#p=:p)")),
        (
            "Query",
            json!({"TableName": "notes", "KeyConditions":
                {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": second}]}}}),
        ),
        (
            "Query",
            json!({
                "TableName": "notes",
                "IndexName": "by-tag",
                "KeyConditionExpression": "tag = :p",
                "ExpressionAttributeValues": {":p": {"S": second}},
            }),
        ),
        (
            "BatchGetItem",
            json!({"RequestItems": {"notes": {"Keys": [
                key(owner),
                {"pk": {"S": second}, "sk": {"S": "2"}},
            ]}}}),
        ),
        (
            "BatchWriteItem",
            json!({"RequestItems": {"notes": [
                {"PutRequest": {"Item": key(owner)}},
                {"DeleteRequest": {"Key": {"pk": {"S": second}, "sk": {"S": "2"}}}},
            ]}}),
        ),
        (
            "TransactGetItems",
            json!({"TransactItems": [
                {"Get": {"TableName": "notes", "Key": key(owner)}},
                {"Get": {"TableName": "notes", "Key": {"pk": {"S": second}, "sk": {"S": "2"}}}},
            ]}),
        ),
        (
            "TransactWriteItems",
            json!({"TransactItems": [
                {"Put": {"TableName": "notes", "Item": key(owner)}},
                {"ConditionCheck": {
                    "TableName": "notes",
                    "Key": {"pk": {"S": second}, "sk": {"S": "2"}},
                    "ConditionExpression": "attribute_not_exists(pk)",
                }},
            ]}),
        ),
        (
            "TransactWriteItems",
            json!({"TransactItems": [{"Delete": {"TableName": "notes", "Key": key(second)}}]}),
        ),
    ]
}

#[tokio::test]
async fn people_have_their_own_partition() {
    let table = Table::new().await;
    let me = table.person();
    for (operation, input) in operations(ME, ME) {
        let answer = me.call(operation, &input).await;
        assert!(answer.status.is_success(), "{operation} {input}: {}", answer.text());
    }
}

#[tokio::test]
async fn another_persons_partition_is_refused_however_it_is_asked_for() {
    let table = Table::new().await;
    let me = table.person();
    for (operation, input) in operations(ME, YOU) {
        let answer = me.call(operation, &input).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (400, "AccessDeniedException"),
            "{operation} {input}"
        );
    }
    for (operation, input) in [
        ("Scan", json!({"TableName": "notes"})),
        ("GetItem", json!({"TableName": "other", "Key": key(ME)})),
        (
            "BatchGetItem",
            json!({"RequestItems": {"notes": {"Keys": [key(ME)]}, "other": {"Keys": [key(ME)]}}}),
        ),
        ("DescribeTable", json!({"TableName": "notes"})),
        ("ListTables", json!({})),
        ("DeleteTable", json!({"TableName": "notes"})),
    ] {
        me.call(operation, &input).await.expect_error(400, "AccessDeniedException");
    }
    let item = table.call("GetItem", &json!({"TableName": "notes", "Key": key(YOU)})).await.expect_ok();
    assert_eq!(item.json()["Item"]["note"]["S"], "hello");
}

#[tokio::test]
async fn a_refusal_says_who_may_not_do_what() {
    let table = Table::new().await;
    let me = table.person();
    let denied = me.call("GetItem", &json!({"TableName": "notes", "Key": key(YOU)})).await;
    assert_eq!(denied.json()["__type"], "com.amazon.coral.service#AccessDeniedException");
    let message = denied.json()["message"].as_str().expect("a message").to_owned();
    assert!(message.starts_with("User: arn:aws:sts::000000000000:assumed-role/role-"), "{message}");
    assert!(
        message.ends_with(
            "/test is not authorized to perform: dynamodb:GetItem on resource: \
             arn:aws:dynamodb:eu-west-1:000000000000:table/notes because no identity-based policy allows the \
             dynamodb:GetItem action"
        ),
        "{message}"
    );
    assert_eq!(denied.headers["content-type"], "application/x-amz-json-1.0");
}

#[tokio::test]
async fn two_partition_keys_in_one_condition_both_count() {
    let table = Table::new().await;
    let me = table.person();
    let query = json!({
        "TableName": "notes",
        "KeyConditionExpression": "pk = :me AND pk = :you",
        "ExpressionAttributeValues": {":me": {"S": ME}, ":you": {"S": YOU}},
    });
    me.call("Query", &query).await.expect_error(400, "AccessDeniedException");
}

#[tokio::test]
async fn a_scan_is_not_stopped_by_leading_keys_alone() {
    // As on AWS: a scan has none, and all of none are equal. Policies leave Scan out of their actions, or ask
    // for the key to be there.
    let table = Table::new().await;
    let statement = |presence: Value| {
        json!({
            "Effect": "Allow",
            "Action": "dynamodb:*",
            "Resource": "*",
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [ME]}, "Null": presence},
        })
    };
    let scan = json!({"TableName": "notes"});
    table.with_policy(&statement(json!({}))).call("Scan", &scan).await.expect_ok();
    let strict = table.with_policy(&statement(json!({"dynamodb:LeadingKeys": "false"})));
    strict.call("Scan", &scan).await.expect_error(400, "AccessDeniedException");
    strict.call("GetItem", &json!({"TableName": "notes", "Key": key(ME)})).await.expect_ok();
}

#[tokio::test]
async fn attributes_can_be_kept_from_people() {
    let table = Table::new().await;
    let me = table.with_policy(&json!({
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"],
        "Resource": "*",
        "Condition": {
            "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "sk", "note"]},
            "StringEqualsIfExists": {
                "dynamodb:Select": "SPECIFIC_ATTRIBUTES",
                "dynamodb:ReturnValues": ["NONE", "UPDATED_NEW"],
            },
        },
    }));
    let get =
        |projection: &str| json!({"TableName": "notes", "Key": key(ME), "ProjectionExpression": projection});
    me.call("GetItem", &get("pk, note")).await.expect_ok();
    me.call("GetItem", &get("pk, tag")).await.expect_error(400, "AccessDeniedException");
    let whole = json!({"TableName": "notes", "Key": key(ME)});
    me.call("GetItem", &whole).await.expect_error(400, "AccessDeniedException");
    let update = |attribute: &str| {
        json!({
            "TableName": "notes",
            "Key": key(ME),
            "UpdateExpression": "SET #a = :x",
            "ExpressionAttributeNames": {"#a": attribute},
            "ExpressionAttributeValues": {":x": {"S": "x"}},
        })
    };
    me.call("UpdateItem", &update("note")).await.expect_ok();
    me.call("UpdateItem", &update("tag")).await.expect_error(400, "AccessDeniedException");
}

#[tokio::test]
async fn answers_carry_their_checksum_and_the_region() {
    let table = Table::new().await;
    let answer = table.call("DescribeTable", &json!({"TableName": "notes"})).await.expect_ok();
    assert_eq!(answer.json()["Table"]["TableArn"], "arn:aws:dynamodb:eu-west-1:000000000000:table/notes");
    assert_eq!(answer.json()["Table"]["TableStatus"], "ACTIVE");
    for answer in [answer, table.call("GetItem", &json!({"TableName": "missing", "Key": key(ME)})).await] {
        let checksum: u32 = answer.headers["x-amz-crc32"].to_str().expect("text").parse().expect("a number");
        assert_eq!(checksum, crc32fast::hash(&answer.body));
    }
}

#[tokio::test]
async fn the_engine_refuses_in_the_words_of_dynamodb() {
    let table = Table::new().await;
    let condition = json!({
        "TableName": "notes",
        "Item": key(ME),
        "ConditionExpression": "attribute_not_exists(pk)",
    });
    table.call("PutItem", &condition).await.expect_error(400, "ConditionalCheckFailedException");
    let transaction = json!({"TransactItems": [{"Put": condition}]});
    let canceled = table
        .call("TransactWriteItems", &transaction)
        .await
        .expect_error(400, "TransactionCanceledException");
    assert_eq!(canceled.json()["CancellationReasons"][0]["Code"], "ConditionalCheckFailed");
    for (operation, input, code) in [
        ("GetItem", json!({"TableName": "missing", "Key": key(ME)}), "ResourceNotFoundException"),
        ("GetItem", json!({"TableName": "notes", "Key": {"pk": {"S": ME}}}), "ValidationException"),
        ("GetItem", json!({"TableName": "notes"}), "ValidationException"),
        ("GetItem", json!({"TableName": 1, "Key": key(ME)}), "SerializationException"),
        ("GetItem", json!([]), "SerializationException"),
        ("PutItem", json!({"TableName": "notes", "Item": {"pk": {"X": "?"}}}), "SerializationException"),
        ("Query", json!({"TableName": "notes", "KeyConditionExpression": "((("}), "ValidationException"),
        ("ExecuteStatement", json!({"Statement": "SELECT * FROM notes"}), "UnknownOperationException"),
        ("Nonsense", json!({}), "UnknownOperationException"),
    ] {
        let answer = table.call(operation, &input).await;
        assert!(
            answer.code() == code
                || (code == "SerializationException" && answer.code() == "ValidationException"),
            "{operation} {input}: {}",
            answer.text()
        );
    }
    let unsigned = Draft::json("DynamoDB_20120810.ListTables", &json!({}));
    unsigned.send(&table.account).await.expect_error(400, "MissingAuthenticationTokenException");
}

#[tokio::test]
async fn numbers_keep_their_digits() {
    let table = Table::new().await;
    let number = "12345678901234567890.123456789";
    let item = json!({"pk": {"S": ME}, "sk": {"S": "n"}, "n": {"N": number}});
    table.call("PutItem", &json!({"TableName": "notes", "Item": item})).await.expect_ok();
    let read = json!({"TableName": "notes", "Key": {"pk": {"S": ME}, "sk": {"S": "n"}}});
    assert_eq!(table.call("GetItem", &read).await.expect_ok().json()["Item"]["n"]["N"], number);
}

#[tokio::test]
async fn limits_and_meanings_are_those_of_the_service() {
    let table = Table::new().await;
    let operands: Vec<String> = (0..101).map(|n| format!(":v{n}")).collect();
    let values: Value = operands
        .iter()
        .map(|name| (name.clone(), json!({"N": "1"})))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let scan = |expression: String, values: &Value| json!({"TableName": "notes", "FilterExpression": expression, "ExpressionAttributeValues": values});
    let one = json!({":v": {"N": "1"}});
    for (operation, input) in [
        ("Scan", scan(format!("x IN ({})", operands.join(", ")), &values)),
        ("Scan", scan(vec!["x = :v"; 302].join(" OR "), &one)),
        ("Scan", scan(format!("x = :v{}", " ".repeat(4096)), &one)),
        (
            "Query",
            json!({"TableName": "notes", "KeyConditionExpression": "pk = :p AND begins_with(sk, :s)",
                   "ExpressionAttributeValues": {":p": {"S": ME}, ":s": {"S": ""}}}),
        ),
        (
            "BatchWriteItem",
            json!({"RequestItems": {"notes": [{"PutRequest": {"Item": key(ME)}, "DeleteRequest": {"Key": key(YOU)}}]}}),
        ),
        (
            "CreateTable",
            json!({"TableName": "unpaid", "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                   "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}),
        ),
    ] {
        table.call(operation, &input).await.expect_error(400, "ValidationException");
    }

    let fresh = json!({"TableName": "notes", "Key": {"pk": {"S": ME}, "sk": {"S": "fresh"}}, "ReturnValues": "ALL_OLD"});
    assert!(table.call("UpdateItem", &fresh).await.expect_ok().json().get("Attributes").is_none());
    assert!(table.call("UpdateItem", &fresh).await.expect_ok().json()["Attributes"].is_object());
    let get = |projection: &str| json!({"TransactItems": [{"Get": {"TableName": "notes", "Key": key(ME), "ProjectionExpression": projection}}]});
    let projected = table.call("TransactGetItems", &get("note")).await.expect_ok().json();
    assert_eq!(projected["Responses"], json!([{"Item": {"note": {"S": "hello"}}}]));
    let nothing = table.call("TransactGetItems", &get("absent")).await.expect_ok().json();
    assert_eq!(nothing["Responses"], json!([{"Item": {}}]));
}

#[tokio::test]
async fn a_transaction_reads_four_megabytes_at_most() {
    let table = Table::new().await;
    let large = |n: usize| json!({"pk": {"S": ME}, "sk": {"S": format!("large-{n}")}});
    for n in 0..11 {
        let mut item = large(n);
        item["blob"] = json!({"S": "x".repeat(390_000)});
        table.call("PutItem", &json!({"TableName": "notes", "Item": item})).await.expect_ok();
    }
    let get = |count: usize| {
        let gets: Vec<_> =
            (0..count).map(|n| json!({"Get": {"TableName": "notes", "Key": large(n)}})).collect();
        json!({"TransactItems": gets})
    };
    table.call("TransactGetItems", &get(10)).await.expect_ok();
    table.call("TransactGetItems", &get(11)).await.expect_error(400, "ValidationException");
}

/// AWS documents no further permission than the one for the write.
#[tokio::test]
async fn the_item_of_a_failed_condition_is_told_to_whoever_may_write_and_asks() {
    let writer = Table::new().await.with_policy(&json!({
        "Effect": "Allow",
        "Action": ["dynamodb:PutItem", "dynamodb:ConditionCheckItem"],
        "Resource": "*",
        "Condition": {"ForAllValues:StringEquals":
            {"dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"]}},
    }));
    let get = json!({"TableName": "notes", "Key": key(ME)});
    writer.call("GetItem", &get).await.expect_error(400, "AccessDeniedException");
    let put = |owner: &str, wish: Option<&str>| {
        let mut put = json!({"TableName": "notes", "Item": key(owner), "ConditionExpression": "attribute_not_exists(pk)"});
        if let Some(wish) = wish {
            put["ReturnValuesOnConditionCheckFailure"] = json!(wish);
        }
        put
    };
    let failed = "ConditionalCheckFailedException";
    let error = writer.call("PutItem", &put(ME, Some("ALL_OLD"))).await.expect_error(400, failed).json();
    assert_eq!(error["Item"]["note"]["S"], "hello");
    for wish in [None, Some("NONE")] {
        let error = writer.call("PutItem", &put(ME, wish)).await.expect_error(400, failed).json();
        assert_eq!(error.get("Item"), None);
    }
    let others = put(YOU, Some("ALL_OLD"));
    writer.call("PutItem", &others).await.expect_error(400, "AccessDeniedException");

    let mut absent = put(ME, Some("ALL_OLD"));
    absent["Item"]["sk"]["S"] = json!("2");
    absent["ConditionExpression"] = json!("attribute_exists(pk)");
    for (wish, item) in [(Some("ALL_OLD"), json!("hello")), (None, Value::Null)] {
        let transaction = json!({"TransactItems": [{"Put": put(ME, wish)}, {"Put": absent}]});
        let error = writer.call("TransactWriteItems", &transaction).await;
        let error = error.expect_error(400, "TransactionCanceledException").json();
        assert_eq!(error["CancellationReasons"][0]["Item"]["note"]["S"], item);
        assert_eq!(error["CancellationReasons"][1]["Code"], "ConditionalCheckFailed");
        assert_eq!(error["CancellationReasons"][1].get("Item"), None);
    }
}
