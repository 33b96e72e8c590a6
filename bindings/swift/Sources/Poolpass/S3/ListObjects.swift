import PoolpassFFI

/// Settings for a listing. Default: all keys with the prefix.
public typealias ListOptions = PoolpassFFI.ListOptions

/// A page of a listing, sorted by the UTF-8 bytes of the keys.
public typealias ListPage = PoolpassFFI.ListPage

/// An object in a listing.
public typealias ListedObject = PoolpassFFI.ListedObject

/// A listing, made by ``Bucket/list(_:options:)``. `for try await` gives the objects of all pages, each page fetched when it is
/// needed.
public struct ListObjects: AsyncSequence, Sendable {
    /// An object.
    public typealias Element = ListedObject

    private let bucket: PoolpassFFI.Bucket
    private let prefix: String
    private let options: ListOptions

    init(_ bucket: PoolpassFFI.Bucket, _ prefix: String, _ options: ListOptions) {
        self.bucket = bucket
        self.prefix = prefix
        self.options = options
    }

    /// All pages, each fetched when it is needed.
    public func pages() -> AsyncThrowingStream<ListPage, any Error> {
        Poolpass.pages { (token: String?) in
            let page = try await page(after: token ?? options.continuationToken)
            return (page, page.nextContinuationToken)
        }
    }

    /// Fetches one page.
    public func page() async throws -> ListPage {
        try await page(after: options.continuationToken)
    }

    /// Gives the objects one after the other, and fetches each page when it is needed.
    public func makeAsyncIterator() -> Iterator {
        Iterator(pages: pages().makeAsyncIterator())
    }

    /// Gives the objects one after the other.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var pages: AsyncThrowingStream<ListPage, any Error>.Iterator
        private var objects: ArraySlice<ListedObject> = []

        fileprivate init(pages: AsyncThrowingStream<ListPage, any Error>.Iterator) {
            self.pages = pages
        }

        /// The next object; nil after the last.
        public mutating func next() async throws -> ListedObject? {
            while objects.isEmpty {
                guard let page = try await pages.next() else { return nil }
                objects = page.objects[...]
            }
            return objects.removeFirst()
        }
    }

    private func page(after token: String?) async throws -> ListPage {
        let options = ListOptions(
            delimiter: options.delimiter, startAfter: options.startAfter, pageSize: options.pageSize,
            continuationToken: token)
        return try await call {
            try await bucket.cancellable(handle: $0).listPage(prefix: prefix, options: options)
        }
    }
}
