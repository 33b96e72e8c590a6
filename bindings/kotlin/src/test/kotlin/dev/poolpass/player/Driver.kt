package dev.poolpass.player

import dev.poolpass.ApiRequest
import dev.poolpass.AttributeValue
import dev.poolpass.AuthFactor
import dev.poolpass.AuthFlow
import dev.poolpass.Authorization
import dev.poolpass.ByteRange
import dev.poolpass.Challenge
import dev.poolpass.Client
import dev.poolpass.ClientOptions
import dev.poolpass.CodeDeliveryDetails
import dev.poolpass.Credentials
import dev.poolpass.Device
import dev.poolpass.DeviceFingerprint
import dev.poolpass.DeviceTokens
import dev.poolpass.GetOptions
import dev.poolpass.Item
import dev.poolpass.ListOptions
import dev.poolpass.MfaMethod
import dev.poolpass.MfaSetting
import dev.poolpass.MfaSettings
import dev.poolpass.ObjectMetadata
import dev.poolpass.PutOptions
import dev.poolpass.PutResult
import dev.poolpass.SessionEvent
import dev.poolpass.SessionTokens
import dev.poolpass.SignInStep
import dev.poolpass.SignUpResult
import dev.poolpass.Store
import dev.poolpass.SoftwareTokenSetup
import dev.poolpass.UploadBody
import dev.poolpass.UploadOptions
import dev.poolpass.User
import dev.poolpass.UserSession
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import java.time.Clock
import java.time.Duration
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger

