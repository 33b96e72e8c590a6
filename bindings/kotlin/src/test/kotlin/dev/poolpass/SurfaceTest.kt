package dev.poolpass

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File
import java.time.Duration

/** Whether Kotlin has what tests/surface.json says that every language has. */
class SurfaceTest {
    private val surface = Json.parseToJsonElement(File(System.getProperty("poolpass.root"), "tests/surface.json").readText()).jsonObject

    @Test
    fun `every operation is there`() {
        val missing = surface["operations"]!!.jsonObject.flatMap { (type, names) ->
            names.jsonArray.map { "$type.${it.jsonPrimitive.content}" }.filter { !isOffered(it) }
        }
        assertEquals(emptyList<String>(), missing)
        assertTrue(!isOffered("Client.teleport"))
    }

    @Test
    fun `what Kotlin writes in its own way is what the table says`() {
        val targets = differences().values.toSet()
        assertEquals(emptySet<String>(), ELSEWHERE.keys - targets)
        assertTrue(targets.size > 3)
    }

    @Test
    fun `every option is there`() {
        val listed = surface["options"]!!.jsonObject.flatMap { (type, names) -> names.jsonArray.map { "$type.${it.jsonPrimitive.content}" } }
        assertEquals(listed.toSet(), OPTIONS.keys + SIGN_IN_OPTIONS.keys + QUERY_OPTIONS.keys)
    }

    @Test
    fun `every case is there, and no other`() {
        val cases = surface["cases"]!!.jsonObject
        assertEquals(names(cases, "SessionEvent"), nested(SessionEvent::class.java))
        assertEquals(names(cases, "Challenge"), nested(Challenge::class.java))
        assertEquals(names(cases, "MfaMethod"), nested(MfaMethod::class.java))
        assertEquals(names(cases, "AuthFactor"), nested(AuthFactor::class.java))
        assertEquals(names(cases, "IdentityProvider"), nested(IdentityProvider::class.java))
        assertEquals(names(cases, "MfaSetting"), MfaSetting.entries.map { camelCase(it.name) }.toSet())
        assertEquals(names(cases, "AuthFlow"), AuthFlow.entries.map { camelCase(it.name) }.toSet())
        assertEquals(names(cases, "Authorization"), Authorization.entries.map { camelCase(it.name) }.toSet())
        assertEquals(names(cases, "ReturnValues"), ReturnValues.entries.map { camelCase(it.name) }.toSet())
        assertEquals(names(cases, "SessionEndReason"), SessionEndReason.entries.map { camelCase(it.name) }.toSet())
        assertEquals(names(cases, "SignOut"), SignOut.entries.map { camelCase(it.name) }.toSet())
    }

    @Test
    fun `every kind of error is there, and no other`() {
        val kinds = surface["errorKinds"]!!.jsonArray.map { it.jsonPrimitive.content }
        assertEquals(kinds.toSet(), nested(PoolpassException::class.java))
        assertEquals(kinds, ErrorKind.entries.map { it.code() })
        val transient = surface["transientErrorKinds"]!!.jsonArray.map { it.jsonPrimitive.content }
        assertEquals(transient, ErrorKind.entries.filter { it.isTransient() }.map { it.code() })
    }

    /** Whether there is the method, or what the table of differences says in its place. */
    private fun isOffered(operation: String): Boolean {
        val target = differences()[operation] ?: operation
        val (type, method) = target.split('.', limit = 2)
        return target in ELSEWHERE || CLASSES[type]?.let { method in offered(it) } ?: error("which class is $type in Kotlin?")
    }

    private fun differences(): Map<String, String> =
        surface["differences"]!!.jsonObject["kotlin"]!!.jsonObject.mapValues { it.value.jsonPrimitive.content }

    private fun offered(type: Class<*>): Set<String> =
        type.methods.map { it.name.substringBefore('-') }.flatMap { listOf(it, it.removePrefix("get").replaceFirstChar(Char::lowercase)) }.toSet()

    private fun nested(type: Class<*>): Set<String> =
        type.declaredClasses.filter { type.isAssignableFrom(it) }.map { it.simpleName.replaceFirstChar(Char::lowercase) }.toSet()

    private fun names(cases: JsonObject, type: String) = cases[type]!!.jsonArray.map { it.jsonPrimitive.content }.toSet()

    private fun camelCase(name: String) =
        name.split('_').joinToString("") { it.lowercase().replaceFirstChar(Char::uppercase) }.replaceFirstChar(Char::lowercase)

