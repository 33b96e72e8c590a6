package dev.poolpass

import dev.poolpass.ffi.ItemPage as FfiItemPage
import dev.poolpass.ffi.SearchOptions as FfiSearchOptions
import dev.poolpass.ffi.TransactGet as FfiTransactGet
import dev.poolpass.ffi.TransactWrite as FfiTransactWrite

/** A part of a table that is scanned side by side with the others: which, counted from 0, and of how many. */
typealias ScanSegment = dev.poolpass.ffi.ScanSegment

/**
 * What a query or a scan looks for.
 *
 * @property filter only items for which this holds. DynamoDB reads, and charges for, the others as well.
 * @property attributes only these. Default: all.
 * @property index searches this index.
 * @property consistent sees every write that came before, at twice the price.
 * @property pageSize how many items are read for one page at most. Default: as many as fit into 1 MB.
 * @property startAfter the [ItemPage.lastKey] of the page before.
 */
data class SearchOptions(
    val filter: Condition? = null,
    val attributes: List<Attribute>? = null,
    val index: String? = null,
    val consistent: Boolean = false,
    val pageSize: Int? = null,
    val startAfter: Item? = null,
) {
    internal fun toFfi() = FfiSearchOptions(
        filter = filter?.ffi,
        attributes = attributes?.map { it.ffi },
        index = index,
        consistent = consistent,
        pageSize = pageSize,
        startAfter = startAfter?.let(::itemToFfi),
    )
}

/**
 * A page of items.
 *
 * @property items the items.
 * @property lastKey where the next page begins; null after the last.
 * @property scannedCount how many items DynamoDB has read, before the filter.
 */
data class ItemPage(val items: List<Item>, val lastKey: Item?, val scannedCount: Long) {
    internal constructor(page: FfiItemPage) :
        this(page.items.map(::itemFromFfi), page.lastKey?.let(::itemFromFfi), page.scannedCount)
}

/**
 * An item that a transaction reads.
 *
 * @property table its table.
 * @property key its key.
 * @property attributes only these. Default: all.
 */
class TransactGet(val table: Table, val key: Item, val attributes: List<Attribute>? = null) {
    internal fun toFfi() = FfiTransactGet(table.ffi, itemToFfi(key), attributes?.map { it.ffi })
}

/**
 * One write of a transaction. Where its condition does not hold, nothing is written, and with `returnOldOnConditionCheckFailure` its
 * [CancellationReason] tells the item as it is.
 */
sealed interface TransactWrite {
    /** Writes an item. */
    class Put(
        internal val table: Table,
        internal val item: Item,
        internal val condition: Condition? = null,
        internal val returnOldOnConditionCheckFailure: Boolean = false,
    ) : TransactWrite

    /** Deletes an item. */
    class Delete(
        internal val table: Table,
        internal val key: Item,
        internal val condition: Condition? = null,
        internal val returnOldOnConditionCheckFailure: Boolean = false,
    ) : TransactWrite

    /** Changes an item. */
    class Update(
        internal val table: Table,
        internal val key: Item,
        internal val condition: Condition? = null,
        internal val returnOldOnConditionCheckFailure: Boolean = false,
        internal val changes: Changes.() -> Unit,
    ) : TransactWrite

    /** Only checks a condition. */
    class Check(
        internal val table: Table,
        internal val key: Item,
        internal val condition: Condition,
        internal val returnOldOnConditionCheckFailure: Boolean = false,
    ) : TransactWrite
}

internal fun TransactWrite.toFfi(): FfiTransactWrite = when (this) {
    is TransactWrite.Put ->
        FfiTransactWrite.Put(table.ffi, itemToFfi(item), precondition(condition, returnOldOnConditionCheckFailure))
    is TransactWrite.Delete ->
        FfiTransactWrite.Delete(table.ffi, itemToFfi(key), precondition(condition, returnOldOnConditionCheckFailure))
    is TransactWrite.Update -> {
        val precondition = precondition(condition, returnOldOnConditionCheckFailure)
        FfiTransactWrite.Update(table.ffi, itemToFfi(key), changed(changes), precondition)
    }
    is TransactWrite.Check -> FfiTransactWrite.Check(table.ffi, itemToFfi(key), condition.ffi, returnOldOnConditionCheckFailure)
}
