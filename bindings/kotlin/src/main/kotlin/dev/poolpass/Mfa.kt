package dev.poolpass

import dev.poolpass.ffi.MfaMethod as FfiMfaMethod
import dev.poolpass.ffi.SoftwareTokenSetup as FfiSoftwareTokenSetup
import dev.poolpass.ffi.mfaMethod

/** A second factor. */
sealed interface MfaMethod {
    /** The method as a short text, such as `softwareTokenMfa`, the same in every language; AWS's name for an [Other]. */
    val code: String get() = toFfi().code()

    /** A code by SMS (`SMS_MFA`). */
    data object SmsMfa : MfaMethod

    /** A code from an authenticator app (`SOFTWARE_TOKEN_MFA`). */
    data object SoftwareTokenMfa : MfaMethod

    /** A code by email (`EMAIL_OTP`). */
    data object EmailMfa : MfaMethod

    /**
     * Another method.
     *
     * @property name AWS's name for it.
     */
    data class Other(val name: String) : MfaMethod

    /** Finds a method by its code. */
    companion object {
        /** The method that has this [code]. */
        fun ofCode(code: String): MfaMethod = of(mfaMethod(code))

        internal fun of(method: FfiMfaMethod): MfaMethod = when (method) {
            FfiMfaMethod.SmsMfa -> SmsMfa
            FfiMfaMethod.SoftwareTokenMfa -> SoftwareTokenMfa
            FfiMfaMethod.EmailMfa -> EmailMfa
            is FfiMfaMethod.Other -> Other(method.v1)
        }
    }
}

internal fun MfaMethod.toFfi(): FfiMfaMethod = when (this) {
    MfaMethod.SmsMfa -> FfiMfaMethod.SmsMfa
    MfaMethod.SoftwareTokenMfa -> FfiMfaMethod.SoftwareTokenMfa
    MfaMethod.EmailMfa -> FfiMfaMethod.EmailMfa
    is MfaMethod.Other -> FfiMfaMethod.Other(name)
}

/** The secret that a person puts into their authenticator app. */
class SoftwareTokenSetup internal constructor(private val ffi: FfiSoftwareTokenSetup) {
    /** The secret in base32, for people who type it in: a secret. */
    val secret: String get() = ffi.secret()

    /**
     * The `otpauth://` URI to show as a QR code: a secret, since it contains the TOTP secret.
     *
     * [issuer] names the app, [account] the person; authenticator apps show both.
     */
    fun otpauthUri(issuer: String, account: String): String = ffi.otpauthUri(issuer, account)

    /**
     * The `otpauth://` URI as a QR code in an SVG image: a secret, since it contains the TOTP secret.
     *
     * @throws PoolpassException.InvalidInput if the names are too long for a QR code, which takes about two thousand bytes.
     */
    fun qrCodeSvg(issuer: String, account: String): String = mapped { ffi.qrCodeSvg(issuer, account) }

    override fun toString(): String = "SoftwareTokenSetup"
}
