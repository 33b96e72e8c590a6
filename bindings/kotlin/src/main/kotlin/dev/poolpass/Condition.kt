package dev.poolpass

import dev.poolpass.ffi.Attribute as FfiAttribute
import dev.poolpass.ffi.Condition as FfiCondition
import dev.poolpass.ffi.Expression as FfiExpression
import dev.poolpass.ffi.WriteOptions as FfiWriteOptions

/** The attribute called [name], whatever is in the name: `attribute("pk") eq identityId`. */
fun attribute(name: String): Attribute = Attribute(FfiAttribute(name))

/** The place of a value: an attribute, or something inside of one. Values are turned as [AttributeValue.of] does. */
class Attribute internal constructor(internal val ffi: FfiAttribute) {
    /** The member called [name] of the map at this place. */
    fun member(name: String): Attribute = Attribute(ffi.member(name))

    /** The element of the list at this place, counted from 0. */
    fun element(index: Int): Attribute = Attribute(mapped { ffi.element(index) })

    /** `=` */
    infix fun eq(value: Any?): Condition = Condition(ffi.eq(ffiOf(value)))

    /** `<>` */
    infix fun ne(value: Any?): Condition = Condition(ffi.ne(ffiOf(value)))

    /** `<` */
    infix fun lt(value: Any?): Condition = Condition(ffi.lt(ffiOf(value)))

    /** `<=` */
    infix fun le(value: Any?): Condition = Condition(ffi.le(ffiOf(value)))

    /** `>` */
    infix fun gt(value: Any?): Condition = Condition(ffi.gt(ffiOf(value)))

    /** `>=` */
    infix fun ge(value: Any?): Condition = Condition(ffi.ge(ffiOf(value)))

    /** `BETWEEN first AND last`, both included. */
    fun between(first: Any?, last: Any?): Condition = Condition(ffi.between(ffiOf(first), ffiOf(last)))

    /** `IN`: one of up to 100 values. */
    infix fun isIn(values: Iterable<Any?>): Condition = Condition(ffi.isIn(values.map(::ffiOf)))

    /** `attribute_exists` */
    fun exists(): Condition = Condition(ffi.exists())

    /** `attribute_not_exists` */
    fun notExists(): Condition = Condition(ffi.notExists())

    /** `begins_with` */
    infix fun beginsWith(prefix: String): Condition = Condition(ffi.beginsWith(prefix))

    /** `contains`: a part of a string, an element of a set or of a list. */
    infix fun contains(value: Any?): Condition = Condition(ffi.contains(ffiOf(value)))

    override fun toString(): String = "Attribute"
}

/** What has to hold: begins with [attribute], or is an [Expression]. */
class Condition internal constructor(internal val ffi: FfiCondition) {
    /** A condition in DynamoDB's own language. */
    constructor(expression: Expression) : this(FfiCondition.ofExpression(expression.toFfi()))

    /** Both hold. */
    infix fun and(other: Condition): Condition = Condition(ffi.and(other.ffi))

    /** One holds, or both. */
    infix fun or(other: Condition): Condition = Condition(ffi.or(other.ffi))

    /** It does not hold. */
    operator fun not(): Condition = Condition(ffi.not())

    override fun toString(): String = "Condition"
}

/**
 * Something in DynamoDB's own language, with its placeholders.
 *
 * @property text such as `size(#tags) > :least`.
 * @property names names by placeholder, such as `#tags`.
 * @property values values by placeholder, such as `:least`.
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
