package dev.poolpass

import dev.poolpass.ffi.TransactGet as FfiTransactGet
import dev.poolpass.ffi.TransactWrite as FfiTransactWrite

/**
 * One read of a transaction.
 *
 * @property table its table.
 * @property key its key.
 * @property attributes returns only these attributes. Default: all.
 */
class TransactGet(val table: Table, val key: Item, val attributes: List<Attribute>? = null) {
    internal fun toFfi() = FfiTransactGet(table.ffi, itemToFfi(key), attributes?.map { it.ffi })
}

/**
 * One write of a transaction. If its condition does not hold, the transaction writes nothing, and with
 * `returnOldOnConditionCheckFailure` its [CancellationReason] carries the stored item.
 */
sealed interface TransactWrite {
    /** Stores an item. */
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

    /** Checks a condition on an item that the transaction does not write. */
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
