package dev.poolpass

import dev.poolpass.player.Backend
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.fold
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonNull
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.assertThrows
import java.io.ByteArrayInputStream
import java.io.IOException
import java.io.InputStream
import java.nio.file.Files
import java.nio.file.Path
import java.time.Duration
import java.time.Instant
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicReference

/** Tests of content that is larger than memory: files, streams, pieces, progress. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransferTest {
    private val backend = Backend.start()
    private val client = runBlocking { Person(backend).client() }
    private val bucket = client.bucket()
    private val folder: Path = Files.createTempDirectory("poolpass")
    private val content = ByteArray(12 * MIB) { (it / 1000).toByte() }
    private val file: Path = Files.write(folder.resolve("film"), content)

    @AfterAll
    fun stop() {
        backend.close()
        folder.toFile().deleteRecursively()
    }

    @Test
    fun `a URL for any service is presigned, also one whose token is not signed`() = test {
        val request = ApiRequest("wss://abc-ats.iot.eu-west-1.amazonaws.com/mqtt")
        suspend fun signature(service: String, appended: Boolean = false): String {
            val url = client.api(service).presign(request, Duration.ofMinutes(1), appended).url
            assertTrue(url.startsWith(request.url + "?X-Amz-Algorithm="))
            val (before, token) = url.split("&X-Amz-Security-Token=")
            assertFalse(token.contains("&"))
            return before.substringAfter("&X-Amz-Signature=")
        }
        assertNotEquals(signature("appsync"), signature("appsync", appended = true))
        assertEquals(64, signature("iotdevicegateway").length)
        assertThrows<PoolpassException.InvalidInput> {
            runBlocking { client.api("appsync").presign(request, Duration.ofDays(8)) }
        }
    }

    @Test
    fun `the content of a range has the range's length`() = test {
        val key = bucket.privatePath("range")
        bucket.put(key, "0123456789".encodeToByteArray())
        assertEquals(10L, bucket.get(key).use { it.contentLength })
        assertEquals(3L, bucket.get(key, GetOptions(range = ByteRange.Between(5, 8))).use { it.contentLength })
    }

    @Test
    fun `a file is uploaded with progress, and saved to a file`() = test {
        val key = bucket.privatePath("film")
        val progress = CopyOnWriteArrayList<Pair<Long, Long?>>()
        bucket.upload(key, UploadBody.File(file), PARTS) { sent, total -> progress += sent to total }
        assertEquals(content.size.toLong() to content.size.toLong(), progress.last())
        assertEquals(3, progress.size)
        assertEquals(progress.map { it.first }.sorted(), progress.map { it.first })

        val saved = folder.resolve("saved")
        bucket.get(key).saveTo(saved)
        assertEquals(-1, Files.mismatch(file, saved))
        assertEquals(content.size.toLong(), bucket.head(key).size)
    }

    @Test
    fun `an object arrives piece by piece, and once`() = test {
        val key = bucket.privatePath("pieces")
        bucket.upload(key, UploadBody.Stream(ByteArrayInputStream(content)), PARTS)
        val found = bucket.get(key)
        assertEquals(content.size, found.pieces().fold(0) { length, piece -> length + piece.size })
        assertThrows<PoolpassException.InvalidInput> { runBlocking { found.bytes() } }
        // A reader that has enough stops the transfer.
        assertTrue(bucket.get(key).pieces().first().isNotEmpty())
        val range = bucket.get(key, GetOptions(ByteRange.Between(5000, 5010))).bytes()
        assertArrayEquals(content.copyOfRange(5000, 5010), range)
        assertThrows<PoolpassException.InvalidInput> { runBlocking { bucket.get(key, GetOptions(ByteRange.From(-1))) } }
    }

    @Test
    fun `an upload that was cancelled goes on where it stopped`() = test {
        val key = bucket.privatePath("resumed")
        val (state, begun) = AtomicReference<UploadState>() to CompletableDeferred<Unit>()
        val options = PARTS.copy(concurrency = 1)
        val first = launch(Dispatchers.Default) {
            bucket.upload(key, UploadBody.File(file), options, onResumable = state::set) { _, _ -> begun.complete(Unit) }
        }
        begun.await()
        first.cancelAndJoin()

        backend.takeRequestCounts()
        bucket.resumeUpload(UploadState(state.get().json), UploadBody.File(file), options)
        val parts = backend.takeRequestCounts()["UploadPart"].toString().toInt()
        assertTrue(parts < 3, "$parts parts were sent")
        assertArrayEquals(content, bucket.get(key).bytes())
        assertThrows<PoolpassException.InvalidInput> { runBlocking { bucket.abortUpload(UploadState("{}")) } }
    }

    @Test
    fun `an upload that was cancelled, and whose state nobody keeps, is aborted`() = test {
        val key = bucket.privatePath("given up")
        val begun = CompletableDeferred<Unit>()
        val options = PARTS.copy(concurrency = 1)
        backend.takeRequestCounts()
        backend.fault(Json.parseToJsonElement("""{ "operation": "UploadPart", "skip": 1, "action": { "delayMs": 600000 } }"""))
        val upload = launch(Dispatchers.Default) {
            bucket.upload(key, UploadBody.File(file), options) { _, _ -> begun.complete(Unit) }
        }
        begun.await()
        upload.cancelAndJoin()
        while ("AbortMultipartUpload" !in backend.requestCounts()) yield()
        backend.fault(JsonNull)
        assertThrows<PoolpassException.NotFound> { runBlocking { bucket.head(key) } }
    }

    @Test
    fun `an object that nobody reads can be closed`() = test {
        val key = bucket.privatePath("unread")
        bucket.put(key, content)
        val unread = bucket.get(key)
        unread.close()
        unread.close()
        assertThrows<PoolpassException.InvalidInput> { runBlocking { unread.bytes() } }
        val pieces = bucket.get(key).pieces()
        assertTrue(pieces.first().isNotEmpty())
        assertThrows<PoolpassException.InvalidInput> { runBlocking { pieces.first() } }
    }

    @Test
    fun `a source of the app's own is read part by part`() = test {
        val key = bucket.privatePath("source")
        val source = object : UploadSource {
            override val size = content.size.toLong()

            override suspend fun read(offset: Long, length: Int) = content.copyOfRange(offset.toInt(), offset.toInt() + length)
        }
        bucket.upload(key, UploadBody.Source(source), PARTS)
        assertArrayEquals(content, bucket.get(key).bytes())
    }

    @Test
    fun `a stream that breaks ends the upload and is closed`() = test {
        val closed = CompletableDeferred<String>()
        val broken = object : InputStream() {
            override fun read(): Int = throw IOException("the tape is torn")

            override fun close() = closed.complete(Thread.currentThread().name).let { }
        }
        val failure = assertThrows<PoolpassException> {
            runBlocking { bucket.upload(bucket.privatePath("torn"), UploadBody.Stream(broken), PARTS) }
        }
        assertTrue("the tape is torn" in failure.message!!, failure.message)
        // Closing may take its time: not on one of the library's two threads.
        assertTrue(closed.await().startsWith("DefaultDispatcher"), closed.await())
        val missing = UploadBody.File(folder.resolve("none"))
        assertThrows<PoolpassException.Platform> { runBlocking { bucket.upload("private/x", missing) } }
    }

    @Test
    fun `a stream is closed although its upload never began`() = test {
        val closed = CompletableDeferred<Unit>()
        val unread = object : InputStream() {
            override fun read(): Int = error("nobody may read it")

            override fun close() = closed.complete(Unit).let { }
        }
        assertThrows<PoolpassException.InvalidInput> {
            runBlocking { bucket.resumeUpload(UploadState("no state"), UploadBody.Stream(unread)) }
        }
        closed.await()
    }

    @Test
    fun `a listener that throws does not stop the upload`() = test {
        val key = bucket.privatePath("listener")
        bucket.upload(key, UploadBody.File(file), PARTS) { _, _ -> error("a mistake of the app") }
        assertEquals(content.size.toLong(), bucket.head(key).size)
    }

    @Test
    fun `links, lists, copies and deleting many`() = test {
        val keys = listOf("a", "b", "c").map { bucket.privatePath("many/$it") }
        keys.forEach { bucket.put(it, it.toByteArray(), PutOptions(contentType = "text/plain", metadata = mapOf("from" to "kotlin"))) }
        val prefix = bucket.privatePath("many/")
        val list = bucket.list(prefix, ListOptions(pageSize = 2))
        val page = list.page()
        assertEquals(2, page.objects.size)
        val rest = bucket.list(prefix, ListOptions(continuationToken = page.nextContinuationToken)).page()
        assertEquals(listOf(page, rest), list.pages().toList())
        assertEquals(keys, list.items().toList().map { it.key })
        bucket.copy(keys[0], keys[1], CopyOptions(replace = PutOptions(contentType = "text/html")))
        assertEquals("text/html", bucket.head(keys[1]).contentType)
        assertEquals(mapOf("from" to "kotlin"), bucket.head(keys[0]).metadata)
        val link = bucket.presignGet(keys[0], Duration.ofMinutes(1), fileName = "a.txt")
        assertTrue(link.expiresAt > Instant.now())
        assertTrue("response-content-disposition" in link.url)
        val gone = bucket.deleteMany(keys)
        assertEquals(keys.toSet(), gone.deleted.toSet())
        assertEquals(emptyMap<String, PoolpassException>(), gone.errors)
    }

    private fun test(play: suspend kotlinx.coroutines.CoroutineScope.() -> Unit) = runBlocking { withTimeout(60_000) { play() } }

    private companion object {
        const val MIB = 1024 * 1024
        val PARTS = UploadOptions(partSize = 5L * MIB)
    }
}
