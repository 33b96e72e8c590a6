import Foundation
import PoolpassFFI

/// An S3 bucket, as far as the person's role allows.
///
/// ```swift
/// let bucket = try client.bucket()
/// let key = try await bucket.privatePath("film.mp4")
/// try await bucket.upload(.file(film), to: key) { show($0.sent, $0.total) }
/// try await bucket.get(key).save(to: copy)
/// ```
public struct Bucket: Sendable {
    let inner: PoolpassFFI.Bucket

    init(_ inner: PoolpassFFI.Bucket) {
        self.inner = inner
    }

    /// The bucket's name.
    public var name: String { inner.name() }

    /// `private/{identity id}/{name}`: a key under the prefix that is the person's own.
    public func privatePath(_ name: String) async throws -> String {
        try await call { try await inner.cancellable(handle: $0).privatePath(name: name) }
    }

    /// Writes an object in one request (PutObject). For more than a few megabytes see
    /// ``upload(_:to:options:onProgress:)``.
    ///
    /// - Throws: ``PoolpassError`` with `accessDenied`, `conditionFailed`, `invalidInput` for a key that URLs cannot name.
    @discardableResult
    public func put(_ data: Data, to key: String, options: PutOptions = PutOptions()) async throws -> PutResult {
        try await call { try await inner.cancellable(handle: $0).put(key: key, body: data, options: options) }
    }

    /// Writes a text as UTF-8 (PutObject).
    @discardableResult
    public func put(_ text: String, to key: String, options: PutOptions = PutOptions()) async throws -> PutResult {
        try await put(Data(text.utf8), to: key, options: options)
    }

    /// Reads an object, or a part of it (GetObject). The content arrives while it is read.
    ///
    /// - Throws: ``PoolpassError`` with `notFound`, `accessDenied`, `notModified`, `conditionFailed`.
    public func get(_ key: String, options: GetOptions = GetOptions()) async throws -> StoredObject {
        try await call {
            StoredObject(try await inner.cancellable(handle: $0).get(key: key, options: try checked(options)))
        }
    }

    /// What S3 knows about an object (HeadObject).
    public func head(_ key: String, options: GetOptions = GetOptions()) async throws -> ObjectMetadata {
        try await call { try await inner.cancellable(handle: $0).head(key: key, options: try checked(options)) }
    }

    private func checked(_ options: GetOptions) throws -> GetOptions {
        for date in [options.ifModifiedSince, options.ifUnmodifiedSince].compactMap(\.self) where !isTime(date) {
            throw PoolpassError.invalidInput("a date of the options is no time")
        }
        return options
    }

    /// Deletes an object (DeleteObject). That there is none is not an error.
    public func delete(_ key: String) async throws {
        try await call { try await inner.cancellable(handle: $0).delete(key: key) }
    }

    /// Deletes any number of objects (DeleteObjects). That S3 refuses single keys is in the result.
    public func deleteMany(_ keys: [String]) async throws -> DeletedObjects {
        try await call { DeletedObjects(try await inner.cancellable(handle: $0).deleteMany(keys: keys)) }
    }

    /// Copies an object without it passing through this device (CopyObject). At most 5 GB.
    @discardableResult
    public func copy(from: String, to: String, options: CopyOptions = CopyOptions()) async throws -> PutResult {
        try await call { try await inner.cancellable(handle: $0).copy(from: from, to: to, options: options) }
    }

    /// A URL that reads the object for a while, at most seven days; it dies with the credentials that signed it, which live for
    /// about an hour.
    ///
    /// - Parameters:
    ///   - expiresIn: In seconds.
    ///   - fileName: Tells the browser to save the object under this name.
    public func presignGet(_ key: String, expiresIn: TimeInterval, fileName: String? = nil) async throws -> PresignedURL {
        try await call {
            let expiresIn = try seconds(expiresIn, "expiresIn")
            return try PresignedURL(
                try await inner.cancellable(handle: $0).presignGet(key: key, expiresIn: expiresIn, fileName: fileName))
        }
    }

    /// A URL that writes the object for a while (`expiresIn`, in seconds), as often as it is used.
    public func presignPut(
        _ key: String, expiresIn: TimeInterval, options: PutOptions = PutOptions()
    ) async throws -> PresignedURL {
        try await call {
            let expiresIn = try seconds(expiresIn, "expiresIn")
            return try PresignedURL(
                try await inner.cancellable(handle: $0).presignPut(key: key, expiresIn: expiresIn, options: options))
        }
    }
}

/// Lists.
extension Bucket {
    /// All objects whose keys begin with `prefix`, each page fetched when it is needed (ListObjectsV2).
    ///
    /// - Parameters:
    ///   - delimiter: Keys that have it behind the prefix become one common prefix: with `/`, a folder.
    ///   - startAfter: Only keys that sort behind it.
    ///   - pageSize: At most so many keys and prefixes in a page. Default and limit: 1000.
    public func pages(
        prefix: String, delimiter: String? = nil, startAfter: String? = nil, pageSize: Int? = nil
    ) -> AsyncThrowingStream<ListPage, any Error> {
        Poolpass.pages { (continuation: String?) in
            let options = ListOptions(
                prefix: prefix, delimiter: delimiter, startAfter: startAfter,
                pageSize: try pageSize.map { try int32($0, "pageSize") }, continuation: continuation)
            let page = try await call { try await inner.cancellable(handle: $0).listPage(options: options) }
            return (page, page.next)
        }
    }

    /// The objects of all pages in memory.
    public func list(prefix: String) async throws -> [ListedObject] {
        try await pages(prefix: prefix).reduce(into: []) { $0 += $1.objects }
    }
}

/// How an object is written.
public typealias PutOptions = PoolpassFFI.PutOptions

/// What S3 says about an object that was written.
public typealias PutResult = PoolpassFFI.PutResult

/// How an object is read.
public typealias GetOptions = PoolpassFFI.GetOptions

/// Some of an object's bytes.
public typealias ByteRange = PoolpassFFI.ByteRange

/// What S3 knows about an object.
public typealias ObjectMetadata = PoolpassFFI.ObjectMetadata

/// How an object is copied.
public typealias CopyOptions = PoolpassFFI.CopyOptions

/// A page of objects.
public typealias ListPage = PoolpassFFI.ListPage

/// An object in a list.
public typealias ListedObject = PoolpassFFI.ListedObject

/// What became of many objects.
public struct DeletedObjects: Sendable {
    /// The keys that are gone.
    public let deleted: [String]
    /// The keys that S3 refused to delete, and why.
    public let errors: [String: PoolpassError]

    init(_ outcome: PoolpassFFI.DeletedObjects) {
        deleted = outcome.deleted
        errors = Dictionary(outcome.errors.map { ($0.key, PoolpassError($0.error)) }) { first, _ in first }
    }
}
