//! Every member of the inputs, with values at and beyond its limits, on a separate table.

use serde_json::{Map, Value, json};

use super::Request;

const TABLE: &str = "members";
/// The largest size of an item.
const MOST_ITEM_BYTES: usize = 409_600;

pub(crate) fn requests() -> Vec<Request> {
    let mut requests = Requests(Vec::new());
    requests.fill_table();
    requests.report_capacity();
    requests.use_older_parameters();
    requests.search();
    requests.start_searches();
    requests.store_numbers();
    requests.reach_sizes();
    requests.0
}

struct Requests(Vec<Request>);

impl Requests {
    fn push(&mut self, operation: &str, input: Value) {
        self.0.push((operation.to_owned(), input));
    }

    /// A request on the table with the members of all these objects.
    fn ask(&mut self, operation: &str, members: &[&Value]) {
        let mut input = Map::from_iter([("TableName".to_owned(), TABLE.into())]);
        for object in members {
            input.extend(object.as_object().cloned().unwrap_or_default());
        }
        self.push(operation, Value::Object(input));
    }

    fn fill_table(&mut self) {
        let definition = |name: &str, kind: &str| json!({ "AttributeName": name, "AttributeType": kind });
        let key = |name: &str, kind: &str| json!({ "AttributeName": name, "KeyType": kind });
        self.ask(
            "CreateTable",
            &[&json!({
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [definition("pk", "S"), definition("sk", "S"), definition("tag", "S"), definition("rank", "N")],
                "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
                "GlobalSecondaryIndexes": [
                    { "IndexName": "by-tag", "KeySchema": [key("tag", "HASH")], "Projection": { "ProjectionType": "ALL" } },
                ],
                "LocalSecondaryIndexes": [{
                    "IndexName": "by-rank",
                    "KeySchema": [key("pk", "HASH"), key("rank", "RANGE")],
                    "Projection": { "ProjectionType": "KEYS_ONLY" },
                }],
            })],
        );
        for n in 0..6 {
            let number = json!({ "N": n.to_string() });
            let more =
                json!({ "tag": { "S": "red" }, "rank": number, "n": number, "s": { "S": "x".repeat(n) } });
            self.put(&item("a", &n.to_string(), &more));
        }
    }

    fn put(&mut self, item: &Value) {
        self.ask("PutItem", &[&json!({ "Item": item })]);
    }

    fn report_capacity(&mut self) {
        let query = |index: Value, key: &str, value: &str| {
            let condition = format!("{key} = :p");
            let query = json!({ "KeyConditionExpression": condition, "ExpressionAttributeValues": { ":p": { "S": value } } });
            merged(&query, &index)
        };
        let calls = [
            ("GetItem", json!({ "Key": key("a", "1") })),
            ("GetItem", json!({ "Key": key("a", "1"), "ConsistentRead": true })),
            ("GetItem", json!({ "Key": key("none", "1") })),
            (
                "PutItem",
                json!({ "Item": item("c", "1", &json!({ "tag": { "S": "x" }, "rank": { "N": "1" } })) }),
            ),
            ("PutItem", json!({ "Item": key("c", "1") })),
            (
                "UpdateItem",
                json!({ "Key": key("c", "1"), "UpdateExpression": "SET n = :n", "ExpressionAttributeValues": { ":n": { "N": "1" } } }),
            ),
            ("Query", query(json!({}), "pk", "a")),
            ("Query", query(json!({ "IndexName": "by-tag" }), "tag", "red")),
            ("Query", query(json!({ "IndexName": "by-rank" }), "pk", "a")),
            ("Scan", json!({})),
            ("Scan", json!({ "ConsistentRead": true })),
            ("DeleteItem", json!({ "Key": key("c", "1") })),
        ];
        let batches = [
            (
                "BatchGetItem",
                json!({ "RequestItems": { TABLE: { "Keys": [key("a", "1"), key("a", "2")] } } }),
            ),
            (
                "BatchWriteItem",
                json!({ "RequestItems": { TABLE: [{ "PutRequest": { "Item": key("d", "1") } }] } }),
            ),
            (
                "TransactGetItems",
                json!({ "TransactItems": [{ "Get": { "TableName": TABLE, "Key": key("a", "1") } }] }),
            ),
            (
                "TransactWriteItems",
                json!({ "TransactItems": [{ "Put": { "TableName": TABLE, "Item": key("d", "1") } }] }),
            ),
        ];
        for mode in ["TOTAL", "INDEXES", "NONE", "total", ""] {
            let mode = json!({ "ReturnConsumedCapacity": mode });
            for (operation, input) in &calls {
                self.ask(operation, &[input, &mode]);
            }
            for (operation, input) in &batches {
                self.push(operation, merged(input, &mode));
            }
        }
        for mode in ["SIZE", "NONE", "size"] {
            let mode = json!({ "ReturnItemCollectionMetrics": mode });
            self.ask("PutItem", &[&json!({ "Item": key("e", "1") }), &mode]);
            self.ask("UpdateItem", &[&json!({ "Key": key("e", "1") }), &mode]);
            self.ask("DeleteItem", &[&json!({ "Key": key("e", "1") }), &mode]);
        }
    }

