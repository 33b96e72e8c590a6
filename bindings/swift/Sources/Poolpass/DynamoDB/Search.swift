import PoolpassFFI

/// A query or a scan.
///
/// ```swift
/// for try await note in table.query(Note.self, keyCondition: attribute("pk") == .s(me)) { print(note.title) }
/// ```
public struct Search<Value: Decodable & Sendable>: AsyncSequence, Sendable {
    /// An item.
    public typealias Element = Value

    /// Only items for which this holds. DynamoDB reads, and charges for, the others as well.
    public var filter: Condition?
    /// Only these attributes. Default: all.
    public var attributes: [Attribute]?
    /// Searches this index.
    public var indexName: String?
    /// Sees every write that came before, at twice the price.
    public var consistentRead = false
    /// How many items are read for one page at most. Default: as many as fit into 1 MB.
    public var pageSize: Int?
    /// Begins behind this key: the ``ItemPage/lastEvaluatedKey`` of a page.
    public var exclusiveStartKey: Item?

    fileprivate enum Kind {
        case query(Condition, descending: Bool)
        case scan(ScanSegment?)
    }

    private let table: PoolpassFFI.Table
    private let kind: Kind

    fileprivate init(_ table: PoolpassFFI.Table, _ kind: Kind) {
        self.table = table
        self.kind = kind
    }

    /// One page.
    public func page() async throws -> ItemPage<Value> {
        try await page(after: exclusiveStartKey)
    }

    /// All pages, each fetched when it is asked for.
    public func pages() -> AsyncThrowingStream<ItemPage<Value>, any Error> {
        Poolpass.pages { (key: Item?) in
            let page = try await page(after: key ?? exclusiveStartKey)
            return (page, page.lastEvaluatedKey)
        }
    }

    /// The items of all pages in memory.
    public func all() async throws -> [Value] {
        try await pages().reduce(into: []) { $0 += $1.items }
    }

    /// How many items there are, over all pages, without fetching them. Reading them costs the same.
    public func count() async throws -> Int {
        let options = try options(exclusiveStartKey)
        let count = try await call {
            let table = table.cancellable(handle: $0)
            return switch kind {
            case .query(let condition, _):
                try await table.queryCount(keyCondition: condition.inner, options: options)
            case .scan(let segment): try await table.scanCount(segment: segment, options: options)
            }
        }
        return Int(count)
    }

    /// Gives the items one after the other, and fetches each page when it is needed.
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
        let options = try options(key)
        let page = try await call {
            let table = table.cancellable(handle: $0)
            return switch kind {
            case .query(let condition, let descending):
                try await table.queryPage(keyCondition: condition.inner, descending: descending, options: options)
            case .scan(let segment): try await table.scanPage(segment: segment, options: options)
            }
        }
        return try ItemPage(page)
    }

    private func options(_ exclusiveStartKey: Item?) throws -> SearchOptions {
        SearchOptions(
            filter: filter?.inner, attributes: attributes?.map(\.inner), indexName: indexName, consistentRead: consistentRead,
            pageSize: try pageSize.map { try int32($0, "pageSize") }, exclusiveStartKey: exclusiveStartKey)
    }
}

/// A page of items.
public struct ItemPage<Value: Decodable & Sendable>: Sendable {
    /// The items.
    public let items: [Value]
    /// Where the next page begins; nil after the last.
    public let lastEvaluatedKey: Item?
    /// How many items DynamoDB has read, before the filter.
    public let scannedCount: Int

    init(_ page: PoolpassFFI.ItemPage) throws {
        items = try page.items.map { try ItemDecoder().decode(from: $0) }
        lastEvaluatedKey = page.lastEvaluatedKey
        scannedCount = Int(page.scannedCount)
    }
}

/// A part of a table that is scanned side by side with the others.
public typealias ScanSegment = PoolpassFFI.ScanSegment

extension Table {
    /// The items whose key fits, in the order of their sort keys (Query).
    public func query<Value: Decodable & Sendable>(
        _ type: Value.Type = Value.self, keyCondition: Condition, descending: Bool = false
    ) -> Search<Value> {
        Search(inner, .query(keyCondition, descending: descending))
    }

    /// All items (Scan), or those of a segment.
    public func scan<Value: Decodable & Sendable>(
        _ type: Value.Type = Value.self, segment: ScanSegment? = nil
    ) -> Search<Value> {
        Search(inner, .scan(segment))
    }
}
