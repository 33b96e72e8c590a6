package dev.poolpass

import dev.poolpass.player.Backend
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonObject
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.assertThrows

/** Passkeys with the authenticators of webauthn4j's emulator. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PasskeysTest {
    private val backend = Backend.start()
    private val person = Person(backend)

    @AfterAll
    fun stop() = backend.close()

    @Test
    fun `a passkey is registered, listed, signs in, and is deleted`() = test {
        val authenticator = EmulatedAuthenticator()
        val client = registered(authenticator)
        val passkey = client.account.passkeys().items().toList().single()
        assertEquals("localhost", passkey.relyingPartyId)
        repeat(2) {
            client.signOut()
            assertEquals(person.username, challenged(client).answerWith(authenticator).signedIn())
        }
        client.account.deletePasskey(passkey.credentialId)
        assertEquals(emptyList<Passkey>(), client.account.passkeys().items().toList())
    }

    @Test
    fun `a second passkey in the same authenticator is refused`() = test {
        val authenticator = EmulatedAuthenticator()
        val client = registered(authenticator)
        assertThrows<PoolpassException.Conflict> { runBlocking { client.account.registerPasskey(authenticator) } }
        forgetPasskeys(client)
    }

    @Test
    fun `a page of another origin neither registers a passkey nor signs in`() = test {
        val authenticator = EmulatedAuthenticator()
        val client = registered(authenticator)
        val evil = EmulatedAuthenticator("https://evil.example")
        val refused = assertThrows<PoolpassException.Aws> { runBlocking { client.account.registerPasskey(evil) } }
        assertEquals("WebAuthnOriginNotAllowedException", refused.awsCode)

        val challenge = challenged(client)
        assertThrows<PoolpassException.NotAuthorized> { runBlocking { challenge.answerWith(authenticator.at("https://evil.example")) } }
        assertEquals(person.username, challenged(client).answerWith(authenticator).signedIn())
        forgetPasskeys(client)
    }

    @Test
    fun `a credential that was used before is refused`() = test {
        val authenticator = EmulatedAuthenticator()
        val client = registered(authenticator)
        val first = challenged(client)
        val credential = authenticator.get(first.requestOptions)
        assertEquals(person.username, first.answer(credential).signedIn())
        val second = challenged(client)
        assertThrows<PoolpassException.NotAuthorized> { runBlocking { second.answer(credential) } }
        forgetPasskeys(client)
    }

    @Test
    fun `a person who says no can try again`() = test {
        val authenticator = EmulatedAuthenticator()
        val client = registered(authenticator)
        val challenge = challenged(client)
        authenticator.declines = true
        assertThrows<PoolpassException.Cancelled> { runBlocking { challenge.answerWith(authenticator) } }
        assertTrue(client.pendingChallenge() is Challenge.WebAuthn)
        authenticator.declines = false
        assertEquals(person.username, challenge.answerWith(authenticator).signedIn())
        forgetPasskeys(client)
    }

    @Test
    fun `where the user pool requires it, an unverified person is refused`() = test {
        val authenticator = EmulatedAuthenticator()
        val client = registered(authenticator)
        configure(userVerification = "required")
        try {
            val unable = EmulatedAuthenticator.thatVerifiesNobody()
            assertThrows<PoolpassException.Platform> { runBlocking { client.account.registerPasskey(unable) } }

            // A page that does not ask for the verification gets a signature, but no tokens.
            val challenge = challenged(client)
            val options = Json.parseToJsonElement(challenge.requestOptions).jsonObject
            assertEquals(JsonPrimitive("required"), options["userVerification"])
            val unverified = JsonObject(options + ("userVerification" to JsonPrimitive("discouraged"))).toString()
            val credential = authenticator.get(unverified)
            assertThrows<PoolpassException.NotAuthorized> { runBlocking { challenge.answer(credential) } }
            assertEquals(person.username, challenged(client).answerWith(authenticator).signedIn())
        } finally {
            configure(userVerification = "preferred")
        }
        forgetPasskeys(client)
    }

    /** A client on which the person is signed in and has registered a passkey. */
    private suspend fun registered(authenticator: Authenticator): Client =
        person.client().also { it.account.registerPasskey(authenticator) }

    /** Begins a sign-in that waits for the passkey. */
    private suspend fun challenged(client: Client): Challenge.WebAuthn =
        client.signInWithoutPassword(person.username, preferred = AuthFactor.WebAuthn) as Challenge.WebAuthn

    /** The tests share the person. */
    private suspend fun forgetPasskeys(client: Client) =
        client.account.passkeys().items().toList().forEach { client.account.deletePasskey(it.credentialId) }

    private fun configure(userVerification: String) = backend.admin("SetUserPoolMfaConfig", buildJsonObject {
        put("MfaConfiguration", "OPTIONAL")
        putJsonObject("SoftwareTokenMfaConfiguration") { put("Enabled", true) }
        putJsonObject("WebAuthnConfiguration") {
            put("RelyingPartyId", "localhost")
            put("UserVerification", userVerification)
        }
    })

    private fun SignInStep.signedIn() = (this as SignInStep.Done).user.username

    private fun test(play: suspend () -> Unit) = runBlocking { withTimeout(60_000) { play() } }
}
