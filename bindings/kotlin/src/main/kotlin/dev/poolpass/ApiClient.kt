package dev.poolpass

import kotlinx.coroutines.flow.Flow
import java.time.Duration
import dev.poolpass.ffi.ApiClient as FfiApiClient
import dev.poolpass.ffi.ApiRequest as FfiApiRequest
import dev.poolpass.ffi.ApiResponse as FfiApiResponse

/**
 * Proves who sends a request: `IAM` is a signature (SigV4) with the person's AWS credentials; `ID_TOKEN` and `ACCESS_TOKEN` are the tokens
 * in the `Authorization` header; `LOAD_BALANCER_SESSION` is the session of a load balancer (ALB, action `authenticate-cognito`) in front of
 * the app, whose cookies the app sets as the header `cookie`.
 */
typealias Authorization = dev.poolpass.ffi.Authorization

/**
 * A request to the app's own API, or to an AWS service.
 *
 * @property url an absolute URL, or a path below the service's base URL, which for `execute-api` is the configuration's `api.url`.
 * @property method the HTTP method, such as `POST`.
 * @property segments segments that are added to the path and percent-encoded.
 * @property query parameters that are added to the query and percent-encoded.
 * @property headers names and values.
 * @property body the body.
 * @property authorization proves who sends the request. Default: a signature.
 * @property bearer writes `Bearer ` before the token. API Gateway accepts it with and without, AppSync only without, load balancers and
 * most other servers only with.
 * @property safeToRepeat declares the request safe to repeat, so that it is also sent again when its answer was
 * lost.
 * @property anyStatus returns an answer with any status. Default: a status other than 2xx is an exception.
 * @property timeout how long each attempt waits for the head of the answer. Default: 30 seconds.
 */
class ApiRequest(
    val url: String,
    val method: String = "GET",
    val segments: List<String> = emptyList(),
    val query: List<Pair<String, String>> = emptyList(),
    val headers: List<Pair<String, String>> = emptyList(),
    val body: ByteArray? = null,
    val authorization: Authorization = Authorization.IAM,
    val bearer: Boolean = false,
    val safeToRepeat: Boolean = false,
    val anyStatus: Boolean = false,
    val timeout: Duration? = null,
) {
    internal fun toFfi() = FfiApiRequest(
        method = method,
        url = url,
        segments = segments,
        query = headers(query),
        headers = headers(headers),
        body = body,
        authorization = authorization,
        bearer = bearer,
        safeToRepeat = safeToRepeat,
        anyStatus = anyStatus,
        timeout = checked(timeout, "timeout"),
    )

    override fun toString(): String = "ApiRequest($method)"
}

/**
 * The answer to a request. Its body can be read once, in one of three ways; a body that nobody reads holds its connection until
 * the answer is closed.
 *
 * @property status the status, such as 200.
 * @property headers names, in lower case, and values.
 */
class ApiResponse internal constructor(private val ffi: FfiApiResponse) : AutoCloseable {
    val status: Int = ffi.status
    val headers: List<Pair<String, String>> = pairs(ffi.headers)

    /** The first value of a header, whose name may be written in any case. */
    fun header(name: String): String? = headers.firstOrNull { it.first.equals(name, ignoreCase = true) }?.second

    /** The body, all of it in memory, however long it is. */
    suspend fun bytes(): ByteArray = mapped { ffi.body.bytes() }

    /** The body as UTF-8. */
    suspend fun text(): String = bytes().decodeToString()

    /** The body piece by piece. */
    fun pieces(): Flow<ByteArray> = pieces(ffi.body)

    /** Gives up what was not read. */
    override fun close(): Unit = ffi.body.cancel()

    override fun toString(): String = "ApiResponse($status)"
}

/** Makes requests to one service; [Client.api] creates it. */
class ApiClient internal constructor(private val ffi: FfiApiClient) {
    /**
     * Sends the request and waits for the head of the answer. The body, which may have any length, is read from the answer.
     *
     * When the server refuses a token with status 401, the session is refreshed once for all requests whose token was refused, and each is
     * sent once more with the new token.
     *
     * @throws PoolpassException.NotAuthorized for a token that is refused even after a refresh.
     * @throws PoolpassException.InsufficientUserAuthentication where the API asks for a step-up, see [PoolpassException.stepUp].
     * @throws PoolpassException.LoadBalancerSessionEnded when a load balancer answers in the app's place and wants the person to sign in.
     */
    suspend fun request(request: ApiRequest): ApiResponse = mapped { ApiResponse(ffi.request(request.toFfi())) }

    /**
     * Creates a URL that contains the signature. Its holder can make this one request until [expiresIn] has passed, at most seven days, or
     * until the credentials expire, which last about an hour. Nothing is sent.
     *
     * Apps connect this way to a WebSocket (`wss://`) of AWS IoT or of API Gateway. AppSync's WebSockets take no such URL, but the headers of
     * a signed POST in a subprotocol: sign them with the client's credentials and a library for AWS's signatures.
     *
     * @param expiresIn at least a second, at most seven days.
     * @param sessionTokenAfterSigning appends the session token to the URL after signing, as AWS IoT requires (the default for
     * `iotdevicegateway`). Other services require it to be signed.
     * @throws PoolpassException.InvalidInput for another [expiresIn], or for a request with a token in place of a signature.
     */
    suspend fun presign(request: ApiRequest, expiresIn: Duration, sessionTokenAfterSigning: Boolean = false): PresignedUrl =
        mapped { PresignedUrl(ffi.presign(request.toFfi(), checked(expiresIn, "expiresIn"), sessionTokenAfterSigning)) }

    override fun toString(): String = "ApiClient"
}
