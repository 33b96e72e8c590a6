import Foundation
import PoolpassFFI

/// Sends requests to AWS in the app's own way, such as ``URLSessionTransport``.
///
/// A transport does one thing: it sends the request once, follows no redirect, and gives the answer, whatever its status. Time
/// limits, retries, signatures and clock correction happen above it. When its task is cancelled, it aborts the request.
///
/// It asks for no compression by itself and unpacks nothing. DynamoDB's requests say `Accept-Encoding: identity`, which stops
/// URLSession from it. If an answer was unpacked nevertheless, the transport must leave out the headers of the packed body:
/// `Content-Encoding`, `Content-Length` and every `x-amz-checksum-…`.
public protocol Transport: Sendable {
    /// Sends `request` and waits for the answer's head.
    ///
    /// - Throws: ``TransportError``, where the transport knows how far the request came. Any other error counts as
    ///   `interrupted`. Its `localizedDescription` becomes part of the message, so it must not hold the URL.
    func send(_ request: HTTPRequest) async throws -> HTTPResponse
}

/// A request. Its headers and, when it is presigned, its URL are secrets.
public struct HTTPRequest: Sendable {
    private let inner: PoolpassFFI.HttpRequest

    init(_ inner: PoolpassFFI.HttpRequest) {
        self.inner = inner
    }

    /// Such as `GET`.
    public var method: String { inner.method() }
    /// The absolute URL. It has to be sent as it is: the signature covers it.
    public var url: String { inner.url() }
    /// The headers. `Host` and `Content-Length` are the transport's to add.
    public var headers: [(name: String, value: String)] { inner.headers().map { ($0.name, $0.value) } }
    /// The body; empty where there is none.
    public var body: Data { inner.body() }
}

/// An answer.
public struct HTTPResponse: Sendable {
    /// Such as 200.
    public var status: Int
    /// The headers.
    public var headers: [(name: String, value: String)]
    /// The body, as the server sent it: not unpacked where it is compressed.
    public var body: Body

    /// The body of an answer.
    public enum Body: Sendable {
        /// All of it.
        case data(Data)
        /// Piece by piece.
        case stream(AsyncThrowingStream<Data, any Error>)
    }

    /// An answer.
    public init(status: Int, headers: [(name: String, value: String)], body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// No answer came.
public enum TransportError: LocalizedError, Sendable {
    /// The request cannot have reached the server: it is sent again.
    case notSent(String)
    /// The server may have acted on the request: it is sent again where that is safe.
    case interrupted(String)
    /// The transport's own time limit passed; the server may have acted on the request.
    case timedOut(String)

    /// The cause in words.
    public var errorDescription: String? {
        switch self {
        case .notSent(let cause), .interrupted(let cause), .timedOut(let cause): cause
        }
    }
}

extension HTTPRequest: Redacted {
    var shown: KeyValuePairs<String, Any> { ["method": method] }
}

extension HTTPResponse: Redacted {
    var shown: KeyValuePairs<String, Any> { ["status": status] }
}

extension HTTPResponse.Body: Redacted {
    var shown: KeyValuePairs<String, Any> { [:] }
}

/// An app's transport, as the library calls it.
final class ForeignTransport: PoolpassFFI.Transport {
    private let transport: any Transport

    init(_ transport: any Transport) {
        self.transport = transport
    }

    func send(request: PoolpassFFI.HttpRequest) async throws -> PoolpassFFI.HttpResponse {
        do {
            let response = try await transport.send(HTTPRequest(request))
            // Nobody waits for an answer that came too late: dropped here, its stream ends.
            try Task.checkCancellation()
            let headers = response.headers.map { Header(name: $0.name, value: $0.value) }
            return PoolpassFFI.HttpResponse(
                status: Int32(clamping: response.status), headers: headers, body: response.body.inner)
        } catch TransportError.notSent(let cause) {
            throw PoolpassFFI.TransportError.NotSent(detail: cause)
        } catch TransportError.timedOut(let cause) {
            throw PoolpassFFI.TransportError.TimedOut(detail: cause)
        } catch {
            throw PoolpassFFI.TransportError.Interrupted(detail: error.localizedDescription)
        }
    }
}

extension HTTPResponse.Body {
    fileprivate var inner: HttpBody {
        switch self {
        case .data(let data): .bytes(data)
        case .stream(let stream): .stream(ForeignStream(stream))
        }
    }
}

/// Pieces of bytes, as the library asks for them: one at a time.
final class ForeignStream: PoolpassFFI.ByteStream, @unchecked Sendable {
    private let lock = NSLock()
    private var pieces: AsyncThrowingStream<Data, any Error>.Iterator?

    init(_ stream: AsyncThrowingStream<Data, any Error>) {
        pieces = stream.makeAsyncIterator()
    }

    func next() async throws -> Data? {
        guard var pieces = lock.withLock({ pieces }) else { return nil }
        do {
            return try await pieces.next()
        } catch {
            throw SourceError.Failed(detail: error.localizedDescription)
        }
    }

    /// Without its iterator the stream ends, which whoever fills it hears by `onTermination`.
    func cancel() throws {
        lock.withLock { pieces = nil }
    }
}
