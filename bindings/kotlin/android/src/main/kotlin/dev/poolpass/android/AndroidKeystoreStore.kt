package dev.poolpass.android

import android.content.Context
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import dev.poolpass.SessionStore
import java.security.KeyStore
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey

/**
 * Keeps the session in the app's private files, encrypted (AES-256-GCM) with a key that never leaves the Android Keystore. Needs
 * Android 8 or later.
 *
 * Backups do not contain the session, since the key would be missing after a restore. The key does not depend on the lock screen:
 * background work finds the session, and a new PIN does not end it. If the key is lost nevertheless, the session is lost too: nobody
 * is signed in. If the Keystore only fails, the call fails with [dev.poolpass.PoolpassException.Store] and the session stays. If it
 * keeps failing, as the Keystore of some devices does, sign out: the next sign-in makes a new key.
 *
 * Use it from one process of the app: a second process that refreshes at the same time could end the session.
 *
 * @param context any context of the app.
 * @param alias the key's name in the Keystore: ASCII letters, digits, `.`, `-` and `_`, and no `.` at the beginning. Stores of
 * different aliases have different sessions.
 */
class AndroidKeystoreStore(context: Context, alias: String = "dev.poolpass.session") :
    SessionStore by EncryptedStore(
        context.noBackupFilesDir.toPath().resolve("poolpass").resolve(directoryOf(alias)),
        Keystore(alias),
        { it is KeyPermanentlyInvalidatedException },
    ) {
    override fun toString(): String = "AndroidKeystoreStore"

    private class Keystore(private val alias: String) : KeySource {
        override fun present(): SecretKey? {
            val keystore = KeyStore.getInstance(KEYSTORE).apply { load(null) }
            return keystore.getKey(alias, null) as SecretKey?
        }

        override fun orNew(): SecretKey = synchronized(MAKING) { present() ?: newKey() }

        // It replaces the key that has its alias.
        override fun renewed(): SecretKey = synchronized(MAKING) { newKey() }

        private fun newKey(): SecretKey {
            val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
            val spec = KeyGenParameterSpec.Builder(alias, purposes)
                .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
                .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
                .setKeySize(KEY_BITS)
                .build()
            return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, KEYSTORE).apply { init(spec) }.generateKey()
        }
    }

    private companion object {
        const val KEYSTORE = "AndroidKeyStore"
        const val KEY_BITS = 256

        /** Locked while a key is made, so that only one is made. */
        val MAKING = Any()

        fun directoryOf(alias: String): String {
            require(Regex("[A-Za-z0-9_-][A-Za-z0-9._-]*").matches(alias)) { "an alias cannot be \"$alias\"" }
            return alias
        }
    }
}
