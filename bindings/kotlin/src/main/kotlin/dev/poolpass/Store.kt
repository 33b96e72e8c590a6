package dev.poolpass

import java.nio.file.Path
import dev.poolpass.ffi.FilesStore as FfiFilesStore
import dev.poolpass.ffi.MemoryStore as FfiMemoryStore
import dev.poolpass.ffi.SessionStore as FfiSessionStore
import dev.poolpass.ffi.Store as FfiStore
import dev.poolpass.ffi.StoreException as FfiStoreException

/** Where the session is kept: a [MemoryStore], a [FileStore], or the app's own [SessionStore]. */
sealed interface Store

/** Keeps the session in memory, so that signing in lasts as long as the process. Clients that are given the same one share it. */
class MemoryStore : Store {
    internal val ffi = FfiMemoryStore()

    override fun toString(): String = "MemoryStore"
}

/**
 * Keeps each value in a file of its own, readable by the owner alone and replaced atomically. Processes that use the same
 * directory share the session.
 *
 * @param directory created with mode 0700 if it is missing.
 * @throws PoolpassException.Store when it can be neither used nor created.
 */
class FileStore(private val directory: Path) : Store {
    internal val ffi = mapped { FfiFilesStore(directory.toString()) }

    override fun toString(): String = "FileStore($directory)"
}

/**
 * A store of the app's own: it keeps the session, a pending challenge and the guest's identity id, each under a key of its own.
 *
 * The values are secrets, so a store has to keep them from other users and apps. Keys are ASCII letters, digits, `.`, `-` and `_`,
 * at most 200 characters. What a method throws becomes a [PoolpassException.Store] of the call that needed the store; its message
 * is shown, so it must not contain the value.
 */
interface SessionStore : Store {
    /** The value last saved under [key]; null where there is none. */
    suspend fun load(key: String): String?

    /** Replaces the value under [key], as a whole or not at all. */
    suspend fun save(key: String, value: String)

    /** Removes the value under [key], if there is one. */
    suspend fun remove(key: String)

    /**
     * Waits for the sole right called [name], among all that share this store: to refresh the session, to replace it, or to make a
     * guest. [unlock] is called once it is not needed any more. Default: grants it at once, for a store that no other client uses.
     *
     * It may wait without a limit of its own. The SDK stops waiting in time by cancelling the coroutine: what was asked for then must
     * not be granted any more.
     */
    suspend fun lock(name: String) {}

    /** Gives back the right that [lock] gave. */
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
