import Foundation
import PoolpassFFI

extension Client {
    /// Makes requests to `service`, its name in signatures: `execute-api` for API Gateway, `lambda`, `iotdata` and so on.
    ///
    /// - Parameters:
    ///   - service: Default: `execute-api`.
    ///   - region: Signs for this region. Default: the configuration's.
    public func api(_ service: String = "execute-api", region: String? = nil) throws -> ApiClient {
        ApiClient(try mapped { try inner.api(service: service, region: region) })
    }
}

/// Makes requests to one service; ``Client/api(_:region:)`` creates it.
public struct ApiClient: Sendable {
    private let inner: PoolpassFFI.ApiClient

    fileprivate init(_ inner: PoolpassFFI.ApiClient) {
        self.inner = inner
    }

    /// Sends the request and waits for the head of the answer. The body, which may have any length, is read from the answer.
    ///
    /// When the server refuses a token with status 401, the session is refreshed once for all requests whose token was refused, and each
    /// is sent once more with the new token.
    ///
    /// - Throws: ``PoolpassError`` for a status other than 2xx, unless ``ApiRequest/anyStatus`` is set: `notAuthorized` for a token that is
    ///   refused even after a refresh, `insufficientUserAuthentication` where the API asks for a step-up, see ``PoolpassError/stepUp``.
    ///   `loadBalancerSessionEnded` when a load balancer answers in the app's place and wants the person to sign in.
    public func request(_ request: ApiRequest) async throws -> ApiResponse {
        let request = try request.inner
        return try await call { ApiResponse(try await inner.cancellable(handle: $0).request(request: request)) }
    }

    /// Creates a URL that contains the signature. Its holder can make this one request until `expiresIn` has passed, at most seven
    /// days, or until the credentials expire, which last about an hour. Nothing is sent.
    ///
    /// Apps connect this way to a WebSocket (`wss://`) of AWS IoT or of API Gateway. AppSync's WebSockets take no such URL, but the headers of
    /// a signed POST in a subprotocol: sign them with the client's credentials and a library for AWS's signatures.
    ///
    /// - Parameters:
    ///   - expiresIn: In seconds, at least one, at most those of seven days.
    ///   - sessionTokenAfterSigning: Appends the session token to the URL after signing, as AWS IoT requires (the default for
    ///     `iotdevicegateway`). Other services require it to be signed.
    /// - Throws: ``PoolpassError`` with `invalidInput` for another `expiresIn`, or for a request with a token in place of a signature.
    public func presign(
        _ request: ApiRequest, expiresIn: TimeInterval, sessionTokenAfterSigning: Bool = false
    ) async throws -> PresignedURL {
        let (request, expiresIn) = (try request.inner, try seconds(expiresIn, "expiresIn"))
        return try await call {
            try PresignedURL(
                try await inner.cancellable(handle: $0).presign(
                    request: request, expiresIn: expiresIn, sessionTokenAfterSigning: sessionTokenAfterSigning))
        }
    }
}

/// A request to the app's own API, or to an AWS service.
public struct ApiRequest: Sendable {
    /// The HTTP method, such as `POST`.
    public var method: String
    /// An absolute URL, or a path below the service's base URL, which for `execute-api` is the configuration's `api.url`.
    public var url: String
    /// Segments that are added to the path and percent-encoded.
    public var segments: [String] = []
    /// Parameters that are added to the query and percent-encoded.
    public var query: [(name: String, value: String)] = []
    /// The headers.
    public var headers: [(name: String, value: String)] = []
    /// The body.
    public var body: Data?
    /// Proves who sends the request. Default: a signature.
    public var authorization = Authorization.iam
    /// Writes `Bearer ` before the token. API Gateway accepts it with and without, AppSync only without, load balancers and most other
    /// servers only with.
    public var bearer = false
    /// Declares the request safe to repeat, so that it is also sent again when its answer was lost.
    public var safeToRepeat = false
    /// Returns an answer with any status. Default: a status other than 2xx is an error.
    public var anyStatus = false
    /// How long each attempt waits for the head of the answer, in seconds. Default: 30.
    public var timeout: TimeInterval?

    /// Creates a request; the other options are set afterwards.
    public init(_ method: String = "GET", _ url: String, body: Data? = nil) {
        self.method = method
        self.url = url
        self.body = body
    }

    fileprivate var inner: PoolpassFFI.ApiRequest {
        get throws {
            PoolpassFFI.ApiRequest(
                method: method, url: url, segments: segments,
                query: query.map { Header(name: $0.name, value: $0.value) },
                headers: headers.map { Header(name: $0.name, value: $0.value) }, body: body, authorization: authorization,
                bearer: bearer, safeToRepeat: safeToRepeat, anyStatus: anyStatus,
                timeout: try timeout.map { try seconds($0, "timeout") })
        }
    }
}

/// Proves who sends a request. `loadBalancerSession` is the session of a load balancer (ALB, action `authenticate-cognito`) in front of the
/// app, whose cookies the app sets as the header `cookie`.
public typealias Authorization = PoolpassFFI.Authorization

/// The answer to a request. Its body can be read once.
public struct ApiResponse: Sendable {
    /// The status, such as 200.
    public let status: Int
    /// The headers.
    public let headers: [(name: String, value: String)]
    private let inner: PoolpassFFI.Body

    fileprivate init(_ response: PoolpassFFI.ApiResponse) {
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

extension ApiClient: Redacted {
    var shown: KeyValuePairs<String, Any> { [:] }
}

extension ApiRequest: Redacted {
    var shown: KeyValuePairs<String, Any> { ["method": method] }
}

extension ApiResponse: Redacted {
    var shown: KeyValuePairs<String, Any> { ["status": status] }
}
