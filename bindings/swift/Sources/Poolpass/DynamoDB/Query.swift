import PoolpassFFI

/// A query, made by ``Table/query(_:keyCondition:descending:filter:attributes:indexName:consistentRead:pageSize:exclusiveStartKey:)``.
public typealias Query = PagedItems

/// A scan, made by ``Table/scan(_:segment:filter:attributes:indexName:consistentRead:pageSize:exclusiveStartKey:)``.
public typealias Scan = PagedItems

/// The items of a query or a scan. `for try await` gives the items of all pages, each page fetched when it is needed.
///
/// ```swift
/// for try await note in table.query(Note.self, keyCondition: attribute("pk") == .s(me)) { print(note.title) }
/// ```
public struct PagedItems<Value: Decodable & Sendable>: AsyncSequence, Sendable {
    /// An item.
    public typealias Element = Value

    private let table: PoolpassFFI.Table
    private let operation: PagedOperation
    private let options: PagedOptions

    init(_ table: PoolpassFFI.Table, _ operation: PagedOperation, _ options: PagedOptions) {
        self.table = table
        self.operation = operation
        self.options = options
    }

    /// Fetches one page.
    public func page() async throws -> ItemPage<Value> {
        try await page(after: options.exclusiveStartKey)
    }

    /// Fetches all pages, each when it is needed.
    public func pages() -> AsyncThrowingStream<ItemPage<Value>, any Error> {
        Poolpass.pages { (key: Item?) in
            let page = try await page(after: key ?? options.exclusiveStartKey)
            return (page, page.lastEvaluatedKey)
        }
    }

    /// Returns the items of all pages in one list.
    public func all() async throws -> [Value] {
        try await pages().reduce(into: []) { $0 += $1.items }
    }

    /// Counts the items of all pages without transferring them. This costs as much as reading them.
    public func count() async throws -> Int {
        let options = try options.inner(after: options.exclusiveStartKey)
        let count = try await call {
            let table = table.cancellable(handle: $0)
            return switch operation {
            case .query(let condition, _):
                try await table.queryCount(keyCondition: condition.inner, options: options)
            case .scan(let segment): try await table.scanCount(segment: segment, options: options)
            }
        }
        return Int(count)
    }

    /// Returns the items of all pages, and fetches each page when it is needed.
    public func makeAsyncIterator() -> Iterator {
        Iterator(pages: pages().makeAsyncIterator())
    }

    /// Gives the items one after the other.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var pages: AsyncThrowingStream<ItemPage<Value>, any Error>.Iterator
        private var items: ArraySlice<Value> = []

        fileprivate init(pages: AsyncThrowingStream<ItemPage<Value>, any Error>.Iterator) {
            self.pages = pages
        }

        /// The next item; nil after the last.
        public mutating func next() async throws -> Value? {
            while items.isEmpty {
                guard let page = try await pages.next() else { return nil }
                items = page.items[...]
            }
            return items.removeFirst()
        }
    }

    private func page(after key: Item?) async throws -> ItemPage<Value> {
        let options = try options.inner(after: key)
        let page = try await call {
            let table = table.cancellable(handle: $0)
            return switch operation {
            case .query(let condition, let descending):
                try await table.queryPage(keyCondition: condition.inner, descending: descending, options: options)
            case .scan(let segment): try await table.scanPage(segment: segment, options: options)
            }
        }
        return try ItemPage(page)
    }
}

enum PagedOperation: Sendable {
    case query(Condition, descending: Bool)
    case scan(ScanSegment?)
}

/// The options that a query and a scan share.
struct PagedOptions: Sendable {
    var filter: Condition?
    var attributes: [Attribute]?
    var indexName: String?
    var consistentRead: Bool
    var pageSize: Int?
    var exclusiveStartKey: Item?

    func inner(after key: Item?) throws -> QueryOptions {
        QueryOptions(
            filter: filter?.inner, attributes: attributes?.map(\.inner), indexName: indexName,
            consistentRead: consistentRead, pageSize: try pageSize.map { try int32($0, "pageSize") },
            exclusiveStartKey: key)
    }
}

/// One page of items.
public struct ItemPage<Value: Decodable & Sendable>: Sendable {
    /// The items. A page may be empty although more pages follow, because the filter is applied after reading.
    public let items: [Value]
    /// The key after which the next page starts; nil after the last page.
    public let lastEvaluatedKey: Item?
    /// The number of items that were read, before the filter.
    public let scannedCount: Int

    init(_ page: PoolpassFFI.ItemPage) throws {
        items = try page.items.map { try ItemDecoder().decode(from: $0) }
        lastEvaluatedKey = page.lastEvaluatedKey
        scannedCount = Int(page.scannedCount)
    }
}

/// A segment of a table, so that several workers can share a scan.
public typealias ScanSegment = PoolpassFFI.ScanSegment

extension Table {
    /// Finds the items of one partition (Query).
    ///
    /// - Parameters:
    ///   - keyCondition: Compares the partition key, and may limit the sort key with a comparison, `between` or `beginsWith`.
    ///   - descending: Returns the items in descending order of the sort key. Default: ascending.
    ///   - filter: Returns only items for which this condition holds. DynamoDB reads, and charges for, the others too.
    ///   - attributes: Returns only these attributes. Default: all.
    ///   - indexName: Searches this secondary index. Default: the table itself.
    ///   - consistentRead: Sees every write that succeeded before it, at twice the price. Default: writes of the last moments may
    ///     be missing.
    ///   - pageSize: Reads at most this many items per page, before the filter. Default: as many as fit into 1 MB.
    ///   - exclusiveStartKey: Starts after this key: the ``ItemPage/lastEvaluatedKey`` of an earlier page.
    public func query<Value: Decodable & Sendable>(
        _ type: Value.Type = Value.self, keyCondition: Condition, descending: Bool = false, filter: Condition? = nil,
        attributes: [Attribute]? = nil, indexName: String? = nil, consistentRead: Bool = false, pageSize: Int? = nil,
        exclusiveStartKey: Item? = nil
    ) -> Query<Value> {
        let options = PagedOptions(
            filter: filter, attributes: attributes, indexName: indexName, consistentRead: consistentRead,
            pageSize: pageSize, exclusiveStartKey: exclusiveStartKey)
        return Query(inner, .query(keyCondition, descending: descending), options)
    }

    /// Reads every item of the table (Scan). This reads, and costs, the whole table.
    ///
    /// - Parameter segment: Scans one segment of the table, so that several workers can share the scan. The other parameters are those
    ///   of ``query(_:keyCondition:descending:filter:attributes:indexName:consistentRead:pageSize:exclusiveStartKey:)``.
    public func scan<Value: Decodable & Sendable>(
        _ type: Value.Type = Value.self, segment: ScanSegment? = nil, filter: Condition? = nil,
        attributes: [Attribute]? = nil, indexName: String? = nil, consistentRead: Bool = false, pageSize: Int? = nil,
        exclusiveStartKey: Item? = nil
    ) -> Scan<Value> {
        let options = PagedOptions(
            filter: filter, attributes: attributes, indexName: indexName, consistentRead: consistentRead,
            pageSize: pageSize, exclusiveStartKey: exclusiveStartKey)
        return Scan(inner, .scan(segment), options)
    }
}
