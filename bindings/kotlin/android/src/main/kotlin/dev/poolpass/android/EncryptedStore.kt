package dev.poolpass.android

import dev.poolpass.SessionStore
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.withContext
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.NoSuchFileException
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardCopyOption.REPLACE_EXISTING
import java.nio.file.StandardOpenOption.WRITE
import java.security.GeneralSecurityException
import java.security.UnrecoverableKeyException
import java.util.concurrent.ConcurrentHashMap
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/** Provides the key of an [EncryptedStore]. */
internal interface KeySource {
    /** Returns the key; null where there is none. */
    fun present(): SecretKey?

    /** Returns the key, and makes it where there is none. */
    fun orNew(): SecretKey

    /** Makes a new key in place of one that has become useless. */
    fun renewed(): SecretKey
}

/**
 * Keeps each value in a file, encrypted (AES-GCM) and bound to its name: a value that was changed, or belongs to another name or key,
 * counts as missing. When the key cannot be used at the moment, reading fails, since somebody may be signed in. The platform chooses
 * each initialization vector, as the Android Keystore demands.
 *
 * @param isGone whether a failure means that the key will never decrypt anything again.
 */
internal class EncryptedStore(
    private val directory: Path,
    private val keys: KeySource,
    private val isGone: (GeneralSecurityException) -> Boolean = { false },
) : SessionStore {
    override suspend fun load(key: String): String? = io {
        val sealed = try {
            Files.readAllBytes(directory.resolve(key))
        } catch (_: NoSuchFileException) {
            return@io null
        }
        open(key, sealed)
    }

    override suspend fun save(key: String, value: String) = io {
        Files.createDirectories(directory)
        val temporary = Files.createTempFile(directory, "new", null)
        try {
            FileChannel.open(temporary, WRITE).use { file ->
                val sealed = ByteBuffer.wrap(seal(key, value))
                while (sealed.hasRemaining()) file.write(sealed)
                // Otherwise a loss of power could leave an empty file under the new name.
                file.force(true)
            }
            Files.move(temporary, directory.resolve(key), ATOMIC_MOVE, REPLACE_EXISTING)
        } finally {
            Files.deleteIfExists(temporary)
        }
        Unit
    }

    override suspend fun remove(key: String) = io { Files.deleteIfExists(directory.resolve(key)).let { } }

    override suspend fun lock(name: String) = mutex(name).lock()

    override fun unlock(name: String) = mutex(name).unlock()

    /** Encrypts with a new key if the old one fails twice or is gone: otherwise nobody could sign in again. */
    private fun seal(name: String, value: String): ByteArray = try {
        seal(name, value, keys.orNew())
    } catch (failure: GeneralSecurityException) {
        seal(name, value, if (isGone(failure)) keys.renewed() else orRenewed())
    }

    private fun orRenewed(): SecretKey = try {
        keys.orNew()
    } catch (_: UnrecoverableKeyException) {
        keys.renewed()
    }

    private fun seal(name: String, value: String, key: SecretKey): ByteArray {
        val cipher = Cipher.getInstance(ALGORITHM)
        cipher.init(Cipher.ENCRYPT_MODE, key)
        cipher.updateAAD(name.toByteArray())
        return cipher.iv + cipher.doFinal(value.toByteArray())
    }

    private fun open(name: String, sealed: ByteArray): String? {
        if (sealed.size < IV_BYTES + TAG_BITS / Byte.SIZE_BITS) return null
        return try {
            val key = keys.present() ?: return null
            val cipher = Cipher.getInstance(ALGORITHM)
            cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, sealed, 0, IV_BYTES))
            cipher.updateAAD(name.toByteArray())
            cipher.doFinal(sealed, IV_BYTES, sealed.size - IV_BYTES).decodeToString()
        } catch (_: AEADBadTagException) {
            null
        } catch (failure: GeneralSecurityException) {
            if (isGone(failure)) null else throw failure
        }
    }

    /** The locks that all stores of one directory share within the process. */
    private fun mutex(name: String): Mutex = MUTEXES.computeIfAbsent(directory.resolve(name)) { Mutex() }

    private suspend fun <T> io(work: () -> T): T = withContext(Dispatchers.IO) { work() }

    private companion object {
        const val ALGORITHM = "AES/GCM/NoPadding"
        const val IV_BYTES = 12
        const val TAG_BITS = 128
        val MUTEXES = ConcurrentHashMap<Path, Mutex>()
    }
}
