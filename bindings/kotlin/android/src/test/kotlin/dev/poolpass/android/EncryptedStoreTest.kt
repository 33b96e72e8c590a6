package dev.poolpass.android

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Files
import java.nio.file.Path
import java.security.GeneralSecurityException
import java.security.InvalidKeyException
import java.security.KeyStoreException
import java.security.UnrecoverableKeyException
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey

class EncryptedStoreTest {
    @TempDir
    lateinit var directory: Path
    private val key = TestKeySource(newKey())

    @Test
    fun `values are kept, replaced and removed, and never in clear`() = runBlocking {
        val store = EncryptedStore(directory.resolve("new"), key)
        assertNull(store.load("session"))
        store.save("session", "refresh token")
        store.save("session", "another token")
        assertEquals("another token", EncryptedStore(directory.resolve("new"), key).load("session"))
        Files.list(directory.resolve("new")).use { files ->
            assertEquals(listOf("session"), files.map { it.fileName.toString() }.toList())
        }
        assertFalse("token" in Files.readAllBytes(directory.resolve("new/session")).decodeToString())
        store.remove("session")
        store.remove("session")
        assertNull(store.load("session"))
    }

    @Test
    fun `the same value is never encrypted alike`() = runBlocking {
        val store = EncryptedStore(directory, key)
        store.save("a", "value")
        val first = Files.readAllBytes(directory.resolve("a")).toList()
        store.save("a", "value")
        assertFalse(first == Files.readAllBytes(directory.resolve("a")).toList())
    }

    @Test
    fun `what was changed, moved or locked with another key is not there`() = runBlocking {
        val store = EncryptedStore(directory, key)
        store.save("session", "refresh token")
        val file = directory.resolve("session")
        val sealed = Files.readAllBytes(file)
        for (index in sealed.indices) {
            Files.write(file, sealed.copyOf().also { it[index] = (it[index] + 1).toByte() })
            assertNull(store.load("session"), "byte $index")
        }
        for (length in 0 until sealed.size) {
            Files.write(file, sealed.copyOf(length))
            assertNull(store.load("session"), "$length bytes")
        }
        Files.write(file, sealed)
        Files.write(directory.resolve("other"), sealed)
        assertNull(store.load("other"))
        assertNull(EncryptedStore(directory, OTHER).load("session"))
        assertEquals("refresh token", store.load("session"))
    }

    @Test
    fun `a key that cannot be used now is an error, and one that is gone is nobody`() = runBlocking {
        EncryptedStore(directory, key).save("session", "refresh token")
        val failing = TestKeySource(null, KeyStoreException("the Keystore does not answer"))
        assertThrows<KeyStoreException> { runBlocking { EncryptedStore(directory, failing).load("session") } }
        assertThrows<KeyStoreException> { runBlocking { EncryptedStore(directory, failing).save("session", "x") } }
        assertNull(EncryptedStore(directory, failing) { it is KeyStoreException }.load("session"))
        assertEquals(0, failing.made, "another key would lose the session")

        val gone = TestKeySource(null)
        assertNull(EncryptedStore(directory, gone).load("session"))
        assertEquals(0, gone.made, "reading makes no key")
        assertEquals("refresh token", EncryptedStore(directory, key).load("session"))
        EncryptedStore(directory, gone).save("session", "new token")
        assertEquals("new token", EncryptedStore(directory, gone).load("session"))
        assertEquals(1, gone.made)
    }

    @Test
    fun `what is saved under a key that has died gets a new one`() = runBlocking {
        val isGone = { failure: GeneralSecurityException -> failure is InvalidKeyException }
        for (death in listOf(InvalidKeyException("invalidated for good"), UnrecoverableKeyException("invalid key blob"))) {
            val dead = TestKeySource(newKey(), death)
            val store = EncryptedStore(directory, dead, isGone)
            store.save("session", "refresh token")
            assertEquals("refresh token", store.load("session"))
            assertEquals(1, dead.made, death.message)
        }
    }

    @Test
    fun `a key that fails once is kept`() = runBlocking {
        val store = EncryptedStore(directory, key)
        store.save("other", "a guest")
        key.failure = UnrecoverableKeyException("the Keystore is busy")
        key.failures = 1
        store.save("session", "refresh token")
        assertEquals(0, key.made)
        assertEquals("a guest", store.load("other"))
    }

    @Test
    fun `stores of one directory share their locks`() = runBlocking {
        val (one, other) = EncryptedStore(directory, key) to EncryptedStore(directory, key)
        one.lock("session")
        val entered = CompletableDeferred<Unit>()
        val waiting = async {
            other.lock("session")
            entered.complete(Unit)
        }
        kotlinx.coroutines.yield()
        assertFalse(entered.isCompleted)
        one.unlock("session")
        waiting.await()
        other.unlock("session")
    }

    /** A key in memory, or the failure of the place that keeps it. */
    private class TestKeySource(private var key: SecretKey?, var failure: GeneralSecurityException? = null) : KeySource {
        var made = 0

        /** How often it fails. */
        var failures = Int.MAX_VALUE

        override fun present(): SecretKey? = failure?.takeIf { failures-- > 0 }?.let { throw it } ?: key

        override fun orNew(): SecretKey = present() ?: renewed()

        override fun renewed(): SecretKey = newKey().also {
            key = it
            failure = null
            made += 1
        }
    }

    private companion object {
        val OTHER = TestKeySource(newKey())

        fun newKey(): SecretKey = KeyGenerator.getInstance("AES").apply { init(256) }.generateKey()
    }
}
