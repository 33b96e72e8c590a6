package dev.poolpass.android

import dev.poolpass.SessionStore
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.withContext
import java.nio.file.Files
import java.nio.file.NoSuchFileException
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardCopyOption.REPLACE_EXISTING
import java.security.GeneralSecurityException
import java.util.concurrent.ConcurrentHashMap
import javax.crypto.Cipher
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/**
 * Files of values, each encrypted by AES-GCM and bound to its name: what was changed, or belongs to another name or key, is not
 * there. The platform chooses each initialization vector, as the Android Keystore insists.
 */
internal class EncryptedStore(private val directory: Path, private val key: () -> SecretKey) : SessionStore {
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
            Files.write(temporary, seal(key, value))
            Files.move(temporary, directory.resolve(key), ATOMIC_MOVE, REPLACE_EXISTING)
        } finally {
            Files.deleteIfExists(temporary)
        }
        Unit
    }

    override suspend fun remove(key: String) = io { Files.deleteIfExists(directory.resolve(key)).let { } }

    override suspend fun lock(name: String) = mutex(name).lock()

    override fun unlock(name: String) = mutex(name).unlock()

    private fun seal(name: String, value: String): ByteArray {
        val cipher = Cipher.getInstance(ALGORITHM)
        cipher.init(Cipher.ENCRYPT_MODE, key())
        cipher.updateAAD(name.toByteArray())
        return cipher.iv + cipher.doFinal(value.toByteArray())
    }

    private fun open(name: String, sealed: ByteArray): String? {
        if (sealed.size < IV_BYTES + TAG_BITS / Byte.SIZE_BITS) return null
        return try {
            val cipher = Cipher.getInstance(ALGORITHM)
            cipher.init(Cipher.DECRYPT_MODE, key(), GCMParameterSpec(TAG_BITS, sealed, 0, IV_BYTES))
            cipher.updateAAD(name.toByteArray())
            cipher.doFinal(sealed, IV_BYTES, sealed.size - IV_BYTES).decodeToString()
        } catch (_: GeneralSecurityException) {
            null
        }
    }

    /** Stores of one directory share it; an app is one process. */
    private fun mutex(name: String): Mutex = MUTEXES.computeIfAbsent(directory.resolve(name)) { Mutex() }

    private suspend fun <T> io(work: () -> T): T = withContext(Dispatchers.IO) { work() }

    private companion object {
        const val ALGORITHM = "AES/GCM/NoPadding"
        const val IV_BYTES = 12
        const val TAG_BITS = 128
        val MUTEXES = ConcurrentHashMap<Path, Mutex>()
    }
}
