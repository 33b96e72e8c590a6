import Foundation
import PoolpassFFI

/// An object: its metadata, and its content, which arrives while it is read and can be read once.
///
/// S3's checksum is verified at the end of the content, and a broken connection is resumed.
public struct StoredObject: Sendable {
    /// The object's metadata.
    public let metadata: ObjectMetadata
    /// The number of bytes in the content, or in the range that was asked for. `nil` if it is unknown.
    public let contentLength: Int64?
    private let inner: PoolpassFFI.StoredObject

    init(_ inner: PoolpassFFI.StoredObject) {
        metadata = inner.metadata()
        contentLength = inner.contentLength()
        self.inner = inner
    }

    /// Reads the whole content, or the whole range, into memory.
    public func data() async throws -> Data {
        try await call { try await inner.cancellable(handle: $0).bytes() }
    }

    /// Reads the whole content as UTF-8 text. Malformed bytes become replacement characters.
    public func text() async throws -> String {
        String(decoding: try await data(), as: UTF8.self)
    }

    /// Writes the content to a file, which appears once it is complete. The content is never in memory as a whole.
    public func save(to file: URL) async throws {
        try await call { try await inner.cancellable(handle: $0).saveTo(path: file.path) }
    }

    /// The content as a stream of pieces.
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
    /// The URL: a secret.
    public let url: URL
    /// The headers that must be sent with the request, unchanged. Empty for a URL that reads.
    public let headers: [String: String]
    /// The time at which it stops working, on AWS's clock.
    public let expiresAt: Date

    init(_ inner: PoolpassFFI.PresignedUrl) throws {
        url = try URL(ofCore: inner.url())
        headers = inner.headers()
        expiresAt = inner.expiresAt()
    }
}

extension PresignedURL: Redacted {
    var shown: KeyValuePairs<String, Any> { ["expiresAt": expiresAt] }
}
