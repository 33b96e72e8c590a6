package dev.poolpass

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import dev.poolpass.ffi.Bucket as FfiBucket

/** Settings for a listing. Default: all keys with the prefix. */
typealias ListOptions = dev.poolpass.ffi.ListOptions

/** A page of a listing, sorted by the UTF-8 bytes of the keys. */
typealias ListPage = dev.poolpass.ffi.ListPage

/** An object in a listing. */
typealias ListedObject = dev.poolpass.ffi.ListedObject

/** A listing, made by [Bucket.list]. */
class ListObjects internal constructor(
    private val ffi: FfiBucket,
    private val prefix: String,
    private val options: ListOptions,
) {
    /** The objects of all pages. */
    fun items(): Flow<ListedObject> = flow {
        pages().collect { page -> page.objects.forEach { emit(it) } }
    }

    /** All pages, each fetched when it is needed. */
    fun pages(): Flow<ListPage> = flow {
        var next: ListOptions? = options
        while (next != null) {
            val page = fetch(next)
            emit(page)
            next = page.nextContinuationToken?.let { options.copy(continuationToken = it) }
        }
    }

    /** Fetches one page. */
    suspend fun page(): ListPage = fetch(options)

    private suspend fun fetch(options: ListOptions): ListPage = mapped { ffi.listPage(prefix, options) }

    override fun toString(): String = "ListObjects($prefix)"
}
