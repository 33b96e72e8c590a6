package dev.poolpass.player

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.booleanOrNull

/** Fails with the place and the difference unless [actual] contains what a scenario expects. */
internal fun expect(actual: JsonElement?, expected: JsonElement, place: String = "result") {
    val present = actual.takeUnless { it is JsonNull }
    when {
        expected is JsonPrimitive && expected.isString && expected.content.startsWith("$") -> {
            val matches = when (expected.content) {
                "\$string" -> present is JsonPrimitive && present.isString
                "\$number" -> present is JsonPrimitive && !present.isString && present.content.toBigDecimalOrNull() != null
                "\$boolean" -> present is JsonPrimitive && !present.isString && present.booleanOrNull != null
                "\$any" -> present != null
                "\$absent" -> present == null
                else -> error("$place: unknown matcher ${expected.content}")
            }
            check(matches) { "$place: expected ${expected.content}, got $actual" }
        }
        expected is JsonArray && present is JsonArray -> {
            check(present.size == expected.size) { "$place: expected ${expected.size} elements, got $actual" }
            expected.forEachIndexed { index, element -> expect(present[index], element, "$place[$index]") }
        }
        expected is JsonObject && present is JsonObject ->
            expected.forEach { (name, member) -> expect(present[name], member, "$place.$name") }
        else -> check(same(actual ?: JsonNull, expected)) { "$place: expected $expected, got $actual" }
    }
}

private fun same(actual: JsonElement, expected: JsonElement): Boolean {
    if (actual !is JsonPrimitive || expected !is JsonPrimitive) return actual == expected
    if (actual.isString != expected.isString) return false
    if (actual.content == expected.content) return true
    val numbers = listOf(actual, expected).map { it.content.toBigDecimalOrNull() ?: return false }
    return !actual.isString && numbers[0].compareTo(numbers[1]) == 0
}
