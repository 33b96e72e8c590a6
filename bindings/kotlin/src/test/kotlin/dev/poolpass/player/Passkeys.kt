package dev.poolpass.player

import dev.poolpass.Authenticator
import dev.poolpass.AuthenticatorErrorKind
import dev.poolpass.AuthenticatorException
import dev.poolpass.Client
import dev.poolpass.Passkey
import dev.poolpass.PasskeyRegistration
import kotlinx.coroutines.flow.toList
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.put
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers

/** The operations on passkeys. */
internal class Passkeys(private val config: JsonObject) {
    private var registration: PasskeyRegistration? = null

    suspend fun perform(client: Client, operation: String, args: Arguments): Any? = when (operation) {
        "account.registerPasskey" -> none(client.account.registerPasskey(authenticator(args)))
        "account.startPasskeyRegistration" -> client.account.startPasskeyRegistration().let {
            registration = it
            Json.parseToJsonElement(it.creationOptions)
        }
        "account.completePasskeyRegistration" -> complete(args)
        "account.passkeys" -> client.account.passkeys(args.maybeInt("pageSize")).items().toList().map(::describe)
        "account.deletePasskey" -> none(client.account.deletePasskey(args.text("credentialId")))
        else -> throw UnknownOperation(operation)
    }

    fun authenticator(args: Arguments): Authenticator = LocalAuthenticator(config, json(args.members("authenticator")).jsonObject)

    private suspend fun complete(args: Arguments): String {
        val started = checkNotNull(registration) { "no registration was started" }
        val credential = args.maybeText("credential") ?: authenticator(args).create(started.creationOptions)
        started.complete(credential)
        return credential
    }

    companion object {
        val OPERATIONS = setOf(
            "account.registerPasskey",
            "account.startPasskeyRegistration",
            "account.completePasskeyRegistration",
            "account.passkeys",
            "account.deletePasskey",
        )
    }
}

private fun describe(passkey: Passkey) = mapOf(
    "credentialId" to passkey.credentialId,
    "friendlyName" to passkey.friendlyName,
    "relyingPartyId" to passkey.relyingPartyId,
    "transports" to passkey.transports,
    "created" to passkey.created.toString(),
)

/** A software authenticator that local-aws runs. `PasskeysTest` uses those of webauthn4j. */
private class LocalAuthenticator(config: JsonObject, private val settings: JsonObject) : Authenticator {
    private val url: URI

    init {
        val endpoint = config["endpoints"]!!.jsonObject["cognitoIdp"]!!.jsonPrimitive.content.trimEnd('/')
        url = URI("$endpoint/_local/authenticators/${settings["name"]?.jsonPrimitive?.content ?: "phone"}")
    }

    override suspend fun create(options: String): String = ask("create", options)

    override suspend fun get(options: String): String = ask("get", options)

    private fun ask(ceremony: String, options: String): String {
        val question = buildJsonObject {
            put("ceremony", ceremony)
            put("options", Json.parseToJsonElement(options))
            put("settings", settings)
        }
        val request = HttpRequest.newBuilder(url).POST(BodyPublishers.ofString(question.toString())).build()
        val answer = Json.parseToJsonElement(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body()).jsonObject
        answer["credential"]?.let { return it.toString() }
        val error = answer["error"]?.jsonObject ?: error("the authenticator says $answer")
        val kind = when (val code = error["kind"]!!.jsonPrimitive.content) {
            "cancelled" -> AuthenticatorErrorKind.CANCELLED
            "alreadyRegistered" -> AuthenticatorErrorKind.ALREADY_REGISTERED
            "notAssociated" -> AuthenticatorErrorKind.NOT_ASSOCIATED
            "unsupported" -> AuthenticatorErrorKind.UNSUPPORTED
            "failed" -> AuthenticatorErrorKind.FAILED
            else -> error("the authenticator says $code")
        }
        throw AuthenticatorException(kind, error["detail"]!!.jsonPrimitive.content)
    }
}
