import Foundation
import PoolpassFFI

/// An object: what S3 knows about it, and its content, which can be read once, in one of four ways.
///
/// S3's checksum is verified at the end of the content; a connection that breaks is resumed.
public struct StoredObject: Sendable {
    /// What S3 knows about it.
    public let metadata: ObjectMetadata
    /// How many bytes arrive, those of the range where one was asked for. `nil` where that is not known.
    public let contentLength: Int64?
    private let inner: PoolpassFFI.StoredObject

    init(_ inner: PoolpassFFI.StoredObject) {
        metadata = inner.metadata()
        contentLength = inner.contentLength()
        self.inner = inner
    }

    /// The whole content in memory.
    public func data() async throws -> Data {
        try await call { try await inner.cancellable(handle: $0).bytes() }
    }

    /// The whole content as UTF-8.
    public func text() async throws -> String {
        String(decoding: try await data(), as: UTF8.self)
    }

    /// Writes the content to a file, which appears when it is complete. It is never all in memory.
    public func save(to file: URL) async throws {
        try await call { try await inner.cancellable(handle: $0).saveTo(path: file.path) }
    }

    /// The content, piece by piece.
    public func stream() throws -> AsyncThrowingStream<Data, any Error> {
        let body = try mapped { try inner.body() }
        return body.stream
    }
}

extension PoolpassFFI.Body {
    /// Piece by piece.
    var stream: AsyncThrowingStream<Data, any Error> {
        AsyncThrowingStream { try await call { try await self.cancellable(handle: $0).next() } }
    }
}

/// A URL that carries its own signature: a secret until it expires.
public struct PresignedURL: Sendable {
    /// The URL.
    public let url: URL
    /// The headers that have to be sent along, exactly so. Empty for reading.
    public let headers: [String: String]
    /// When it stops working, by AWS's clock.
    public let expiresAt: Date

    init(_ inner: PoolpassFFI.PresignedUrl) throws {
        guard let url = URL(string: inner.url()) else {
            throw PoolpassError.invalidInput("Foundation does not take this URL")
        }
        self.url = url
        headers = inner.headers()
        expiresAt = inner.expiresAt()
    }
}

extension PresignedURL: Redacted {
    var shown: KeyValuePairs<String, Any> { ["expiresAt": expiresAt] }
}
