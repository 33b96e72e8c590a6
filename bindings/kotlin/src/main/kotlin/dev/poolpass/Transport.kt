package dev.poolpass

import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.isActive
import java.io.ByteArrayInputStream
import java.io.InputStream
import dev.poolpass.ffi.Header as FfiHeader
import dev.poolpass.ffi.HttpBody as FfiHttpBody
import dev.poolpass.ffi.HttpRequest as FfiHttpRequest
import dev.poolpass.ffi.HttpResponse as FfiHttpResponse
import dev.poolpass.ffi.Transport as FfiTransport
import dev.poolpass.ffi.TransportException as FfiTransportException

/**
 * How the SDK reaches AWS, where the app wants another way than Poolpass's own, such as OkHttp.
 *
 * A transport does one thing: it sends the request once, follows no redirect, and hands out the answer, whatever its status. Time
 * limits, retries, signatures and clock correction happen above it. When it is cancelled, it aborts the request.
 *
 * It asks for no compression by itself and unpacks nothing. DynamoDB's requests say `Accept-Encoding: identity`, which stops OkHttp
 * from it. Where an answer was unpacked all the same, the transport leaves out the headers of the packed body: `Content-Encoding`,
 * `Content-Length` and every `x-amz-checksum-…`.
 */
fun interface Transport {
    /**
     * Sends [request] and waits for the answer's head.
     *
     * @throws TransportException when no answer came. Whatever else is thrown counts as [TransportException.Interrupted].
     */
    suspend fun send(request: HttpRequest): HttpResponse
}

/**
 * A request. Its headers and, when it is presigned, its URL are secrets.
 *
 * @property method such as `GET`.
 * @property url absolute. It has to be sent as it is: the signature covers it.
 * @property headers names and values. `Host` and `Content-Length` are the transport's to add.
 * @property body empty where there is none.
 */
class HttpRequest internal constructor(
    val method: String,
    val url: String,
    val headers: List<Pair<String, String>>,
    val body: ByteArray,
) {
    override fun toString(): String = "HttpRequest($method)"
}

/**
 * An answer.
 *
 * @property status such as 200.
 * @property headers names and values.
 * @property body as the server sent it: not unpacked where it is compressed. It is read on a thread for such work, and closed.
 */
class HttpResponse(val status: Int, val headers: List<Pair<String, String>>, val body: InputStream) {
    /** An answer whose body is there already. */
    constructor(status: Int, headers: List<Pair<String, String>>, body: ByteArray) :
        this(status, headers, ByteArrayInputStream(body))

    override fun toString(): String = "HttpResponse($status)"
}

/** No answer came. The message says why, without the URL. */
sealed class TransportException(message: String, cause: Throwable?) : Exception(message, cause) {
    /** The request cannot have reached the server. */
    class NotSent(message: String, cause: Throwable? = null) : TransportException(message, cause)

    /** The server may have acted on the request. */
    class Interrupted(message: String, cause: Throwable? = null) : TransportException(message, cause)

    /** The transport's own time limit passed; the server may have acted on the request. */
    class TimedOut(message: String, cause: Throwable? = null) : TransportException(message, cause)
}

internal class ForeignTransport(private val transport: Transport) : FfiTransport {
    override suspend fun send(request: FfiHttpRequest): FfiHttpResponse = foreign({
        val asked = request.use { HttpRequest(it.method(), it.url(), pairs(it.headers()), it.body()) }
        try {
            val answer = transport.send(asked)
            // Nobody waits for it any more, so nobody else would close it.
            if (!currentCoroutineContext().isActive) answer.body.close()
            currentCoroutineContext().ensureActive()
            FfiHttpResponse(answer.status, headers(answer.headers), FfiHttpBody.Stream(ForeignStream(answer.body)))
        } catch (failure: TransportException) {
            val detail = failure.message.orEmpty()
            throw when (failure) {
                is TransportException.NotSent -> FfiTransportException.NotSent(detail)
                is TransportException.Interrupted -> FfiTransportException.Interrupted(detail)
                is TransportException.TimedOut -> FfiTransportException.TimedOut(detail)
            }
        }
    }, FfiTransportException::Interrupted)
}

internal fun pairs(headers: List<FfiHeader>): List<Pair<String, String>> = headers.map { it.name to it.value }

internal fun headers(pairs: List<Pair<String, String>>): List<FfiHeader> = pairs.map { (name, value) -> FfiHeader(name, value) }
