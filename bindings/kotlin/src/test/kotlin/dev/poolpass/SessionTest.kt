package dev.poolpass

import dev.poolpass.player.Backend
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.withTimeout
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.assertThrows
import java.io.ByteArrayInputStream
import java.nio.file.Files
import java.time.Clock
import java.time.Instant
import java.time.ZoneId
import java.time.ZoneOffset
import java.util.concurrent.ConcurrentHashMap

/** Tests of the session with coroutines and with an app's own store and transport. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionTest {
    private val backend = Backend.start()
    private val person = Person(backend)

    @AfterAll
    fun stop() = backend.close()

    @Test
    fun `device data that cannot be had keeps nobody from signing in`() = test {
        val asked = ConcurrentHashMap.newKeySet<String>()
        val client = person.client(
            ClientOptions(userContextData = { username ->
                asked += username
                error("no data")
            }),
        )
        assertNotNull(client.currentUser())
        assertEquals(setOf(person.username), asked.toSet())
        assertEquals("[]", backend.takeUserContexts().toString())
    }

    @Test
    fun `a cancelled coroutine loses no rotated token`() = test {
        val (asked, answer) = CompletableDeferred<Unit>() to CompletableDeferred<Unit>()
        val transport = JavaHttp { operation ->
            if (operation == "GetTokensFromRefreshToken") {
                asked.complete(Unit)
                answer.await()
            }
        }
        val store = KeepingStore()
        val config = rotating(backend)
        val client = person.client(ClientOptions(store, transport), config)
        val events = client.events()
        val before = store.session()

        val caller = launch(Dispatchers.Default) { client.refresh() }
        asked.await()
        caller.cancelAndJoin()
        assertTrue(caller.isCancelled)
        assertEquals(before, store.session(), "nothing was answered yet")

        answer.complete(Unit)
        assertEquals(SessionEvent.Refreshed, events.first())
        assertFalse(before == store.session(), "the rotated token was stored although nobody waited")
        // Another device finds it in the store, and AWS takes it.
        assertEquals(person.username, Client(config.toString(), ClientOptions(store)).refresh().username)
    }

    @Test
    fun `a cancelled call stops its request`() = test {
        val (asked, stopped) = CompletableDeferred<Unit>() to CompletableDeferred<Unit>()
        val transport = JavaHttp { operation ->
            if (operation == "PUT") {
                asked.complete(Unit)
                try {
                    CompletableDeferred<Unit>().await()
                } finally {
                    stopped.complete(Unit)
                }
            }
        }
        val bucket = person.client(ClientOptions(transport = transport)).bucket()
        val key = bucket.privatePath("stopped")
        val caller = launch(Dispatchers.Default) { bucket.put(key, "x".toByteArray()) }
        asked.await()
        caller.cancelAndJoin()
        stopped.await()
    }

    @Test
    fun `64 concurrent calls share one refresh, and all get their answer`() = test {
        val transport = JavaHttp()
        val client = person.client(ClientOptions(transport = transport))
        transport.operations.clear()
        val users = List(64) { async(Dispatchers.Default) { client.refresh().username } }.awaitAll()
        assertEquals(setOf(person.username), users.toSet())
        val refreshes = transport.operations.count { it == "GetTokensFromRefreshToken" }
        assertTrue(refreshes < 64, "$refreshes refreshes")

        val table = client.table()
        val me = client.identityId()
        List(64) { index -> async(Dispatchers.Default) { table.put(itemOf("pk" to me, "sk" to "many-$index", "n" to index)) } }.awaitAll()
        val found = table.query((attribute("pk") eq me) and (attribute("sk") beginsWith "many-"), pageSize = 10)
        assertEquals(64, found.all().size)
    }

    @Test
    fun `a transport of the app's own carries everything`() = test {
        val transport = JavaHttp()
        val client = person.client(ClientOptions(transport = transport))
        val bucket = client.bucket()
        val key = bucket.privatePath("through the app")
        bucket.put(key, "carried".toByteArray())
        assertEquals("carried", bucket.get(key).text())
        assertEquals(setOf("InitiateAuth", "RespondToAuthChallenge", "GetId", "GetCredentialsForIdentity", "PUT", "GET"), transport.operations.toSet())
    }

    @Test
    fun `a transport that fails is a network error, and what it throws is told`() = test {
        val client = Client(backend.config.toString(), ClientOptions(transport = { throw TransportException.NotSent("flight mode") }, maxAttempts = 1))
        val failure = assertThrows<PoolpassException.Network> { runBlocking { client.signIn("ada", "secret-1") } }
        assertTrue("flight mode" in failure.message!!, failure.message)

        val broken = Client(backend.config.toString(), ClientOptions(transport = { error("a mistake of the app") }, maxAttempts = 1))
        val mistake = assertThrows<PoolpassException.Network> { runBlocking { broken.signIn("ada", "secret-1") } }
        assertTrue("a mistake of the app" in mistake.message!!, mistake.message)
        assertFalse("secret-1" in mistake.toString())
    }

    @Test
    fun `a store that throws is an error of the call, and the client lives on`() = test {
        val store = KeepingStore()
        val client = Client(backend.config.toString(), ClientOptions(store))
        store.failure = IllegalStateException("the keychain is locked")
        val failure = assertThrows<PoolpassException.Store> { runBlocking { client.currentUser() } }
        assertTrue("the keychain is locked" in failure.message!!, failure.message)
        store.failure = AssertionError("not even an Exception")
        assertThrows<PoolpassException.Store> { runBlocking { client.signIn(person.username, person.password) } }

        store.failure = null
        assertTrue(client.signIn(person.username, person.password) is SignInStep.Done)
        assertNotNull(store.session())
        assertEquals(emptySet<String>(), store.locked(), "every lock was given back")
    }

    @Test
    fun `a store that hangs keeps nobody waiting for ever`() = test {
        val store = KeepingStore()
        val client = person.client(ClientOptions(store))
        backend.setClock(3550)
        client.account.attributes()
        store.gate = CompletableDeferred()
        // The tokens are valid for less than a minute: they are handed out, and the store is not waited for.
        withTimeout(5_000) { client.idToken() }
        val fresh = Client(backend.config.toString(), ClientOptions(store))
        assertThrows<PoolpassException.Store> { runBlocking { withTimeout(30_000) { fresh.currentUser() } } }
        store.gate?.complete(Unit)
        assertEquals(person.username, fresh.currentUser()?.username)
        backend.setClock(0)
    }

    @Test
    fun `a clock that throws does not stop the client`() = test {
        val client = person.client(ClientOptions(clock = BrokenClock))
        assertEquals(person.username, client.currentUser()?.username)
    }

    @Test
    fun `clients with the same files share the session`() = test {
        val directory = Files.createTempDirectory("poolpass")
        person.client(ClientOptions(FileStore(directory)))
        val other = Client(backend.config.toString(), ClientOptions(FileStore(directory)))
        assertEquals(person.username, other.currentUser()?.username)
        directory.toFile().deleteRecursively()
    }

    @Test
    fun `events arrive in order, from the call on`() = test {
        val client = person.client()
        val events = client.events()
        client.refresh()
        client.signOut()
        assertEquals(listOf(SessionEvent.Refreshed, SessionEvent.SignedOut), events.take(2).toList())
    }

    @Test
    fun `a session that AWS ended says why`() = test {
        val client = person.client()
        val events = client.events()
        val revoke = """{ "operation": "GetTokensFromRefreshToken", "times": 1, "action": "revokeRefreshTokens" }"""
        backend.fault(Json.parseToJsonElement(revoke))
        assertThrows<PoolpassException.SessionEnded> { runBlocking { client.refresh() } }
        assertEquals(SessionEvent.SessionEnded(SessionEndReason.REVOKED), events.first())
    }

    @Test
    fun `an answer that the transport has unpacked, and headers that are none, are no failure`() = test {
        val transport = JavaHttp()
        val unpacking = Transport { request ->
            val answer = transport.send(request)
            if (request.headers.none { it.first == "x-amz-target" && it.second.startsWith("DynamoDB") }) return@Transport answer
            assertTrue("accept-encoding" to "identity" in request.headers, "${request.headers.map { it.first }}")
            // As OkHttp leaves them: the checksum is that of the packed bytes, and their length is gone.
            val left = answer.headers.filterNot { it.first in setOf("x-amz-crc32", "content-length") }
            HttpResponse(answer.status, left + listOf("x-amz-crc32" to "1", ":status" to "200", "odd name" to "x"), answer.body)
        }
        val client = person.client(ClientOptions(transport = unpacking, maxAttempts = 1))
        client.table().put(itemOf("pk" to client.identityId(), "sk" to "unpacked"))
        assertNotNull(client.table().get(itemOf("pk" to client.identityId(), "sk" to "unpacked")))
    }

    @Test
    fun `an answer that comes after its call was cancelled is closed`() = test {
        val (asked, closed) = List(2) { CompletableDeferred<Unit>() }
        val body = object : ByteArrayInputStream(ByteArray(0)) {
            override fun close() = closed.complete(Unit).let { }
        }
        // It blocks, so that no cancellation stops it.
        val late = Transport {
            asked.complete(Unit)
            while (currentCoroutineContext().isActive) Thread.sleep(1)
            HttpResponse(200, listOf(), body)
        }
        val client = Client(backend.config.toString(), ClientOptions(transport = late, maxAttempts = 1))
        val signIn = launch { client.signIn("ada", "password") }
        asked.await()
        signIn.cancelAndJoin()
        closed.await()
    }

    @Test
    fun `an answer that was read, or closed, is no empty one`() = test {
        val client = person.client()
        val table = ApiRequest(
            backend.config["endpoints"]!!.jsonObject["dynamodb"]!!.jsonPrimitive.content,
            method = "POST",
            headers = listOf("x-amz-target" to "DynamoDB_20120810.ListTables", "content-type" to "application/x-amz-json-1.0"),
            body = "{}".toByteArray(),
            anyStatus = true,
        )
        val answer = client.api("dynamodb").request(table)
        assertTrue(answer.text().isNotEmpty())
        assertThrows<PoolpassException.InvalidInput> { runBlocking { answer.bytes() } }
        assertThrows<PoolpassException.InvalidInput> { runBlocking { answer.pieces().toList() } }
        val unread = client.api("dynamodb").request(table)
        unread.use { }
        assertThrows<PoolpassException.InvalidInput> { runBlocking { unread.text() } }
    }

    private fun test(play: suspend kotlinx.coroutines.CoroutineScope.() -> Unit) = runBlocking { withTimeout(60_000) { play() } }
}

private object BrokenClock : Clock() {
    override fun instant(): Instant = error("no clock")

    override fun getZone(): ZoneId = ZoneOffset.UTC

    override fun withZone(zone: ZoneId): Clock = this
}

/** A store as an app would write it, whose values can be looked at. */
internal class KeepingStore : SessionStore {
    private val values = ConcurrentHashMap<String, String>()
    private val locks = ConcurrentHashMap<String, Mutex>()

    /** The error that every method throws. */
    @Volatile
    var failure: Throwable? = null

    /** Every method except the locks' waits for this. */
    @Volatile
    var gate: CompletableDeferred<Unit>? = null

    /** The stored session. */
    fun session(): String? = values.entries.firstOrNull { "session" in it.key || "refresh" in it.value }?.value

    fun locked(): Set<String> = locks.filterValues { it.isLocked }.keys

    override suspend fun load(key: String): String? = used { values[key] }

    override suspend fun save(key: String, value: String) = used { values[key] = value }

    override suspend fun remove(key: String) = used { values.remove(key).let { } }

    override suspend fun lock(name: String) = fine { locks.computeIfAbsent(name) { Mutex() } }.lock()

    override fun unlock(name: String) = locks.getValue(name).unlock()

    private suspend fun <T> used(work: () -> T): T {
        gate?.await()
        return fine(work)
    }

    private fun <T> fine(work: () -> T): T {
        failure?.let { throw it }
        return work()
    }
}