/** One client with its store, as one device has it, driven by the names of operations that tests/scenarios/README.md lists. */
class Driver(private val config: JsonObject, private val store: Store, private val spec: JsonObject = JsonObject(emptyMap())) {
    private val clock = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(spec["clockOffsetSeconds"]?.jsonPrimitive?.long ?: 0))
    private lateinit var client: Client
    private var challenge: Challenge? = null
    private val passkeys = Passkeys(config)
    private val redirects = Redirects(config)
    private val events = ConcurrentLinkedQueue<String>()
    private var listening: Job? = null

    init {
        restart()
    }

    private fun restart() {
        listening?.cancel()
        val options = ClientOptions(
            store = store,
            clock = clock,
            logListener = { logLines += it.toString() },
            refreshMetadata = texts("refreshMetadata").orEmpty(),
            deviceName = spec["deviceName"]?.jsonPrimitive?.content,
            deviceFingerprint = texts("deviceFingerprint")?.let(DeviceFingerprint::android),
            userContextData = texts("userContextData")?.let { data -> data::get },
        )
        client = Client(config.toString(), options)
        challenge = null
        events.clear()
        val happening = client.events()
        listening = CoroutineScope(Dispatchers.Default).launch { happening.collect { events += named(it) } }
    }

    private fun texts(member: String) = (spec[member] as? JsonObject)?.mapValues { it.value.jsonPrimitive.content }

    /** Does an operation; the result as JSON. */
    suspend fun perform(operation: String, args: Arguments): JsonElement = json(result(operation, args))

    private suspend fun result(operation: String, args: Arguments): Any? = when (operation) {
        "restart" -> restart().let { null }
        "events" -> takeEvents()
        "fetch" -> fetch(args)

        "signIn" -> outcome(client.signIn(args.text("username"), args.text("password"), args.flow() ?: AuthFlow.USER_SRP_AUTH, args.texts("clientMetadata")))
        "signInWithoutPassword" -> outcome(
            client.signInWithoutPassword(
                args.text("username"),
                args.flow() ?: AuthFlow.USER_AUTH,
                args.maybeText("preferred")?.let(AuthFactor::ofCode),
                args.texts("clientMetadata"),
            ),
        )
        "autoSignIn" -> outcome(client.autoSignIn())
        "challenge.resend" -> outcome(
            when (val pending = challenge ?: client.pendingChallenge()) {
                is Challenge.EmailOtp -> pending.resend()
                is Challenge.SmsOtp -> pending.resend()
                else -> error("no code of this challenge can be sent again")
            },
        )
        "challenge.answerWithPassword" ->
            outcome(((challenge ?: client.pendingChallenge()) as Challenge.SelectChallenge).answerWithPassword(args.text("password")))
        "challenge.answer" -> outcome(answerNow(challenge ?: client.pendingChallenge() ?: error("there is no challenge to answer"), args))
        "challenge.associateSoftwareToken" ->
            setup(((challenge ?: client.pendingChallenge()) as Challenge.MfaSetup).also { challenge = it }.associateSoftwareToken())
        "challenge.verifySoftwareToken" -> outcome(answer(challenge ?: client.pendingChallenge() as Challenge.MfaSetup, args))
        "pendingChallenge" -> client.pendingChallenge()?.let(::describe)
        "currentUser" -> client.currentUser()?.let(::user)
        "idToken" -> mapOf("claims" to client.idToken().claims)
        "accessToken" -> mapOf("claims" to client.accessToken().claims)
        "refresh" -> user(client.refresh())
        "stepUp" -> {
            val maxAge = args.maybeInt("maxAge")?.let { Duration.ofSeconds(it.toLong()) }
            outcome(client.stepUp(args.text("level"), maxAge, args.texts("clientMetadata")))
        }
        "adoptSession" -> user(client.adoptSession(sessionTokens(args)))
        "signOut" -> named(client.signOut(args.flag("associated")))
        "signOutEverywhere" -> client.signOutEverywhere().let { null }
        "identityId" -> client.identityId()
        "credentials" -> credentials(client.credentials())
        "addLogin" -> {
            val source = TokenSource(args.text("url"), json(args.members("request")), args.flag("keep"))
            none(client.addLogin(loginProvider(args), source::token))
        }
        "removeLogin" -> none(client.removeLogin(loginProvider(args)))
        "unlinkLogin" -> none(client.unlinkLogin(loginProvider(args)))
        "logins" -> client.logins().map(::describe)
        "classicFlow" -> {
            client = classicFlow(client, args)
            null
        }

        "account.signUp" -> signedUp(
            client.account.signUp(
                args.text("username"), args.text("password"), args.texts("attributes"), args.texts("validationData"),
                args.texts("clientMetadata"),
            ),
        )
        "account.signUpWithoutPassword" -> signedUp(client.account.signUpWithoutPassword(args.text("username"), args.texts("attributes")))
        "account.confirmSignUp" ->
            none(client.account.confirmSignUp(args.text("username"), args.text("code"), args.texts("clientMetadata")))
        "account.resendConfirmationCode" ->
            client.account.resendConfirmationCode(args.text("username"), args.texts("clientMetadata"))?.let(::details)
        "account.forgotPassword" ->
            client.account.forgotPassword(args.text("username"), args.texts("clientMetadata"))?.let(::details)
        "account.confirmForgotPassword" ->
            none(
                client.account.confirmForgotPassword(
                    args.text("username"), args.text("code"), args.text("newPassword"), args.texts("clientMetadata"),
                ),
            )
        "account.changePassword" ->
            none(client.account.changePassword(args.text("previousPassword"), args.text("proposedPassword")))
        "account.attributes" -> client.account.attributes()
        "account.updateAttributes" -> client.account.updateAttributes(args.texts("attributes")).map(::details)
        "account.deleteAttributes" -> none(client.account.deleteAttributes(args.list("names").map { it as String }))
        "account.requestAttributeCode" -> client.account.requestAttributeCode(args.text("name"))?.let(::details)
        "account.verifyAttribute" -> none(client.account.verifyAttribute(args.text("name"), args.text("code")))
        "account.associateSoftwareToken" -> setup(client.account.associateSoftwareToken())
        "account.verifySoftwareToken" -> none(client.account.verifySoftwareToken(args.text("code")))
        "account.setMfaPreference" ->
            none(client.account.setMfaPreference(args.mfaSettings()))
        "account.authFactors" -> client.account.authFactors().let { factors ->
            mapOf(
                "configured" to factors.configured.map { it.code },
                "mfaMethods" to factors.mfaMethods.map { it.code },
                "preferredMfa" to factors.preferredMfa?.code,
            )
        }
        "account.sessions" -> client.account.sessions().items().toList().map(::session)
        "account.revokeSession" -> none(client.account.revokeSession(args.text("id"), args.flag("associated")))
        "account.devices" -> client.account.devices(args.maybeInt("pageSize")).items().toList().map(::device)
        "account.device" -> device(client.account.device(args.text("key")))
        "account.currentDeviceKey" -> client.account.currentDeviceKey()
        "account.rememberDevice" -> none(client.account.rememberDevice(args.maybeText("key")))
        "account.doNotRememberDevice" -> none(client.account.doNotRememberDevice(args.maybeText("key")))
        "account.forgetDevice" -> none(client.account.forgetDevice(args.maybeText("key")))
        "account.deleteUser" -> none(client.account.deleteUser())

        "bucket.put" -> putResult(client.bucket().put(args.text("key"), args.text("body").toByteArray(), args.putOptions()))
        "bucket.get" -> client.bucket().get(args.text("key"), GetOptions(args.range(), ifNoneMatch = args.maybeText("ifNoneMatch")))
            .let { mapOf("metadata" to metadata(it.metadata), "text" to it.text()) }
        "bucket.head" -> metadata(client.bucket().head(args.text("key")))
        "bucket.delete" -> none(client.bucket().delete(args.text("key")))
        "bucket.copy" -> putResult(client.bucket().copy(args.text("from"), args.text("to")))
        "bucket.list" -> list(args)
        "bucket.upload" -> upload(args)
        "bucket.presignGet" -> client.bucket().presignGet(args.text("key"), args.seconds("expiresIn")).let { mapOf("url" to it.url) }
        "bucket.presignPut" ->
            client.bucket().presignPut(args.text("key"), args.seconds("expiresIn"), args.putOptions()).let { mapOf("url" to it.url) }

        in Redirects.OPERATIONS -> redirects.perform(client, operation, args)
        in Passkeys.OPERATIONS -> passkeys.perform(client, operation, args)
        in ITEM_OPERATIONS -> itemOperation(client, operation, args)

        "api.presign" -> client.api(args.maybeText("service") ?: "execute-api").presign(
            ApiRequest(args.text("url")),
            args.seconds("expiresIn"),
            sessionTokenAfterSigning = args.flag("sessionTokenAfterSigning"),
        ).let { mapOf("url" to it.url) }
        "api.request" -> client.api().request(
            ApiRequest(
                args.text("url"),
                method = args.maybeText("method") ?: "GET",
                body = args.maybeText("body")?.toByteArray(),
                headers = args.texts("headers").toList(),
                authorization = args.authorization(),
                bearer = args.flag("bearer"),
            ),
        ).let { mapOf("status" to it.status, "body" to it.text()) }

        else -> throw UnknownOperation(operation)
    }

    /** Events are handed out by another thread: they are there when nothing came for a moment after what came last. */
    private suspend fun takeEvents(): List<String> {
        var seen: Int
        do {
            seen = events.size
            delay(EVENT_PAUSE_MILLIS)
        } while (events.size != seen)
        return generateSequence(events::poll).toList()
    }

    private fun fetch(args: Arguments): Any {
        val body = args.maybeText("body")?.let(HttpRequest.BodyPublishers::ofString) ?: HttpRequest.BodyPublishers.noBody()
        val request = HttpRequest.newBuilder(URI(args.text("url"))).method(args.maybeText("method") ?: "GET", body).build()
        val answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString())
        return mapOf("status" to answer.statusCode(), "body" to answer.body())
    }

    private suspend fun list(args: Arguments): Any {
        val options = ListOptions(delimiter = args.maybeText("delimiter"), pageSize = args.maybeInt("pageSize"))
        val pages = client.bucket().list(args.text("prefix"), options).pages().toList()
        return mapOf(
            "objects" to pages.flatMap { page -> page.objects.map { mapOf("key" to it.key) } },
            "commonPrefixes" to pages.flatMap { it.commonPrefixes },
        )
    }

    private suspend fun upload(args: Arguments): Any {
        val bytes = ByteArray(args.int("size")) { 'x'.code.toByte() }
        val ending = "so it ends".takeLast(bytes.size).toByteArray()
        ending.copyInto(bytes, bytes.size - ending.size)
        val parts = AtomicInteger()
        val options = UploadOptions(partSize = args.maybeInt("partSize")?.toLong())
        client.bucket().upload(args.text("key"), UploadBody.Bytes(bytes), options) { _, _ -> parts.incrementAndGet() }
        return mapOf("parts" to parts.get())
    }

    private suspend fun answerNow(challenge: Challenge, args: Arguments): SignInStep =
        if (challenge is Challenge.WebAuthn && "authenticator" in args) {
            challenge.answerWith(passkeys.authenticator(args))
        } else {
            answer(challenge, args)
        }

    private fun outcome(step: SignInStep): Any = when (step) {
        is SignInStep.Done -> mapOf("kind" to "done", "user" to user(step.user))
        is Challenge -> describe(step).also { challenge = step }
    }

    private companion object {
        const val EVENT_PAUSE_MILLIS = 100L
    }
}

