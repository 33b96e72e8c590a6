package dev.poolpass

import java.nio.file.Path
import dev.poolpass.ffi.FilesStore as FfiFilesStore
import dev.poolpass.ffi.MemoryStore as FfiMemoryStore
import dev.poolpass.ffi.SessionStore as FfiSessionStore
import dev.poolpass.ffi.Store as FfiStore
import dev.poolpass.ffi.StoreException as FfiStoreException

/** Keeps the session: a [MemoryStore], a [FileStore], or the app's own [SessionStore]. */
sealed interface Store

/** Keeps the session in memory, so that it ends with the process. Clients with the same store share the session. */
class MemoryStore : Store {
    internal val ffi = FfiMemoryStore()

    override fun toString(): String = "MemoryStore"
}

/**
 * Keeps the session in files that only the owner can read. Processes that use the same directory share the session.
 *
 * @param directory created with mode 0700 if it is missing.
 * @throws PoolpassException.Store when it can be neither used nor created.
 */
class FileStore(private val directory: Path) : Store {
    internal val ffi = mapped { FfiFilesStore(directory.toString()) }

    override fun toString(): String = "FileStore($directory)"
}

/**
 * Keeps the session, a pending challenge and the guest's identity id, each under a key of its own.
 *
 * The values are secrets (a refresh token signs in for days), so a store must keep them from other users and apps.
 *
 * Keys consist of ASCII letters, digits, `.`, `-` and `_`, at most 200 characters. An exception that a method throws fails the call
 * with [PoolpassException.Store]; its message becomes part of that one's, so it must not contain the value.
 */
interface SessionStore : Store {
    /** Reads the value last saved under [key]; null where there is none. */
    suspend fun load(key: String): String?

    /** Replaces the value under [key]. A crash must leave either the old or the new value. */
    suspend fun save(key: String, value: String)

    /** Removes the value under [key], if there is one. */
    suspend fun remove(key: String)

    /**
     * Waits for the exclusive lock called [name], among all clients that share this store. The SDK holds one lock while it refreshes
     * the session, another while it writes or removes the stored session, and a third while it makes a guest's identity.
     *
     * The wait needs no limit: the SDK ends it in time by cancelling the coroutine. A lock that nobody waits for any more must not be
     * granted.
     *
     * The default is for a store that only one client uses: it grants the lock at once.
     */
    suspend fun lock(name: String) {}

    /** Releases the lock that [lock] granted. */
    fun unlock(name: String) {}
}

internal fun storeToFfi(store: Store): FfiStore = when (store) {
    is MemoryStore -> FfiStore.Memory(store.ffi)
    is FileStore -> FfiStore.Files(store.ffi)
    is SessionStore -> FfiStore.Own(ForeignStore(store))
}

private class ForeignStore(private val store: SessionStore) : FfiSessionStore {
    override suspend fun load(key: String) = told { store.load(key) }

    override suspend fun save(key: String, value: String) = told { store.save(key, value) }

    override suspend fun remove(key: String) = told { store.remove(key) }

    override suspend fun lock(name: String) = told { store.lock(name) }

    override fun unlock(name: String) = told { store.unlock(name) }

    private inline fun <T> told(work: () -> T): T = foreign(work, FfiStoreException::Failed)
}
