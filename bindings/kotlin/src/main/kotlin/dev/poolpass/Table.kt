package dev.poolpass

import dev.poolpass.ffi.Change as FfiChange
import dev.poolpass.ffi.GetItemOptions as FfiGetItemOptions
import dev.poolpass.ffi.QueryOptions as FfiQueryOptions
import dev.poolpass.ffi.Table as FfiTable

/** The values that an update returns: `ALL_OLD`, `UPDATED_OLD`, `ALL_NEW` or `UPDATED_NEW`. */
typealias ReturnValues = dev.poolpass.ffi.ReturnValues

/** A DynamoDB table, used with the signed-in person's permissions. */
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
     * Finds the items of one partition (Query).
     *
     * @param keyCondition compares the partition key, and may limit the sort key with a comparison, `between` or `beginsWith`.
     * @param descending returns the items in descending order of the sort key. Default: ascending.
     * @param filter returns only items for which this condition holds. DynamoDB reads, and charges for, the others too.
     * @param attributes returns only these attributes. Default: all.
     * @param indexName searches this secondary index. Default: the table itself.
     * @param consistentRead sees every write that succeeded before it, at twice the price. Default: writes of the last moments may be
     * missing.
     * @param pageSize reads at most this many items per page, before the filter. Default: as many as fit into 1 MB.
     * @param exclusiveStartKey starts after this key: the [ItemPage.lastEvaluatedKey] of an earlier page.
     */
    fun query(
        keyCondition: Condition,
        descending: Boolean = false,
        filter: Condition? = null,
        attributes: List<Attribute>? = null,
        indexName: String? = null,
        consistentRead: Boolean = false,
        pageSize: Int? = null,
        exclusiveStartKey: Item? = null,
    ): Query {
        val options = queryOptions(filter, attributes, indexName, consistentRead, pageSize, exclusiveStartKey)
        return Query(ffi, keyCondition, descending, options)
    }

    /**
     * Reads every item of the table (Scan). This reads, and costs, the whole table. The other parameters are those of [query].
     *
     * @param segment scans one segment of the table, so that several workers can share the scan.
     */
    fun scan(
        segment: ScanSegment? = null,
        filter: Condition? = null,
        attributes: List<Attribute>? = null,
        indexName: String? = null,
        consistentRead: Boolean = false,
        pageSize: Int? = null,
        exclusiveStartKey: Item? = null,
    ): Scan = Scan(ffi, segment, queryOptions(filter, attributes, indexName, consistentRead, pageSize, exclusiveStartKey))

    /** Reads the items with these keys, in no particular order (BatchGetItem). */
    suspend fun batchGet(keys: List<Item>, consistentRead: Boolean = false, attributes: List<Attribute>? = null): List<Item> =
        mapped { ffi.batchGet(keys.map(::itemToFfi), getItemOptions(consistentRead, attributes)).map(::itemFromFfi) }

    /** Stores and deletes any number of items, each on its own (BatchWriteItem). */
    suspend fun batchWrite(put: List<Item> = emptyList(), delete: List<Item> = emptyList()): Unit =
        mapped { ffi.batchWrite(put.map(::itemToFfi), delete.map(::itemToFfi)) }

    override fun toString(): String = "Table($name)"
}

/** The changes of one item, each of an attribute by its name or of a place made by [attribute]. */
class Changes internal constructor() {
    internal val list = mutableListOf<FfiChange>()

    /** Sets an attribute. */
    fun set(place: Attribute, value: Any?) {
        list += FfiChange.Set(place.ffi, ffiOf(value))
    }

    /** Sets an attribute. */
    fun set(name: String, value: Any?): Unit = set(attribute(name), value)

    /** Sets an attribute that does not exist yet. */
    fun setIfNotExists(place: Attribute, value: Any?) {
        list += FfiChange.SetIfNotExists(place.ffi, ffiOf(value))
    }

    /** Sets an attribute that does not exist yet. */
    fun setIfNotExists(name: String, value: Any?): Unit = setIfNotExists(attribute(name), value)

    /** Appends elements to a list, which must exist. */
    fun append(place: Attribute, values: Iterable<Any?>) {
        list += FfiChange.Append(place.ffi, values.map(::ffiOf))
    }

    /** Appends elements to a list, which must exist. */
    fun append(name: String, values: Iterable<Any?>): Unit = append(attribute(name), values)

    /** Adds a number to a number, or elements to a set. A missing attribute counts as 0 or as an empty set. */
    fun add(place: Attribute, value: Any?) {
        list += FfiChange.Add(place.ffi, ffiOf(value))
    }

    /** Adds a number to a number, or elements to a set. A missing attribute counts as 0 or as an empty set. */
    fun add(name: String, value: Any?): Unit = add(attribute(name), value)

    /** Removes elements from a set. */
    fun deleteFromSet(place: Attribute, value: Set<Any>) {
        list += FfiChange.DeleteFromSet(place.ffi, ffiOf(value))
    }

    /** Removes elements from a set. */
    fun deleteFromSet(name: String, value: Set<Any>): Unit = deleteFromSet(attribute(name), value)

    /** Removes an attribute. */
    fun remove(place: Attribute) {
        list += FfiChange.Remove(place.ffi)
    }

    /** Removes an attribute. */
    fun remove(name: String): Unit = remove(attribute(name))

    /** Uses an update expression in DynamoDB's own language instead of the other changes. */
    fun expression(expression: Expression) {
        list += FfiChange.Expression(expression.toFfi())
    }
}

internal fun changed(changes: Changes.() -> Unit): List<FfiChange> = Changes().apply(changes).list

private fun getItemOptions(consistentRead: Boolean, attributes: List<Attribute>?) =
    FfiGetItemOptions(consistentRead, attributes?.map { it.ffi })

private fun queryOptions(
    filter: Condition?,
    attributes: List<Attribute>?,
    indexName: String?,
    consistentRead: Boolean,
    pageSize: Int?,
    exclusiveStartKey: Item?,
) = FfiQueryOptions(
    filter = filter?.ffi,
    attributes = attributes?.map { it.ffi },
    indexName = indexName,
    consistentRead = consistentRead,
    pageSize = pageSize,
    exclusiveStartKey = exclusiveStartKey?.let(::itemToFfi),
)
