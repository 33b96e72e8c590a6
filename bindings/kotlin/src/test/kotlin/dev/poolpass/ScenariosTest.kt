package dev.poolpass

import dev.poolpass.player.Backend
import dev.poolpass.player.ScenarioRun
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.Test
import java.io.File
import java.time.Duration

/** Every story of tests/scenarios, each on a local-aws of its own. */
class ScenariosTest {
    @TestFactory
    fun scenarios(): List<DynamicTest> {
        val scenarios = all().filter { (_, scenario) ->
            scenario["backends"]?.jsonArray?.contains(JsonPrimitive("local-aws")) ?: true
        }
        check(scenarios.size >= 50) { "only ${scenarios.size} scenarios were found" }
        return scenarios.map { (_, scenario) ->
            dynamicTest(scenario["title"]!!.jsonPrimitive.content) { play(scenario) }
        }
    }

    @Test
    fun `a scenario that does not go as told fails`() {
        val wrong = """{ "title": "", "steps": [{ "do": "currentUser", "returns": { "username": "nobody" } }] }"""
        val unexpected = """{ "title": "", "steps": [{ "do": "currentUser", "fails": { "kind": "signedOut" } }] }"""
        val unknown = """{ "title": "", "steps": [{ "do": "teleport", "fails": { "kind": "signedOut" } }] }"""
        for (scenario in listOf(wrong, unexpected, unknown)) {
            assertThrows<AssertionError> { play(Json.parseToJsonElement(scenario).jsonObject) }
        }
    }

    private fun play(scenario: JsonObject) = Backend.start().use { backend ->
        runBlocking { withTimeout(LIMIT.toMillis()) { ScenarioRun(backend).play(scenario) } }
    }

    private fun all(): List<Pair<String, JsonObject>> =
        File(System.getProperty("poolpass.root"), "tests/scenarios").listFiles { file -> file.extension == "json" }!!
            .sorted()
            .map { it.nameWithoutExtension to Json.parseToJsonElement(it.readText()).jsonObject }

    private companion object {
        val LIMIT: Duration = Duration.ofMinutes(2)
    }
}