/** The scenario's own mistake, or an operation that this player lacks. */
class UnknownOperation(operation: String) : Exception("there is no operation $operation")

private suspend fun answer(challenge: Challenge, args: Arguments): SignInStep = when (challenge) {
    is Challenge.SmsMfa -> challenge.answer(args.text("code"))
    is Challenge.EmailMfa -> challenge.answer(args.text("code"))
    is Challenge.EmailOtp -> challenge.answer(args.text("code"))
    is Challenge.SmsOtp -> challenge.answer(args.text("code"))
    is Challenge.SelectChallenge -> challenge.answer(AuthFactor.ofCode(args.text("factor")))
    is Challenge.Password -> challenge.answer(args.text("password"))
    is Challenge.WebAuthn -> challenge.answer(args.text("credential"))
    is Challenge.CustomChallenge -> challenge.answer(args.text("answer"), args.texts("clientMetadata"))
    is Challenge.SoftwareTokenMfa -> challenge.answer(args.text("code"))
    is Challenge.SelectMfaType -> challenge.answer(MfaMethod.ofCode(args.text("method")))
    is Challenge.MfaSetup -> challenge.verifySoftwareToken(args.text("code"), args.maybeText("deviceName"))
    is Challenge.NewPasswordRequired -> challenge.answer(args.text("newPassword"), args.texts("attributes"))
    is Challenge.Other -> challenge.answer(args.texts("responses"))
}

