package dev.poolpass

import java.math.BigDecimal
import java.util.Base64
import dev.poolpass.ffi.AttributeValue as FfiAttributeValue

/** An item, or an item's key: attributes by their names. [itemOf] converts Kotlin's values. */
typealias Item = Map<String, AttributeValue>

/**
 * The value of an attribute, in DynamoDB's own types. [of] converts from Kotlin's values, and [plain] to them.
 *
 * | Kotlin | DynamoDB |
 * |---|---|
 * | `String`, `Boolean`, `null`, `List`, `Map` | S, BOOL, NULL, L, M |
 * | any `Number` | N |
 * | `ByteArray` | B |
 * | `Set` of strings; of numbers; of `ByteArray` | SS; NS; BS |
 */
sealed interface AttributeValue {
    /**
     * A string.
     *
     * @property value the text.
     */
    data class S(val value: String) : AttributeValue

    /**
     * A number.
     *
     * @property value as text, so that none of its up to 38 digits is lost.
     */
    data class N(val value: String) : AttributeValue

    /**
     * Bytes.
     *
     * @property value the bytes.
     */
    class B(val value: ByteArray) : AttributeValue {
        override fun equals(other: Any?): Boolean = other is B && value.contentEquals(other.value)

        override fun hashCode(): Int = value.contentHashCode()

        override fun toString(): String = "B(value=${Base64.getEncoder().encodeToString(value)})"
    }

    /**
     * A boolean.
     *
     * @property value true or false.
     */
    data class Bool(val value: Boolean) : AttributeValue

    /** DynamoDB's null, which is not the same as an absent attribute. */
    data object Null : AttributeValue

    /**
     * A map.
     *
     * @property value its members.
     */
    data class M(val value: Map<String, AttributeValue>) : AttributeValue

    /**
     * A list.
     *
     * @property value its elements.
     */
    data class L(val value: List<AttributeValue>) : AttributeValue

    /**
     * A set of strings; DynamoDB refuses empty sets.
     *
     * @property value its elements.
     */
    data class Ss(val value: Set<String>) : AttributeValue

    /**
     * A set of numbers.
     *
     * @property value its elements, as text.
     */
    data class Ns(val value: Set<String>) : AttributeValue

    /**
     * A set of byte strings.
     *
     * @property value its elements.
     */
    data class Bs(val value: Set<B>) : AttributeValue

    /** Converts Kotlin's values to DynamoDB's. */
    companion object {
        /**
         * Converts [value] to a value of DynamoDB.
         *
         * @throws IllegalArgumentException for a class that is not in the table of [AttributeValue], and for mixed or empty sets.
         */
        fun of(value: Any?): AttributeValue = when (value) {
            null -> Null
            is AttributeValue -> value
            is String -> S(value)
            is Boolean -> Bool(value)
            is Number -> N(text(value))
            is ByteArray -> B(value)
            is Map<*, *> -> M(value.entries.associate { (name, member) -> name as String to of(member) })
            is Set<*> -> setOf(value)
            is Iterable<*> -> L(value.map(::of))
            else -> throw IllegalArgumentException("DynamoDB has nothing for ${value.javaClass.name}")
        }

        private fun setOf(elements: Set<*>): AttributeValue = when {
            elements.isEmpty() -> throw IllegalArgumentException("DynamoDB has no empty sets")
            elements.all { it is String } -> Ss(elements.mapTo(linkedSetOf()) { it as String })
            elements.all { it is Number } -> Ns(elements.mapTo(linkedSetOf()) { text(it as Number) })
            elements.all { it is ByteArray } -> Bs(elements.mapTo(linkedSetOf()) { B(it as ByteArray) })
            else -> throw IllegalArgumentException("a set of DynamoDB holds strings, numbers or byte arrays alone")
        }

        private fun text(number: Number): String = (number as? BigDecimal)?.toPlainString() ?: number.toString()
    }
}

/** The item or key with these attributes, converted by [AttributeValue.of]: `itemOf("pk" to id, "revision" to 1)`. */
fun itemOf(vararg attributes: Pair<String, Any?>): Item =
    attributes.associate { (name, value) -> name to AttributeValue.of(value) }

/** Converts the item to Kotlin's values, as [AttributeValue.plain] does. */
fun Item.plain(): Map<String, Any?> = mapValues { it.value.plain() }

/** Converts the value to Kotlin's; numbers become [BigDecimal], which can hold every number of DynamoDB. */
fun AttributeValue.plain(): Any? = when (this) {
    is AttributeValue.S -> value
    is AttributeValue.N -> BigDecimal(value)
    is AttributeValue.B -> value
    is AttributeValue.Bool -> value
    AttributeValue.Null -> null
    is AttributeValue.M -> value.plain()
    is AttributeValue.L -> value.map { it.plain() }
    is AttributeValue.Ss -> value
    is AttributeValue.Ns -> value.mapTo(linkedSetOf()) { BigDecimal(it) }
    is AttributeValue.Bs -> value.mapTo(linkedSetOf()) { it.value }
}

internal fun itemToFfi(item: Item): Map<String, FfiAttributeValue> = item.mapValues { it.value.toFfi() }

internal fun itemFromFfi(item: Map<String, FfiAttributeValue>): Item = item.mapValues { fromFfi(it.value) }

internal fun AttributeValue.toFfi(): FfiAttributeValue = when (this) {
    is AttributeValue.S -> FfiAttributeValue.S(value)
    is AttributeValue.N -> FfiAttributeValue.N(value)
    is AttributeValue.B -> FfiAttributeValue.B(value)
    is AttributeValue.Bool -> FfiAttributeValue.Bool(value)
    AttributeValue.Null -> FfiAttributeValue.Null
    is AttributeValue.M -> FfiAttributeValue.M(itemToFfi(value))
    is AttributeValue.L -> FfiAttributeValue.L(value.map { it.toFfi() })
    is AttributeValue.Ss -> FfiAttributeValue.Ss(value.toList())
    is AttributeValue.Ns -> FfiAttributeValue.Ns(value.toList())
    is AttributeValue.Bs -> FfiAttributeValue.Bs(value.map { it.value })
}

private fun fromFfi(value: FfiAttributeValue): AttributeValue = when (value) {
    is FfiAttributeValue.S -> AttributeValue.S(value.v1)
    is FfiAttributeValue.N -> AttributeValue.N(value.v1)
    is FfiAttributeValue.B -> AttributeValue.B(value.v1)
    is FfiAttributeValue.Bool -> AttributeValue.Bool(value.v1)
    FfiAttributeValue.Null -> AttributeValue.Null
    is FfiAttributeValue.M -> AttributeValue.M(itemFromFfi(value.v1))
    is FfiAttributeValue.L -> AttributeValue.L(value.v1.map(::fromFfi))
    is FfiAttributeValue.Ss -> AttributeValue.Ss(value.v1.toSet())
    is FfiAttributeValue.Ns -> AttributeValue.Ns(value.v1.toSet())
    is FfiAttributeValue.Bs -> AttributeValue.Bs(value.v1.mapTo(linkedSetOf()) { AttributeValue.B(it) })
}
