package dev.poolpass

import java.time.Instant
import dev.poolpass.ffi.AccessToken as FfiAccessToken
import dev.poolpass.ffi.Claim as FfiClaim
import dev.poolpass.ffi.Credentials as FfiCredentials
import dev.poolpass.ffi.IdToken as FfiIdToken
import dev.poolpass.ffi.SessionEvent as FfiSessionEvent
import dev.poolpass.ffi.User as FfiUser

/**
 * The person who is signed in. [toString] shows no personal data.
 *
 * @property username the user name in the user pool.
 * @property sub the id that never changes.
 * @property email the email address, where the app client may read it.
 * @property groups the user pool groups.
 * @property claims the claims of the ID token: strings, `Boolean`, `Long`, `Double`, `List` and `Map`.
 */
class User private constructor(
    val username: String,
    val sub: String,
    val email: String?,
    val groups: List<String>,
    val claims: Map<String, Any?>,
) {
    internal constructor(user: FfiUser) :
        this(user.username(), user.sub(), user.email(), user.groups(), plain(user.claims())) {
        user.destroy()
    }

    override fun toString(): String = "User"
}

/**
 * Says who the person is. An API that takes it as proof gets it in the `Authorization` header.
 *
 * @property jwt the token as a JSON Web Token, for an `Authorization` header: a secret.
 * @property expiresAt when it expires, by AWS's clock.
 * @property issuedAt when it was issued, by AWS's clock; the Unix epoch where the token does not say.
 * @property claims what it says: strings, `Boolean`, `Long`, `Double`, `List` and `Map`.
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
 * Says what the person may do in the user pool and in APIs with scopes.
 *
 * @property jwt the token as a JSON Web Token, for an `Authorization` header: a secret.
 * @property expiresAt when it expires, by AWS's clock.
 * @property issuedAt when it was issued, by AWS's clock; the Unix epoch where the token does not say.
 * @property scopes the OAuth scopes.
 * @property claims what it says: strings, `Boolean`, `Long`, `Double`, `List` and `Map`.
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
 * Temporary AWS credentials. [toString] shows the id only.
 *
 * @property accessKeyId the id, which is no secret.
 * @property secretAccessKey the secret that signs.
 * @property sessionToken goes with every request.
 * @property expiration when AWS stops accepting them, on the device's clock, right or wrong.
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

/** Why a session ended. Only these end it: network trouble, throttling and HTTP 5xx never do. */
typealias SessionEndReason = dev.poolpass.ffi.SessionEndReason

/** The result of signing out. In every case nobody is signed in on this device any more. */
typealias SignOut = dev.poolpass.ffi.SignOut

/** Something happened to the session. */
sealed interface SessionEvent {
    /** Somebody signed in, here or in another process that shares the store. */
    data object SignedIn : SessionEvent

    /** There are new tokens. */
    data object Refreshed : SessionEvent

    /**
     * The session is over although nobody signed out here. Show the sign-in page.
     *
     * @property reason why.
     */
    data class SessionEnded(val reason: SessionEndReason) : SessionEvent

    /** The person signed out here, or deleted their account. */
    data object SignedOut : SessionEvent

    /** Makes them from what the SDK says. */
    companion object {
        internal fun of(event: FfiSessionEvent): SessionEvent = when (event) {
            FfiSessionEvent.SignedIn -> SignedIn
            FfiSessionEvent.Refreshed -> Refreshed
            is FfiSessionEvent.SessionEnded -> SessionEnded(event.reason)
            FfiSessionEvent.SignedOut -> SignedOut
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
