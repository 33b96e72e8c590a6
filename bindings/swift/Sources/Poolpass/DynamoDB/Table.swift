import PoolpassFFI

/// A DynamoDB table, as far as the person's role allows.
///
/// Items are any `Codable` type: structures become maps, and every number keeps its digits. `Data` is binary, a `Date` is its
/// seconds since 1970, and an optional that is nil is left out. A member of type ``AttributeValue`` stays as it is, which is how
/// a set is written.
///
/// ```swift
/// struct Note: Codable { var pk, sk, title: String; var revision = 1 }
///
/// let table = try client.table()
/// try await table.put(Note(pk: me, sk: "note-1", title: "Bernoulli numbers"), if: attribute("pk").notExists())
/// for try await note in table.query(Note.self, where: attribute("pk") == .s(me)) { print(note.title) }
/// ```
public struct Table: Sendable {
    let inner: PoolpassFFI.Table

    init(_ inner: PoolpassFFI.Table) {
        self.inner = inner
    }

    /// The table's name or ARN.
    public var name: String { inner.name() }

    /// Reads an item (GetItem); nil where there is no such key.
    ///
    /// - Parameters:
    ///   - consistent: Sees every write that came before, at twice the price.
    ///   - attributes: Only these. Default: all.
    /// - Throws: ``PoolpassError`` with `accessDenied`, `notFound` for the table; `DecodingError` for an item of another form.
    public func get<Value: Decodable>(
        _ type: Value.Type = Value.self, key: Item, consistent: Bool = false, attributes: [Attribute]? = nil
    ) async throws -> Value? {
        let options = GetItemOptions(consistent: consistent, attributes: attributes?.map(\.inner))
        let item = try await call { try await inner.cancellable(handle: $0).get(key: key, options: options) }
        return try item.map { try ItemDecoder().decode(from: $0) }
    }

    /// Writes an item, in place of one with the same key (PutItem).
    ///
    /// - Parameters:
    ///   - condition: What has to hold for the item that has the same key now.
    ///   - returnOldOnConditionCheckFailure: When the condition does not hold, ``PoolpassError/item`` is the item as it is, if there is
    ///     one. It costs no further read.
    /// - Throws: ``PoolpassError`` with `conditionFailed`, `accessDenied`; `EncodingError` for what DynamoDB does not have.
    public func put(
        _ item: some Encodable, if condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false
    ) async throws {
        let item = try ItemEncoder().encode(item)
        try await put(item, if: condition, returnOldOnConditionCheckFailure: returnOldOnConditionCheckFailure)
    }

    /// Writes an item, in place of one with the same key (PutItem).
    public func put(
        _ item: Item, if condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false
    ) async throws {
        let precondition = Precondition(condition, returnOldOnConditionCheckFailure)
        try await call { try await inner.cancellable(handle: $0).put(new: item, precondition: precondition) }
    }

    /// Writes an item, and returns the one that was replaced (PutItem).
    public func replace<Value: Decodable>(
        with item: some Encodable, if condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false,
        returning type: Value.Type = Value.self
    ) async throws -> Value? {
        let new = try ItemEncoder().encode(item)
        let precondition = Precondition(condition, returnOldOnConditionCheckFailure)
        let old = try await call {
            try await inner.cancellable(handle: $0).putReturningOld(new: new, precondition: precondition)
        }
        return try old.map { try ItemDecoder().decode(from: $0) }
    }

    /// Deletes an item (DeleteItem). That there is none is not an error. The parameters are those of ``put(_:if:returnOldOnConditionCheckFailure:)``.
    public func delete(
        key: Item, if condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false
    ) async throws {
        let precondition = Precondition(condition, returnOldOnConditionCheckFailure)
        try await call { try await inner.cancellable(handle: $0).delete(key: key, precondition: precondition) }
    }

