package dev.poolpass

import dev.poolpass.ffi.PasskeyRegistration as FfiPasskeyRegistration
import dev.poolpass.ffi.authenticatorFailed
import kotlinx.coroutines.CancellationException

/** A passkey of the signed-in person: a WebAuthn credential that the user pool knows. */
typealias Passkey = dev.poolpass.ffi.Passkey

/** The registration of a passkey that waits for the authenticator. */
class PasskeyRegistration internal constructor(private val ffi: FfiPasskeyRegistration) {
    /** The options for the authenticator: a `PublicKeyCredentialCreationOptionsJSON` of WebAuthn. */
    val creationOptions: String = ffi.creationOptions()

    /**
     * Registers the passkey that the authenticator made (CompleteWebAuthnRegistration). [credential] is its
     * `RegistrationResponseJSON`.
     *
     * @throws PoolpassException.ChallengeExpired start again; the registration was completed before, replaced by another one, or took
     * too long.
     * @throws PoolpassException.InvalidInput for a text that is not a JSON object: nothing was sent.
     * @throws PoolpassException.Aws with the code `WebAuthnOriginNotAllowedException` or `WebAuthnRelyingPartyMismatchException` for a
     * passkey of another domain or app, and with `WebAuthnCredentialNotSupportedException` for an authenticator that Cognito does not
     * take.
     * @throws PoolpassException.TooManyAttempts for more passkeys than Cognito keeps.
     */
    suspend fun complete(credential: String): Unit = mapped { ffi.complete(credential) }

    override fun toString(): String = "PasskeyRegistration"
}

/**
 * Creates passkeys and signs with them, in WebAuthn's JSON.
 *
 * Apps implement it over what their platform has; `CredentialManagerAuthenticator` of `poolpass-android-passkeys` does it on Android. The JSON is
 * that of WebAuthn level 3, which browsers, Android's Credential Manager and most libraries take and return. There is no time limit
 * besides the `timeout` in the options: a person is asked. An exception that a method throws, other than [AuthenticatorException], counts
 * as `FAILED`.
 */
interface Authenticator {
    /** Creates a passkey: `PublicKeyCredentialCreationOptionsJSON` to `RegistrationResponseJSON`. */
    suspend fun create(options: String): String

    /** Signs with a passkey: `PublicKeyCredentialRequestOptionsJSON` to `AuthenticationResponseJSON`. */
    suspend fun get(options: String): String
}

/** The reason why an authenticator created no passkey or did not sign. */
typealias AuthenticatorErrorKind = dev.poolpass.ffi.AuthenticatorErrorKind

/**
 * An authenticator created no passkey or did not sign.
 *
 * @property kind the reason.
 */
class AuthenticatorException(val kind: AuthenticatorErrorKind, message: String) : Exception(message)

/** Asks an authenticator, whose exceptions become those of the SDK. */
internal inline fun asked(work: () -> String): String =
    try {
        work()
    } catch (cancelled: CancellationException) {
        throw cancelled
    } catch (failure: Exception) {
        val kind = (failure as? AuthenticatorException)?.kind ?: AuthenticatorErrorKind.FAILED
        mapped { authenticatorFailed(kind, failure.message ?: failure.javaClass.simpleName) }
        throw failure
    }
