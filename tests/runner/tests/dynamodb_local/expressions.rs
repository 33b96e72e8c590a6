//! Valid and invalid conditions, filters, updates, key conditions and projections, on the table `members`.

use serde_json::{Map, Value, json};

use super::Request;

pub(crate) fn requests() -> Vec<Request> {
    let mut requests = Vec::new();
    let mut ask = |operation: &str, mut input: Value| {
        input["TableName"] = "members".into();
        requests.push((operation.to_owned(), input));
    };
    for (condition, values) in conditions() {
        ask("Scan", with_values(json!({ "FilterExpression": condition }), &values));
        let item = json!({ "pk": { "S": "x" }, "sk": { "S": "1" }, "n": { "N": "1" }, "x": { "S": "1" } });
        ask("PutItem", with_values(json!({ "Item": item, "ConditionExpression": condition }), &values));
    }
    let key = json!({ "pk": { "S": "u" }, "sk": { "S": "1" } });
    for (update, values) in updates() {
        let input = json!({ "Key": key, "UpdateExpression": update, "ReturnValues": "ALL_NEW" });
        ask("UpdateItem", with_values(input, &values));
    }
    for (condition, values) in key_conditions() {
        ask("Query", with_values(json!({ "KeyConditionExpression": condition }), &values));
    }
    for projection in
        ["n, n", "n, n.a", "", "n,", "size(n)", "l[0], l[1]", "status", "#p", "n[0].a, n[1]", "a0,a1,a2"]
    {
        ask("Scan", json!({ "ProjectionExpression": projection }));
    }
    for names in [
        json!({ "#a": "n" }),
        json!({ "#a": "" }),
        json!({ "#a": "n", "#b": "m" }),
        json!({ "a": "n" }),
        json!({}),
        json!({ "#": "n" }),
        json!({ "#a-b": "n" }),
        json!({ "#a": "x".repeat(65_536) }),
    ] {
        ask("Scan", json!({ "FilterExpression": "attribute_exists(#a)", "ExpressionAttributeNames": names }));
        ask("Scan", json!({ "ExpressionAttributeNames": names }));
    }
    requests
}

/// An expression, and the values of `:a`, `:b` and so on in their order.
type Case = (String, Vec<Value>);

fn case(expression: &str, values: &[Value]) -> Case {
    (expression.to_owned(), values.to_vec())
}

fn with_values(mut input: Value, values: &[Value]) -> Value {
    let names = "abcdef".chars().map(|letter| format!(":{letter}"));
    let values: Map<_, _> = names.zip(values.iter().cloned()).collect();
    if !values.is_empty() {
        input["ExpressionAttributeValues"] = values.into();
    }
    input
}

fn text(text: &str) -> Value {
    json!({ "S": text })
}

fn number(number: &str) -> Value {
    json!({ "N": number })
}

