import PoolpassFFI

/// A DynamoDB table, used with the signed-in person's permissions.
///
/// Items are any `Codable` type: structures become maps, and every number keeps its digits. `Data` is binary, a `Date` is its
/// seconds since 1970, and an optional that is nil is left out. A member of type ``AttributeValue`` stays as it is, which is how
/// a set is written.
///
/// ```swift
/// struct Note: Codable { var pk, sk, title: String; var revision = 1 }
///
/// let table = try client.table()
/// try await table.put(Note(pk: me, sk: "note-1", title: "Bernoulli numbers"), condition: attribute("pk").notExists())
/// for try await note in table.query(Note.self, keyCondition: attribute("pk") == .s(me)) { print(note.title) }
/// ```
public struct Table: Sendable {
    let inner: PoolpassFFI.Table

    init(_ inner: PoolpassFFI.Table) {
        self.inner = inner
    }

    /// The table's name or ARN.
    public var name: String { inner.name() }

    /// Reads the item with this key (GetItem).
    ///
    /// - Parameters:
    ///   - consistentRead: Sees every write that succeeded before it, at twice the price. Default: writes of the last moments may
    ///     be missing.
    ///   - attributes: Returns only these attributes. Default: all.
    /// - Returns: The item, or nil if there is no item with this key.
    /// - Throws: ``PoolpassError`` with `accessDenied`, `notFound` for the table; `DecodingError` for an item of another form.
    public func get<Value: Decodable>(
        _ type: Value.Type = Value.self, key: Item, consistentRead: Bool = false, attributes: [Attribute]? = nil
    ) async throws -> Value? {
        let options = GetItemOptions(consistentRead: consistentRead, attributes: attributes?.map(\.inner))
        let item = try await call { try await inner.cancellable(handle: $0).get(key: key, options: options) }
        return try item.map { try ItemDecoder().decode(from: $0) }
    }

    /// Stores an item, replacing any item with the same key (PutItem).
    ///
    /// - Parameters:
    ///   - condition: Writes only if this condition holds for the stored item.
    ///   - returnOldOnConditionCheckFailure: If the condition does not hold, ``PoolpassError/item`` is the stored item. This costs no
    ///     extra read.
    /// - Throws: ``PoolpassError`` with `conditionFailed`, `accessDenied`; `EncodingError` for a value that DynamoDB cannot store.
    public func put(
        _ item: some Encodable, condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false
    ) async throws {
        let item = try ItemEncoder().encode(item)
        try await put(item, condition: condition, returnOldOnConditionCheckFailure: returnOldOnConditionCheckFailure)
    }

    /// Stores an item, replacing any item with the same key (PutItem).
    public func put(
        _ item: Item, condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false
    ) async throws {
        _ = try await put(item, WriteOptions(condition, returnOldOnConditionCheckFailure), returnOld: false)
    }

    /// Stores an item, and returns the item that was replaced, if there was one (PutItem).
    public func put<Old: Decodable>(
        _ item: some Encodable, condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false,
        returnOld type: Old.Type
    ) async throws -> Old? {
        let options = WriteOptions(condition, returnOldOnConditionCheckFailure)
        let old = try await put(try ItemEncoder().encode(item), options, returnOld: true)
        return try old.map { try ItemDecoder().decode(from: $0) }
    }

    /// Deletes the item with this key (DeleteItem). Deleting a missing item succeeds.
    ///
    /// The parameters are those of ``put(_:condition:returnOldOnConditionCheckFailure:)``.
    public func delete(
        key: Item, condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false
    ) async throws {
        _ = try await delete(key, WriteOptions(condition, returnOldOnConditionCheckFailure), returnOld: false)
    }

    /// Deletes the item with this key, and returns the deleted item, if there was one (DeleteItem).
    public func delete<Old: Decodable>(
        key: Item, condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false,
        returnOld type: Old.Type
    ) async throws -> Old? {
        let old = try await delete(key, WriteOptions(condition, returnOldOnConditionCheckFailure), returnOld: true)
        return try old.map { try ItemDecoder().decode(from: $0) }
    }

