package dev.poolpass

import dev.poolpass.ffi.Challenge as FfiChallenge
import dev.poolpass.ffi.EmailCode as FfiEmailCode
import dev.poolpass.ffi.MfaMethod as FfiMfaMethod
import dev.poolpass.ffi.NewPassword as FfiNewPassword
import dev.poolpass.ffi.OtherChallenge as FfiOtherChallenge
import dev.poolpass.ffi.SelectMfaType as FfiSelectMfaType
import dev.poolpass.ffi.SetUpMfa as FfiSetUpMfa
import dev.poolpass.ffi.SignIn as FfiSignIn
import dev.poolpass.ffi.SmsCode as FfiSmsCode
import dev.poolpass.ffi.SoftwareToken as FfiSoftwareToken
import dev.poolpass.ffi.SoftwareTokenSetup as FfiSoftwareTokenSetup

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
        internal fun of(step: FfiSignIn): SignInStep = when (step) {
            is FfiSignIn.Done -> Done(User(step.v1))
            is FfiSignIn.Challenge -> Challenge.of(step.v1)
        }
    }
}

/**
 * What AWS asks for before the person is signed in. Each kind is a class of its own with its own answer:
 *
 * ```kotlin
 * while (step is Challenge) {
 *     step = when (step) {
 *         is Challenge.SoftwareToken -> step.answer(askForCode())
 *         is Challenge.SmsCode -> step.answer(askForCode(step.destination))
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
    class SmsCode internal constructor(private val ffi: FfiSmsCode) : Challenge(ffi.name(), ffi.username()) {
        /** The masked phone number. */
        val destination: String? = ffi.destination()

        /** Answers with the code (RespondToAuthChallenge). */
        suspend fun answer(code: String): SignInStep = mapped { SignInStep.of(ffi.answer(code)) }
    }

    /** A code that was sent by email (`EMAIL_OTP`). */
    class EmailCode internal constructor(private val ffi: FfiEmailCode) : Challenge(ffi.name(), ffi.username()) {
        /** The masked address. */
        val destination: String? = ffi.destination()

        /** Answers with the code (RespondToAuthChallenge). */
        suspend fun answer(code: String): SignInStep = mapped { SignInStep.of(ffi.answer(code)) }
    }

    /** A code from an authenticator app (`SOFTWARE_TOKEN_MFA`). */
    class SoftwareToken internal constructor(private val ffi: FfiSoftwareToken) : Challenge(ffi.name(), ffi.username()) {
        /** The name that the person gave the authenticator app. */
        val deviceName: String? = ffi.deviceName()

        /** Answers with the code (RespondToAuthChallenge). */
        suspend fun answer(code: String): SignInStep = mapped { SignInStep.of(ffi.answer(code)) }
    }

    /** A choice among second factors (`SELECT_MFA_TYPE`). */
    class SelectMfaType internal constructor(private val ffi: FfiSelectMfaType) : Challenge(ffi.name(), ffi.username()) {
        /** The methods to choose from. */
        val options: List<MfaMethod> = ffi.options().map(MfaMethod::of)

        /** Answers with the choice (RespondToAuthChallenge). */
        suspend fun answer(choice: MfaMethod): SignInStep = mapped { SignInStep.of(ffi.answer(choice.toFfi())) }
    }

    /** A second factor has to be set up before the person may sign in (`MFA_SETUP`). */
    class SetUpMfa internal constructor(private val ffi: FfiSetUpMfa) : Challenge(ffi.name(), ffi.username()) {
        /** The methods that can be set up. */
        val options: List<MfaMethod> = ffi.options().map(MfaMethod::of)

        /** Gets a TOTP secret for the person's authenticator app (AssociateSoftwareToken). */
        suspend fun startTotp(): SoftwareTokenSetup = mapped { SoftwareTokenSetup(ffi.startTotp()) }

        /** Confirms the authenticator app with a first code (VerifySoftwareToken), and signs in. */
        suspend fun confirmTotp(code: String): SignInStep = mapped { SignInStep.of(ffi.confirmTotp(code)) }

        /** Has codes sent to an email address (RespondToAuthChallenge). */
        suspend fun setUpEmail(address: String): SignInStep = mapped { SignInStep.of(ffi.setUpEmail(address)) }
    }

    /** A new password has to be chosen, since an administrator set the present one (`NEW_PASSWORD_REQUIRED`). */
    class NewPassword internal constructor(private val ffi: FfiNewPassword) : Challenge(ffi.name(), ffi.username()) {
        /** The attributes that the answer has to give. */
        val requiredAttributes: List<String> = ffi.requiredAttributes()

        /** The attributes that the user has already. */
        val attributes: Map<String, String> = ffi.attributes()

        /** Answers with a password and attributes (RespondToAuthChallenge). */
        suspend fun answer(password: String, attributes: Map<String, String> = emptyMap()): SignInStep =
            mapped { SignInStep.of(ffi.answer(password, attributes)) }
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
            is FfiChallenge.SmsCode -> SmsCode(challenge.v1)
            is FfiChallenge.EmailCode -> EmailCode(challenge.v1)
            is FfiChallenge.SoftwareToken -> SoftwareToken(challenge.v1)
            is FfiChallenge.SelectMfaType -> SelectMfaType(challenge.v1)
            is FfiChallenge.SetUpMfa -> SetUpMfa(challenge.v1)
            is FfiChallenge.NewPassword -> NewPassword(challenge.v1)
            is FfiChallenge.Other -> Other(challenge.v1)
        }
    }
}

/** A way to prove a second time who one is. */
sealed interface MfaMethod {
    /** A code by SMS (`SMS_MFA`). */
    data object Sms : MfaMethod

    /** A code from an authenticator app (`SOFTWARE_TOKEN_MFA`). */
    data object SoftwareToken : MfaMethod

    /** A code by email (`EMAIL_OTP`). */
    data object Email : MfaMethod

    /**
     * Another method.
     *
     * @property name AWS's name for it.
     */
    data class Other(val name: String) : MfaMethod

    /** Makes them from what the SDK says. */
    companion object {
        internal fun of(method: FfiMfaMethod): MfaMethod = when (method) {
            FfiMfaMethod.Sms -> Sms
            FfiMfaMethod.SoftwareToken -> SoftwareToken
            FfiMfaMethod.Email -> Email
            is FfiMfaMethod.Other -> Other(method.v1)
        }
    }
}

internal fun MfaMethod.toFfi(): FfiMfaMethod = when (this) {
    MfaMethod.Sms -> FfiMfaMethod.Sms
    MfaMethod.SoftwareToken -> FfiMfaMethod.SoftwareToken
    MfaMethod.Email -> FfiMfaMethod.Email
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
