package dev.poolpass

import com.webauthn4j.converter.util.ObjectConverter
import com.webauthn4j.data.PublicKeyCredentialCreationOptions
import com.webauthn4j.data.PublicKeyCredentialRequestOptions
import com.webauthn4j.data.attestation.authenticator.AAGUID
import com.webauthn4j.data.client.Origin
import com.webauthn4j.test.authenticator.webauthn.NoneAttestationAuthenticator
import com.webauthn4j.test.authenticator.webauthn.WebAuthnAuthenticatorAdaptor
import com.webauthn4j.test.authenticator.webauthn.WebAuthnModelAuthenticator
import com.webauthn4j.test.authenticator.webauthn.exception.ConstraintException
import com.webauthn4j.test.authenticator.webauthn.exception.InvalidStateException
import com.webauthn4j.test.authenticator.webauthn.exception.NotAllowedException
import com.webauthn4j.test.client.ClientPlatform
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonObject
import java.util.Base64

/** An authenticator of webauthn4j's emulator, used from a page of [origin]. */
internal class EmulatedAuthenticator(
    private val origin: String = ORIGIN,
    private val emulated: WebAuthnModelAuthenticator = NoneAttestationAuthenticator(),
) : Authenticator {
    /** Whether the person says no. */
    var declines = false
    private val json = ObjectConverter().jsonConverter
    private val platform = ClientPlatform(Origin(origin), WebAuthnAuthenticatorAdaptor(emulated))

    /** The same authenticator with its passkeys, used from a page of another origin. */
    fun at(origin: String) = EmulatedAuthenticator(origin, emulated)

    override suspend fun create(options: String): String {
        val created = asked { platform.create(json.readValue(options, PublicKeyCredentialCreationOptions::class.java)!!) }
        return credential(created.rawId) {
            put("clientDataJSON", encoded(created.response!!.clientDataJSON))
            put("attestationObject", encoded(created.response!!.attestationObject))
        }
    }

    override suspend fun get(options: String): String {
        val signed = asked { platform.get(json.readValue(options, PublicKeyCredentialRequestOptions::class.java)!!) }
        return credential(signed.rawId) {
            put("clientDataJSON", encoded(signed.response!!.clientDataJSON))
            put("authenticatorData", encoded(signed.response!!.authenticatorData))
            put("signature", encoded(signed.response!!.signature))
            signed.response!!.userHandle?.let { put("userHandle", encoded(it)) }
        }
    }

    private fun <T> asked(work: () -> T): T {
        if (declines) throw AuthenticatorException(AuthenticatorErrorKind.CANCELLED, "the person said no")
        try {
            return work()
        } catch (failure: NotAllowedException) {
            throw AuthenticatorException(AuthenticatorErrorKind.CANCELLED, "$failure")
        } catch (failure: InvalidStateException) {
            throw AuthenticatorException(AuthenticatorErrorKind.ALREADY_REGISTERED, "$failure")
        } catch (failure: ConstraintException) {
            throw AuthenticatorException(AuthenticatorErrorKind.UNSUPPORTED, "$failure")
        }
    }

    private fun credential(id: ByteArray, response: JsonObjectBuilder.() -> Unit) = buildJsonObject {
        put("id", encoded(id))
        put("rawId", encoded(id))
        put("type", "public-key")
        putJsonObject("response", response)
        putJsonObject("clientExtensionResults") {}
    }.toString()

    companion object {
        const val ORIGIN = "http://localhost:5173"

        /** An authenticator without a fingerprint reader or a PIN. */
        fun thatVerifiesNobody() =
            EmulatedAuthenticator(emulated = NoneAttestationAuthenticator(AAGUID.ZERO, 0, false, ObjectConverter()))

        private fun encoded(bytes: ByteArray) = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)
    }
}
