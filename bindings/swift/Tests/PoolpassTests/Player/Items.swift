import Foundation
import Poolpass

/// Items in DynamoDB.
let items: [String: Operation] = [
    "table.put": { driver, with in
        try await driver.client.table().put(
            try with.item("item"), condition: try condition(with), returnOldOnConditionCheckFailure: returnsOld(with))
        return .null
    },
    "table.get": { driver, with in
        try await driver.client.table().get(JSON.self, key: try with.item("key")) ?? .null
    },
    "table.update": { driver, with in
        let table = try driver.client.table()
        let (key, changes, condition) = (try with.item("key"), try changes(with), try condition(with))
        guard with["returnValues"] == "allNew" else {
            try await table.update(
                key: key, changes, condition: condition, returnOldOnConditionCheckFailure: returnsOld(with))
            return .null
        }
        return try await table.update(
            key: key, changes, condition: condition, returnOldOnConditionCheckFailure: returnsOld(with),
            returnValues: .allNew) ?? .null
    },
    "table.delete": { driver, with in
        try await driver.client.table().delete(
            key: try with.item("key"), condition: try condition(with), returnOldOnConditionCheckFailure: returnsOld(with))
        return .null
    },
    "transactWrite": { driver, with in
        let table = try driver.client.table()
        let writes = try (with["writes"].array ?? []).map { try transactWrite(Arguments($0), in: table) }
        try await driver.client.transactWrite(writes)
        return .null
    },
    "transactGet": { driver, with in
        let table = try driver.client.table()
        let gets = try (with["gets"].array ?? []).map { TransactGet(key: try Arguments($0).item("key"), in: table) }
        let items = try await driver.client.transactGet(gets)
        return .array(try items.map(itemJSON))
    },
    "table.query": { driver, with in
        guard let mine = try condition(with, "keyCondition") else { throw Mismatch("no key condition") }
        let query = try driver.client.table()
            .query(JSON.self, keyCondition: mine, pageSize: with.maybeInt("pageSize"))
        return .array(try await query.all())
    },
    "table.scan": { driver, _ in .array(try await driver.client.table().scan(JSON.self).all()) },
    "table.batchGet": { driver, with in
        .array(try await driver.client.table().batchGet(JSON.self, keys: try with.items("keys")))
    },
]

/// An item as the scenarios have it.
func itemJSON(_ item: Item?) throws -> JSON {
    guard let item else { return .null }
    return try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(item))
}

private func transactWrite(_ with: Arguments, in table: Table) throws -> TransactWrite {
    let (condition, returnsOld) = (try condition(with), returnsOld(with))
    if with["put"] != .null {
        return try .put(try with.item("put"), in: table, condition: condition, returnOldOnConditionCheckFailure: returnsOld)
    }
    if with["update"] != .null {
        return .update(
            key: try with.item("update"), try changes(with), in: table, condition: condition,
            returnOldOnConditionCheckFailure: returnsOld)
    }
    if with["delete"] != .null {
        return .delete(
            key: try with.item("delete"), in: table, condition: condition, returnOldOnConditionCheckFailure: returnsOld)
    }
    guard let condition else { throw Mismatch("a check needs a condition") }
    return .conditionCheck(key: try with.item("conditionCheck"), in: table, condition, returnOldOnConditionCheckFailure: returnsOld)
}

private func changes(_ with: Arguments) throws -> [Change] {
    let set = try (with["set"].object ?? [:]).map { Change.set(Attribute($0), to: try AttributeValue(encoding: $1)) }
    let add = try (with["add"].object ?? [:]).map { Change.add(try AttributeValue(encoding: $1), to: Attribute($0)) }
    return set + add
}

/// A condition by the name of its operator: `{"eq": ["n", 1]}`.
private func condition(_ with: Arguments, _ argument: String = "condition") throws -> Condition? {
    guard let (name, json) = with[argument].object?.first else { return nil }
    guard let operands = json.array, let place = operands.first?.string.map({ attribute($0) }) else {
        throw Mismatch("an attribute and values")
    }
    switch name {
    case "eq": return place == (try AttributeValue(encoding: operands[1]))
    case "notExists": return place.notExists()
    default: throw Mismatch("there is no operator \(name)")
    }
}

private func returnsOld(_ with: Arguments) -> Bool {
    with["returnOldOnConditionCheckFailure"] == true
}