    /// Changes attributes of the item with this key, or creates it (UpdateItem).
    ///
    /// All changes happen together, and see the item as it was before.
    public func update(
        key: Item, _ changes: [Change], condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false
    ) async throws {
        let options = WriteOptions(condition, returnOldOnConditionCheckFailure)
        _ = try await update(key, changes, options, returnValues: nil)
    }

    /// Changes attributes of the item with this key, or creates it, and returns the values that `returnValues` names (UpdateItem).
    public func update<Value: Decodable>(
        key: Item, _ changes: [Change], condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false,
        returnValues: ReturnValues, as type: Value.Type = Value.self
    ) async throws -> Value? {
        let options = WriteOptions(condition, returnOldOnConditionCheckFailure)
        let item = try await update(key, changes, options, returnValues: returnValues)
        return try item.map { try ItemDecoder().decode(from: $0) }
    }

    private func put(_ item: Item, _ options: WriteOptions, returnOld: Bool) async throws -> Item? {
        try await call {
            try await inner.cancellable(handle: $0).put(new: item, options: options, returnOld: returnOld)
        }
    }

    private func delete(_ key: Item, _ options: WriteOptions, returnOld: Bool) async throws -> Item? {
        try await call {
            try await inner.cancellable(handle: $0).delete(key: key, options: options, returnOld: returnOld)
        }
    }

    private func update(
        _ key: Item, _ changes: [Change], _ options: WriteOptions, returnValues: ReturnValues?
    ) async throws -> Item? {
        let changes = changes.map(\.inner)
        return try await call {
            try await inner.cancellable(handle: $0)
                .update(key: key, changes: changes, options: options, returnValues: returnValues)
        }
    }
}

/// Several items by their keys.
extension Table {
    /// Reads the items with these keys, in no particular order (BatchGetItem). Keys without an item are left out.
    public func batchGet<Value: Decodable>(
        _ type: Value.Type = Value.self, keys: [Item], consistentRead: Bool = false, attributes: [Attribute]? = nil
    ) async throws -> [Value] {
        let options = GetItemOptions(consistentRead: consistentRead, attributes: attributes?.map(\.inner))
        let items = try await call { try await inner.cancellable(handle: $0).batchGet(keys: keys, options: options) }
        return try items.map { try ItemDecoder().decode(from: $0) }
    }

    /// Stores and deletes any number of items, each on its own (BatchWriteItem).
    public func batchWrite<Value: Encodable>(put items: [Value], delete keys: [Item] = []) async throws {
        let items = try items.map { try ItemEncoder().encode($0) }
        try await call { try await inner.cancellable(handle: $0).batchWrite(put: items, delete: keys) }
    }
}

/// The values that an update returns.
public typealias ReturnValues = PoolpassFFI.ReturnValues

/// One change of an item.
public struct Change: Sendable {
    let inner: PoolpassFFI.Change

    /// Sets an attribute.
    public static func set(_ place: Attribute, to value: AttributeValue) -> Change {
        Change(inner: .set(attribute: place.inner, value: value))
    }

    /// Sets an attribute that does not exist yet.
    public static func setIfNotExists(_ place: Attribute, to value: AttributeValue) -> Change {
        Change(inner: .setIfNotExists(attribute: place.inner, value: value))
    }

    /// Appends elements to a list, which must exist.
    public static func append(_ values: [AttributeValue], to place: Attribute) -> Change {
        Change(inner: .append(attribute: place.inner, values: values))
    }

    /// Adds a number to a number, or elements to a set. A missing attribute counts as 0 or as an empty set.
    public static func add(_ value: AttributeValue, to place: Attribute) -> Change {
        Change(inner: .add(attribute: place.inner, value: value))
    }

    /// Removes elements from a set.
    public static func deleteFromSet(_ set: AttributeValue, from place: Attribute) -> Change {
        Change(inner: .deleteFromSet(attribute: place.inner, value: set))
    }

    /// Removes an attribute.
    public static func remove(_ place: Attribute) -> Change {
        Change(inner: .remove(attribute: place.inner))
    }

    /// Uses an update expression in DynamoDB's own language instead of the other changes.
    public static func expression(_ expression: Expression) -> Change {
        Change(inner: .expression(expression: expression))
    }
}
