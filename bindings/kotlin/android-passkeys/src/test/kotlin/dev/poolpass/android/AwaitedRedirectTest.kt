package dev.poolpass.android

import dev.poolpass.UserAgentErrorKind
import dev.poolpass.UserAgentException
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class AwaitedRedirectTest {
    private val awaited = AwaitedRedirect()

    @Test
    fun `the redirect that is waited for is taken, and no other`() = runBlocking {
        assertFalse(awaited.arrived("my-app://back?code=c"))
        val redirected = async { awaited.after("my-app://back") {} }
        yield()
        for (other in listOf("my-app://back", "my-app://backwards?code=c", "https://app.example/?code=c", "my-app://other?code=c")) {
            assertFalse(awaited.arrived(other), other)
        }
        assertTrue(awaited.arrived("my-app://back?code=c"))
        // Android resumes the activity after that.
        awaited.left()
        awaited.returned()
        assertEquals("my-app://back?code=c", redirected.await())
        assertFalse(awaited.arrived("my-app://back?code=c"))
    }

    @Test
    fun `a person who comes back without a redirect, or begins again, has cancelled`() = runBlocking {
        val first = async { runCatching { awaited.after("my-app://back") {} } }
        yield()
        val second = async { runCatching { awaited.after("my-app://back") {} } }
        yield()
        awaited.left()
        awaited.returned()
        for (outcome in listOf(first.await(), second.await())) {
            assertEquals(UserAgentErrorKind.CANCELLED, (outcome.exceptionOrNull() as UserAgentException).kind)
        }
    }

    @Test
    fun `an activity that is resumed before the browser comes has not come back`() = runBlocking {
        val redirected = async { awaited.after("my-app://back") {} }
        yield()
        // A sign-in that begins in onCreate.
        awaited.returned()
        awaited.left()
        assertTrue(awaited.arrived("my-app://back?error=access_denied"))
        assertEquals("my-app://back?error=access_denied", redirected.await())
    }

    @Test
    fun `a browser writes an empty path as a slash, and no other path`() {
        assertTrue(isRedirect("https://app.example/?code=c", "https://app.example"))
        assertTrue(isRedirect("https://app.example?code=c", "https://app.example"))
        assertTrue(isRedirect("https://app.example/?tab=notes&code=c", "https://app.example/?tab=notes"))
        assertFalse(isRedirect("https://app.example/back/?code=c", "https://app.example/back"))
        assertFalse(isRedirect("https://app.example.evil/?code=c", "https://app.example"))
        assertFalse(isRedirect("https://app.example/other?code=c", "https://app.example"))
    }

    @Test
    fun `a caller who goes away, and a browser that does not open, leave nobody waiting`() = runBlocking {
        val cancelled = async { awaited.after("my-app://back") {} }
        yield()
        cancelled.cancelAndJoin()
        assertFalse(awaited.arrived("my-app://back?code=c"))
        assertThrows(IllegalStateException::class.java) { runBlocking { awaited.after("my-app://back") { error("no browser") } } }
        assertFalse(awaited.arrived("my-app://back?code=c"))
    }
}
