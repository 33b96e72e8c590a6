import PoolpassFFI

/// A page of a list.
public struct AccountPage<Item: Sendable>: Sendable {
    /// The entries.
    public let items: [Item]
    /// The token for the next page. Nil on the last page.
    public let nextToken: String?
}

/// A list of what belongs to the signed-in person, such as ``Account/passkeys(pageSize:nextToken:)``. `for try await` gives the
/// entries of all pages, each page fetched when it is needed.
public struct AccountList<Item: Sendable>: AsyncSequence, Sendable {
    /// An entry.
    public typealias Element = Item

    private let nextToken: String?
    private let fetch: @Sendable (String?) async throws -> AccountPage<Item>

    init(after nextToken: String?, _ fetch: @escaping @Sendable (String?) async throws -> AccountPage<Item>) {
        self.nextToken = nextToken
        self.fetch = fetch
    }

    /// All pages, each fetched when it is needed.
    public func pages() -> AsyncThrowingStream<AccountPage<Item>, any Error> {
        Poolpass.pages { (token: String?) in
            let page = try await fetch(token ?? nextToken)
            return (page, page.nextToken)
        }
    }

    /// Fetches one page.
    public func page() async throws -> AccountPage<Item> {
        try await fetch(nextToken)
    }

    /// Gives the entries one after the other, and fetches each page when it is needed.
    public func makeAsyncIterator() -> Iterator {
        Iterator(pages: pages().makeAsyncIterator())
    }

    /// Gives the entries one after the other.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var pages: AsyncThrowingStream<AccountPage<Item>, any Error>.Iterator
        private var items: ArraySlice<Item> = []

        fileprivate init(pages: AsyncThrowingStream<AccountPage<Item>, any Error>.Iterator) {
            self.pages = pages
        }

        /// The next entry; nil after the last.
        public mutating func next() async throws -> Item? {
            while items.isEmpty {
                guard let page = try await pages.next() else { return nil }
                items = page.items[...]
            }
            return items.removeFirst()
        }
    }
}
