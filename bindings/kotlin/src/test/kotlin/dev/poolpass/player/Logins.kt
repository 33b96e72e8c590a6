package dev.poolpass.player

import dev.poolpass.Client
import dev.poolpass.LoginProvider
import dev.poolpass.ProviderToken
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import java.time.Duration

/** Asks a server for the token: a provider's stand-in, or the app's backend. With [keeps], the first token is used for ever. */
internal class TokenSource(private val url: String, private val request: JsonElement, private val keeps: Boolean) {
    private var kept: ProviderToken? = null

    suspend fun token(): ProviderToken = kept?.takeIf { keeps } ?: ask().also { kept = it }

    private fun ask(): ProviderToken {
        val request = HttpRequest.newBuilder(URI(url)).POST(HttpRequest.BodyPublishers.ofString(request.toString())).build()
        val answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString())
        check(answer.statusCode() == 200) { "the provider answered ${answer.statusCode()}" }
        val body = Json.parseToJsonElement(answer.body()).jsonObject
        val token = body.getValue("token").jsonPrimitive.content
        val identityId = body["identityId"]?.jsonPrimitive?.content
        return if (identityId == null) ProviderToken(token) else ProviderToken.developer(identityId, token)
    }
}

internal fun loginProvider(args: Arguments): LoginProvider {
    val name = args.maybeText("name").orEmpty()
    return when (val kind = args.text("provider")) {
        "google" -> LoginProvider.Google
        "facebook" -> LoginProvider.Facebook
        "apple" -> LoginProvider.Apple
        "amazon" -> LoginProvider.Amazon
        "openId" -> LoginProvider.OpenId(name)
        "saml" -> LoginProvider.Saml(name)
        "developer" -> LoginProvider.Developer(name)
        else -> error("there is no login provider $kind")
    }
}

internal fun describe(provider: LoginProvider): Map<String, String?> = when (provider) {
    LoginProvider.Google -> mapOf("provider" to "google", "name" to null)
    LoginProvider.Facebook -> mapOf("provider" to "facebook", "name" to null)
    LoginProvider.Apple -> mapOf("provider" to "apple", "name" to null)
    LoginProvider.Amazon -> mapOf("provider" to "amazon", "name" to null)
    is LoginProvider.OpenId -> mapOf("provider" to "openId", "name" to provider.issuer)
    is LoginProvider.Saml -> mapOf("provider" to "saml", "name" to provider.arn)
    is LoginProvider.Developer -> mapOf("provider" to "developer", "name" to provider.name)
}

internal fun classicFlow(client: Client, args: Arguments): Client = client.classicFlow(
    args.text("roleArn"),
    args.maybeText("sessionName"),
    args.maybeInt("duration")?.let { Duration.ofSeconds(it.toLong()) },
    args.maybeText("policy"),
)
