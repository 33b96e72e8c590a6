package dev.poolpass.player

import dev.poolpass.PoolpassException
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import java.io.ByteArrayOutputStream
import java.io.ObjectOutputStream
import java.lang.reflect.Modifier
import java.util.Collections

/** The events that the SDK's log listener received from all clients of the tests. */
internal val logLines: MutableList<String> = Collections.synchronizedList(mutableListOf())

/** Fails when a line of the log since [first] shows a secret. */
internal fun expectLog(first: Int, secrets: List<String>) {
    for (line in logLines.toTypedArray().drop(first)) {
        val secret = secrets.find { it in line }
        check(secret == null) { "the log shows $secret: $line" }
    }
}

/** Makes the call once for each combination of a format and an encoding; no error may tell a secret that was echoed. */
internal suspend fun playEchoes(backend: Backend, spec: JsonObject, call: suspend () -> JsonElement) {
    val operation = spec.text("of")!!
    val combinations = backend.echoes()[spec.text("each") ?: "some"]!!.jsonArray
    check(combinations.size >= 20) { "only ${combinations.size} combinations" }
    var failed = 0
    for (echo in combinations) {
        val rule = mapOf("operation" to JsonPrimitive(operation), "action" to JsonObject(mapOf("echo" to echo)))
        backend.fault(JsonObject(rule))
        val logged = logLines.size
        val outcome = runCatching { call() }
        val echoed = backend.endEchoes()
        check(echoed["answers"]!!.jsonPrimitive.long > 0) { "$echo: no request of $operation" }
        for (name in spec["secrets"]!!.jsonArray) {
            check(name in echoed["secrets"]!!.jsonArray) { "$echo: $name is not among ${echoed["secrets"]}" }
        }
        val leaks = echoed["leaks"]!!.jsonArray.map { it.jsonPrimitive.content }
        expectLog(logged, leaks)
        val error = outcome.exceptionOrNull()
        if (error == null) {
            check(echo.jsonObject.text("format") == "status200") { "$echo: expected an error, got ${outcome.getOrNull()}" }
            continue
        }
        if (error !is PoolpassException) throw error
        failed += 1
        for ((place, text) in texts(error)) {
            val leak = leaks.find { it in text }
            check(leak == null) { "$echo: $place shows $leak: $text" }
        }
    }
    check(failed >= combinations.size * 9 / 10) { "only $failed errors" }
}

/** All that a program, a crash reporter or a log can read from an error. */
private fun texts(error: Throwable, depth: Int = 0): List<Pair<String, String>> = buildList {
    add("toString" to error.toString())
    add("message" to error.message.orEmpty())
    add("localizedMessage" to error.localizedMessage.orEmpty())
    add("stackTraceToString" to error.stackTraceToString())
    var type: Class<*>? = error.javaClass
    while (type != null && type != Throwable::class.java) {
        for (field in type.declaredFields.filterNot { Modifier.isStatic(it.modifiers) }) {
            field.isAccessible = true
            add("field ${field.name}" to field.get(error)?.toString().orEmpty())
        }
        for (method in type.methods.filter { it.parameterCount == 0 && it.name.startsWith("get") }) {
            if (method.returnType == String::class.java) add("${method.name}()" to (method.invoke(error) as String?).orEmpty())
        }
        type = type.superclass
    }
    val serialized = ByteArrayOutputStream()
    ObjectOutputStream(serialized).use { it.writeObject(error) }
    add("serialized" to serialized.toString(Charsets.UTF_8))
    if (depth < 5) {
        for (below in listOfNotNull(error.cause) + error.suppressed) {
            addAll(texts(below, depth + 1).map { (place, text) -> "cause: $place" to text })
        }
    }
}