    /// Deletes an item, and returns it (DeleteItem).
    public func remove<Value: Decodable>(
        key: Item, if condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false,
        returning type: Value.Type = Value.self
    ) async throws -> Value? {
        let precondition = Precondition(condition, returnOldOnConditionCheckFailure)
        let old = try await call {
            try await inner.cancellable(handle: $0).deleteReturningOld(key: key, precondition: precondition)
        }
        return try old.map { try ItemDecoder().decode(from: $0) }
    }

    /// Changes an item, or makes it where there is none (UpdateItem). The changes happen together, and see the item as it was.
    public func update(
        key: Item, _ changes: [Change], if condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false
    ) async throws {
        let (changes, precondition) = (changes.map(\.inner), Precondition(condition, returnOldOnConditionCheckFailure))
        try await call {
            try await inner.cancellable(handle: $0).update(key: key, changes: changes, precondition: precondition)
        }
    }

    /// Changes an item, and returns the values that are asked for (UpdateItem).
    public func update<Value: Decodable>(
        key: Item, _ changes: [Change], if condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false,
        returning values: ReturnValues, as type: Value.Type = Value.self
    ) async throws -> Value? {
        let (changes, precondition) = (changes.map(\.inner), Precondition(condition, returnOldOnConditionCheckFailure))
        let item = try await call {
            try await inner.cancellable(handle: $0)
                .updateReturning(key: key, changes: changes, precondition: precondition, returning: values)
        }
        return try item.map { try ItemDecoder().decode(from: $0) }
    }
}

/// Several items by their keys.
extension Table {
    /// Reads any number of items (BatchGetItem), in no particular order; keys without an item are left out.
    public func batchGet<Value: Decodable>(
        _ type: Value.Type = Value.self, keys: [Item], consistent: Bool = false, attributes: [Attribute]? = nil
    ) async throws -> [Value] {
        let options = GetItemOptions(consistent: consistent, attributes: attributes?.map(\.inner))
        let items = try await call { try await inner.cancellable(handle: $0).batchGet(keys: keys, options: options) }
        return try items.map { try ItemDecoder().decode(from: $0) }
    }

    /// Writes and deletes any number of items, each for itself (BatchWriteItem).
    public func batchWrite<Value: Encodable>(put items: [Value], delete keys: [Item] = []) async throws {
        let items = try items.map { try ItemEncoder().encode($0) }
        try await call { try await inner.cancellable(handle: $0).batchWrite(put: items, delete: keys) }
    }
}

/// Which values an update returns.
public typealias ReturnValues = PoolpassFFI.ReturnValues

/// One change of an item.
public struct Change: Sendable {
    let inner: PoolpassFFI.Change

    /// Sets an attribute.
    public static func set(_ place: Attribute, to value: AttributeValue) -> Change {
        Change(inner: .set(attribute: place.inner, value: value))
    }

    /// Sets an attribute that is not there yet.
    public static func setIfNotExists(_ place: Attribute, to value: AttributeValue) -> Change {
        Change(inner: .setIfNotExists(attribute: place.inner, value: value))
    }

    /// Adds elements at the end of a list, which has to exist.
    public static func append(_ values: [AttributeValue], to place: Attribute) -> Change {
        Change(inner: .append(attribute: place.inner, values: values))
    }

    /// Adds to a number, or elements to a set.
    public static func add(_ value: AttributeValue, to place: Attribute) -> Change {
        Change(inner: .add(attribute: place.inner, value: value))
    }

    /// Takes elements out of a set.
    public static func delete(_ set: AttributeValue, from place: Attribute) -> Change {
        Change(inner: .deleteFromSet(attribute: place.inner, value: set))
    }

    /// Removes an attribute.
    public static func remove(_ place: Attribute) -> Change {
        Change(inner: .remove(attribute: place.inner))
    }

    /// An update expression in DynamoDB's own language, in place of all other changes.
    public static func expression(_ expression: Expression) -> Change {
        Change(inner: .expression(expression: expression))
    }
}
