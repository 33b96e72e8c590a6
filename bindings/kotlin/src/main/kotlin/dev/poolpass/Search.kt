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
 * @property indexName searches this index.
 * @property consistentRead sees every write that came before, at twice the price.
 * @property pageSize how many items are read for one page at most. Default: as many as fit into 1 MB.
 * @property exclusiveStartKey the [ItemPage.lastEvaluatedKey] of the page before.
 */
data class SearchOptions(
    val filter: Condition? = null,
    val attributes: List<Attribute>? = null,
    val indexName: String? = null,
    val consistentRead: Boolean = false,
    val pageSize: Int? = null,
    val exclusiveStartKey: Item? = null,
) {
    internal fun toFfi() = FfiSearchOptions(
        filter = filter?.ffi,
        attributes = attributes?.map { it.ffi },
        indexName = indexName,
        consistentRead = consistentRead,
        pageSize = pageSize,
        exclusiveStartKey = exclusiveStartKey?.let(::itemToFfi),
    )
}

/**
 * A page of items.
 *
 * @property items the items.
 * @property lastEvaluatedKey where the next page begins; null after the last.
 * @property scannedCount how many items DynamoDB has read, before the filter.
 */
data class ItemPage(val items: List<Item>, val lastEvaluatedKey: Item?, val scannedCount: Long) {
    internal constructor(page: FfiItemPage) :
        this(page.items.map(::itemFromFfi), page.lastEvaluatedKey?.let(::itemFromFfi), page.scannedCount)
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
    class ConditionCheck(
        internal val table: Table,
        internal val key: Item,
        internal val condition: Condition,
        internal val returnOldOnConditionCheckFailure: Boolean = false,
    ) : TransactWrite
}

internal fun TransactWrite.toFfi(): FfiTransactWrite = when (this) {
    is TransactWrite.Put ->
        FfiTransactWrite.Put(table.ffi, itemToFfi(item), writeOptions(condition, returnOldOnConditionCheckFailure))
    is TransactWrite.Delete ->
        FfiTransactWrite.Delete(table.ffi, itemToFfi(key), writeOptions(condition, returnOldOnConditionCheckFailure))
    is TransactWrite.Update -> {
        val options = writeOptions(condition, returnOldOnConditionCheckFailure)
        FfiTransactWrite.Update(table.ffi, itemToFfi(key), changed(changes), options)
    }
    is TransactWrite.ConditionCheck -> FfiTransactWrite.ConditionCheck(table.ffi, itemToFfi(key), condition.ffi, returnOldOnConditionCheckFailure)
}