    private companion object {
        val CLASSES = mapOf(
            "Client" to Client::class.java,
            "Account" to Account::class.java,
            "Bucket" to Bucket::class.java,
            "ListObjects" to ListObjects::class.java,
            "Table" to Table::class.java,
            "Query" to Query::class.java,
            "Scan" to Scan::class.java,
            "UpdateItem" to Changes::class.java,
            "Attribute" to Attribute::class.java,
            "SmsMfaChallenge" to Challenge.SmsMfa::class.java,
            "EmailMfaChallenge" to Challenge.EmailMfa::class.java,
            "EmailOtpChallenge" to Challenge.EmailOtp::class.java,
            "SmsOtpChallenge" to Challenge.SmsOtp::class.java,
            "SoftwareTokenMfaChallenge" to Challenge.SoftwareTokenMfa::class.java,
            "SelectMfaTypeChallenge" to Challenge.SelectMfaType::class.java,
            "MfaSetupChallenge" to Challenge.MfaSetup::class.java,
            "NewPasswordRequiredChallenge" to Challenge.NewPasswordRequired::class.java,
            "SelectChallenge" to Challenge.SelectChallenge::class.java,
            "PasswordChallenge" to Challenge.Password::class.java,
            "WebAuthnChallenge" to Challenge.WebAuthn::class.java,
            "CustomChallenge" to Challenge.CustomChallenge::class.java,
            "OtherChallenge" to Challenge.Other::class.java,
            "Error" to PoolpassException::class.java,
            "ErrorKind" to ErrorKind::class.java,
            "CancellationReason" to CancellationReason::class.java,
            "StepUpRequirement" to StepUpRequirement::class.java,
        )

        /** Calls that name each option: without it, this file would not compile. */
        val OPTIONS = mapOf<String, suspend Account.() -> Any?>(
            "AccountOptions.clientMetadata" to { confirmSignUp("ada", "123456", clientMetadata = emptyMap()) },
            "CopyOptions.fromBucket" to { CopyOptions().fromBucket },
            "CopyOptions.fromVersionId" to { CopyOptions().fromVersionId },
            "CopyOptions.ifSourceMatches" to { CopyOptions().ifSourceMatches },
            "CopyOptions.replace" to { CopyOptions().replace },
            "GetOptions.ifMatch" to { GetOptions().ifMatch },
            "GetOptions.ifModifiedSince" to { GetOptions().ifModifiedSince },
            "GetOptions.ifNoneMatch" to { GetOptions().ifNoneMatch },
            "GetOptions.ifUnmodifiedSince" to { GetOptions().ifUnmodifiedSince },
            "GetOptions.range" to { GetOptions().range },
            "GetOptions.versionId" to { GetOptions().versionId },
            "ListOptions.continuationToken" to { ListOptions().continuationToken },
            "ListOptions.delimiter" to { ListOptions().delimiter },
            "ListOptions.pageSize" to { ListOptions().pageSize },
            "ListOptions.startAfter" to { ListOptions().startAfter },
            "PutOptions.cacheControl" to { PutOptions().cacheControl },
            "PutOptions.contentDisposition" to { PutOptions().contentDisposition },
            "PutOptions.contentEncoding" to { PutOptions().contentEncoding },
            "PutOptions.contentLanguage" to { PutOptions().contentLanguage },
            "PutOptions.contentType" to { PutOptions().contentType },
            "PutOptions.ifAbsent" to { PutOptions().ifAbsent },
            "PutOptions.ifMatch" to { PutOptions().ifMatch },
            "PutOptions.kmsKeyId" to { PutOptions().kmsKeyId },
            "PutOptions.metadata" to { PutOptions().metadata },
            "PutOptions.serverSideEncryption" to { PutOptions().serverSideEncryption },
            "PutOptions.storageClass" to { PutOptions().storageClass },
            "RedirectOptions.acrValues" to { RedirectOptions(acrValues = "x") },
            "RedirectOptions.customState" to { RedirectOptions(customState = "s") },
            "RedirectOptions.idpIdentifier" to { RedirectOptions(idpIdentifier = "x") },
            "RedirectOptions.lang" to { RedirectOptions(lang = "de") },
            "RedirectOptions.loginHint" to { RedirectOptions(loginHint = "ada") },
            "RedirectOptions.maxAge" to { RedirectOptions(maxAge = Duration.ZERO) },
            "RedirectOptions.nonce" to { RedirectOptions(nonce = "n") },
            "RedirectOptions.prompt" to { RedirectOptions(prompt = "login") },
            "RedirectOptions.provider" to { RedirectOptions(provider = IdentityProvider.Google) },
            "RedirectOptions.scopes" to { RedirectOptions(scopes = emptyList()) },
            "SignUpOptions.attributes" to { signUp("ada", "a password", attributes = emptyMap()) },
            "SignUpOptions.clientMetadata" to { signUp("ada", "a password", clientMetadata = emptyMap()) },
            "SignUpOptions.validationData" to { signUp("ada", "a password", validationData = emptyMap()) },
        )

        val SIGN_IN_OPTIONS = mapOf<String, suspend Client.() -> Any?>(
            "PasswordlessSignInOptions.clientMetadata" to { signInWithoutPassword("ada", clientMetadata = emptyMap()) },
            "PasswordlessSignInOptions.flow" to { signInWithoutPassword("ada", flow = AuthFlow.CUSTOM_AUTH) },
            "PasswordlessSignInOptions.preferred" to { signInWithoutPassword("ada", preferred = AuthFactor.EmailOtp) },
        )

        val QUERY_OPTIONS = mapOf<String, Table.(Condition) -> List<PagedItems>>(
            "QueryOptions.attributes" to { listOf(query(it, attributes = emptyList()), scan(attributes = emptyList())) },
            "QueryOptions.consistentRead" to { listOf(query(it, consistentRead = true), scan(consistentRead = true)) },
            "QueryOptions.exclusiveStartKey" to { listOf(query(it, exclusiveStartKey = emptyMap()), scan(exclusiveStartKey = emptyMap())) },
            "QueryOptions.filter" to { listOf(query(it, filter = it), scan(filter = it)) },
            "QueryOptions.indexName" to { listOf(query(it, indexName = "index"), scan(indexName = "index")) },
            "QueryOptions.pageSize" to { listOf(query(it, pageSize = 1), scan(pageSize = 1)) },
        )

        /** Names that are arguments or classes in Kotlin. Without them, this file would not compile. */
        val ELSEWHERE = mapOf<String, Any>(
            "Client.bucket(region)" to { client: Client -> client.bucket(region = "eu-west-1") },
            "TransactWrite.ConditionCheck" to TransactWrite.ConditionCheck::class,
        )
    }
}
