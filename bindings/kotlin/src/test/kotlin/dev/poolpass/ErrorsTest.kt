package dev.poolpass

import dev.poolpass.player.Backend
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.assertThrows
import java.time.Duration
import java.util.Collections
import dev.poolpass.ffi.PoolpassException as FfiPoolpassException

/** Errors, and that nothing prints a secret. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ErrorsTest {
    private val backend = Backend.start()
    private val person = Person(backend)

    @AfterAll
    fun stop() = backend.close()

    @Test
    fun `an error has a class of its own and what AWS said`() = runBlocking {
        val client = Client(backend.config.toString())
        val failure = assertThrows<PoolpassException.NotAuthorized> { runBlocking { client.signIn("nobody", "wrong-pass-1") } }
        assertEquals("notAuthorized", failure.kind.code())
        assertEquals("NotAuthorizedException", failure.awsCode)
        assertEquals(400, failure.httpStatus)
        assertNotNull(failure.requestId)
        assertNotNull(failure.operation)
        assertTrue(failure.operation!! in failure.message!!, failure.message)
        assertFalse("wrong-pass-1" in failure.toString())
    }

    @Test
    fun `the log listener hears what the SDK does and no secret`() = runBlocking {
        val heard = Collections.synchronizedList(mutableListOf<LogEvent>())
        val client = Client(backend.config.toString(), ClientOptions(logListener = { heard += it }))
        assertThrows<PoolpassException.NotAuthorized> { runBlocking { client.signIn(person.username, "wrong-pass-1") } }
        client.signIn(person.username, person.password)
        client.refresh()
        val events = heard.toTypedArray()
        val failed = events.first { it.message == "request failed" }
        assertEquals(LogLevel.WARN, failed.level)
        assertEquals("RespondToAuthChallenge", failed.fields["operation"])
        assertEquals("1", failed.fields["attempt"])
        assertEquals("400", failed.fields["status"])
        assertEquals("notAuthorized", failed.fields["kind"])
        assertNotNull(failed.fields["requestId"])
        assertTrue(events.any { it.level == LogLevel.DEBUG && it.message == "request succeeded" })
        assertTrue(events.any { it.level == LogLevel.INFO && it.message == "the session was refreshed" })
        for (secret in listOf(person.password, "wrong-pass-1", client.idToken().jwt, "eyJ")) {
            assertFalse(events.any { secret in it.toString() }, secret)
        }
        // A listener that throws stops nothing.
        val failing = Client(backend.config.toString(), ClientOptions(logListener = { error("not now") }))
        assertTrue(failing.signIn(person.username, person.password) is SignInStep.Done)
    }

    @Test
    fun `every kind has a class that carries it`() {
        for (kind in ErrorKind.entries) {
            val failure = PoolpassException.of(FfiPoolpassException.Failed(kind, "detail", "Aws", "id", 400, "Operation", null, null))
            val name = kind.name.split('_').joinToString("") { it.lowercase().replaceFirstChar(Char::uppercase) }
            assertEquals(name, failure.javaClass.simpleName)
            assertEquals(name.replaceFirstChar(Char::lowercase), failure.kind.code())
            assertEquals(kind, failure.kind)
            assertEquals("detail", failure.message)
        }
        assertEquals(ErrorKind.entries.size, PoolpassException::class.java.permittedSubclasses?.size ?: PoolpassException::class.sealedSubclasses().size)
    }

    @Test
    fun `what the app does wrong is told before anything is sent`() = runBlocking {
        assertThrows<PoolpassException.InvalidConfig> { Client("{}") }
        assertThrows<PoolpassException.InvalidInput> { Client(backend.config.toString(), ClientOptions(maxAttempts = -1)) }
        val client = person.client()
        backend.takeRequestCounts()
        assertThrows<PoolpassException.InvalidInput> { runBlocking { client.bucket().put("a/../b", ByteArray(0)) } }
        assertThrows<PoolpassException.InvalidInput> { runBlocking { client.signIn("", "") } }
        assertThrows<PoolpassException.InvalidInput> { runBlocking { client.api().request(ApiRequest("/x", method = "NO SUCH")) } }
        val past = Duration.ofMillis(-1)
        assertThrows<PoolpassException.InvalidInput> { Client(backend.config.toString(), ClientOptions(firstDelay = past)) }
        assertThrows<PoolpassException.InvalidInput> { Client(backend.config.toString(), ClientOptions(maxDelay = past)) }
        assertThrows<PoolpassException.InvalidInput> { runBlocking { client.bucket().presignGet("private/x", past) } }
        assertThrows<PoolpassException.InvalidInput> { runBlocking { client.bucket().presignPut("private/x", past) } }
        assertThrows<PoolpassException.InvalidInput> { runBlocking { client.api().request(ApiRequest("/x", timeout = past)) } }
        assertThrows<PoolpassException.InvalidConfig> { client.bucket(region = "no region") }
        assertTrue(backend.takeRequestCounts().isEmpty())
    }

    @Test
    fun `nothing prints a secret`() = runBlocking {
        val store = KeepingStore()
        val client = person.client(ClientOptions(store))
        val (id, access, held) = Triple(client.idToken(), client.accessToken(), client.credentials())
        val link = client.bucket().presignGet("private/x", Duration.ofMinutes(1))
        val totp = client.account.associateSoftwareToken()
        val secrets = listOf(
            id.jwt, access.jwt, held.secretAccessKey, held.sessionToken!!, link.url, totp.secret,
            person.password, Regex("X-Amz-Signature=(\\w+)").find(link.url)!!.groupValues[1],
        )
        assertTrue(secrets.all { it.length >= 8 })
        val request = HttpRequest("POST", link.url, listOf("authorization" to id.jwt), held.secretAccessKey.toByteArray())
        val device = DeviceTokens("eu-west-1_device", "-group", person.password)
        val printed = listOf(
            device, SessionTokens(id.jwt, access.jwt, held.secretAccessKey, device),
            client, client.account, client.bucket(), client.table(), client.api(), client.currentUser(), id, access, held, link, totp,
            store, MemoryStore(), ClientOptions(store), request, HttpResponse(200, request.headers, request.body),
            ApiRequest(link.url, headers = request.headers, body = request.body), UploadBody.Bytes(request.body),
            client.bucket().list(client.bucket().privatePath("")).page(), SessionEvent.SignedIn, SignInStep.Done::class, attribute("x") eq id.jwt,
            Expression("x", values = itemOf(":x" to id.jwt)), runCatching { client.signIn("ada", person.password + "x") }.exceptionOrNull(),
        )
        assertEquals(emptyList<Any?>(), printed.filter { shows(it, secrets) })
        // The search finds a secret that is printed.
        data class Careless(val token: String)
        assertTrue(shows(Careless(id.jwt), secrets))
        assertTrue(shows(listOf(held.sessionToken), secrets))
    }

    private fun shows(value: Any?, secrets: List<String>) = secrets.any { it in value.toString() }
}

private fun kotlin.reflect.KClass<*>.sealedSubclasses(): List<Class<*>> =
    java.declaredClasses.filter { java.isAssignableFrom(it) }
