import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Reaches AWS through Foundation's `URLSession`: with the system's proxies, its VPN on demand and its waiting for a network.
///
/// Poolpass's own client is smaller and streams answers; this one keeps an answer in memory as a whole, and hands it out when
/// all of it is there. So the 30 seconds that Poolpass waits for the head of an answer (``ApiRequest/timeout``) have to
/// suffice for its body too: what is too large for that fails with kind `timeout`.
public final class URLSessionTransport: NSObject, Transport {
    private let configuration: URLSessionConfiguration
    private let session: URLSession

    /// A transport with sessions of this configuration. Cookies, credentials and caches are left out.
    public init(configuration: URLSessionConfiguration = .ephemeral) {
        configuration.httpCookieStorage = nil
        configuration.urlCredentialStorage = nil
        configuration.urlCache = nil
        self.configuration = configuration
        session = URLSession(configuration: configuration, delegate: NoRedirects(), delegateQueue: nil)
    }

    deinit {
        session.finishTasksAndInvalidate()
    }

    /// Sends `request` once.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let url = URL(string: request.url) else { throw TransportError.notSent("the URL is not one of Foundation's") }
        var foundation = URLRequest(url: url)
        foundation.httpMethod = request.method
        for (name, value) in request.headers { foundation.addValue(value, forHTTPHeaderField: name) }
        if !request.body.isEmpty { foundation.httpBody = request.body }
        return try await answer(to: foundation)
    }

    private func answer(to request: URLRequest) async throws -> HTTPResponse {
        let running = Running()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let task = session.dataTask(with: request) { data, response, error in
                    continuation.resume(with: Result { try Self.answer(data, response, error) })
                }
                running.start(task)
            }
        } onCancel: {
            running.cancel()
        }
    }

    private static func answer(_ data: Data?, _ response: URLResponse?, _ error: (any Error)?) throws -> HTTPResponse {
        if let error = error as? URLError { throw TransportError(error) }
        guard let response = response as? HTTPURLResponse else { throw TransportError.interrupted("the answer is not HTTP") }
        let headers = response.allHeaderFields.compactMap { name, value in
            (name as? String).map { (name: $0, value: "\(value)") }
        }
        return HTTPResponse(status: response.statusCode, headers: unpacked(headers), body: .data(data ?? Data()))
    }

    /// The headers of the body that Foundation hands out: what was packed it has unpacked.
    static func unpacked(_ headers: [(name: String, value: String)]) -> [(name: String, value: String)] {
        guard headers.contains(where: { $0.name.lowercased() == "content-encoding" }) else { return headers }
        return headers.filter { header in
            let name = header.name.lowercased()
            return name != "content-encoding" && name != "content-length" && !name.hasPrefix("x-amz-checksum-")
        }
    }
}

extension TransportError {
    fileprivate init(_ error: URLError) {
        let cause = "URLError \(error.errorCode)"
        self =
            switch error.code {
            case .timedOut: .timedOut(cause)
            case .cannotConnectToHost, .cannotFindHost, .dnsLookupFailed, .notConnectedToInternet,
                .secureConnectionFailed, .serverCertificateUntrusted:
                .notSent(cause)
            default: .interrupted(cause)
            }
    }
}

/// The task of one request, which may be cancelled before it begins.
private final class Running: @unchecked Sendable {
    private let lock = NSLock()
    private var task: URLSessionDataTask?
    private var isCancelled = false

    func start(_ task: URLSessionDataTask) {
        lock.withLock { self.task = task }
        task.resume()
        if lock.withLock({ isCancelled }) { task.cancel() }
    }

    func cancel() {
        lock.withLock { isCancelled = true }
        lock.withLock { task }?.cancel()
    }
}

/// A redirect is an answer like any other: following one would send a signature to another host.
private final class NoRedirects: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
