package dev.poolpass.android

import dev.poolpass.AuthenticatorErrorKind
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

class ErrorKindsTest {
    @Test
    fun `each error of the Credential Manager has the kind that says what to do`() {
        val dom = "androidx.credentials.TYPE_CREATE_PUBLIC_KEY_CREDENTIAL_DOM_EXCEPTION/androidx.credentials"
        val kinds = mapOf(
            "android.credentials.CreateCredentialException.TYPE_USER_CANCELED" to AuthenticatorErrorKind.CANCELLED,
            "android.credentials.GetCredentialException.TYPE_NO_CREDENTIAL" to AuthenticatorErrorKind.CANCELLED,
            "$dom.TYPE_NOT_ALLOWED_ERROR" to AuthenticatorErrorKind.CANCELLED,
            "$dom.TYPE_TIMEOUT_ERROR" to AuthenticatorErrorKind.TIMED_OUT,
            "$dom.TYPE_INVALID_STATE_ERROR" to AuthenticatorErrorKind.ALREADY_REGISTERED,
            "$dom.TYPE_SECURITY_ERROR" to AuthenticatorErrorKind.NOT_ASSOCIATED,
            "android.credentials.CreateCredentialException.TYPE_NO_CREATE_OPTIONS" to AuthenticatorErrorKind.UNSUPPORTED,
            "android.credentials.CreateCredentialException.TYPE_UNKNOWN" to AuthenticatorErrorKind.FAILED,
        )
        assertEquals(kinds, kinds.keys.associateWith { errorKind(it, "m") })
        val unassociated = errorKind("$dom.TYPE_DATA_ERROR", "[50152] RP ID cannot be validated.")
        assertEquals(AuthenticatorErrorKind.NOT_ASSOCIATED, unassociated)
    }
}
