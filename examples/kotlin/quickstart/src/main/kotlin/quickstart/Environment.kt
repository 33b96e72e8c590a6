package quickstart

import dev.poolpass.Client
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.io.File
import java.net.URI

/** The environment: a local AWS, or the AWS of the configuration. */
class Environment private constructor(
    private val config: String,
    private val localAws: Process?,
    /** The name and password of the existing user, or none if the program starts with a sign-up. */
    val user: Pair<String, String>?,
) : AutoCloseable {
    private val json = Json.parseToJsonElement(config).jsonObject
    private val endpoint = (json["endpoints"] as? JsonObject)?.get("cognitoIdp")?.jsonPrimitive?.content?.trimEnd('/')

    /** A description for the output. */
    val place: String get() = if (localAws != null) "a local AWS at $endpoint" else endpoint ?: "AWS"

    /** A new client with its own session, like another device. */
    fun client() = Client(config)

    /** The newest code that was sent to an address. */
    fun codeSentTo(address: String): String {
        check(localAws != null) { "the codes are in a real mailbox" }
        val messages = Json.parseToJsonElement(URI("$endpoint/_local/messages").toURL().readText()).jsonArray
        val newest = messages.map { it.jsonObject }.last { it["to"]!!.jsonPrimitive.content == address }
        return newest["code"]!!.jsonPrimitive.content
    }

    override fun close() {
        localAws?.outputStream?.close()
        localAws?.waitFor()
    }

    companion object {
        /** Reads the arguments. Without any, starts a local AWS. */
        fun prepare(arguments: Array<String>): Environment {
            val options = arguments.toList().chunked(2).associate { it.first() to it.getOrNull(1) }
            require(options.isEmpty() || options.keys == NAMES && null !in options.values) { "the arguments are: $NAMES" }
            if (options.isNotEmpty()) {
                val password = File(options["--password-file"]!!).readText().trimEnd('\r', '\n')
                return Environment(File(options["--config"]!!).readText(), null, options["--user"]!! to password)
            }
            val program = System.getenv("LOCAL_AWS")?.let(::listOf) ?: listOf("cargo", "run", "--quiet", "--package", "local-aws", "--")
            val server = ProcessBuilder(program + listOf("--demo", "--port", "0", "--until-eof"))
                .redirectError(ProcessBuilder.Redirect.DISCARD).start()
            val config = server.inputStream.bufferedReader().readLine() ?: error("local-aws does not start")
            return Environment(config, server, null)
        }

        private val NAMES = setOf("--config", "--user", "--password-file")
    }
}