fn conditions() -> Vec<Case> {
    let one = || number("1");
    let mut cases: Vec<Case> = [
        ("n BETWEEN :a AND :b", vec![number("5"), one()]),
        ("n BETWEEN :a AND :b", vec![number("-1"), number("-2")]),
        ("n BETWEEN :a AND :b", vec![number("1.0"), one()]),
        ("n BETWEEN :a AND :b", vec![number("9"), number("10")]),
        ("n BETWEEN :a AND :b", vec![text("b"), text("a")]),
        ("n BETWEEN :a AND :b", vec![text("b"), one()]),
        ("n BETWEEN :a AND :b", vec![json!({ "B": "YQ==" }), json!({ "B": "Yg==" })]),
        ("n BETWEEN :a AND :b", vec![json!({ "BOOL": true }), json!({ "BOOL": false })]),
        ("n BETWEEN :a AND :b", vec![json!({ "L": [] }), json!({ "L": [] })]),
        ("attribute_type(x, :a)", vec![text("S")]),
        ("attribute_type(x, :a)", vec![text("Q")]),
        ("attribute_type(x, :a)", vec![one()]),
        ("begins_with(n, :a)", vec![one()]),
        ("begins_with(:a, :b)", vec![text("a"), text("a")]),
        ("contains(n, :a)", vec![json!({ "NULL": true })]),
        ("contains(size(n), :a)", vec![one()]),
        ("n > :a", vec![json!({ "BOOL": true })]),
        ("n >= :a", vec![json!({ "L": [] })]),
        ("n = :a", vec![json!({ "BOOL": true })]),
        ("n = :a", vec![json!({})]),
        ("n = :a", vec![json!({ "S": "x", "N": "1" })]),
        ("n = :a", vec![json!({ "SS": [] })]),
        ("n = :a", vec![json!({ "NULL": false })]),
        ("n = :a", vec![one(), one()]),
        ("n = :b", vec![one()]),
        ("n = :a AND x = :c", vec![one()]),
        ("#n = :a", vec![one()]),
        (":a IN (:a)", vec![one()]),
        (":a = :a", vec![one()]),
        ("size(n) = :a", vec![one()]),
        ("n = :a AND", vec![one()]),
        ("n == :a", vec![one()]),
        ("n != :a", vec![one()]),
        ("((n = :a))", vec![one()]),
        ("(n = :a)", vec![one()]),
        ("n IN :a", vec![one()]),
        ("n[a] = :a", vec![one()]),
        ("n. = :a", vec![one()]),
        ("1n = :a", vec![one()]),
        ("_n = :a", vec![one()]),
        ("n BETWEEN :a", vec![one()]),
        ("status = :a", vec![one()]),
        ("m.status = :a", vec![one()]),
        ("attribute_exists(:a)", vec![one()]),
        ("attribute_exists(n) = :a", vec![one()]),
    ]
    .map(|(expression, values)| (expression.to_owned(), values))
    .into();
    for expression in [
        "n = n",
        "n <> n",
        "n < n",
        "n >= n",
        "n.a = n.a",
        "n[0] = n[0]",
        "n[0] = n[1]",
        "n BETWEEN n AND n",
        "n IN (n)",
        "n IN (x, n)",
        "contains(n, n)",
        "begins_with(n, n)",
        "size(n) = size(n)",
        "size(n)",
        "n",
        "NOT n",
        "foo(n)",
        "attribute_exists(n, n)",
        "attribute_exists()",
        "contains(n)",
        "n IN ()",
        "n = 1",
        "n = 'x'",
        "",
    ] {
        cases.push(case(expression, &[]));
    }
    let repeated = |term: &str, count: usize| case(&vec![term; count].join(" OR "), &[one()]);
    for (term, most) in
        [("x = :a", 150), ("contains(x, :a)", 150), ("size(x)=:a", 100), ("x BETWEEN :a AND :a", 150)]
    {
        cases.extend([repeated(term, most), repeated(term, most + 1)]);
    }
    for count in [299, 300] {
        cases.push(case(&format!("{}x = :a", "NOT ".repeat(count)), &[one()]));
    }
    cases.push(case(&format!("x = :a{}", " ".repeat(4091)), &[one()]));
    for operands in [100, 101] {
        cases.push(case(&format!("x IN ({})", vec![":a"; operands].join(",")), &[one()]));
    }
    cases
}

