package dev.poolpass.player

import dev.poolpass.Client
import dev.poolpass.IdentityProvider
import dev.poolpass.RedirectOptions
import dev.poolpass.RedirectUserAgent
import dev.poolpass.UserAgentErrorKind
import dev.poolpass.UserAgentException
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import java.time.Duration

/** Signing in by redirect, with local-aws's browser in place of a person's. */
internal class Redirects(private val config: JsonObject) {
    suspend fun perform(client: Client, operation: String, args: Arguments): Any? = when (operation) {
        "signInWithRedirect" -> mapOf("url" to client.signInWithRedirect(args.text("redirectUri"), options(args)).url)
        "signInWithUserAgent" ->
            user(client.signInWithUserAgent(Browser(config, args.members("userAgent")), args.text("redirectUri"), options(args)))
        "handleRedirect" ->
            client.handleRedirect(args.text("url"))?.let { mapOf("user" to user(it.user), "customState" to it.customState) }
        "logoutUrl" -> mapOf("url" to client.logoutUrl(args.text("logoutUri")))
        "browse" -> mapOf("url" to Browser(config, args.members("userAgent")).visit(args.text("url"), args.text("redirectUri")))
        else -> throw UnknownOperation(operation)
    }

    private fun options(args: Arguments) = RedirectOptions(
        provider = args.maybeText("provider")?.let(IdentityProvider::ofName),
        idpIdentifier = args.maybeText("idpIdentifier"),
        scopes = if ("scopes" in args) args.list("scopes").map { it as String } else emptyList(),
        prompt = args.maybeText("prompt"),
        loginHint = args.maybeText("loginHint"),
        lang = args.maybeText("lang"),
        acrValues = args.maybeText("acrValues"),
        maxAge = args.maybeInt("maxAge")?.let { Duration.ofSeconds(it.toLong()) },
        nonce = args.maybeText("nonce"),
        customState = args.maybeText("customState"),
    )

    companion object {
        val OPERATIONS = setOf("signInWithRedirect", "signInWithUserAgent", "handleRedirect", "logoutUrl", "browse")
    }
}

/** The person's browser as a step of a scenario describes it. */
private class Browser(config: JsonObject, private val settings: Map<String, Any?>) : RedirectUserAgent {
    /** Where local-aws has it walk through the pages. */
    private val control: URI

    init {
        val endpoint = config["endpoints"]!!.jsonObject["cognitoIdp"]!!.jsonPrimitive.content.trimEnd('/')
        control = URI("$endpoint/_local/user-agent")
    }

    override suspend fun authenticate(url: String, redirectUri: String): String {
        if (settings["cancels"] == true) throw UserAgentException(UserAgentErrorKind.CANCELLED, "the person closed the window")
        return visit(url, redirectUri)
    }

    fun visit(url: String, redirectUri: String): String {
        val tampered = (settings["tamper"] as Map<*, *>?).orEmpty().entries.fold(url) { so, (from, to) -> so.replace(from as String, to as String) }
        val script = json(settings - "tamper" + mapOf("url" to tampered, "redirectUri" to redirectUri))
        val request = HttpRequest.newBuilder(control).POST(BodyPublishers.ofString(script.toString())).build()
        val answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString())
        check(answer.statusCode() == 200) { "the browser did not come back: ${answer.body()}" }
        return Json.parseToJsonElement(answer.body()).jsonObject["url"]!!.jsonPrimitive.content
    }
}
