package dev.poolpass

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import dev.poolpass.ffi.Change as FfiChange
import dev.poolpass.ffi.GetItemOptions as FfiGetItemOptions
import dev.poolpass.ffi.Table as FfiTable

/** Which values an update returns: `ALL_OLD`, `UPDATED_OLD`, `ALL_NEW` or `UPDATED_NEW`. */
typealias ReturnValues = dev.poolpass.ffi.ReturnValues

/** A DynamoDB table, seen with the person's permissions. */
class Table internal constructor(internal val ffi: FfiTable) {
    /** The table's name or ARN. */
    val name: String get() = ffi.name()

    /**
     * Reads the item with this key (GetItem).
     *
     * @param consistentRead sees every write that succeeded before it, at twice the price. Default: writes of the last moments may be
     * missing.
     * @param attributes returns only these attributes. Default: all.
     * @return the item, or null if there is no item with this key.
     */
    suspend fun get(key: Item, consistentRead: Boolean = false, attributes: List<Attribute>? = null): Item? =
        mapped { ffi.get(itemToFfi(key), getItemOptions(consistentRead, attributes))?.let(::itemFromFfi) }

    /**
     * Stores an item, replacing any item with the same key (PutItem).
     *
     * @param condition writes only if this condition holds for the stored item.
     * @param returnOldOnConditionCheckFailure if [condition] does not hold, [PoolpassException.item] is the stored item. This costs no
     * extra read.
     * @param returnOld returns the item that was replaced, if there was one.
     * @throws PoolpassException.ConditionFailed when [condition] does not hold.
     */
    suspend fun put(
        item: Item,
        condition: Condition? = null,
        returnOldOnConditionCheckFailure: Boolean = false,
        returnOld: Boolean = false,
    ): Item? = mapped {
        ffi.put(itemToFfi(item), writeOptions(condition, returnOldOnConditionCheckFailure), returnOld)?.let(::itemFromFfi)
    }

    /**
     * Deletes the item with this key (DeleteItem). Deleting a missing item succeeds. The parameters are those of [put].
     *
     * @param returnOld returns the item that was deleted, if there was one.
     * @throws PoolpassException.ConditionFailed when [condition] does not hold.
     */
    suspend fun delete(
        key: Item,
        condition: Condition? = null,
        returnOldOnConditionCheckFailure: Boolean = false,
        returnOld: Boolean = false,
    ): Item? = mapped {
        ffi.delete(itemToFfi(key), writeOptions(condition, returnOldOnConditionCheckFailure), returnOld)?.let(::itemFromFfi)
    }

    /**
     * Changes attributes of the item with this key, or creates it (UpdateItem). The parameters are those of [put].
     *
     * ```kotlin
     * table.update(itemOf("pk" to me, "sk" to "note")) {
     *     set("title", "Punched cards")
     *     add("revision", 1)
     * }
     * ```
     *
     * @param returnValues which values the update returns. Default: none.
     * @throws PoolpassException.ConditionFailed when [condition] does not hold.
     */
    suspend fun update(
        key: Item,
        condition: Condition? = null,
        returnOldOnConditionCheckFailure: Boolean = false,
        returnValues: ReturnValues? = null,
        changes: Changes.() -> Unit,
    ): Item? = mapped {
        val options = writeOptions(condition, returnOldOnConditionCheckFailure)
        ffi.update(itemToFfi(key), changed(changes), options, returnValues)?.let(::itemFromFfi)
    }

    /**
     * The items whose key fits (Query), over all pages, each read when it is asked for.
     *
     * @param keyCondition the partition key, and optionally a condition for the sort key.
     * @param descending turns their order around.
     */
    fun query(
        keyCondition: Condition,
        descending: Boolean = false,
        options: SearchOptions = SearchOptions(),
    ): Flow<Item> = items(options) { queryPage(keyCondition, descending, it) }

    /** One page of the items whose key fits (Query). */
    suspend fun queryPage(
        keyCondition: Condition,
        descending: Boolean = false,
        options: SearchOptions = SearchOptions(),
    ): ItemPage = mapped { ItemPage(ffi.queryPage(keyCondition.ffi, descending, options.toFfi())) }

    /** How many items fit (Query with COUNT, over all pages). */
    suspend fun queryCount(keyCondition: Condition, options: SearchOptions = SearchOptions()): Long =
        mapped { ffi.queryCount(keyCondition.ffi, options.toFfi()) }