fn updates() -> Vec<Case> {
    let one = || number("1");
    let list = || json!({ "L": [one()] });
    let strings = || json!({ "SS": ["x"] });
    let mut cases: Vec<Case> = [
        ("SET a = :a", vec![one()]),
        ("SET a = b", vec![]),
        ("SET a = a + :a", vec![text("x")]),
        ("SET a = a + :a", vec![one()]),
        ("SET a = :a + :a + :a", vec![one()]),
        ("SET l[0] = :a", vec![one()]),
        ("SET m.x = :a", vec![one()]),
        ("SET l = list_append(l, :a)", vec![list()]),
        ("SET l = list_append(if_not_exists(l, :b), :a)", vec![list(), json!({ "L": [] })]),
        ("SET l = list_append(:a, :b)", vec![one(), list()]),
        ("ADD strings :a", vec![strings()]),
        ("ADD strings :a", vec![json!({ "NS": ["1"] })]),
        ("ADD strings :a", vec![list()]),
        ("DELETE strings :a", vec![strings()]),
        ("DELETE strings :a", vec![text("x")]),
        ("DELETE zz :a", vec![strings()]),
        ("REMOVE pk", vec![]),
        ("SET sk = :a", vec![text("2")]),
        ("ADD n :a REMOVE n", vec![one()]),
        ("SET a = :a, b = a", vec![number("7")]),
        ("SET a = :a REMOVE a[0]", vec![one()]),
        ("SET l[0] = :a, l[1] = :a", vec![number("9")]),
        ("SET l[10] = :a", vec![number("9")]),
        ("REMOVE l[0], l[1]", vec![]),
        ("set a = :a", vec![one()]),
        ("SET a = :a,", vec![one()]),
        ("SET", vec![]),
        ("FOO a", vec![]),
        ("SET a = :a b = :a", vec![one()]),
        ("SET a = (:a)", vec![one()]),
        ("SET a = foo(:a)", vec![one()]),
        ("SET a = size(a)", vec![]),
        ("SET a = if_not_exists(:a, :a)", vec![one()]),
        ("SET a = if_not_exists(a)", vec![]),
        ("SET :a = :a", vec![one()]),
        ("SET a = #b", vec![]),
        ("SET a = :b", vec![one()]),
        ("ADD a.b :a", vec![one()]),
        ("DELETE a b", vec![]),
        ("ADD a b", vec![]),
    ]
    .map(|(expression, values)| (expression.to_owned(), values))
    .into();
    let set = |count: usize, value: &str| {
        let parts: Vec<_> = (0..count).map(|n| format!("a{n}={value}")).collect();
        case(&format!("SET {}", parts.join(",")), &[one()])
    };
    cases.extend([set(301, ":a"), set(300, ":a+:a"), set(301, ":a+:a"), set(300, "if_not_exists(a,:a)")]);
    cases
}

fn key_conditions() -> Vec<Case> {
    let (a, one) = (|| text("a"), || text("1"));
    [
        ("pk = :a", vec![a()]),
        (":a = pk", vec![a()]),
        ("pk = :a AND :b = sk", vec![a(), one()]),
        ("pk = :a AND sk = :a", vec![a()]),
        ("pk = :a AND sk BETWEEN :b AND :c", vec![a(), text("2"), text("1")]),
        ("pk = :a AND sk IN (:b)", vec![a(), one()]),
        ("pk = :a AND NOT sk = :b", vec![a(), one()]),
        ("pk = :a AND attribute_exists(sk)", vec![a()]),
        ("pk = :a AND begins_with(sk, :b)", vec![a(), number("1")]),
        ("pk = :a AND sk = :b AND n = :b", vec![a(), one()]),
        ("pk = :a", vec![number("1")]),
        ("pk = :a AND sk = :b", vec![a(), number("1")]),
        ("pk = :a AND sk = :b", vec![a(), json!({ "BOOL": true })]),
        ("pk = :a AND sk = :b", vec![a(), text("")]),
        ("pk = :a", vec![text("")]),
        ("begins_with(pk, :a)", vec![a()]),
        ("pk > :a", vec![a()]),
        ("(pk = :a) AND (sk = :b)", vec![a(), one()]),
        ("pk = sk", vec![]),
        ("pk = :a AND sk <> :b", vec![a(), one()]),
        ("pk = :a OR sk = :b", vec![a(), one()]),
        ("pk.a = :a", vec![a()]),
        ("pk = :a AND sk >= :b AND sk <= :c", vec![a(), one(), text("2")]),
        ("pk = :b", vec![a()]),
        ("#p = :a", vec![a()]),
        ("", vec![a()]),
    ]
    .map(|(expression, values)| (expression.to_owned(), values))
    .into()
}
