import Foundation
import PoolpassFFI

/// An S3 bucket, used with the permissions of the user or guest.
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

    /// The name of the bucket.
    public var name: String { inner.name() }

    /// A key under the user's own prefix: `private/{identity id}/{name}`.
    public func privatePath(_ name: String) async throws -> String {
        try await call { try await inner.cancellable(handle: $0).privatePath(name: name) }
    }

    /// Writes an object, replacing any object under the key (PutObject). Use ``upload(_:to:options:onProgress:onResumable:)`` for more than a few
    /// megabytes.
    ///
    /// - Throws: ``PoolpassError`` with `accessDenied`, `conditionFailed`, `invalidInput` for a key that URLs cannot name.
    @discardableResult
    public func put(_ data: Data, to key: String, options: PutOptions = PutOptions()) async throws -> PutResult {
        try await call { try await inner.cancellable(handle: $0).put(key: key, body: data, options: options) }
    }

    /// Writes text as UTF-8, replacing any object under the key (PutObject).
    @discardableResult
    public func put(_ text: String, to key: String, options: PutOptions = PutOptions()) async throws -> PutResult {
        try await put(Data(text.utf8), to: key, options: options)
    }

    /// Reads an object (GetObject). The content arrives while it is read.
    ///
    /// - Throws: ``PoolpassError`` with `notFound`, `accessDenied`, `notModified`, `conditionFailed`.
    public func get(_ key: String, options: GetOptions = GetOptions()) async throws -> StoredObject {
        try await call {
            StoredObject(try await inner.cancellable(handle: $0).get(key: key, options: try checked(options)))
        }
    }

    /// Reads an object's metadata without its content (HeadObject).
    public func head(_ key: String, options: GetOptions = GetOptions()) async throws -> ObjectMetadata {
        try await call { try await inner.cancellable(handle: $0).head(key: key, options: try checked(options)) }
    }

    private func checked(_ options: GetOptions) throws -> GetOptions {
        for date in [options.ifModifiedSince, options.ifUnmodifiedSince].compactMap(\.self) where !isTime(date) {
            throw PoolpassError.invalidInput("a date of the options is not a time")
        }
        return options
    }

    /// Deletes an object (DeleteObject). Deleting a missing object succeeds. With versioning, S3 keeps the old versions.
    public func delete(_ key: String) async throws {
        try await call { try await inner.cancellable(handle: $0).delete(key: key) }
    }

    /// Deletes any number of objects, a thousand per request (DeleteObjects). The result has the errors of single keys.
    public func deleteMany(_ keys: [String]) async throws -> DeletedObjects {
        try await call { DeletedObjects(try await inner.cancellable(handle: $0).deleteMany(keys: keys)) }
    }

    /// Copies an object inside S3, without transferring it to this device (CopyObject). At most 5 GB.
    @discardableResult
    public func copy(from: String, to: String, options: CopyOptions = CopyOptions()) async throws -> PutResult {
        try await call { try await inner.cancellable(handle: $0).copy(from: from, to: to, options: options) }
    }

    /// Lists the objects whose keys begin with `prefix` (ListObjectsV2).
    public func list(_ prefix: String, options: ListOptions = ListOptions()) -> ListObjects {
        ListObjects(inner, prefix, options)
    }

    /// Creates a URL that reads the object until it expires (GetObject). At most seven days. The URL also expires with the
    /// credentials that sign it, which last about an hour.
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

    /// Creates a URL that writes the object until it expires (PutObject), as often as it is used. At most seven days.
    ///
    /// - Parameter expiresIn: In seconds.
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

/// Settings for writing an object. Default: none.
public typealias PutOptions = PoolpassFFI.PutOptions

/// The result of writing an object.
public typealias PutResult = PoolpassFFI.PutResult

/// The range and the conditions of a read. Default: the whole object, without conditions.
public typealias GetOptions = PoolpassFFI.GetOptions

/// A range of an object's bytes.
public typealias ByteRange = PoolpassFFI.ByteRange

/// The metadata of an object, from HeadObject or GetObject.
public typealias ObjectMetadata = PoolpassFFI.ObjectMetadata

/// Settings for a copy. Default: the latest version, with all its settings.
public typealias CopyOptions = PoolpassFFI.CopyOptions

/// The result of deleting several objects.
public struct DeletedObjects: Sendable {
    /// The keys that no longer have an object, whether or not they had one before.
    public let deleted: [String]
    /// The keys whose objects S3 refused to delete, each with its error.
    public let errors: [String: PoolpassError]

    init(_ outcome: PoolpassFFI.DeletedObjects) {
        deleted = outcome.deleted
        errors = Dictionary(outcome.errors.map { ($0.key, PoolpassError($0.error)) }) { first, _ in first }
    }
}
