package dev.poolpass

import dev.poolpass.player.Backend
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonObject

/** The demo's person, who has no second factor. */
internal class Person(private val backend: Backend) {
    private val person = backend.demo["users"]!!.jsonArray[0].jsonObject
    val username = person["username"]!!.jsonPrimitive.content
    val password = person["password"]!!.jsonPrimitive.content

    /** A client on which the person is signed in. */
    suspend fun client(options: ClientOptions = ClientOptions(), config: JsonObject = backend.config): Client =
        Client(config.toString(), options).also { check(it.signIn(username, password) is SignInStep.Done) }
}

/** The configuration of the app client whose refresh tokens rotate. */
internal fun rotating(backend: Backend): JsonObject {
    val client = backend.demo["rotatingClient"]!!.jsonObject
    val userPool = backend.config["userPool"]!!.jsonObject + ("clientId" to client["clientId"]!!)
    return JsonObject(backend.config + ("userPool" to JsonObject(userPool)))
}

/** Makes the answers of an operation come late. */
internal fun delayed(operation: String, millis: Long): JsonElement = buildJsonObject {
    put("operation", operation)
    putJsonObject("action") { put("delayMs", JsonPrimitive(millis)) }
    put("times", 1)
}
