package dev.poolpass

import dev.poolpass.ffi.Challenge as FfiChallenge
import dev.poolpass.ffi.EmailOtpChallenge as FfiEmailOtp
import dev.poolpass.ffi.MfaMethod as FfiMfaMethod
import dev.poolpass.ffi.NewPasswordRequiredChallenge as FfiNewPasswordRequired
import dev.poolpass.ffi.OtherChallenge as FfiOtherChallenge
import dev.poolpass.ffi.SelectMfaTypeChallenge as FfiSelectMfaType
import dev.poolpass.ffi.MfaSetupChallenge as FfiMfaSetup
import dev.poolpass.ffi.SignInStep as FfiSignInStep
import dev.poolpass.ffi.SmsMfaChallenge as FfiSmsMfa
import dev.poolpass.ffi.SoftwareTokenMfaChallenge as FfiSoftwareTokenMfa
import dev.poolpass.ffi.SoftwareTokenSetup as FfiSoftwareTokenSetup
import dev.poolpass.ffi.mfaMethod

/** What comes after a step of signing in: [Done], or a [Challenge], whose answer is the next step. */
sealed interface SignInStep {
    /**
     * The person is signed in.
     *
     * @property user who that is.
     */
    class Done internal constructor(val user: User) : SignInStep {
        override fun toString(): String = "Done"
    }

    /** Makes them from what the SDK says. */
    companion object {
        internal fun of(step: FfiSignInStep): SignInStep = when (step) {
            is FfiSignInStep.Done -> Done(User(step.v1))
            is FfiSignInStep.Challenge -> Challenge.of(step.v1)
        }
    }
}

/**
 * What AWS asks for before the person is signed in. Each kind is a class of its own with its own answer:
 *
 * ```kotlin
 * while (step is Challenge) {
 *     step = when (step) {
 *         is Challenge.SoftwareTokenMfa -> step.answer(askForCode())
 *         is Challenge.SmsMfa -> step.answer(askForCode(step.destination))
 *         else -> error("this app cannot answer ${step.name}")
 *     }
 * }
 * ```
 *
 * An answer throws [PoolpassException.CodeMismatch] for a wrong code: ask again, the challenge stays. It throws
 * [PoolpassException.CodeExpired] or [PoolpassException.ChallengeExpired] when it is too late: sign in again.
 *
 * @property name AWS's name for it.
 * @property username who is signing in.
 */
sealed class Challenge(val name: String, val username: String) : SignInStep {
    /** A code that was sent by SMS (`SMS_MFA`). */
    class SmsMfa internal constructor(private val ffi: FfiSmsMfa) : Challenge(ffi.name(), ffi.username()) {
        /** The masked phone number. */
        val destination: String? = ffi.destination()

        /** Answers with the code (RespondToAuthChallenge). */
        suspend fun answer(code: String): SignInStep = mapped { SignInStep.of(ffi.answer(code)) }
    }

    /** A code that was sent by email (`EMAIL_OTP`). */
    class EmailOtp internal constructor(private val ffi: FfiEmailOtp) : Challenge(ffi.name(), ffi.username()) {
        /** The masked address. */
        val destination: String? = ffi.destination()

        /** Answers with the code (RespondToAuthChallenge). */
        suspend fun answer(code: String): SignInStep = mapped { SignInStep.of(ffi.answer(code)) }
    }

    /** A code from an authenticator app (`SOFTWARE_TOKEN_MFA`). */
    class SoftwareTokenMfa internal constructor(private val ffi: FfiSoftwareTokenMfa) : Challenge(ffi.name(), ffi.username()) {
        /** The name that the person gave the authenticator app. */
        val deviceName: String? = ffi.deviceName()

        /** Answers with the code (RespondToAuthChallenge). */
        suspend fun answer(code: String): SignInStep = mapped { SignInStep.of(ffi.answer(code)) }
    }

    /** A choice among second factors (`SELECT_MFA_TYPE`). */
    class SelectMfaType internal constructor(private val ffi: FfiSelectMfaType) : Challenge(ffi.name(), ffi.username()) {
        /** The methods to choose from. */
        val methods: List<MfaMethod> = ffi.methods().map(MfaMethod::of)

        /** Answers with the choice (RespondToAuthChallenge). */
        suspend fun answer(method: MfaMethod): SignInStep = mapped { SignInStep.of(ffi.answer(method.toFfi())) }
    }

    /** A second factor has to be set up before the person may sign in (`MFA_SETUP`). */
    class MfaSetup internal constructor(private val ffi: FfiMfaSetup) : Challenge(ffi.name(), ffi.username()) {
        /** The methods that can be set up. */
        val methods: List<MfaMethod> = ffi.methods().map(MfaMethod::of)

