//! Generated requests on the table `notes`, the same in every run.

use serde_json::{Map, Value, json};

use super::Request;

/// A linear congruential generator, since the requests must be the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }

    fn choose<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// This many requests of every operation on items.
pub(crate) fn requests(count: usize) -> Vec<Request> {
    let mut random = Random(20_261_128);
    (0..count).map(|_| request(&mut random)).collect()
}

fn request(random: &mut Random) -> Request {
    let (operation, input) = match random.below(10) {
        0 | 1 => ("PutItem", json!({ "TableName": "notes", "Item": item(random) })),
        2 => ("GetItem", json!({ "TableName": "notes", "Key": key(random) })),
        3 | 4 => ("UpdateItem", update(random)),
        5 => {
            let delete = json!({ "TableName": "notes", "Key": key(random), "ReturnValues": "ALL_OLD" });
            ("DeleteItem", conditional(random, delete))
        }
        6 => ("Query", query(random)),
        7 => ("Scan", conditional_as(random, json!({ "TableName": "notes" }), "FilterExpression")),
        8 => {
            let keys: Vec<Value> = (0..random.below(4) + 1).map(|_| key(random)).collect();
            ("BatchGetItem", json!({ "RequestItems": { "notes": { "Keys": keys } } }))
        }
        _ => {
            let put = json!({ "TableName": "notes", "Item": item(random) });
            let put = conditional(random, put);
            // Not a partition of the puts, since a transaction may use each item only once.
            let mut check = json!({ "TableName": "notes", "Key": key(random) });
            check["Key"]["pk"] = json!({ "S": "i" });
            let check = conditional(random, check);
            ("TransactWriteItems", json!({ "TransactItems": [{ "Put": put }, { "Delete": check }] }))
        }
    };
    (operation.to_owned(), input)
}

fn key(random: &mut Random) -> Value {
    json!({ "pk": { "S": random.choose(&["g", "h"]) }, "sk": { "S": random.choose(&["1", "2", "10", "é"]) } })
}

fn item(random: &mut Random) -> Value {
    let mut item = key(random);
    for name in ["n", "tag", "list", "map"] {
        if random.below(2) == 0 {
            item[name] = value(random, name);
        }
    }
    item
}

fn value(random: &mut Random, name: &str) -> Value {
    match name {
        "tag" => json!({ "S": random.choose(&["red", "blue", "Blue", "r"]) }),
        "list" => json!({ "L": [number(random), { "S": "x" }] }),
        "map" => json!({ "M": { "a": number(random) } }),
        _ => number(random),
    }
}

fn number(random: &mut Random) -> Value {
    json!({ "N": random.choose(&["0", "1", "-1", "10", "2.5", "1e3", "0.001", "99999999999999999999"]) })
}

const CONDITIONS: [&str; 14] = [
    "n = :n",
    "n <> :n",
    "n < :n",
    "n >= :n AND attribute_exists(tag)",
    "NOT n > :n",
    "n BETWEEN :n AND :n",
    "n IN (:n)",
    "attribute_not_exists(#map.a) OR n = :n",
    "#map.a = :n",
    "#list[0] < :n",
    "contains(#list, :n)",
    "size(#list) > :n",
    "size(tag) < :n OR n = :n",
    "(n = :n OR n = :n) AND attribute_exists(pk)",
];

fn conditional(random: &mut Random, input: Value) -> Value {
    if random.below(3) == 0 { input } else { conditional_as(random, input, "ConditionExpression") }
}

fn conditional_as(random: &mut Random, mut input: Value, member: &str) -> Value {
    let condition = CONDITIONS[random.below(CONDITIONS.len())];
    input[member] = condition.into();
    input["ExpressionAttributeValues"][":n"] = number(random);
    let mut names = Map::new();
    for (placeholder, name) in [("#map", "map"), ("#list", "list")] {
        if condition.contains(placeholder) {
            names.insert(placeholder.to_owned(), name.into());
        }
    }
    if !names.is_empty() {
        input["ExpressionAttributeNames"] = names.into();
    }
    input
}

fn update(random: &mut Random) -> Value {
    let expression = random.choose(&[
        "SET n = :v",
        "SET n = n + :v",
        "SET n = if_not_exists(n, :v) - :v",
        "ADD n :v",
        "REMOVE n",
        "REMOVE tag SET n = :v",
        "SET other = :v ADD n :v",
    ]);
    let mut input = json!({
        "TableName": "notes",
        "Key": key(random),
        "UpdateExpression": expression,
        "ReturnValues": random.choose(&["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"]),
    });
    if expression.contains(":v") {
        input["ExpressionAttributeValues"] = json!({ ":v": number(random) });
    }
    conditional(random, input)
}

fn query(random: &mut Random) -> Value {
    let sort =
        random.choose(&["", " AND sk = :s", " AND sk > :s", " AND sk <= :s", " AND begins_with(sk, :s)"]);
    let mut input = json!({
        "TableName": "notes",
        "KeyConditionExpression": format!("pk = :p{sort}"),
        "ExpressionAttributeValues": { ":p": { "S": random.choose(&["g", "h"]) } },
        "ScanIndexForward": random.below(2) == 0,
    });
    if !sort.is_empty() {
        input["ExpressionAttributeValues"][":s"] = json!({ "S": random.choose(&["1", "2", "é"]) });
    }
    if random.below(2) == 0 {
        input["Limit"] = (random.below(3) + 1).into();
    }
    if random.below(3) == 0 { conditional_as(random, input, "FilterExpression") } else { input }
}
