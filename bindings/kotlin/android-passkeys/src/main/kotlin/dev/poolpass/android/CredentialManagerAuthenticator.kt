package dev.poolpass.android

import android.app.Activity
import android.credentials.CreateCredentialException
import android.credentials.CreateCredentialRequest
import android.credentials.CreateCredentialResponse
import android.credentials.CredentialManager
import android.credentials.CredentialOption
import android.credentials.GetCredentialException
import android.credentials.GetCredentialRequest
import android.credentials.GetCredentialResponse
import android.os.Build
import android.os.Bundle
import android.os.CancellationSignal
import android.os.OutcomeReceiver
import dev.poolpass.Authenticator
import dev.poolpass.AuthenticatorErrorKind
import dev.poolpass.AuthenticatorException
import kotlinx.coroutines.suspendCancellableCoroutine
import java.util.concurrent.Executor
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException

/**
 * The authenticator of Android: the screen lock, or a phone nearby, with the passkeys of Google and of password managers. Needs
 * Android 14 or later; before, calls throw [AuthenticatorException] with `UNSUPPORTED`.
 *
 * It uses the Credential Manager of the system itself, so an app needs no other library. [PlayServicesAuthenticator] reaches older
 * versions of Android.
 *
 * The domain that is the user pool's relying party id has to serve `/.well-known/assetlinks.json` that names the app. Otherwise calls
 * throw [AuthenticatorException] with `NOT_ASSOCIATED`.
 *
 * @param activity the activity above which the system asks the person.
 */
class CredentialManagerAuthenticator(private val activity: Activity) : Authenticator {
    override suspend fun create(options: String): String {
        val request = CreateCredentialRequest.Builder(
            PUBLIC_KEY,
            data("CREATE_PUBLIC_KEY_CREDENTIAL_REQUEST", options),
            data("CREATE_PUBLIC_KEY_CREDENTIAL_REQUEST", options),
        ).setAlwaysSendAppInfoToProvider(true).build()
        val response = ask<CreateCredentialResponse, CreateCredentialException>({ it.type }) { cancel, receiver ->
            manager().createCredential(activity, request, cancel, AT_ONCE, receiver)
        }
        return json(response.data, "REGISTRATION_RESPONSE_JSON")
    }

    override suspend fun get(options: String): String {
        val data = data("GET_PUBLIC_KEY_CREDENTIAL_OPTION", options)
        val option = CredentialOption.Builder(PUBLIC_KEY, data, data).build()
        val request = GetCredentialRequest.Builder(Bundle()).addCredentialOption(option).build()
        val response = ask<GetCredentialResponse, GetCredentialException>({ it.type }) { cancel, receiver ->
            manager().getCredential(activity, request, cancel, AT_ONCE, receiver)
        }
        return json(response.credential.data, "AUTHENTICATION_RESPONSE_JSON")
    }

    private fun manager(): CredentialManager {
        val isThere = Build.VERSION.SDK_INT >= ANDROID_14
        val manager = if (isThere) activity.getSystemService(CredentialManager::class.java) else null
        return manager ?: throw AuthenticatorException(
            AuthenticatorErrorKind.UNSUPPORTED,
            "this device has no Credential Manager: passkeys need Android 14",
        )
    }

    /** The request as providers of passkeys read it, in the names that androidx.credentials has given its parts. */
    private fun data(subtype: String, options: String) = Bundle().apply {
        putString("$PREFIX.BUNDLE_KEY_SUBTYPE", "$PREFIX.BUNDLE_VALUE_SUBTYPE_$subtype")
        putString("$PREFIX.BUNDLE_KEY_REQUEST_JSON", options)
    }

    private fun json(data: Bundle, name: String): String =
        data.getString("$PREFIX.BUNDLE_KEY_$name")
            ?: throw AuthenticatorException(AuthenticatorErrorKind.FAILED, "the provider of passkeys returned no JSON")

    private suspend fun <Response, Failure : Exception> ask(
        type: (Failure) -> String,
        request: (CancellationSignal, OutcomeReceiver<Response, Failure>) -> Unit,
    ): Response = suspendCancellableCoroutine { waiting ->
        val cancel = CancellationSignal()
        waiting.invokeOnCancellation { cancel.cancel() }
        request(
            cancel,
            object : OutcomeReceiver<Response, Failure> {
                override fun onResult(result: Response) = waiting.resume(result)

                override fun onError(error: Failure) {
                    val said = error.message ?: type(error)
                    waiting.resumeWithException(AuthenticatorException(errorKind(type(error), said), said))
                }
            },
        )
    }

    override fun toString(): String = "CredentialManagerAuthenticator"

    private companion object {
        const val ANDROID_14 = 34
        const val PREFIX = "androidx.credentials"
        const val PUBLIC_KEY = "$PREFIX.TYPE_PUBLIC_KEY_CREDENTIAL"

        /** An answer only resumes a coroutine, which runs elsewhere. */
        val AT_ONCE = Executor(Runnable::run)
    }
}
