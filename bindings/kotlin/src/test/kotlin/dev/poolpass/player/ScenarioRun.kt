package dev.poolpass.player

import dev.poolpass.MemoryStore
import dev.poolpass.PoolpassException
import dev.poolpass.Store
import dev.poolpass.plain
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.withContext
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import java.io.ByteArrayOutputStream
import java.io.ObjectOutputStream
import java.util.UUID

/** Plays the steps of one scenario. */
class ScenarioRun(private val backend: Backend) {
    private val totp = TotpCodes()
    private val drivers = mutableMapOf<String, Driver>()
    private val kept = mutableMapOf(
        "config" to backend.config,
        "demo" to backend.demo,
        "random" to JsonPrimitive(UUID.randomUUID().toString().take(8)),
        "users" to JsonObject(emptyMap()),
    )

    /** Plays [scenario]; fails with the step that did not go as expected. */
    suspend fun play(scenario: JsonObject) {
        val logged = logLines.size
        set(scenario)
        (scenario["steps"] as JsonArray).forEachIndexed { index, step ->
            try {
                play(step.jsonObject, index)
            } catch (failure: Exception) {
                throw AssertionError("step ${index + 1}, $step: ${failure.message ?: failure}", failure)
            }
        }
        // Every token of Cognito begins alike, and so does every signature.
        val passwords = (scenario["users"] as? JsonObject).orEmpty().values.mapNotNull { it.jsonObject.text("password") }
        expectLog(logged, passwords + listOf("eyJ", "AWS4-HMAC-SHA256", "X-Amz-Signature"))
    }

    private fun set(scenario: JsonObject) {
        val users = (scenario["users"] as? JsonObject).orEmpty()
        users.forEach { (name, user) -> backend.createUser(name, user.jsonObject) }
        kept["users"] = JsonObject(users.mapValues { (name, user) -> JsonObject(user.jsonObject + ("username" to JsonPrimitive(name))) })
        val stores = mutableMapOf<String, Store>()
        val clients = scenario["clients"] as? JsonObject ?: mapOf("app" to JsonObject(emptyMap()))
        clients.forEach { (name, spec) ->
            val client = spec.jsonObject
            val store = stores.getOrPut(client.text("store") ?: name) { MemoryStore() }
            drivers[name] = Driver(configOf(client), store, client)
        }
    }

    private suspend fun play(step: JsonObject, index: Int) {
        when {
            "do" in step -> call(step)
            "admin" in step -> {
                val answer = backend.admin(step.text("admin")!!, filled(step["with"]).jsonObject)
                step.text("as")?.let { kept[it] = answer }
            }
            "fault" in step -> backend.fault(step["fault"]!!)
            "serverClock" in step -> {
                totp.clockOffsetSeconds = step["serverClock"]!!.jsonPrimitive.long
                backend.setClock(totp.clockOffsetSeconds)
            }
            "requests" in step -> {
                val counts = backend.takeRequestCounts()
                step["requests"]!!.jsonObject.forEach { (operation, expected) ->
                    expect(counts[operation] ?: JsonPrimitive(0), expected, operation)
                }
            }
            "triggers" in step -> backend.setTriggers(filled(step["triggers"]).jsonObject)
            "userContexts" in step -> expect(backend.takeUserContexts(), step["userContexts"]!!, "userContexts")
            else -> error("step $index is none that there is")
        }
    }

    private suspend fun call(step: JsonObject) {
        val driver = drivers[step.text("on") ?: "app"] ?: error("there is no client ${step.text("on")}")
        val args = Arguments(plain(filled(step["with"])).let { members -> (members as Map<*, *>).mapKeys { it.key as String } })
        step["echo"]?.let { echo -> return playEchoes(backend, echo.jsonObject) { driver.perform(step.text("do")!!, args) } }
        val expected = step["returns"]?.let(::filled)
        val fails = step["fails"]?.jsonObject
        val operation = step.text("do")!!
        val outcomes = withContext(Dispatchers.Default) {
            List(step["times"]?.jsonPrimitive?.int ?: 1) { async { runCatching { driver.perform(operation, args) } } }.awaitAll()
        }
        for (outcome in outcomes) {
            outcome.exceptionOrNull()?.let { expectError(it, fails) }
            val result = outcome.getOrNull() ?: continue
            check(fails == null) { "expected ${fails?.text("kind")}, got $result" }
            if (expected != null) expect(result, expected)
            step.text("as")?.let { kept[it] = result }
        }
    }

