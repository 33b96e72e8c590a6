package dev.poolpass

import dev.poolpass.ffi.PoolpassException as FfiPoolpassException

/**
 * The kind of an error, which says what the app can do about it. The kinds are the same in every language of Poolpass.
 *
 * Its `code()` is its name, such as `notAuthorized`. `isTransient()` says whether the cause usually passes by itself.
 */
typealias ErrorKind = dev.poolpass.ffi.ErrorKind

/**
 * The error of every call.
 *
 * Decide by its class. The message is for people and never contains a password, token, code, key or signed URL.
 *
 * ```kotlin
 * try {
 *     client.signIn(username, password)
 * } catch (wrong: PoolpassException.NotAuthorized) {
 *     show("Wrong user name or password")
 * }
 * ```
 */
sealed class PoolpassException(failure: FfiPoolpassException.Failed) : Exception(failure.detail) {
    /** The kind of the error: the class, as a value. */
    val kind: ErrorKind = failure.kind

    /** AWS's own code, such as `NotAuthorizedException`, if AWS rejected the request. */
    val awsCode: String? = failure.awsCode

    /** AWS's id of the rejected request, for AWS's support. */
    val requestId: String? = failure.requestId

    /** The HTTP status of AWS's answer, if there was one. */
    val httpStatus: Int? = failure.httpStatus

    /** The AWS operation that failed, such as `InitiateAuth`. */
    val operation: String? = failure.operation

    /**
     * The item as it was when the condition of a put, update or delete did not hold, if there was one and
     * `returnOldOnConditionCheckFailure` asked for it. It is a person's data: nothing prints it, and serialization leaves it out.
     */
    @Transient
    val item: Item? = failure.refused?.item()?.let(::itemFromFfi)

    @Transient
    private val reasons: List<CancellationReason>? =
        failure.refused?.cancellationReasons()?.map { CancellationReason(it.code, it.message, it.item?.let(::itemFromFfi)) }

    /** The reasons for which DynamoDB cancelled a transaction: one for each item, in order. Empty for other errors. */
    val cancellationReasons: List<CancellationReason> get() = reasons.orEmpty()

    /**
     * The URL of managed login to send the person to once more, if Cognito has only just linked the provider's account to a user and
     * therefore refused the sign-in ("Already found an entry for username"). The exception is a [Conflict]. The second attempt works,
     * mostly without a question.
     *
     * Nothing else of the exception shows the URL: it is good for one sign-in.
     */
    @Transient
    val retryUrl: String? = failure.refused?.retryUrl()

    /** The authentication that an API requires, of an [InsufficientUserAuthentication]. */
    @Transient
    val stepUp: StepUpRequirement? = failure.stepUp

