package dev.poolpass.android

import dev.poolpass.AuthenticatorErrorKind

/**
 * The kind of an error of the Credential Manager, by its [type], which ends in WebAuthn's name for it, and by what it [said], since it
 * has one type for all data that it does not like.
 */
internal fun errorKind(type: String, said: String): AuthenticatorErrorKind = when {
    type.endsWith("TYPE_USER_CANCELED") || type.endsWith("TYPE_NO_CREDENTIAL") -> AuthenticatorErrorKind.CANCELLED
    type.endsWith("TYPE_NOT_ALLOWED_ERROR") || type.endsWith("TYPE_ABORT_ERROR") -> AuthenticatorErrorKind.CANCELLED
    type.endsWith("TYPE_TIMEOUT_ERROR") -> AuthenticatorErrorKind.TIMED_OUT
    type.endsWith("TYPE_INVALID_STATE_ERROR") -> AuthenticatorErrorKind.ALREADY_REGISTERED
    type.endsWith("TYPE_SECURITY_ERROR") || said.contains("RP ID cannot be validated") -> AuthenticatorErrorKind.NOT_ASSOCIATED
    type.endsWith("TYPE_NO_CREATE_OPTIONS") || type.endsWith("TYPE_NOT_SUPPORTED_ERROR") -> AuthenticatorErrorKind.UNSUPPORTED
    else -> AuthenticatorErrorKind.FAILED
}
