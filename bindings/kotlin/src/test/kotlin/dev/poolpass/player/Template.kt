package dev.poolpass.player

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive

/** Replaces every `{{…}}` in [value] by what [lookUp] finds for it. */
internal fun fill(value: JsonElement, lookUp: (String) -> JsonElement): JsonElement = when (value) {
    is JsonObject -> JsonObject(value.entries.associate { (name, member) -> written(fillText(name, lookUp)) to fill(member, lookUp) })
    is JsonArray -> JsonArray(value.map { fill(it, lookUp) })
    is JsonPrimitive -> if (value.isString) fillText(value.content, lookUp) else value
}

/** Braces may be nested; the innermost are filled first. */
private fun fillText(template: String, lookUp: (String) -> JsonElement): JsonElement {
    var text = template
    while (true) {
        val end = text.indexOf("}}")
        if (end < 0) break
        val start = text.lastIndexOf("{{", end)
        check(start >= 0) { "too many closing braces in $text" }
        val value = lookUp(text.substring(start + 2, end).trim())
        if (start == 0 && end + 2 == text.length) return value
        text = text.substring(0, start) + written(value) + text.substring(end + 2)
    }
    check("{{" !in text) { "open braces in $text" }
    return JsonPrimitive(text)
}

private fun written(value: JsonElement): String = if (value is JsonPrimitive) value.content else value.toString()