    /** The configuration is wrong or lacks something that this call needs. Nothing was sent; correct the configuration. */
    class InvalidConfig internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** An argument is invalid (an empty password, an object key with `..`). Nothing was sent; correct the call. */
    class InvalidInput internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /**
     * AWS rejected the caller's proof of identity: a wrong password, a disabled user, a wrong app client secret. Ask for the
     * password again.
     */
    class NotAuthorized internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The user does not exist. App clients that hide this answer `NotAuthorized` instead. */
    class UserNotFound internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The user has not confirmed the sign-up. Ask for the code, or send another one. */
    class UserNotConfirmed internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** An administrator requires a new password. Start the forgotten-password flow. */
    class PasswordResetRequired internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The user name is taken. Ask for another one. */
    class UsernameExists internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The email address or phone number belongs to another account. */
    class AliasExists internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The new password violates the user pool's policy or was used before. Show the message. */
    class InvalidPassword internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The code is wrong. Ask again; the challenge can still be answered. */
    class CodeMismatch internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The code has expired. Send another one, or sign in again if the code belonged to a sign-in. */
    class CodeExpired internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** Too many failed attempts or too many messages. Wait before trying again; Cognito locks out for up to 15 minutes. */
    class TooManyAttempts internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The challenge has expired or was already answered. Sign in again. */
    class ChallengeExpired internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /**
     * The answer of a redirect does not belong to the sign-in that this device began, or its tokens are for somebody else: a wrong
     * state, nonce, issuer or audience. The session stays as it was; begin the sign-in again.
     */
    class InvalidRedirect internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The message with the code could not be delivered. */
    class CodeDeliveryFailed internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The person has not set up this kind of MFA. */
    class MfaNotSetUp internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** A Lambda trigger of the user pool rejected the request. The error keeps its message. */
    class TriggerRejected internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /**
     * The session's access token lacks a scope that the call needs. Ask for it when the person signs in, and allow it at the app
     * client.
     */
    class MissingScope internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /**
     * The user pool or its region does not offer this operation: the setting is off, or the region is a replica. Change the
     * user pool's settings, or call its main region.
     */
    class OperationNotEnabled internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The user pool's feature plan does not include this feature. Choose a higher plan. */
    class FeatureUnavailableInTier internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** Nobody is signed in. Show the sign-in page. */
    class SignedOut internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** AWS has ended the session: it was revoked, expired or reused, or the user no longer exists. Show the sign-in page. */
    class SessionEnded internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /**
     * A third party's login (Google, Facebook, …) has no valid token any more. Have the person sign in with it again, or remove the login.
     */
    class LoginExpired internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The person's role does not allow the request, or a firewall (WAF) in front of AWS blocked it. */
    class AccessDenied internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /**
     * The API requires a stronger or more recent authentication (RFC 9470). Start a step-up to what the error names, and make the call
     * again.
     */
    class InsufficientUserAuthentication internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /**
     * The session of the load balancer (ALB, action `authenticate-cognito`) in front of the app is over, or there is none. Load the page
     * again, which leads to the sign-in.
     */
    class LoadBalancerSessionEnded internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** AWS rejected the credentials as expired, even after the SDK fetched new ones. */
    class CredentialsExpired internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /**
     * AWS rejected the signature: the request was altered in transit, the clock could not be corrected, or the region is
     * wrong.
     */
    class SignatureRefused internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The object, bucket, table, user pool or identity does not exist. */
    class NotFound internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** A condition of the request was not met (`If-Match`, a DynamoDB condition expression). */
    class ConditionFailed internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** Another request interfered. Read the current state and repeat. */
    class Conflict internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The object has not changed since the given ETag or date. */
    class NotModified internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** AWS throttled the request, even after the SDK's retries. Try again later. */
    class Throttled internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** AWS failed (HTTP 5xx), even after the SDK's retries. Try again later. */
    class Unavailable internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** AWS could not be reached, or the connection broke. The session is kept; try again when the network is back. */
    class Network internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** AWS did not answer in time. */
    class Timeout internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The app cancelled the call, or the person said no to the authenticator. A challenge stays and can be answered in another way. */
    class Cancelled internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The session store failed to save or load a value. */
    class Store internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The platform lacks a feature that the SDK needs, such as random numbers. */
    class Platform internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** The answer is not one that AWS documents: malformed JSON, a proxy's error page, a hostile `SRP_B`. */
    class InvalidResponse internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    /** AWS rejected the request for a reason that Poolpass has no kind for. See AWS's own code. */
    class Aws internal constructor(failure: FfiPoolpassException.Failed) : PoolpassException(failure)

