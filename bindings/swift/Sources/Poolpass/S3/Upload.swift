import Foundation
import PoolpassFFI

/// Uploads of any size.
extension Bucket {
    /// Uploads what may be large, in parallel parts if it is (PutObject, or CreateMultipartUpload, UploadPart and
    /// CompleteMultipartUpload). A file is read part by part, so that a part times the parts under way is all that is in memory.
    /// An upload in parts that fails or is cancelled is aborted, so that its parts cost nothing; see
    /// ``resumableUpload(_:to:options:onState:onProgress:)``.
    ///
    /// - Parameter onProgress: Called whenever a part is done, on a thread of Poolpass, which it must not block.
    /// - Throws: ``PoolpassError`` with `accessDenied`, `conditionFailed`; with `platform` when a file cannot be opened, and with
    ///   `invalidInput` when the body cannot be read to its end.
    @discardableResult
    public func upload(
        _ body: UploadBody, to key: String, options: UploadOptions = UploadOptions(),
        onProgress: (@Sendable (UploadProgress) -> Void)? = nil
    ) async throws -> PutResult {
        try await upload(body, key, options, Listener(onProgress, nil))
    }

    /// Uploads as ``upload(_:to:options:onProgress:)``, and where it breaks off lets ``resumeUpload(_:of:options:onProgress:)``
    /// go on with it or ``abortUpload(_:)`` give it up, also after the app was killed. Until then S3 keeps its parts.
    ///
    /// - Parameter onState: Called once an upload in parts has begun, with the text that those take. It holds no secret.
    @discardableResult
    public func resumableUpload(
        _ body: UploadBody, to key: String, options: UploadOptions = UploadOptions(),
        onState: @escaping @Sendable (String) -> Void, onProgress: (@Sendable (UploadProgress) -> Void)? = nil
    ) async throws -> PutResult {
        try await upload(body, key, options, Listener(onProgress, onState))
    }

    private func upload(
        _ body: UploadBody, _ key: String, _ options: UploadOptions, _ listener: Listener
    ) async throws -> PutResult {
        try await call {
            try await inner.cancellable(handle: $0)
                .upload(key: key, body: body.inner, options: options, listener: listener)
        }
    }

    /// Goes on with an upload that broke off; the body has to be the same content, from the beginning.
    @discardableResult
    public func resumeUpload(
        _ state: String, of body: UploadBody, options: UploadOptions = UploadOptions(),
        onProgress: (@Sendable (UploadProgress) -> Void)? = nil
    ) async throws -> PutResult {
        let listener = Listener(onProgress, nil)
        return try await call {
            try await inner.cancellable(handle: $0)
                .resumeUpload(state: state, body: body.inner, options: options, listener: listener)
        }
    }

    /// Gives up an upload in parts: S3 forgets the parts that it has (AbortMultipartUpload).
    public func abortUpload(_ state: String) async throws {
        try await call { try await inner.cancellable(handle: $0).abortUpload(state: state) }
    }
}

/// What is uploaded.
public enum UploadBody: Sendable {
    /// Bytes in memory.
    case data(Data)
    /// A file, read part by part.
    case file(URL)
    /// Something of known size that can be read at any position.
    case source(any UploadSource)
    /// Something that is read once, from beginning to end.
    case stream(AsyncThrowingStream<Data, any Error>)
}

/// Something of known size whose bytes can be read at any position, and more than once. Parts are read side by side.
public protocol UploadSource: Sendable {
    /// The number of bytes.
    var size: Int64 { get }

    /// The `length` bytes from `offset` on, which lie within the size.
    func read(offset: Int64, length: Int64) async throws -> Data
}

/// How something is uploaded.
public typealias UploadOptions = PoolpassFFI.UploadOptions

/// How far an upload has come.
public struct UploadProgress: Sendable, Equatable {
    /// The bytes that S3 has, in complete parts.
    public let sent: Int64
    /// All bytes; nil for a stream.
    public let total: Int64?

    /// So many bytes of so many.
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
    private let resumable: (@Sendable (String) -> Void)?

    init(
        _ progress: (@Sendable (UploadProgress) -> Void)?, _ resumable: (@Sendable (String) -> Void)?
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
        resumable?(state)
    }
}