private fun describe(challenge: Challenge): Map<String, Any?> =
    mapOf("kind" to challenge.kind, "username" to challenge.username, "name" to challenge.name) + when (challenge) {
        is Challenge.SmsMfa -> mapOf("destination" to challenge.destination)
        is Challenge.EmailMfa -> mapOf("destination" to challenge.destination)
        is Challenge.EmailOtp -> mapOf("destination" to challenge.destination)
        is Challenge.SmsOtp -> mapOf("destination" to challenge.destination)
        is Challenge.SelectChallenge -> mapOf("available" to challenge.available.map { it.code })
        is Challenge.Password -> emptyMap()
        is Challenge.WebAuthn -> mapOf("requestOptions" to challenge.requestOptions)
        is Challenge.CustomChallenge -> mapOf("parameters" to challenge.parameters)
        is Challenge.SoftwareTokenMfa -> mapOf("deviceName" to challenge.deviceName)
        is Challenge.SelectMfaType -> mapOf("methods" to challenge.methods.map { it.code })
        is Challenge.MfaSetup -> mapOf("methods" to challenge.methods.map { it.code })
        is Challenge.NewPasswordRequired ->
            mapOf("requiredAttributes" to challenge.requiredAttributes, "attributes" to challenge.attributes)
        is Challenge.Other -> mapOf("parameters" to challenge.parameters)
    }

/** `SignedIn` as `signedIn`, as the scenarios write it. */
private fun named(event: SessionEvent): String = event.javaClass.simpleName.replaceFirstChar(Char::lowercase)

/** `LOCAL_ONLY` as `localOnly`, as the scenarios write it. */
private fun named(constant: Enum<*>): String =
    constant.name.lowercase().replace(Regex("_(.)")) { it.groupValues[1].uppercase() }

private fun sessionTokens(args: Arguments): SessionTokens {
    val device = if ("device" in args) Arguments(args.members("device")) else null
    return SessionTokens(
        args.text("idToken"),
        args.text("accessToken"),
        args.text("refreshToken"),
        device?.let { DeviceTokens(it.text("key"), it.text("groupKey"), it.text("password")) },
    )
}

internal fun user(user: User): Any = mapOf(
    "username" to user.username,
    "sub" to user.sub,
    "deviceConfirmationNecessary" to user.deviceConfirmationNecessary,
    "acr" to user.acr,
    "amr" to user.amr,
    "authTime" to user.authTime?.toString(),
    "claims" to user.claims,
)

