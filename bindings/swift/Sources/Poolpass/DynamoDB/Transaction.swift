import PoolpassFFI

extension Client {
    /// Reads up to 100 items of one or more tables as of one moment, in the order of `gets` (TransactGetItems).
    ///
    /// - Throws: ``PoolpassError`` with `conflict` when one of them was being written; ``PoolpassError/cancellationReasons`` says which.
    public func transactGet(_ gets: [TransactGet]) async throws -> [Item?] {
        let gets = gets.map(\.inner)
        return try await call { try await inner.cancellable(handle: $0).transactGet(gets: gets) }
    }

    /// Writes up to 100 items of one or more tables, all or none (TransactWriteItems).
    ///
    /// - Parameter clientRequestToken: Transactions with the same token are done once. Default: a new token for each call.
    /// - Throws: ``PoolpassError`` with `conditionFailed`, `conflict`; its ``PoolpassError/cancellationReasons`` has the reason for each
    ///   item, in order.
    public func transactWrite(_ writes: [TransactWrite], clientRequestToken: String? = nil) async throws {
        let writes = writes.map(\.inner)
        try await call { try await inner.cancellable(handle: $0).transactWrite(writes: writes, clientRequestToken: clientRequestToken) }
    }
}

/// One read of a transaction.
public struct TransactGet: Sendable {
    let inner: PoolpassFFI.TransactGet

    /// The item with this key; only these attributes, or all.
    public init(key: Item, in table: Table, attributes: [Attribute]? = nil) {
        inner = PoolpassFFI.TransactGet(table: table.inner, key: key, attributes: attributes?.map(\.inner))
    }
}

/// One write of a transaction. If its condition does not hold, the transaction writes nothing, and with
/// `returnOldOnConditionCheckFailure` its ``CancellationReason`` carries the stored item.
public struct TransactWrite: Sendable {
    let inner: PoolpassFFI.TransactWrite

    /// Stores an item.
    ///
    /// - Throws: `EncodingError` for a value that DynamoDB cannot store.
    public static func put(
        _ item: some Encodable, in table: Table, condition: Condition? = nil,
        returnOldOnConditionCheckFailure: Bool = false
    ) throws -> TransactWrite {
        let item = try ItemEncoder().encode(item)
        let options = WriteOptions(condition, returnOldOnConditionCheckFailure)
        return TransactWrite(inner: .put(table: table.inner, item: item, options: options))
    }

    /// Deletes an item.
    public static func delete(
        key: Item, in table: Table, condition: Condition? = nil, returnOldOnConditionCheckFailure: Bool = false
    ) -> TransactWrite {
        let options = WriteOptions(condition, returnOldOnConditionCheckFailure)
        return TransactWrite(inner: .delete(table: table.inner, key: key, options: options))
    }

    /// Changes an item.
    public static func update(
        key: Item, _ changes: [Change], in table: Table, condition: Condition? = nil,
        returnOldOnConditionCheckFailure: Bool = false
    ) -> TransactWrite {
        let (changes, options) = (changes.map(\.inner), WriteOptions(condition, returnOldOnConditionCheckFailure))
        return TransactWrite(
            inner: .update(table: table.inner, key: key, changes: changes, options: options))
    }

    /// Checks a condition on an item that the transaction does not write.
    public static func conditionCheck(
        key: Item, in table: Table, _ condition: Condition, returnOldOnConditionCheckFailure: Bool = false
    ) -> TransactWrite {
        TransactWrite(
            inner: .conditionCheck(
                table: table.inner, key: key, condition: condition.inner,
                returnOldOnConditionCheckFailure: returnOldOnConditionCheckFailure))
    }
}
