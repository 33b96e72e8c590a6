package dev.poolpass

import kotlinx.coroutines.future.await
import java.io.IOException
import java.net.ConnectException
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import java.util.concurrent.CopyOnWriteArrayList

/** A transport as an app would write it, over the JDK's HTTP client. [before] is called with the operation of each request. */
internal class JavaHttp(private val before: suspend (operation: String) -> Unit = {}) : Transport {
    private val http = HttpClient.newHttpClient()
    val operations = CopyOnWriteArrayList<String>()

    override suspend fun send(request: HttpRequest): HttpResponse {
        val target = request.headers.firstOrNull { it.first == "x-amz-target" }?.second
        val operation = target?.substringAfter('.') ?: request.method
        operations += operation
        before(operation)
        val asked = java.net.http.HttpRequest.newBuilder(URI(request.url))
            .method(request.method, BodyPublishers.ofByteArray(request.body))
        request.headers.forEach { (name, value) -> asked.header(name, value) }
        val answer = try {
            http.sendAsync(asked.build(), BodyHandlers.ofInputStream()).await()
        } catch (refused: ConnectException) {
            throw TransportException.NotSent("the connection was refused", refused)
        } catch (broken: IOException) {
            throw TransportException.Interrupted("the connection broke", broken)
        }
        val headers = answer.headers().map().flatMap { (name, values) -> values.map { name to it } }
        return HttpResponse(answer.statusCode(), headers.filterNot { it.first.startsWith(":") }, answer.body())
    }
}