private fun session(session: UserSession): Any = mapOf(
    "id" to session.id,
    "sessionType" to session.sessionType,
    "clientId" to session.clientId,
    "created" to session.created?.toString(),
    "lastActive" to session.lastActive?.toString(),
    "deviceType" to session.deviceType,
    "lastIpAddress" to session.lastIpAddress,
    "country" to session.country,
    "isCurrent" to session.isCurrent,
)

private fun device(device: Device): Any = mapOf("key" to device.key, "name" to device.name, "attributes" to device.attributes)

private fun credentials(credentials: Credentials): Any = mapOf(
    "accessKeyId" to credentials.accessKeyId,
    "expiration" to credentials.expiration?.toString(),
)

private fun signedUp(result: SignUpResult): Any = mapOf(
    "confirmed" to result.confirmed,
    "sub" to result.sub,
    "codeDeliveryDetails" to result.codeDeliveryDetails?.let(::details),
)

private fun setup(totp: SoftwareTokenSetup): Any = mapOf("secret" to totp.secret, "otpauthUri" to totp.otpauthUri("Poolpass", "test"))

private fun details(details: CodeDeliveryDetails): Map<String, Any?> = mapOf(
    "destination" to details.destination,
    "deliveryMedium" to details.deliveryMedium,
    "attributeName" to details.attributeName,
)

private fun metadata(metadata: ObjectMetadata): Map<String, Any?> =
    mapOf("size" to metadata.size, "contentType" to metadata.contentType, "etag" to metadata.etag)

private fun putResult(result: PutResult): Any = mapOf("etag" to result.etag, "versionId" to result.versionId)

internal fun none(@Suppress("unused") done: Unit): Any? = null

/** The arguments of a step, as Kotlin's values. */
class Arguments(private val values: Map<String, Any?>) {
    fun text(name: String): String = values[name] as? String ?: error("the argument $name is missing or no string")

    fun maybeText(name: String): String? = values[name] as String?

    fun int(name: String): Int = maybeInt(name) ?: error("the argument $name is missing")

    fun maybeInt(name: String): Int? = (values[name] as Number?)?.toInt()

    fun seconds(name: String): Duration = Duration.ofSeconds(int(name).toLong())

    fun members(name: String): Map<String, Any?> = members(values[name] ?: emptyMap<String, Any?>())

    fun texts(name: String): Map<String, String> = members(name).mapValues { it.value as String }

    fun list(name: String): List<Any?> = values[name] as? List<*> ?: error("the argument $name is missing or no list")

    fun item(name: String): Item = itemFrom(values[name])

    fun items(name: String): List<Item> = list(name).map(::itemFrom)

    fun flag(name: String): Boolean = values[name] == true

    operator fun contains(name: String): Boolean = name in values

    /** `userAuth` as `USER_AUTH`. */
    fun flow(): AuthFlow? = maybeText("flow")?.let { AuthFlow.valueOf(it.replace(Regex("[A-Z]"), "_$0").uppercase()) }

    fun mfa(name: String): MfaSetting? = maybeText(name)?.let { MfaSetting.valueOf(it.uppercase()) }

    fun mfaSettings() = MfaSettings(mfa("sms"), mfa("softwareToken"), mfa("email"), values["webAuthn"] as Boolean?)

    fun range(): ByteRange? = values["range"]?.let {
        val range = Arguments(members(it))
        ByteRange.Between(range.int("start").toLong(), range.int("end").toLong())
    }

    fun putOptions() = PutOptions(contentType = maybeText("contentType"), ifAbsent = flag("ifAbsent"))

    fun authorization(): Authorization = when (val name = maybeText("authorization")) {
        null, "iam" -> Authorization.IAM
        "idToken" -> Authorization.ID_TOKEN
        "accessToken" -> Authorization.ACCESS_TOKEN
        "loadBalancerSession" -> Authorization.LOAD_BALANCER_SESSION
        else -> error("there is no authorization called $name")
    }
}

private fun members(value: Any): Map<String, Any?> = (value as Map<*, *>).entries.associate { (name, member) -> name as String to member }

private fun itemFrom(value: Any?): Item = members(value!!).mapValues { AttributeValue.of(it.value) }
