package dev.poolpass

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.toList
import dev.poolpass.ffi.ItemPage as FfiItemPage
import dev.poolpass.ffi.QueryOptions as FfiQueryOptions
import dev.poolpass.ffi.Table as FfiTable

/** A segment of a table, so that several workers can share a scan: the segment, counted from 0, and the number of segments. */
typealias ScanSegment = dev.poolpass.ffi.ScanSegment

/** The items of a [Query] or a [Scan]. Nothing is sent until one of its functions is called, or a flow is collected. */
sealed class PagedItems(private val options: FfiQueryOptions) {
    /** Returns the items of all pages, and fetches each page when it is needed. */
    fun items(): Flow<Item> = flow { pages().collect { page -> page.items.forEach { emit(it) } } }

    /** Fetches all pages, each when it is needed. */
    fun pages(): Flow<ItemPage> = flow {
        var next = options
        while (true) {
            val page = fetch(next)
            emit(ItemPage(page))
            next = next.copy(exclusiveStartKey = page.lastEvaluatedKey ?: break)
        }
    }

    /** Fetches one page. */
    suspend fun page(): ItemPage = ItemPage(fetch(options))

    /** Returns the items of all pages in one list. */
    suspend fun all(): List<Item> = items().toList()

    /** Counts the items of all pages without transferring them. This costs as much as reading them. */
    suspend fun count(): Long = count(options)

    internal abstract suspend fun fetch(options: FfiQueryOptions): FfiItemPage

    internal abstract suspend fun count(options: FfiQueryOptions): Long
}

/** A query, made by [Table.query]. */
class Query internal constructor(
    private val table: FfiTable,
    private val keyCondition: Condition,
    private val descending: Boolean,
    options: FfiQueryOptions,
) : PagedItems(options) {
    override suspend fun fetch(options: FfiQueryOptions) = mapped { table.queryPage(keyCondition.ffi, descending, options) }

    override suspend fun count(options: FfiQueryOptions) = mapped { table.queryCount(keyCondition.ffi, options) }
}

/** A scan, made by [Table.scan]. */
class Scan internal constructor(
    private val table: FfiTable,
    private val segment: ScanSegment?,
    options: FfiQueryOptions,
) : PagedItems(options) {
    override suspend fun fetch(options: FfiQueryOptions) = mapped { table.scanPage(segment, options) }

    override suspend fun count(options: FfiQueryOptions) = mapped { table.scanCount(segment, options) }
}

/**
 * One page of items.
 *
 * @property items the items. A page may be empty although more pages follow, because the filter is applied after reading.
 * @property lastEvaluatedKey the key after which the next page starts; null after the last page.
 * @property scannedCount the number of items that were read, before the filter.
 */
data class ItemPage(val items: List<Item>, val lastEvaluatedKey: Item?, val scannedCount: Long) {
    internal constructor(page: FfiItemPage) :
        this(page.items.map(::itemFromFfi), page.lastEvaluatedKey?.let(::itemFromFfi), page.scannedCount)
}