    internal companion object {
        fun of(failure: FfiPoolpassException): PoolpassException = when (failure) {
            is FfiPoolpassException.Failed -> of(failure)
        }

        /** An argument is invalid. Nothing was sent. */
        fun invalidInput(detail: String): PoolpassException =
            InvalidInput(FfiPoolpassException.Failed(ErrorKind.INVALID_INPUT, detail, null, null, null, null, null, null))

        private fun of(failure: FfiPoolpassException.Failed): PoolpassException = when (failure.kind) {
            ErrorKind.INVALID_CONFIG -> InvalidConfig(failure)
            ErrorKind.INVALID_INPUT -> InvalidInput(failure)
            ErrorKind.NOT_AUTHORIZED -> NotAuthorized(failure)
            ErrorKind.USER_NOT_FOUND -> UserNotFound(failure)
            ErrorKind.USER_NOT_CONFIRMED -> UserNotConfirmed(failure)
            ErrorKind.PASSWORD_RESET_REQUIRED -> PasswordResetRequired(failure)
            ErrorKind.USERNAME_EXISTS -> UsernameExists(failure)
            ErrorKind.ALIAS_EXISTS -> AliasExists(failure)
            ErrorKind.INVALID_PASSWORD -> InvalidPassword(failure)
            ErrorKind.CODE_MISMATCH -> CodeMismatch(failure)
            ErrorKind.CODE_EXPIRED -> CodeExpired(failure)
            ErrorKind.TOO_MANY_ATTEMPTS -> TooManyAttempts(failure)
            ErrorKind.CHALLENGE_EXPIRED -> ChallengeExpired(failure)
            ErrorKind.INVALID_REDIRECT -> InvalidRedirect(failure)
            ErrorKind.CODE_DELIVERY_FAILED -> CodeDeliveryFailed(failure)
            ErrorKind.MFA_NOT_SET_UP -> MfaNotSetUp(failure)
            ErrorKind.TRIGGER_REJECTED -> TriggerRejected(failure)
            ErrorKind.MISSING_SCOPE -> MissingScope(failure)
            ErrorKind.OPERATION_NOT_ENABLED -> OperationNotEnabled(failure)
            ErrorKind.FEATURE_UNAVAILABLE_IN_TIER -> FeatureUnavailableInTier(failure)
            ErrorKind.SIGNED_OUT -> SignedOut(failure)
            ErrorKind.SESSION_ENDED -> SessionEnded(failure)
            ErrorKind.LOGIN_EXPIRED -> LoginExpired(failure)
            ErrorKind.ACCESS_DENIED -> AccessDenied(failure)
            ErrorKind.INSUFFICIENT_USER_AUTHENTICATION -> InsufficientUserAuthentication(failure)
            ErrorKind.LOAD_BALANCER_SESSION_ENDED -> LoadBalancerSessionEnded(failure)
            ErrorKind.CREDENTIALS_EXPIRED -> CredentialsExpired(failure)
            ErrorKind.SIGNATURE_REFUSED -> SignatureRefused(failure)
            ErrorKind.NOT_FOUND -> NotFound(failure)
            ErrorKind.CONDITION_FAILED -> ConditionFailed(failure)
            ErrorKind.CONFLICT -> Conflict(failure)
            ErrorKind.NOT_MODIFIED -> NotModified(failure)
            ErrorKind.THROTTLED -> Throttled(failure)
            ErrorKind.UNAVAILABLE -> Unavailable(failure)
            ErrorKind.NETWORK -> Network(failure)
            ErrorKind.TIMEOUT -> Timeout(failure)
            ErrorKind.CANCELLED -> Cancelled(failure)
            ErrorKind.STORE -> Store(failure)
            ErrorKind.PLATFORM -> Platform(failure)
            ErrorKind.INVALID_RESPONSE -> InvalidResponse(failure)
            ErrorKind.AWS -> Aws(failure)
        }
    }
}

/**
 * The authentication that an API requires for a request (RFC 9470), which a step-up can reach: `acrValues` are the authentication levels of
 * which the API accepts each, the preferred one first, empty if it asks for a more recent authentication only; `maxAge` is how long ago
 * the person may have proved who they are, null for any time ago.
 */
typealias StepUpRequirement = dev.poolpass.ffi.StepUpRequirement

/**
 * The reason for which DynamoDB cancelled a transaction, for one of its items.
 *
 * @property code DynamoDB's code, such as `ConditionalCheckFailed`, `TransactionConflict` or `ValidationError`. Null if this item was
 * not the reason.
 * @property message DynamoDB's message for people.
 * @property item the item as it was when its condition did not hold, if there was one and `returnOldOnConditionCheckFailure` asked for
 * it. Nothing prints it.
 */
class CancellationReason internal constructor(val code: String?, val message: String?, val item: Item?) {
    override fun toString(): String = "CancellationReason(code=$code, message=$message)"
}