    /// Parameters that expressions have replaced, and that DynamoDB still accepts.
    fn use_older_parameters(&mut self) {
        let number = json!({ "N": "1" });
        let partition = json!({ "KeyConditions": { "pk": { "ComparisonOperator": "EQ", "AttributeValueList": [{ "S": "a" }] } } });
        for expected in [
            json!({ "n": { "Value": number } }),
            json!({ "n": { "Exists": false } }),
            json!({ "n": { "Exists": true } }),
            json!({ "n": { "ComparisonOperator": "GT", "AttributeValueList": [{ "N": "0" }] } }),
            json!({ "n": { "ComparisonOperator": "NULL" } }),
            json!({ "n": { "ComparisonOperator": "NOT_NULL" } }),
            json!({ "n": { "ComparisonOperator": "BETWEEN", "AttributeValueList": [{ "N": "0" }] } }),
            json!({ "n": { "ComparisonOperator": "EQ", "AttributeValueList": [] } }),
            json!({ "n": { "ComparisonOperator": "XX", "AttributeValueList": [number] } }),
            json!({}),
        ] {
            self.ask(
                "PutItem",
                &[&json!({ "Item": item("a", "1", &json!({ "n": number })), "Expected": expected })],
            );
            self.ask("DeleteItem", &[&json!({ "Key": key("none", "1"), "Expected": expected })]);
            let update = json!({ "Key": key("a", "1"), "AttributeUpdates": { "y": { "Value": number, "Action": "ADD" } } });
            self.ask("UpdateItem", &[&update, &json!({ "Expected": expected })]);
            self.ask("Scan", &[&json!({ "ScanFilter": expected })]);
            self.ask("Query", &[&partition, &json!({ "QueryFilter": expected })]);
        }
        let either =
            json!({ "n": { "ComparisonOperator": "NOT_NULL" }, "z": { "ComparisonOperator": "NULL" } });
        for operator in ["AND", "OR", "XOR"] {
            let put = json!({ "Item": item("a", "1", &json!({ "n": number })) });
            self.ask("PutItem", &[&put, &json!({ "ConditionalOperator": operator, "Expected": either })]);
            self.ask("PutItem", &[&put, &json!({ "ConditionalOperator": operator })]);
            self.ask("Scan", &[&json!({ "ConditionalOperator": operator, "ScanFilter": either })]);
        }
        for updates in [
            json!({ "y": { "Action": "PUT" } }),
            json!({ "y": { "Action": "DELETE" } }),
            json!({ "y": { "Action": "ADD" } }),
            json!({ "y": { "Action": "NOPE", "Value": number } }),
            json!({ "y": { "Action": "ADD", "Value": { "S": "x" } } }),
            json!({ "set": { "Action": "ADD", "Value": { "SS": ["a"] } } }),
            json!({ "set": { "Action": "DELETE", "Value": { "SS": ["a"] } } }),
            json!({ "pk": { "Value": { "S": "z" } } }),
        ] {
            let update =
                json!({ "Key": key("older", "1"), "AttributeUpdates": updates, "ReturnValues": "ALL_NEW" });
            self.ask("UpdateItem", &[&update]);
        }
        for attributes in [json!(["n"]), json!(["n", "n"]), json!([]), json!(["a.b"])] {
            self.ask("GetItem", &[&json!({ "Key": key("a", "2"), "AttributesToGet": attributes })]);
            self.ask("Query", &[&partition, &json!({ "AttributesToGet": attributes })]);
        }
        for mixed in [
            json!({ "Expected": { "n": { "Exists": false } }, "ConditionExpression": "attribute_exists(pk)" }),
            json!({ "AttributeUpdates": { "y": { "Value": number } }, "UpdateExpression": "REMOVE y" }),
        ] {
            self.ask("UpdateItem", &[&json!({ "Key": key("a", "1") }), &mixed]);
        }
        for condition in [
            json!({ "pk": { "ComparisonOperator": "GT", "AttributeValueList": [{ "S": "a" }] } }),
            json!({ "pk": { "ComparisonOperator": "EQ", "AttributeValueList": [] } }),
            json!({ "pk": { "ComparisonOperator": "EQ", "AttributeValueList": [{ "S": "a" }, { "S": "b" }] } }),
            json!({ "sk": { "ComparisonOperator": "EQ", "AttributeValueList": [{ "S": "a" }] } }),
            json!({ "pk": { "ComparisonOperator": "EQ", "AttributeValueList": [number] } }),
        ] {
            self.ask("Query", &[&json!({ "KeyConditions": condition })]);
        }
    }