        /** Gets a TOTP secret for the person's authenticator app (AssociateSoftwareToken). */
        suspend fun associateSoftwareToken(): SoftwareTokenSetup = mapped { SoftwareTokenSetup(ffi.associateSoftwareToken()) }

        /**
         * Confirms the authenticator app with its first code (VerifySoftwareToken), then continues the sign-in
         * (RespondToAuthChallenge). [deviceName] is shown at later sign-ins.
         */
        suspend fun verifySoftwareToken(code: String, deviceName: String? = null): SignInStep =
            mapped { SignInStep.of(ffi.verifySoftwareToken(code, deviceName)) }

        /** Has codes sent to an email address (RespondToAuthChallenge). */
        suspend fun setUpEmail(address: String): SignInStep = mapped { SignInStep.of(ffi.setUpEmail(address)) }
    }

    /** A new password has to be chosen, since an administrator set the present one (`NEW_PASSWORD_REQUIRED`). */
    class NewPasswordRequired internal constructor(private val ffi: FfiNewPasswordRequired) : Challenge(ffi.name(), ffi.username()) {
        /** The attributes that the answer has to give. */
        val requiredAttributes: List<String> = ffi.requiredAttributes()

        /** The attributes that the user has already. */
        val attributes: Map<String, String> = ffi.attributes()

        /** Answers with a password and attributes (RespondToAuthChallenge). */
        suspend fun answer(newPassword: String, attributes: Map<String, String> = emptyMap()): SignInStep =
            mapped { SignInStep.of(ffi.answer(newPassword, attributes)) }
    }

    /** A challenge without a class of its own, such as a custom one: AWS's documentation says how to answer. */
    class Other internal constructor(private val ffi: FfiOtherChallenge) : Challenge(ffi.name(), ffi.username()) {
        /** What AWS says about it. */
        val parameters: Map<String, String> = ffi.parameters()

        /** Answers with responses as AWS documents them (RespondToAuthChallenge). */
        suspend fun answer(responses: Map<String, String>): SignInStep = mapped { SignInStep.of(ffi.answer(responses)) }
    }

    override fun toString(): String = "Challenge($name)"

    internal companion object {
        fun of(challenge: FfiChallenge): Challenge = when (challenge) {
            is FfiChallenge.SmsMfa -> SmsMfa(challenge.v1)
            is FfiChallenge.EmailOtp -> EmailOtp(challenge.v1)
            is FfiChallenge.SoftwareTokenMfa -> SoftwareTokenMfa(challenge.v1)
            is FfiChallenge.SelectMfaType -> SelectMfaType(challenge.v1)
            is FfiChallenge.MfaSetup -> MfaSetup(challenge.v1)
            is FfiChallenge.NewPasswordRequired -> NewPasswordRequired(challenge.v1)
            is FfiChallenge.Other -> Other(challenge.v1)
        }
    }
}

/** A way to prove a second time who one is. */
sealed interface MfaMethod {
    /** The method as a short text, such as `softwareTokenMfa`, the same in every language; AWS's name for an [Other]. */
    val code: String get() = toFfi().code()

    /** A code by SMS (`SMS_MFA`). */
    data object SmsMfa : MfaMethod

    /** A code from an authenticator app (`SOFTWARE_TOKEN_MFA`). */
    data object SoftwareTokenMfa : MfaMethod

    /** A code by email (`EMAIL_OTP`). */
    data object EmailOtp : MfaMethod

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
            FfiMfaMethod.EmailOtp -> EmailOtp
            is FfiMfaMethod.Other -> Other(method.v1)
        }
    }
}

internal fun MfaMethod.toFfi(): FfiMfaMethod = when (this) {
    MfaMethod.SmsMfa -> FfiMfaMethod.SmsMfa
    MfaMethod.SoftwareTokenMfa -> FfiMfaMethod.SoftwareTokenMfa
    MfaMethod.EmailOtp -> FfiMfaMethod.EmailOtp
    is MfaMethod.Other -> FfiMfaMethod.Other(name)
}

/** The secret that a person puts into their authenticator app. */
class SoftwareTokenSetup internal constructor(private val ffi: FfiSoftwareTokenSetup) {
    /** The secret in base32, for those who type it. */
    val secret: String get() = ffi.secret()

    /** What the QR code has to say: a secret too. [issuer] and [account] are what the authenticator app shows. */
    fun otpauthUri(issuer: String, account: String): String = ffi.otpauthUri(issuer, account)

    override fun toString(): String = "SoftwareTokenSetup"
}
