package dev.poolpass

import dev.poolpass.ffi.Attribute as FfiAttribute
import dev.poolpass.ffi.Condition as FfiCondition
import dev.poolpass.ffi.Expression as FfiExpression
import dev.poolpass.ffi.WriteOptions as FfiWriteOptions

/** The attribute called [name]. Dots and brackets in it are part of the name: `attribute("pk") eq identityId`. */
fun attribute(name: String): Attribute = Attribute(FfiAttribute(name))

/** An attribute, or a place inside an attribute. Values are converted as by [AttributeValue.of]. */
class Attribute internal constructor(internal val ffi: FfiAttribute) {
    /** Returns the member [name] of this map. */
    fun member(name: String): Attribute = Attribute(ffi.member(name))

    /** Returns the element [index], counted from 0, of this list. */
    fun element(index: Int): Attribute = Attribute(mapped { ffi.element(index) })

    /** Matches attributes equal to [value]. */
    infix fun eq(value: Any?): Condition = Condition(ffi.eq(ffiOf(value)))

    /** Matches attributes that differ from [value] or do not exist. */
    infix fun ne(value: Any?): Condition = Condition(ffi.ne(ffiOf(value)))

    /** Matches attributes less than [value]. */
    infix fun lt(value: Any?): Condition = Condition(ffi.lt(ffiOf(value)))

    /** Matches attributes less than or equal to [value]. */
    infix fun le(value: Any?): Condition = Condition(ffi.le(ffiOf(value)))

    /** Matches attributes greater than [value]. */
    infix fun gt(value: Any?): Condition = Condition(ffi.gt(ffiOf(value)))

    /** Matches attributes greater than or equal to [value]. */
    infix fun ge(value: Any?): Condition = Condition(ffi.ge(ffiOf(value)))

    /** Matches attributes from [first] to [last], both included. */
    fun between(first: Any?, last: Any?): Condition = Condition(ffi.between(ffiOf(first), ffiOf(last)))

    /** Matches attributes equal to one of [values], of which DynamoDB takes 1 to 100. */
    infix fun isIn(values: Iterable<Any?>): Condition = Condition(ffi.isIn(values.map(::ffiOf)))

    /** Matches items that have the attribute, even if it is null. */
    fun exists(): Condition = Condition(ffi.exists())

    /** Matches items without the attribute. On an attribute of the key, it means that no item has this key. */
    fun notExists(): Condition = Condition(ffi.notExists())

    /** Matches strings that start with [prefix]. */
    infix fun beginsWith(prefix: String): Condition = Condition(ffi.beginsWith(prefix))

    /** Matches strings that contain the string [value], and lists and sets that contain the element [value]. */
    infix fun contains(value: Any?): Condition = Condition(ffi.contains(ffiOf(value)))

    override fun toString(): String = "Attribute"
}

/** A condition for a write, a query or a filter. It starts with [attribute], or is an [Expression]. */
class Condition internal constructor(internal val ffi: FfiCondition) {
    /** A condition in DynamoDB's own language. */
    constructor(expression: Expression) : this(FfiCondition.ofExpression(expression.toFfi()))

    /** Requires both conditions. */
    infix fun and(other: Condition): Condition = Condition(ffi.and(other.ffi))

    /** Requires at least one of the two conditions. */
    infix fun or(other: Condition): Condition = Condition(ffi.or(other.ffi))

    /** Requires that the condition does not hold. */
    operator fun not(): Condition = Condition(ffi.not())

    override fun toString(): String = "Condition"
}

/**
 * An expression in DynamoDB's own language, with its `#name` and `:value` placeholders.
 *
 * @property text the expression, such as `size(#tags) > :least`.
 * @property names the names that `#name` placeholders stand for.
 * @property values the values that `:value` placeholders stand for.
 */
class Expression(
    val text: String,
    val names: Map<String, String> = emptyMap(),
    val values: Item = emptyMap(),
) {
    internal fun toFfi() = FfiExpression(text, names, itemToFfi(values))

    override fun toString(): String = "Expression($text)"
}

internal fun writeOptions(condition: Condition?, returnOldOnConditionCheckFailure: Boolean) =
    FfiWriteOptions(condition?.ffi, returnOldOnConditionCheckFailure)

internal fun ffiOf(value: Any?) = AttributeValue.of(value).toFfi()
