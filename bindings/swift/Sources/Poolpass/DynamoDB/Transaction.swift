import PoolpassFFI

extension Client {
    /// Reads up to 100 items of one or more tables at one moment (TransactGetItems), in the order asked for.
    public func transactGet(_ gets: [TransactGet]) async throws -> [Item?] {
        let gets = gets.map(\.inner)
        return try await call { try await inner.cancellable(handle: $0).transactGet(gets: gets) }
    }

    /// Writes up to 100 items of one or more tables, all or none (TransactWriteItems).
    ///
    /// - Parameter token: With the same token it is done once. Default: a new one, which only the SDK's own retries share.
    /// - Throws: ``PoolpassError`` with `conditionFailed`, `conflict`.
    public func transactWrite(_ writes: [TransactWrite], token: String? = nil) async throws {
        let writes = writes.map(\.inner)
        try await call { try await inner.cancellable(handle: $0).transactWrite(writes: writes, token: token) }
    }
}

/// An item that a transaction reads.
public struct TransactGet: Sendable {
    let inner: PoolpassFFI.TransactGet

    /// The item with this key; only these attributes, or all.
    public init(key: Item, in table: Table, attributes: [Attribute]? = nil) {
        inner = PoolpassFFI.TransactGet(table: table.inner, key: key, attributes: attributes?.map(\.inner))
    }
}

/// One write of a transaction. Where its condition does not hold, nothing is written.
public struct TransactWrite: Sendable {
    let inner: PoolpassFFI.TransactWrite

    /// Writes an item.
    ///
    /// - Throws: `EncodingError` for what DynamoDB does not have.
    public static func put(
        _ item: some Encodable, in table: Table, if condition: Condition? = nil
    ) throws -> TransactWrite {
        let item = try ItemEncoder().encode(item)
        return TransactWrite(inner: .put(table: table.inner, item: item, condition: condition?.inner))
    }

    /// Deletes an item.
    public static func delete(key: Item, in table: Table, if condition: Condition? = nil) -> TransactWrite {
        TransactWrite(inner: .delete(table: table.inner, key: key, condition: condition?.inner))
    }

    /// Changes an item.
    public static func update(
        key: Item, _ changes: [Change], in table: Table, if condition: Condition? = nil
    ) -> TransactWrite {
        let changes = changes.map(\.inner)
        return TransactWrite(
            inner: .update(table: table.inner, key: key, changes: changes, condition: condition?.inner))
    }

    /// Only checks a condition.
    public static func check(key: Item, in table: Table, _ condition: Condition) -> TransactWrite {
        TransactWrite(inner: .check(table: table.inner, key: key, condition: condition.inner))
    }
}
