package dev.poolpass

import dev.poolpass.ffi.authFactor
import dev.poolpass.ffi.AuthFactor as FfiAuthFactor

/** A first factor: how a person proves who they are (USER_AUTH). */
sealed interface AuthFactor {
    /** The factor as a short text, such as `emailOtp`, the same in every language; AWS's name for an [Other]. */
    val code: String get() = toFfi().code()

    /** The password, sent over TLS (`PASSWORD`). */
    data object Password : AuthFactor

    /** The password, proved by SRP (`PASSWORD_SRP`). */
    data object PasswordSrp : AuthFactor

    /** A code by email (`EMAIL_OTP`). */
    data object EmailOtp : AuthFactor

    /** A code by SMS (`SMS_OTP`). */
    data object SmsOtp : AuthFactor

    /** A passkey (`WEB_AUTHN`). */
    data object WebAuthn : AuthFactor

    /**
     * Another factor.
     *
     * @property name AWS's name for it.
     */
    data class Other(val name: String) : AuthFactor

    /** Finds a factor by its code. */
    companion object {
        /** The factor that has this [code]. */
        fun ofCode(code: String): AuthFactor = of(authFactor(code))

        internal fun of(factor: FfiAuthFactor): AuthFactor = when (factor) {
            FfiAuthFactor.Password -> Password
            FfiAuthFactor.PasswordSrp -> PasswordSrp
            FfiAuthFactor.EmailOtp -> EmailOtp
            FfiAuthFactor.SmsOtp -> SmsOtp
            FfiAuthFactor.WebAuthn -> WebAuthn
            is FfiAuthFactor.Other -> Other(factor.v1)
        }
    }
}

internal fun AuthFactor.toFfi(): FfiAuthFactor = when (this) {
    AuthFactor.Password -> FfiAuthFactor.Password
    AuthFactor.PasswordSrp -> FfiAuthFactor.PasswordSrp
    AuthFactor.EmailOtp -> FfiAuthFactor.EmailOtp
    AuthFactor.SmsOtp -> FfiAuthFactor.SmsOtp
    AuthFactor.WebAuthn -> FfiAuthFactor.WebAuthn
    is AuthFactor.Other -> FfiAuthFactor.Other(name)
}
