package dev.poolpass.player

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.put
import software.amazon.awssdk.http.ContentStreamProvider
import software.amazon.awssdk.http.SdkHttpMethod
import software.amazon.awssdk.http.SdkHttpRequest
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity
import java.io.OutputStream
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse
import java.net.http.HttpResponse.BodyHandlers

/** A local-aws of one test's own, and what root and the test's control do with it. It stops when this process does. */
class Backend private constructor(private val server: Process, val config: JsonObject) : AutoCloseable {
    private val endpoint = config["endpoints"]!!.jsonObject.text("cognitoIdp")!!.trimEnd('/')
    private val region = config.text("region")!!
    private val http = HttpClient.newHttpClient()

    val userPoolId = config["userPool"]!!.jsonObject.text("id")!!
    val demo = config["demo"]!!.jsonObject

    /** Calls an operation of cognito-idp as the account's root user. */
    fun admin(operation: String, input: JsonObject): JsonObject {
        val body = JsonObject(mapOf("UserPoolId" to JsonPrimitive(userPoolId)) + input).toString().toByteArray()
        val request = SdkHttpRequest.builder().method(SdkHttpMethod.POST).uri(URI("$endpoint/"))
        cognitoHeaders(operation).forEach { (name, value) -> request.putHeader(name, value) }
        val signed = AwsV4HttpSigner.create().sign { sign ->
            sign.identity(AwsCredentialsIdentity.create("test", "test"))
                .request(request.build())
                .payload(ContentStreamProvider.fromByteArray(body))
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "cognito-idp")
                .putProperty(AwsV4HttpSigner.REGION_NAME, region)
        }
        // The HTTP client writes Host by itself.
        val headers = signed.request().headers().filterKeys { !it.equals("host", ignoreCase = true) }
        return cognito(operation, body, headers.mapValues { it.value.first() })
    }

    /** Makes somebody exist. */
    fun createUser(name: String, user: JsonObject) {
        val attributes = (user["attributes"] as? JsonObject).orEmpty().mapValues { it.value.jsonPrimitive.content }
        val password = user.text("password")!!
        val state = user.text("state") ?: "confirmed"
        if (state == "unconfirmed") {
            val input = buildJsonObject {
                put("ClientId", config["userPool"]!!.jsonObject.text("clientId"))
                put("Username", name)
                put("Password", password)
                put("UserAttributes", listed(attributes))
            }
            cognito("SignUp", input.toString().toByteArray(), cognitoHeaders("SignUp"))
            return
        }
        val verified = listOf("email", "phone_number").filter { it in attributes }.associate { "${it}_verified" to "true" }
        admin("AdminCreateUser", buildJsonObject {
            put("Username", name)
            put("TemporaryPassword", password)
            put("MessageAction", "SUPPRESS")
            put("UserAttributes", listed(attributes + verified))
        })
        if (state == "confirmed") {
            admin("AdminSetUserPassword", buildJsonObject {
                put("Username", name)
                put("Password", password)
                put("Permanent", true)
            })
        }
    }

    /** The newest code that was sent to an address or a phone number. */
    fun codeSentTo(address: String): String =
        (control("GET", "messages") as JsonArray).map { it.jsonObject }.lastOrNull { it.text("to") == address }?.text("code")
            ?: error("no code was sent to $address")

    /** Adds a fault, or with null removes all. */
    fun fault(rule: JsonElement) {
        if (rule is JsonNull) control("DELETE", "faults") else control("POST", "faults", rule)
    }

    /** The combinations of formats and encodings in which the server echoes secrets. */
    fun echoes(): JsonObject = control("GET", "echoes").jsonObject

    /** Ends all echoes, and tells what was echoed. */
    fun endEchoes(): JsonObject = control("DELETE", "echoes").jsonObject

    /** Sets the server's clock so far ahead of the machine's. */
    fun setClock(offsetSeconds: Long) {
        control("POST", "clock", buildJsonObject { put("offsetSeconds", offsetSeconds) })
    }

    /** Replaces the user pool's Lambda triggers. */
    fun setTriggers(script: JsonObject) {
        control("POST", "triggers", JsonObject(script + ("userPoolId" to JsonPrimitive(userPoolId))))
    }

    /** The device data that requests have carried since this was last asked. */
    fun takeUserContexts(): JsonElement = control("DELETE", "user-contexts")

    /** How many requests reached the server, by operation, since this was last asked. */
    fun takeRequestCounts(): JsonObject {
        val counts = requestCounts()
        control("DELETE", "requests")
        return counts
    }

    /** As [takeRequestCounts], and lets the counts go on: between the two no request is missed. */
    fun requestCounts(): JsonObject = control("GET", "requests").jsonObject

    override fun close() {
        server.outputStream.close()
        server.waitFor()
    }

    private fun cognito(operation: String, body: ByteArray, headers: Map<String, String>): JsonObject {
        val request = HttpRequest.newBuilder(URI("$endpoint/")).POST(BodyPublishers.ofByteArray(body))
        headers.filterKeys { it.lowercase() !in RESTRICTED }.forEach { (name, value) -> request.header(name, value) }
        val answer = http.send(request.build(), BodyHandlers.ofString())
        check(answer.statusCode() == 200) { "$operation was refused: ${answer.body()}" }
        return answer.body().ifEmpty { "{}" }.let(Json::parseToJsonElement).jsonObject
    }

    private fun cognitoHeaders(operation: String) = mapOf(
        "content-type" to "application/x-amz-json-1.1",
        "x-amz-target" to "AWSCognitoIdentityProviderService.$operation",
    )

    private fun control(method: String, what: String, body: JsonElement? = null): JsonElement {
        val publisher = body?.let { BodyPublishers.ofString(it.toString()) } ?: BodyPublishers.noBody()
        val request = HttpRequest.newBuilder(URI("$endpoint/_local/$what")).method(method, publisher).build()
        val answer: HttpResponse<String> = http.send(request, BodyHandlers.ofString())
        check(answer.statusCode() in 200..299) { "/_local/$what: ${answer.body()}" }
        return answer.body().ifEmpty { "null" }.let(Json::parseToJsonElement)
    }

    companion object {
        private val RESTRICTED = setOf("host", "content-length", "connection", "expect", "upgrade")

        /** Starts and provisions a local-aws. */
        fun start(): Backend {
            val program = System.getenv("LOCAL_AWS") ?: error("LOCAL_AWS names the program local-aws")
            val server = ProcessBuilder(program, "--demo", "--port", "0", "--until-eof")
                .redirectError(ProcessBuilder.Redirect.DISCARD).start()
            val output = server.inputStream.bufferedReader()
            val ready = output.readLine() ?: error("local-aws ended before it was ready")
            // Its further output must not fill the pipe.
            Thread { output.use { it.transferTo(OutputStream.nullOutputStream().writer()) } }.apply { isDaemon = true }.start()
            return Backend(server, Json.parseToJsonElement(ready).jsonObject)
        }
    }
}

private fun listed(attributes: Map<String, String>) = JsonArray(
    attributes.map { (name, value) ->
        buildJsonObject {
            put("Name", name)
            put("Value", value)
        }
    },
)

internal fun JsonObject.text(name: String): String? = (this[name] as? JsonPrimitive)?.contentOrNull
