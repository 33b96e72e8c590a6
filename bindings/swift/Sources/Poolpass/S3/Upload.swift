import Foundation
import PoolpassFFI

/// Uploads of any size.
extension Bucket {
    /// Uploads content of any size, in parallel parts if it is large (PutObject, or CreateMultipartUpload, UploadPart and
    /// CompleteMultipartUpload). Each part is read when its turn comes. An upload in parts that fails or is cancelled is aborted,
    /// unless there is an `onResumable`: then S3 keeps its parts.
    ///
    /// - Parameters:
    ///   - onProgress: Called whenever a part is done. It runs on a thread of Poolpass and must not block.
    ///   - onResumable: Called once, when an upload in parts has begun, with the state for continuing it
    ///     (``resumeUpload(_:of:options:onProgress:)``) or aborting it (``abortUpload(_:)``), even after the app was killed.
    /// - Throws: ``PoolpassError`` with `accessDenied`, `conditionFailed`; with `platform` if a file cannot be opened, and with
    ///   `invalidInput` if the body cannot be read to its end.
    @discardableResult
    public func upload(
        _ body: UploadBody, to key: String, options: UploadOptions = UploadOptions(),
        onProgress: (@Sendable (UploadProgress) -> Void)? = nil, onResumable: (@Sendable (UploadState) -> Void)? = nil
    ) async throws -> PutResult {
        let listener = Listener(onProgress, onResumable)
        return try await call {
            try await inner.cancellable(handle: $0)
                .upload(key: key, body: body.inner, options: options, listener: listener)
        }
    }

    /// Continues an interrupted upload, in this process or another (ListParts, then as
    /// ``upload(_:to:options:onProgress:onResumable:)``). Parts that S3 has are not sent again.
    ///
    /// - Parameters:
    ///   - state: The state that `onResumable` was called with. It stays valid if the upload is interrupted again.
    ///   - body: The same content, from the beginning.
    @discardableResult
    public func resumeUpload(
        _ state: UploadState, of body: UploadBody, options: UploadOptions = UploadOptions(),
        onProgress: (@Sendable (UploadProgress) -> Void)? = nil
    ) async throws -> PutResult {
        let listener = Listener(onProgress, nil)
        return try await call {
            try await inner.cancellable(handle: $0)
                .resumeUpload(state: state.json, body: body.inner, options: options, listener: listener)
        }
    }

    /// Aborts an upload in parts: S3 discards the parts it has (AbortMultipartUpload).
    public func abortUpload(_ state: UploadState) async throws {
        try await call { try await inner.cancellable(handle: $0).abortUpload(state: state.json) }
    }
}

/// The state of an upload that has begun: enough to continue or to abort it. It is small and holds no secret.
public struct UploadState: Sendable, Equatable {
    /// The state as text, to be kept.
    public let json: String

    /// A state that was kept as text.
    public init(json: String) {
        self.json = json
    }
}

/// The content of an upload.
public enum UploadBody: Sendable {
    /// Bytes in memory.
    case data(Data)
    /// A file, read part by part.
    case file(URL)
    /// Content of known size that can be read at any position, and more than once.
    case source(any UploadSource)
    /// Content that is read once, from beginning to end.
    case stream(AsyncThrowingStream<Data, any Error>)
}

/// Content of known size that can be read at any position, and more than once. Several parts are read at the same time.
public protocol UploadSource: Sendable {
    /// The number of bytes.
    var size: Int64 { get }

    /// The `length` bytes from `offset` on, which lie within the size.
    func read(offset: Int64, length: Int64) async throws -> Data
}

/// Settings for an upload: those of the object, the size of a part, and the number of parts sent at the same time.
public typealias UploadOptions = PoolpassFFI.UploadOptions

/// The progress of an upload.
public struct UploadProgress: Sendable, Equatable {
    /// The bytes that S3 has, in complete parts.
    public let sent: Int64
    /// The total number of bytes, if it is known.
    public let total: Int64?

    /// The progress after `sent` bytes of `total`.
    public init(sent: Int64, total: Int64?) {
        self.sent = sent
        self.total = total
    }
}

extension UploadBody {
    fileprivate var inner: PoolpassFFI.UploadBody {
        switch self {
        case .data(let data): .bytes(data)
        case .file(let url): .file(url.path)
        case .source(let source): .source(ForeignSource(source))
        case .stream(let stream): .stream(ForeignStream(stream))
        }
    }
}

private final class ForeignSource: PoolpassFFI.UploadSource {
    private let source: any UploadSource

    init(_ source: any UploadSource) {
        self.source = source
    }

    func size() throws -> Int64 {
        source.size
    }

    func read(offset: Int64, length: Int64) async throws -> Data {
        do {
            return try await source.read(offset: offset, length: length)
        } catch {
            throw SourceError.Failed(detail: error.localizedDescription)
        }
    }
}

private final class Listener: PoolpassFFI.UploadListener {
    private let progress: (@Sendable (UploadProgress) -> Void)?
    private let resumable: (@Sendable (UploadState) -> Void)?

    init(
        _ progress: (@Sendable (UploadProgress) -> Void)?, _ resumable: (@Sendable (UploadState) -> Void)?
    ) {
        self.progress = progress
        self.resumable = resumable
    }

    func onProgress(sent: Int64, total: Int64?) throws {
        progress?(UploadProgress(sent: sent, total: total))
    }

    func isResumable() throws -> Bool {
        resumable != nil
    }

    func onResumable(state: String) throws {
        resumable?(UploadState(json: state))
    }
}
