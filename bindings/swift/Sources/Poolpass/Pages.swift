/// Pages, each fetched when it is asked for, until one names no next one.
func pages<Page, Cursor>(
    _ fetch: @escaping @Sendable (Cursor?) async throws -> (page: Page, next: Cursor?)
) -> AsyncThrowingStream<Page, any Error> {
    let place = Place<Cursor>()
    return AsyncThrowingStream {
        if place.isLast { return nil }
        let (page, next) = try await fetch(place.cursor)
        place.cursor = next
        place.isLast = next == nil
        return page
    }
}

/// How far the pages have come. A stream asks for one at a time.
private final class Place<Cursor>: @unchecked Sendable {
    var cursor: Cursor?
    var isLast = false
}
