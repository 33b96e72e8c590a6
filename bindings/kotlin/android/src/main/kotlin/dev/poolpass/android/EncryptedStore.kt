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

/** Where the key of an [EncryptedStore] is. */
internal interface KeySource {
    /** The key; null where there is none, or none any more. */
    fun present(): SecretKey?

    /** The key, made where there is none. */
    fun orNew(): SecretKey

    /** A new key in place of one that is of no use any more. */
    fun renewed(): SecretKey
}

/**
 * Files of values, each encrypted by AES-GCM and bound to its name: what was changed, or belongs to another name or key, is not
 * there. Where the key cannot be used at the moment, a value cannot be read: that is an error, and no sign that nobody is signed
 * in. The platform chooses each initialization vector, as the Android Keystore insists.
 *
 * @param isGone whether a failure says that the key will never open anything again.
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
                // Otherwise a loss of power could leave the new name with nothing in it.
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

    /** What is new is kept under a new key, if the old one fails twice or is gone: otherwise nobody could ever sign in again. */
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

    /** Stores of one directory share it, in one process. */
    private fun mutex(name: String): Mutex = MUTEXES.computeIfAbsent(directory.resolve(name)) { Mutex() }

    private suspend fun <T> io(work: () -> T): T = withContext(Dispatchers.IO) { work() }

    private companion object {
        const val ALGORITHM = "AES/GCM/NoPadding"
        const val IV_BYTES = 12
        const val TAG_BITS = 128
        val MUTEXES = ConcurrentHashMap<Path, Mutex>()
    }
}
