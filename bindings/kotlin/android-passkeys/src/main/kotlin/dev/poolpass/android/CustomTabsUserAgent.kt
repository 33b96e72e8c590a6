package dev.poolpass.android

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import dev.poolpass.RedirectUserAgent
import dev.poolpass.UserAgentErrorKind
import dev.poolpass.UserAgentException

/**
 * The user agent of Android: the default browser, as a Custom Tab above the app where the browser has them.
 *
 * The redirect URI is an App Link, whose domain serves `/.well-known/assetlinks.json` that names the app, or has a scheme of the app's own,
 * such as `my-app://signed-in`. The activity that gets its intents passes them on, and says when it is in front again:
 *
 * ```kotlin
 * class SignInActivity : Activity() {
 *     override fun onNewIntent(intent: Intent) {
 *         super.onNewIntent(intent)
 *         if (!CustomTabsUserAgent.onNewIntent(intent)) intent.data?.let { finishSignIn(it.toString()) } // client.handleRedirect
 *     }
 *
 *     override fun onResume() {
 *         super.onResume()
 *         CustomTabsUserAgent.onResume()
 *     }
 * }
 * ```
 *
 * Android may end the app while the browser is in front. Then nobody waits for the redirect any more, `onNewIntent` returns false, and
 * `Client.handleRedirect` signs in.
 *
 * It needs no other library: the intent is the one that `androidx.browser` makes.
 *
 * @param activity the activity above which the browser opens.
 */
class CustomTabsUserAgent(private val activity: Activity) : RedirectUserAgent {
    override suspend fun authenticate(url: String, redirectUri: String): String = awaited.after(redirectUri) {
        val session = Bundle().apply { putBinder("android.support.customtabs.extra.SESSION", null) }
        try {
            activity.startActivity(Intent(Intent.ACTION_VIEW, Uri.parse(url)).putExtras(session))
        } catch (missing: ActivityNotFoundException) {
            throw UserAgentException(UserAgentErrorKind.UNSUPPORTED, "this device has no browser: ${missing.message}")
        }
    }

    override fun toString(): String = "CustomTabsUserAgent"

    /** Where the app's activity passes on its intents. */
    companion object {
        private val awaited = AwaitedRedirect()

        /** Takes the redirect that a sign-in waits for; false for any other intent. */
        fun onNewIntent(intent: Intent): Boolean = intent.data?.let { awaited.arrived(it.toString()) } ?: false

        /** Ends the wait of a sign-in whose person came back without a redirect. Call it after [onNewIntent], as Android does. */
        fun onResume() = awaited.returned()
    }
}
