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
 * Keeps the session in the app's private files, encrypted (AES-256-GCM) under a key that never leaves the Android Keystore. It is
 * left out of backups, since the key would be missing where they are restored. Takes Android 8 or later.
 *
 * The key does not depend on the lock screen: work in the background finds the session, and a new PIN leaves it. Where the key is
 * gone all the same, the session is gone too: nobody is signed in. Where the Keystore only fails, the call fails with
 * [dev.poolpass.PoolpassException.Store], and the session stays. Should it go on failing, as Keystores of some devices do for good,
 * sign out: the next sign-in makes a new key.
 *
 * It is for one process of the app: a second one that refreshes at the same time could end the session.
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

        // It takes the place of the one that has its alias.
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

        /** Held while a key is made, so that there is one. */
        val MAKING = Any()

        fun directoryOf(alias: String): String {
            require(Regex("[A-Za-z0-9_-][A-Za-z0-9._-]*").matches(alias)) { "an alias cannot be \"$alias\"" }
            return alias
        }
    }
}
