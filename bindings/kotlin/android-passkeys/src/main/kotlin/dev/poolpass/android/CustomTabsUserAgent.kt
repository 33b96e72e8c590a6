package dev.poolpass.android

import android.app.Activity
import android.app.Application
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import dev.poolpass.RedirectUserAgent
import dev.poolpass.UserAgentErrorKind
import dev.poolpass.UserAgentException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/**
 * The user agent of Android: the default browser, as a Custom Tab above the app where the browser has them.
 *
 * The redirect URI is an App Link, whose domain serves `/.well-known/assetlinks.json` that names the app, or has a scheme of the app's own,
 * such as `my-app://signed-in`. The app passes the redirect's intent to [onNewIntent], see the README. A person who comes back to the app
 * without a redirect has cancelled.
 *
 * Android may end the app while the browser is in front. Then nobody waits for the redirect any more, [onNewIntent] returns false, and
 * `Client.handleRedirect` signs in, if the session's store is persistent.
 *
 * It needs no other library: the intent is the one that `androidx.browser` makes.
 *
 * @param activity the activity above which the browser opens.
 */
class CustomTabsUserAgent(private val activity: Activity) : RedirectUserAgent {
    // On the main thread, so that no activity is paused or resumed between the beginning of the wait and the browser.
    override suspend fun authenticate(url: String, redirectUri: String): String = withContext(Dispatchers.Main.immediate) {
        val app = activity.application
        app.registerActivityLifecycleCallbacks(FRONT)
        try {
            awaited.after(redirectUri) { open(url) }
        } finally {
            app.unregisterActivityLifecycleCallbacks(FRONT)
        }
    }

    private fun open(url: String) {
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

        /** Takes the redirect that a sign-in waits for; false for any other intent. Call it on the main thread. */
        fun onNewIntent(intent: Intent): Boolean = intent.data?.let { awaited.arrived(it.toString()) } ?: false
    }

    /** Tells whether the app is in front: an intent reaches an activity before it is resumed. */
    private object FRONT : Application.ActivityLifecycleCallbacks {
        override fun onActivityPaused(activity: Activity) = awaited.left()

        override fun onActivityResumed(activity: Activity) = awaited.returned()

        override fun onActivityCreated(activity: Activity, state: Bundle?) = Unit

        override fun onActivityStarted(activity: Activity) = Unit

        override fun onActivityStopped(activity: Activity) = Unit

        override fun onActivitySaveInstanceState(activity: Activity, state: Bundle) = Unit

        override fun onActivityDestroyed(activity: Activity) = Unit
    }
}
