package dev.poolpass.android

import dev.poolpass.UserAgentErrorKind
import dev.poolpass.UserAgentException
import kotlinx.coroutines.CompletableDeferred

/** The redirect that a sign-in waits for: at most one, since a person has one browser in front. */
internal class AwaitedRedirect {
    private var waiting: Waiting? = null

    private class Waiting(val redirectUri: String, val redirected: CompletableDeferred<String>)

    /** Opens the browser, and waits until [arrived] or [returned] ends that. An earlier wait is over. */
    suspend fun after(redirectUri: String, open: () -> Unit): String {
        val own = Waiting(redirectUri, CompletableDeferred())
        swap(own)?.fail("another sign-in has begun")
        try {
            open()
            return own.redirected.await()
        } finally {
            synchronized(this) { if (waiting === own) waiting = null }
        }
    }

    /** Takes the URL of an intent, if it is the redirect that is waited for. */
    fun arrived(url: String): Boolean {
        val own = synchronized(this) { waiting?.takeIf { isRedirect(url, it.redirectUri) } ?: return false }
        return own.redirected.complete(url)
    }

    /** The person is back in the app without a redirect. */
    fun returned() {
        swap(null)?.fail("the person came back without signing in")
    }

    private fun swap(next: Waiting?): Waiting? = synchronized(this) { waiting.also { waiting = next } }

    private fun Waiting.fail(why: String) {
        redirected.completeExceptionally(UserAgentException(UserAgentErrorKind.CANCELLED, why))
    }
}

/** Whether [url] is [redirectUri] with a query of managed login's. */
internal fun isRedirect(url: String, redirectUri: String): Boolean =
    url.startsWith(redirectUri) && url.substring(redirectUri.length).firstOrNull().let { it == '?' || it == '&' }
