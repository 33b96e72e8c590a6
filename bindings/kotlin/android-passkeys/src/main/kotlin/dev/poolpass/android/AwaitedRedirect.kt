package dev.poolpass.android

import dev.poolpass.UserAgentErrorKind
import dev.poolpass.UserAgentException
import kotlinx.coroutines.CompletableDeferred

/** The redirect that a sign-in waits for: at most one, since a person has one browser in front. */
internal class AwaitedRedirect {
    private var waiting: Waiting? = null

    private class Waiting(val redirectUri: String, val redirected: CompletableDeferred<String>) {
        /** Whether the browser has come in front of the app. */
        var hasLeft = false
    }

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

    /** The app is no longer in front. */
    fun left() = synchronized(this) { waiting?.hasLeft = true }

    /** The app is in front. If the browser was there meanwhile, the person came back without a redirect. */
    fun returned() {
        val own = synchronized(this) { waiting?.takeIf { it.hasLeft }?.also { waiting = null } }
        own?.fail("the person came back without signing in")
    }

    private fun swap(next: Waiting?): Waiting? = synchronized(this) { waiting.also { waiting = next } }

    private fun Waiting.fail(why: String) {
        redirected.completeExceptionally(UserAgentException(UserAgentErrorKind.CANCELLED, why))
    }
}

/** Whether [url] is [redirectUri] with a query of managed login's. */
internal fun isRedirect(url: String, redirectUri: String): Boolean {
    if (!url.startsWith(redirectUri)) return false
    // A browser writes the empty path of https://app.example as a slash.
    val hasPath = redirectUri.substringAfter("://", "/").any { it == '/' || it == '?' }
    val query = url.substring(redirectUri.length).let { if (hasPath) it else it.removePrefix("/") }
    return query.startsWith('?') || query.startsWith('&')
}
