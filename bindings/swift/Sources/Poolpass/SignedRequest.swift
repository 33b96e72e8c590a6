import Foundation
import PoolpassFFI

extension Client {
    /// Sends a request to an AWS service or to the app's API, signed with the person's credentials or with a token,
    /// and waits for the head of the answer. The body, which may be of any length, is read from the answer.
    ///
    /// - Parameters:
    ///   - service: The service's name in signatures, such as `lambda`. Default: API Gateway.
    ///   - region: Default: the configuration's.
    /// - Throws: ``PoolpassError`` for any status but 2xx, unless ``SignedRequest/anyStatus`` is set.
    public func send(
        _ request: SignedRequest, to service: String = "execute-api", region: String? = nil
    ) async throws -> SignedResponse {
        let api = try mapped { try inner.signed(service: service, region: region) }
        let request = try request.inner
        return try await call { SignedResponse(try await api.cancellable(handle: $0).send(request: request)) }
    }

    /// A URL with the signature in it, with which whoever holds it can make this one request for a while, or until the credentials
    /// expire. It may be one of a WebSocket (`wss://`), such as AWS IoT's or API Gateway's. Nothing is sent.
    ///
    /// - Parameters:
    ///   - life: In seconds, at least one, at most those of seven days.
    ///   - service: The service's name in signatures, such as `iotdevicegateway`. Default: API Gateway.
    ///   - region: Default: the configuration's.
    ///   - sessionTokenAfterSigning: Appends the session token to the signed URL, as AWS IoT wants it, for which this is the
    ///     default. Other services want it signed.
    /// - Throws: ``PoolpassError`` with `invalidInput` for another life, or for a request with a token in place of a signature.
    public func presign(
        _ request: SignedRequest, for service: String = "execute-api", region: String? = nil, life: TimeInterval,
        sessionTokenAfterSigning: Bool = false
    ) async throws -> PresignedURL {
        let api = try mapped { try inner.signed(service: service, region: region) }
        let (request, life) = (try request.inner, try seconds(life, "life"))
        return try await call {
            try PresignedURL(
                try await api.cancellable(handle: $0).presign(
                    request: request, expiresIn: life, sessionTokenAfterSigning: sessionTokenAfterSigning))
        }
    }
}

/// A request to an AWS service or to the app's API.
public struct SignedRequest: Sendable {
    /// Such as `POST`.
    public var method: String
    /// Absolute, or a path below the service's base URL, which for API Gateway is the configuration's `api.url`.
    public var url: String
    /// Segments that are added to the path, each percent-encoded.
    public var segments: [String] = []
    /// Parameters that are added to the query, percent-encoded.
    public var query: [(name: String, value: String)] = []
    /// The headers.
    public var headers: [(name: String, value: String)] = []
    /// The body.
    public var body: Data?
    /// What proves who is asking. Default: a signature.
    public var authorization = Authorization.iam
    /// Writes `Bearer ` before the token. API Gateway takes it with and without, AppSync only without.
    public var bearer = false
    /// Doing this twice is as good as once, so that it is sent again also when its answer was lost.
    public var safeToRepeat = false
    /// Any status is an answer. Default: those but 2xx are errors.
    public var anyStatus = false
    /// How long to wait for the head of the answer, each time it is sent, in seconds. Default: 30.
    public var timeout: TimeInterval?

    /// A request; the rest is set afterwards.
    public init(_ method: String = "GET", _ url: String, body: Data? = nil) {
        self.method = method
        self.url = url
        self.body = body
    }

    fileprivate var inner: ApiRequest {
        get throws {
            ApiRequest(
                method: method, url: url, segments: segments,
                query: query.map { Header(name: $0.name, value: $0.value) },
                headers: headers.map { Header(name: $0.name, value: $0.value) }, body: body, authorization: authorization,
                bearer: bearer, safeToRepeat: safeToRepeat, anyStatus: anyStatus,
                timeout: try timeout.map { try seconds($0, "timeout") })
        }
    }
}

/// What proves who is asking.
public typealias Authorization = PoolpassFFI.Authorization

/// The answer of a service. Its body can be read once.
public struct SignedResponse: Sendable {
    /// Such as 200.
    public let status: Int
    /// The headers.
    public let headers: [(name: String, value: String)]
    private let inner: PoolpassFFI.Body

    fileprivate init(_ response: ApiResponse) {
        status = Int(response.status)
        headers = response.headers.map { ($0.name, $0.value) }
        inner = response.body
    }

    /// The whole body in memory.
    public func data() async throws -> Data {
        try await call { try await inner.cancellable(handle: $0).bytes() }
    }

    /// The whole body as UTF-8.
    public func text() async throws -> String {
        String(decoding: try await data(), as: UTF8.self)
    }

    /// The whole body, read as JSON.
    public func json<Value: Decodable>(_ type: Value.Type = Value.self) async throws -> Value {
        try JSONDecoder().decode(type, from: await data())
    }

    /// The body, piece by piece.
    public func stream() -> AsyncThrowingStream<Data, any Error> {
        inner.stream
    }
}

extension SignedRequest: Redacted {
    var shown: KeyValuePairs<String, Any> { ["method": method] }
}

extension SignedResponse: Redacted {
    var shown: KeyValuePairs<String, Any> { ["status": status] }
}