    /**
     * All items (Scan), over all pages, each read when it is asked for.
     *
     * @param segment a part of the table, which is scanned side by side with the others.
     */
    fun scan(options: SearchOptions = SearchOptions(), segment: ScanSegment? = null): Flow<Item> =
        items(options) { scanPage(it, segment) }

    /** One page of all items (Scan). */
    suspend fun scanPage(options: SearchOptions = SearchOptions(), segment: ScanSegment? = null): ItemPage =
        mapped { ItemPage(ffi.scanPage(segment, options.toFfi())) }

    /** How many items there are (Scan with COUNT, over all pages). */
    suspend fun scanCount(options: SearchOptions = SearchOptions(), segment: ScanSegment? = null): Long =
        mapped { ffi.scanCount(segment, options.toFfi()) }

    /** Reads any number of items by their keys (BatchGetItem), in no particular order. */
    suspend fun batchGet(keys: List<Item>, consistentRead: Boolean = false, attributes: List<Attribute>? = null): List<Item> =
        mapped { ffi.batchGet(keys.map(::itemToFfi), getItemOptions(consistentRead, attributes)).map(::itemFromFfi) }

    /** Writes and deletes any number of items, each for itself (BatchWriteItem). */
    suspend fun batchWrite(put: List<Item> = emptyList(), delete: List<Item> = emptyList()): Unit =
        mapped { ffi.batchWrite(put.map(::itemToFfi), delete.map(::itemToFfi)) }

    override fun toString(): String = "Table($name)"
}

/** The changes of one item. A change speaks of an attribute by its name, or of what [attribute] makes. */
class Changes internal constructor() {
    internal val list = mutableListOf<FfiChange>()

    /** Sets an attribute. */
    fun set(place: Attribute, value: Any?) {
        list += FfiChange.Set(place.ffi, ffiOf(value))
    }

    /** Sets an attribute. */
    fun set(name: String, value: Any?): Unit = set(attribute(name), value)

    /** Sets an attribute that is not there yet. */
    fun setIfNotExists(place: Attribute, value: Any?) {
        list += FfiChange.SetIfNotExists(place.ffi, ffiOf(value))
    }

    /** Sets an attribute that is not there yet. */
    fun setIfNotExists(name: String, value: Any?): Unit = setIfNotExists(attribute(name), value)

    /** Adds elements at the end of a list, which has to exist. */
    fun append(place: Attribute, values: Iterable<Any?>) {
        list += FfiChange.Append(place.ffi, values.map(::ffiOf))
    }

    /** Adds elements at the end of a list, which has to exist. */
    fun append(name: String, values: Iterable<Any?>): Unit = append(attribute(name), values)

    /** Adds to a number, or the elements of a set to a set. */
    fun add(place: Attribute, value: Any?) {
        list += FfiChange.Add(place.ffi, ffiOf(value))
    }

    /** Adds to a number, or the elements of a set to a set. */
    fun add(name: String, value: Any?): Unit = add(attribute(name), value)

    /** Takes the elements of a set out of a set. */
    fun deleteFromSet(place: Attribute, value: Set<Any>) {
        list += FfiChange.DeleteFromSet(place.ffi, ffiOf(value))
    }

    /** Takes the elements of a set out of a set. */
    fun deleteFromSet(name: String, value: Set<Any>): Unit = deleteFromSet(attribute(name), value)

    /** Removes an attribute. */
    fun remove(place: Attribute) {
        list += FfiChange.Remove(place.ffi)
    }

    /** Removes an attribute. */
    fun remove(name: String): Unit = remove(attribute(name))

    /** An update expression in DynamoDB's own language, in place of all other changes. */
    fun expression(expression: Expression) {
        list += FfiChange.Expression(expression.toFfi())
    }
}

internal fun changed(changes: Changes.() -> Unit): List<FfiChange> = Changes().apply(changes).list

private fun getItemOptions(consistentRead: Boolean, attributes: List<Attribute>?) =
    FfiGetItemOptions(consistentRead, attributes?.map { it.ffi })

private fun items(options: SearchOptions, page: suspend (SearchOptions) -> ItemPage): Flow<Item> = flow {
    var next: SearchOptions? = options
    while (next != null) {
        val read = page(next)
        read.items.forEach { emit(it) }
        next = read.lastEvaluatedKey?.let { options.copy(exclusiveStartKey = it) }
    }
}
