package dev.poolpass

import kotlinx.coroutines.flow.Flow
import java.time.Duration
import dev.poolpass.ffi.Api as FfiApi
import dev.poolpass.ffi.ApiRequest as FfiApiRequest
import dev.poolpass.ffi.ApiResponse as FfiApiResponse

/** What proves who is asking: `IAM` is a signature with the person's AWS credentials; `ID_TOKEN` and `ACCESS_TOKEN` are tokens. */
typealias Authorization = dev.poolpass.ffi.Authorization

/**
 * A request to an AWS service or to the app's API.
 *
 * @property url absolute, or a path below the service's base URL, which for `execute-api` is the configuration's `api.url`.
 * @property method such as `POST`.
 * @property segments are added to the path, each percent-encoded.
 * @property query parameters that are added to the query, percent-encoded.
 * @property headers names and values.
 * @property body the body.
 * @property authorization what proves who is asking.
 * @property bearer writes `Bearer ` before the token. API Gateway takes it with and without, AppSync only without.
 * @property safeToRepeat doing this twice is as good as once, so that it is sent again also when its answer was lost.
 * @property anyStatus any status is an answer. Otherwise those but 2xx are exceptions.
 * @property timeout how long to wait for the head of the answer, each time it is sent. Default: 30 s.
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
 * The answer of a service. Its body can be read once, in one of three ways; a body that nobody reads holds its connection until
 * the answer is closed.
 *
 * @property status such as 200.
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

/** Signed requests to one service. */
class Api internal constructor(private val ffi: FfiApi) {
    /** Sends a request, and waits for the head of the answer. The body, which may be of any length, is read from the answer. */
    suspend fun send(request: ApiRequest): ApiResponse = mapped { ApiResponse(ffi.send(request.toFfi())) }

    /**
     * A URL with the signature in it, with which whoever holds it can make this one request for a while, or until the credentials
     * expire. It may be one of a WebSocket (`wss://`), such as AWS IoT's or API Gateway's. Nothing is sent.
     *
     * @param life at least a second, at most seven days.
     * @param sessionTokenAfterSigning appends the session token to the signed URL, as AWS IoT wants it, for which this is the default.
     * Other services want it signed.
     * @throws PoolpassException.InvalidInput for another life, or for a request with a token in place of a signature.
     */
    suspend fun presign(request: ApiRequest, life: Duration, sessionTokenAfterSigning: Boolean = false): PresignedUrl =
        mapped { PresignedUrl(ffi.presign(request.toFfi(), checked(life, "life"), sessionTokenAfterSigning)) }

    override fun toString(): String = "Api"
}