    private fun expectError(failure: Throwable, expected: JsonObject?) {
        if (expected == null || failure !is PoolpassException) throw failure
        check(failure.kind.code() == expected.text("kind")) { "expected ${expected.text("kind")}, got ${failure.kind.code()}: ${failure.message}" }
        expected.text("awsCode")?.let { check(failure.awsCode == it) { "expected $it, got ${failure.awsCode}" } }
        expected["item"]?.let { expect(json(failure.item?.plain()), filled(it), "item") }
        expected["cancellationReasons"]?.let {
            val reasons = failure.cancellationReasons.map { reason ->
                mapOf("code" to reason.code, "message" to reason.message, "item" to reason.item?.plain())
            }
            expect(json(reasons), filled(it), "cancellationReasons")
        }
        expected["stepUp"]?.let {
            val told = failure.stepUp?.let { required -> mapOf("acrValues" to required.acrValues, "maxAge" to required.maxAge?.seconds) }
            expect(json(told), filled(it), "stepUp")
        }
        (expected["hides"] as? JsonArray).orEmpty().map { it.jsonPrimitive.content }.forEach { text ->
            val shown = printedForms(failure).filter { text in it }
            check(shown.isEmpty()) { "the error shows $text: ${shown.first()}" }
        }
    }

    private fun filled(value: JsonElement?): JsonElement = fill(value ?: JsonObject(emptyMap()), ::lookUp)

    private fun lookUp(name: String): JsonElement {
        val argument = name.substringAfter(':', "")
        return when (name.substringBefore(':')) {
            "code" -> JsonPrimitive(backend.codeSentTo(resolve(argument)))
            "totp" -> JsonPrimitive(totp.next(resolve(argument)))
            "lastTotp" -> JsonPrimitive(totp.last(resolve(argument)))
            else -> find(name) ?: error("nothing is kept as $name")
        }
    }

    /** The value kept under a dotted path, or else the text itself. */
    private fun resolve(text: String): String = (find(text) as? JsonPrimitive)?.contentOrNull ?: text

    private fun find(path: String): JsonElement? =
        path.split('.').fold(JsonObject(kept) as JsonElement?) { value, name ->
            when (value) {
                is JsonObject -> value[name]
                is JsonArray -> name.toIntOrNull()?.let(value::getOrNull)
                else -> null
            }
        }

    /** The backend's configuration for one of its app clients. */
    private fun configOf(spec: JsonObject): JsonObject {
        if (spec.text("appClient") == "none") return JsonObject(backend.config + ("userPool" to JsonNull))
        val own = backend.config["userPool"]!!.jsonObject
        val other = when (val name = spec.text("appClient") ?: "public") {
            "public" -> own
            "secret" -> backend.demo["secretClient"]!!.jsonObject
            "rotating" -> backend.demo["rotatingClient"]!!.jsonObject
            else -> error("the backend has no app client $name")
        }
        val secret = spec["clientSecret"] ?: other["clientSecret"] ?: JsonNull
        val userPool = JsonObject(own + mapOf("clientId" to other["clientId"]!!, "clientSecret" to secret))
        val endpoints = backend.config["endpoints"]!!.jsonObject
        val replica = JsonPrimitive("${endpoints.text("cognitoIdp")!!.trimEnd('/')}/_region/us-west-2")
        val reached = if ("replica" in spec) JsonObject(endpoints + ("cognitoIdp" to replica)) else endpoints
        return JsonObject(backend.config + mapOf("userPool" to userPool, "endpoints" to reached))
    }
}

/** An error in every form in which Kotlin or Java prints or stores one. */
internal fun printedForms(failure: PoolpassException): List<String> {
    val stored = ByteArrayOutputStream().also { ObjectOutputStream(it).use { stream -> stream.writeObject(failure) } }
    return listOf(
        failure.toString(), failure.message.orEmpty(), failure.localizedMessage.orEmpty(), failure.stackTraceToString(),
        failure.cancellationReasons.toString(), failure.cause.toString(), failure.suppressed.toList().toString(),
        stored.toString(Charsets.ISO_8859_1),
    )
}
