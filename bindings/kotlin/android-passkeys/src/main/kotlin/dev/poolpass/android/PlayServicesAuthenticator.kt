package dev.poolpass.android

import android.app.Activity
import androidx.credentials.CreatePublicKeyCredentialRequest
import androidx.credentials.CreatePublicKeyCredentialResponse
import androidx.credentials.CredentialManager
import androidx.credentials.GetCredentialRequest
import androidx.credentials.GetPublicKeyCredentialOption
import androidx.credentials.PublicKeyCredential
import androidx.credentials.exceptions.CreateCredentialException
import androidx.credentials.exceptions.GetCredentialException
import dev.poolpass.Authenticator
import dev.poolpass.AuthenticatorErrorKind
import dev.poolpass.AuthenticatorException

/**
 * The authenticator of Android before version 14 too, through Google Play services: it needs the libraries
 * `androidx.credentials:credentials` and `androidx.credentials:credentials-play-services-auth` in the app.
 *
 * The domain that is the user pool's relying party id has to serve `/.well-known/assetlinks.json` that names the app. Otherwise calls
 * throw [AuthenticatorException] with `NOT_ASSOCIATED`.
 *
 * @param activity the activity above which the system asks the person.
 */
class PlayServicesAuthenticator(private val activity: Activity) : Authenticator {
    private val manager = CredentialManager.create(activity)

    override suspend fun create(options: String): String = try {
        val response = manager.createCredential(activity, CreatePublicKeyCredentialRequest(options))
        (response as? CreatePublicKeyCredentialResponse)?.registrationResponseJson ?: throw noPasskey()
    } catch (failure: CreateCredentialException) {
        throw exception(failure.type, failure.errorMessage)
    }

    override suspend fun get(options: String): String = try {
        val request = GetCredentialRequest(listOf(GetPublicKeyCredentialOption(options)))
        val credential = manager.getCredential(activity, request).credential
        (credential as? PublicKeyCredential)?.authenticationResponseJson ?: throw noPasskey()
    } catch (failure: GetCredentialException) {
        throw exception(failure.type, failure.errorMessage)
    }

    private fun exception(type: String, message: CharSequence?): AuthenticatorException {
        val said = message?.toString() ?: type
        return AuthenticatorException(errorKind(type, said), said)
    }

    private fun noPasskey() = AuthenticatorException(AuthenticatorErrorKind.FAILED, "the provider returned no passkey")

    override fun toString(): String = "PlayServicesAuthenticator"
}
