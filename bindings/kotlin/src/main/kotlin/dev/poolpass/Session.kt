package dev.poolpass

import java.time.Instant
import dev.poolpass.ffi.AccessToken as FfiAccessToken
import dev.poolpass.ffi.Claim as FfiClaim
import dev.poolpass.ffi.Credentials as FfiCredentials
import dev.poolpass.ffi.IdToken as FfiIdToken
import dev.poolpass.ffi.SessionEvent as FfiSessionEvent
import dev.poolpass.ffi.User as FfiUser

/**
 * The person who is signed in, as the ID token describes them. [toString] shows no personal data.
 *
 * @property username the user name in the user pool. It differs from what people typed if they signed in with an alias.
 * @property sub the user's id (`sub`), which never changes.
 * @property email the email address, where the app client may read it.
 * @property groups the person's groups in the user pool.
 * @property acr the level at which the person has proved who they are, such as `urn:cognito:loa:4`, if the sign-in or the step-up asked
 *   for one. A refresh keeps it.
 * @property amr the methods with which the person has proved who they are, such as `pwd`, `otp` and `mfa`, where AWS says so. A refresh
 *   keeps them.
 * @property authTime when the person last proved who they are, by AWS's clock. A refresh does not change it.
 * @property deviceConfirmationNecessary whether the user pool wants to know if this device shall be remembered
 * (`UserConfirmationNecessary` of ConfirmDevice). Ask the person, then call [Account.rememberDevice] or
 * [Account.doNotRememberDevice]. It is false in user pools that do not track devices, or remember all of them.
 * @property claims all claims of the ID token: strings, `Boolean`, `Long`, `Double`, `List` and `Map`.
 */
class User private constructor(
    val username: String,
    val sub: String,
    val email: String?,
    val groups: List<String>,
    val acr: String?,
    val amr: List<String>,
    val authTime: Instant?,
    val deviceConfirmationNecessary: Boolean,
    val claims: Map<String, Any?>,
) {
    internal constructor(user: FfiUser) : this(
        user.username(),
        user.sub(),
        user.email(),
        user.groups(),
        user.acr(),
        user.amr(),
        user.authTime(),
        user.deviceConfirmationNecessary(),
        plain(user.claims()),
    ) {
        user.destroy()
    }

    override fun toString(): String = "User"
}

/**
 * Proves who the person is, to identity pools and to backends. A backend must verify the signature.
 *
 * @property jwt the token as a JSON Web Token, for an `Authorization` header: a secret.
 * @property expiresAt when the token expires, by AWS's clock.
 * @property issuedAt when AWS issued the token, by AWS's clock; the Unix epoch where the token does not say, as with some emulators.
 * @property claims all claims of the token: strings, `Boolean`, `Long`, `Double`, `List` and `Map`.
 */
class IdToken private constructor(
    val jwt: String,
    val expiresAt: Instant,
    val issuedAt: Instant,
    val claims: Map<String, Any?>,
) {
    internal constructor(token: FfiIdToken) :
        this(token.jwt(), token.expiresAt(), token.issuedAt(), plain(token.claims())) {
        token.destroy()
    }

    override fun toString(): String = "IdToken(expires $expiresAt)"
}

/**
 * Grants access to the person's account in the user pool, and to APIs that check scopes. A backend must verify the signature.
 *
 * @property jwt the token as a JSON Web Token, for an `Authorization` header: a secret.
 * @property expiresAt when the token expires, by AWS's clock.
 * @property issuedAt when AWS issued the token, by AWS's clock; the Unix epoch where the token does not say, as with some emulators.
 * @property scopes the OAuth scopes, such as `aws.cognito.signin.user.admin`.
 * @property claims all claims of the token: strings, `Boolean`, `Long`, `Double`, `List` and `Map`.
 */
class AccessToken private constructor(
    val jwt: String,
    val expiresAt: Instant,
    val issuedAt: Instant,
    val scopes: List<String>,
    val claims: Map<String, Any?>,
) {
    internal constructor(token: FfiAccessToken) :
        this(token.jwt(), token.expiresAt(), token.issuedAt(), token.scopes(), plain(token.claims())) {
        token.destroy()
    }

    override fun toString(): String = "AccessToken(expires $expiresAt)"
}

/**
 * Temporary AWS credentials of one identity. [toString] shows only the access key id and the expiration.
 *
 * @property accessKeyId the access key id (`ASIA…`), which is not a secret.
 * @property secretAccessKey the secret access key: a secret.
 * @property sessionToken the session token, which every request must carry: a secret.
 * @property expiration when AWS stops accepting the credentials, on the device's clock, right or wrong.
 */
class Credentials private constructor(
    val accessKeyId: String,
    val secretAccessKey: String,
    val sessionToken: String?,
    val expiration: Instant?,
) {
    internal constructor(held: FfiCredentials) :
        this(held.accessKeyId(), held.secretAccessKey(), held.sessionToken(), held.expiration()) {
        held.destroy()
    }

    override fun toString(): String = "Credentials($accessKeyId, expires $expiration)"
}

/**
 * The reason why a session ended.
 *
 * Nothing else ends a session: network failures, throttling, HTTP 5xx and malformed answers never do.
 */
typealias SessionEndReason = dev.poolpass.ffi.SessionEndReason

/** The result of signing out. In every case, nobody is signed in on this device any more. */
typealias SignOut = dev.poolpass.ffi.SignOut

/** A change of the session. */
sealed interface SessionEvent {
    /** Somebody signed in, here or in another process that shares the store. */
    data object SignedIn : SessionEvent

    /** The session has new tokens. */
    data object Refreshed : SessionEvent

    /**
     * The session ended although nobody signed out here. Show the sign-in page.
     *
     * @property reason why the session ended.
     */
    data class SessionEnded(val reason: SessionEndReason) : SessionEvent

    /** The person signed out here, or deleted their account. */
    data object SignedOut : SessionEvent

    /**
     * The identity id in the identity pool is another one: a guest turned out to have an identity already, AWS has merged two
     * identities, or somebody else has signed in. Data that belongs to the old identity id is out of reach.
     *
     * @property from the identity id until now.
     * @property to the identity id from now on.
     */
    data class IdentityChanged(val from: String, val to: String) : SessionEvent

    /** Converts the events of the library. */
    companion object {
        internal fun of(event: FfiSessionEvent): SessionEvent = when (event) {
            FfiSessionEvent.SignedIn -> SignedIn
            FfiSessionEvent.Refreshed -> Refreshed
            is FfiSessionEvent.SessionEnded -> SessionEnded(event.reason)
            FfiSessionEvent.SignedOut -> SignedOut
            is FfiSessionEvent.IdentityChanged -> IdentityChanged(event.from, event.to)
        }
    }
}

private fun plain(claims: Map<String, FfiClaim>): Map<String, Any?> = claims.mapValues { plain(it.value) }

private fun plain(claim: FfiClaim): Any? = when (claim) {
    FfiClaim.Null -> null
    is FfiClaim.Flag -> claim.v1
    is FfiClaim.Integer -> claim.v1
    is FfiClaim.Number -> claim.v1
    is FfiClaim.Text -> claim.v1
    is FfiClaim.Elements -> claim.v1.map(::plain)
    is FfiClaim.Members -> plain(claim.v1)
}
