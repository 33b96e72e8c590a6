package dev.poolpass.player

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.booleanOrNull

/** Kotlin's values as JSON. */
internal fun json(value: Any?): JsonElement = when (value) {
    null, Unit -> JsonNull
    is JsonElement -> value
    is String -> JsonPrimitive(value)
    is Number -> JsonPrimitive(value)
    is Boolean -> JsonPrimitive(value)
    is Map<*, *> -> JsonObject(value.entries.associate { (name, member) -> name as String to json(member) })
    is Iterable<*> -> JsonArray(value.map(::json))
    else -> error("${value.javaClass} is no JSON")
}

/** JSON as Kotlin's values. */
internal fun plain(value: JsonElement): Any? = when (value) {
    JsonNull -> null
    is JsonObject -> value.mapValues { plain(it.value) }
    is JsonArray -> value.map(::plain)
    is JsonPrimitive -> when {
        value.isString -> value.content
        value.booleanOrNull != null -> value.booleanOrNull
        else -> value.content.toLongOrNull() ?: value.content.toBigDecimal()
    }
}