    fn search(&mut self) {
        let by = |index: Option<&str>| {
            let key = if index == Some("by-tag") { "tag" } else { "pk" };
            let query = json!({ "KeyConditionExpression": format!("{key} = :p"), "ExpressionAttributeValues": { ":p": { "S": "a" } } });
            (query, index.map_or(json!({}), |index| json!({ "IndexName": index })))
        };
        for index in [None, Some("by-tag"), Some("by-rank")] {
            let (query, index) = by(index);
            let consistent = json!({ "ConsistentRead": true });
            self.ask("Query", &[&query, &index, &consistent]);
            self.ask("Scan", &[&index, &consistent]);
            for select in
                ["ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "COUNT", "SPECIFIC_ATTRIBUTES", "all"]
            {
                let select = json!({ "Select": select });
                self.ask("Query", &[&query, &index, &select]);
                self.ask("Scan", &[&index, &select]);
                self.ask("Scan", &[&index, &select, &json!({ "ProjectionExpression": "n" })]);
            }
        }
        for index in ["nope", "x"] {
            let index = json!({ "IndexName": index });
            for consistent in [true, false] {
                let consistent = json!({ "ConsistentRead": consistent });
                self.ask("Query", &[&by(None).0, &index, &consistent]);
                self.ask("Scan", &[&index, &consistent]);
            }
        }
        for limit in [json!(0), json!(-1), json!(2), json!(10_000), json!(null)] {
            self.ask("Query", &[&by(None).0, &json!({ "Limit": limit })]);
        }
        for (segment, segments) in [(0, 1), (0, 1_000_000), (0, 1_000_001), (0, 0), (-1, 2), (2, 2)]
            .map(|(a, b)| (json!(a), json!(b)))
        {
            self.ask("Scan", &[&json!({ "Segment": segment, "TotalSegments": segments, "Select": "COUNT", "IndexName": "by-tag", "FilterExpression": "attribute_not_exists(pk)" })]);
        }
        self.ask("Scan", &[&json!({ "Segment": 1 })]);
        self.ask("Scan", &[&json!({ "TotalSegments": 3 })]);
    }

    fn start_searches(&mut self) {
        let query = json!({ "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": { ":p": { "S": "a" } } });
        for start in [
            key("a", "1"),
            key("zz", "zz"),
            json!({ "pk": { "S": "a" } }),
            json!({ "pk": { "S": "a" }, "sk": { "N": "1" } }),
            json!({ "pk": { "S": "a" }, "sk": { "S": "1" }, "x": { "S": "1" } }),
            json!({ "pk": { "S": "a" }, "sk": { "S": "" } }),
            json!({ "pk": { "S": "" }, "sk": { "S": "1" } }),
        ] {
            let start_key = json!({ "ExclusiveStartKey": start });
            self.ask("Query", &[&query, &start_key]);
            self.ask("Query", &[&query, &start_key, &json!({ "ScanIndexForward": false })]);
            // The order of a scan differs between servers. Here only the errors matter.
            self.ask(
                "Scan",
                &[&start_key, &json!({ "FilterExpression": "attribute_not_exists(pk)", "Limit": 1 })],
            );
            let with_rank = merged(&start, &json!({ "rank": { "N": "1" } }));
            self.ask("Query", &[&query, &json!({ "IndexName": "by-rank", "ExclusiveStartKey": with_rank })]);
        }
    }

    fn store_numbers(&mut self) {
        for number in [
            "0",
            "-0",
            "00012",
            "1e125",
            "9.9e125",
            "1e126",
            "-1e126",
            "1e-130",
            "1e-131",
            "1E5",
            "+5",
            ".5",
            "5.",
            " 5",
            "5 ",
            "0x10",
            "NaN",
            "Infinity",
            "1_000",
            "1e",
            "--1",
            "11111111111111111111111111111111111111",
            "111111111111111111111111111111111111111",
            "11111111111111111111111111111111111111000",
        ] {
            let number = json!({ "N": number });
            let values = json!({ "ExpressionAttributeValues": { ":n": number } });
            self.put(&item("number", "1", &json!({ "n": number })));
            self.ask("GetItem", &[&json!({ "Key": key("number", "1") })]);
            self.ask("Scan", &[&json!({ "FilterExpression": "n = :n" }), &values]);
            self.ask(
                "UpdateItem",
                &[&json!({ "Key": key("number", "2"), "UpdateExpression": "SET n = :n" }), &values],
            );
            self.ask("GetItem", &[&json!({ "Key": key("number", "2") })]);
        }
        self.put(&item("number", "3", &json!({ "n": { "N": "9.9e125" } })));
        let update = |expression: &str| json!({ "Key": key("number", "3"), "UpdateExpression": expression });
        self.ask("UpdateItem", &[&update("SET n = n + n")]);
        self.ask(
            "UpdateItem",
            &[&update("ADD n :n"), &json!({ "ExpressionAttributeValues": { ":n": { "N": "9.9e125" } } })],
        );
    }

    fn reach_sizes(&mut self) {
        // The keys and names have thirteen bytes.
        for size in [
            MOST_ITEM_BYTES - 20,
            MOST_ITEM_BYTES - 8,
            MOST_ITEM_BYTES - 7,
            MOST_ITEM_BYTES - 6,
            MOST_ITEM_BYTES,
        ] {
            self.put(&item("z", "1", &json!({ "v": { "S": "x".repeat(size) } })));
        }
        let large = item("z", "1", &json!({ "v": { "S": "x".repeat(MOST_ITEM_BYTES) } }));
        self.push(
            "BatchWriteItem",
            json!({ "RequestItems": { TABLE: [{ "PutRequest": { "Item": large } }] } }),
        );
        self.push(
            "TransactWriteItems",
            json!({ "TransactItems": [{ "Put": { "TableName": TABLE, "Item": large } }] }),
        );
        self.put(&item("z", "1", &json!({ "v": { "S": "x".repeat(400_000) } })));
        let values = json!({ "ExpressionAttributeValues": { ":w": { "S": "x".repeat(20_000) } } });
        self.ask(
            "UpdateItem",
            &[&json!({ "Key": key("z", "1"), "UpdateExpression": "SET w = :w" }), &values],
        );
        self.ask("DeleteItem", &[&json!({ "Key": key("z", "1") })]);
        for length in [1024, 1025, 2048, 2049] {
            let long = "k".repeat(length);
            for key in [key("z", &long), key(&long, "1")] {
                self.put(&key);
                self.ask("GetItem", &[&json!({ "Key": key })]);
                self.ask("DeleteItem", &[&json!({ "Key": key })]);
            }
            let values = json!({ ":p": { "S": "z" }, ":s": { "S": long } });
            self.ask("Query", &[&json!({ "KeyConditionExpression": "pk = :p AND sk = :s", "ExpressionAttributeValues": values })]);
        }
        for length in [255, 256] {
            self.put(&item("z", "name", &json!({ "a".repeat(length): { "N": "1" } })));
        }
        self.ask("DeleteItem", &[&json!({ "Key": key("z", "name") })]);
        for levels in [31, 32, 33] {
            self.ask("GetItem", &[&json!({ "Key": key("a", "1"), "ProjectionExpression": format!("x{}", ".a".repeat(levels - 1)) })]);
            let filter = format!("attribute_exists(x{})", "[0]".repeat(levels - 1));
            self.ask("Scan", &[&json!({ "FilterExpression": filter })]);
            let remove = format!("REMOVE x{}", "[0]".repeat(levels - 1));
            self.ask("UpdateItem", &[&json!({ "Key": key("a", "1"), "UpdateExpression": remove })]);
        }
    }
}

fn key(partition: &str, sort: &str) -> Value {
    json!({ "pk": { "S": partition }, "sk": { "S": sort } })
}

fn item(partition: &str, sort: &str, more: &Value) -> Value {
    merged(&key(partition, sort), more)
}

fn merged(object: &Value, more: &Value) -> Value {
    let mut members = object.as_object().cloned().unwrap_or_default();
    members.extend(more.as_object().cloned().unwrap_or_default());
    Value::Object(members)
}
