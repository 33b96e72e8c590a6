package dev.poolpass

import dev.poolpass.ffi.Challenge as FfiChallenge
import dev.poolpass.ffi.ChallengeAnswer
import dev.poolpass.ffi.SignInStep as FfiSignInStep

/** The result of a step of a sign-in: the person is signed in ([Done]), or a [Challenge] comes next. */
sealed interface SignInStep {
    /**
     * The person is signed in, and the session is stored.
     *
     * @property user the person.
     */
    class Done internal constructor(val user: User) : SignInStep {
        override fun toString(): String = "Done"
    }

    /** Reads the steps of the SDK. */
    companion object {
        internal fun of(step: FfiSignInStep): SignInStep = when (step) {
            is FfiSignInStep.Done -> Done(User(step.v1))
            is FfiSignInStep.Challenge -> Challenge.of(step.v1)
        }
    }
}

/**
 * A challenge that has to be answered before the person is signed in. Each kind has its own answer:
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
 */
sealed class Challenge private constructor(internal val ffi: FfiChallenge) : SignInStep {
    /** The kind as a short text, such as `softwareTokenMfa`, the same in every language. */
    val kind: String = ffi.kind()

    /** AWS's name for the challenge, such as `SOFTWARE_TOKEN_MFA`. */
    val name: String = ffi.name()

    /** The user name of the person who is signing in, as the user pool knows it. */
    val username: String = ffi.username()

    /** A code that was sent by SMS (`SMS_MFA`). */
    class SmsMfa internal constructor(ffi: FfiChallenge) : Challenge(ffi) {
        /** The masked phone number that the code was sent to, such as `+*******4567`. */
        val destination: String? = ffi.details().destination

        /** Answers with the code (RespondToAuthChallenge). */
        suspend fun answer(code: String): SignInStep = step { ffi.answer(ChallengeAnswer.Code(code)) }
    }

    /** A code that was sent by email, as second factor (`EMAIL_OTP`). */
    class EmailMfa internal constructor(ffi: FfiChallenge) : Challenge(ffi) {
        /** The masked email address that the code was sent to, such as `a***@e***`. */
        val destination: String? = ffi.details().destination

        /** Answers with the code (RespondToAuthChallenge). */
        suspend fun answer(code: String): SignInStep = step { ffi.answer(ChallengeAnswer.Code(code)) }
    }

    /** A code that was sent by email, as first factor (`EMAIL_OTP`). */
    class EmailOtp internal constructor(ffi: FfiChallenge) : Challenge(ffi) {
        /** The masked email address that the code was sent to, such as `a***@e***`. */
        val destination: String? = ffi.details().destination

        /** Answers with the code (RespondToAuthChallenge). */
        suspend fun answer(code: String): SignInStep = step { ffi.answer(ChallengeAnswer.Code(code)) }

        /** Sends another code (InitiateAuth). Returns the challenge that takes it; this one can no longer be answered. */
        suspend fun resend(): SignInStep = step { ffi.answer(ChallengeAnswer.Resend) }
    }

    /** A code that was sent by SMS, as first factor (`SMS_OTP`). */
    class SmsOtp internal constructor(ffi: FfiChallenge) : Challenge(ffi) {
        /** The masked phone number that the code was sent to, such as `+*******4567`. */
        val destination: String? = ffi.details().destination

        /** Answers with the code (RespondToAuthChallenge). */
        suspend fun answer(code: String): SignInStep = step { ffi.answer(ChallengeAnswer.Code(code)) }

        /** Sends another code (InitiateAuth). Returns the challenge that takes it; this one can no longer be answered. */
        suspend fun resend(): SignInStep = step { ffi.answer(ChallengeAnswer.Resend) }
    }

    /** A code from the person's authenticator app (`SOFTWARE_TOKEN_MFA`). */
    class SoftwareTokenMfa internal constructor(ffi: FfiChallenge) : Challenge(ffi) {
        /** The name that the person gave the authenticator app, if any. */
        val deviceName: String? = ffi.details().deviceName

        /** Answers with the code that the app shows (RespondToAuthChallenge). */
        suspend fun answer(code: String): SignInStep = step { ffi.answer(ChallengeAnswer.Code(code)) }
    }

    /** A choice among second factors (`SELECT_MFA_TYPE`). */
    class SelectMfaType internal constructor(ffi: FfiChallenge) : Challenge(ffi) {
        /** The methods to choose from. */
        val methods: List<MfaMethod> = ffi.details().methods.map(MfaMethod::of)

        /** Answers with one of the methods (RespondToAuthChallenge); the next challenge asks for the code. */
        suspend fun answer(method: MfaMethod): SignInStep = step { ffi.answer(ChallengeAnswer.Method(method.toFfi())) }
    }

    /** A second factor has to be set up before the person is signed in (`MFA_SETUP`). */
    class MfaSetup internal constructor(ffi: FfiChallenge) : Challenge(ffi) {
        /** The methods that can be set up. */
        val methods: List<MfaMethod> = ffi.details().methods.map(MfaMethod::of)

        /** Gets a TOTP secret for the person's authenticator app (AssociateSoftwareToken). */
        suspend fun associateSoftwareToken(): SoftwareTokenSetup = mapped { SoftwareTokenSetup(ffi.associateSoftwareToken()) }

        /**
         * Confirms the authenticator app with its first code (VerifySoftwareToken), then continues the sign-in
         * (RespondToAuthChallenge). [deviceName] is shown at later sign-ins.
         */
        suspend fun verifySoftwareToken(code: String, deviceName: String? = null): SignInStep =
            step { ffi.answer(ChallengeAnswer.SoftwareToken(code, deviceName)) }

        /** Sets up codes by email instead (RespondToAuthChallenge); the next challenge asks for the first code. */
        suspend fun setUpEmail(address: String): SignInStep = step { ffi.answer(ChallengeAnswer.Email(address)) }
    }

    /** A new password in place of the temporary one that an administrator has set (`NEW_PASSWORD_REQUIRED`). */
    class NewPasswordRequired internal constructor(ffi: FfiChallenge) : Challenge(ffi) {
        /** The names of the attributes, such as `name`, that the answer has to give because the user lacks them. */
        val requiredAttributes: List<String> = ffi.details().requiredAttributes

        /** The attributes that the user has. */
        val attributes: Map<String, String> = ffi.details().attributes

        /** Answers with the new password and attributes (RespondToAuthChallenge). */
        suspend fun answer(newPassword: String, attributes: Map<String, String> = emptyMap()): SignInStep =
            step { ffi.answer(ChallengeAnswer.NewPassword(newPassword, attributes)) }
    }

    /** A choice among first factors (`SELECT_CHALLENGE`). */
    class SelectChallenge internal constructor(ffi: FfiChallenge) : Challenge(ffi) {
        /** The factors to choose from. */
        val available: List<AuthFactor> = ffi.details().available.map(AuthFactor::of)

        /** Answers with one of the factors (RespondToAuthChallenge); the next challenge asks for the code, the passkey or the password. */
        suspend fun answer(factor: AuthFactor): SignInStep = step { ffi.answer(ChallengeAnswer.Factor(factor.toFfi())) }

        /** Answers with the password, proved by SRP where that is available and sent over TLS otherwise (RespondToAuthChallenge). */
        suspend fun answerWithPassword(password: String): SignInStep = step { ffi.answer(ChallengeAnswer.Password(password)) }
    }

    /** The password (`PASSWORD`, or `PASSWORD_SRP` for one that SRP proves). */
    class Password internal constructor(ffi: FfiChallenge) : Challenge(ffi) {
        /** Answers with the password, proved by SRP for `PASSWORD_SRP` and sent over TLS otherwise (RespondToAuthChallenge). */
        suspend fun answer(password: String): SignInStep = step { ffi.answer(ChallengeAnswer.Password(password)) }
    }

    /** A passkey (`WEB_AUTHN`). */
    class WebAuthn internal constructor(ffi: FfiChallenge) : Challenge(ffi) {
        /**
         * The options for `navigator.credentials.get` or the platform's own call, as WebAuthn's JSON
         * (`PublicKeyCredentialRequestOptionsJSON`).
         */
        val requestOptions: String = ffi.details().requestOptions

        /**
         * Answers with the credential that the authenticator returned, as WebAuthn's JSON (`AuthenticationResponseJSON`)
         * (RespondToAuthChallenge).
         */
        suspend fun answer(credentialJson: String): SignInStep = step { ffi.answer(ChallengeAnswer.Credential(credentialJson)) }

        /**
         * Lets [authenticator] sign, and answers with its credential (RespondToAuthChallenge).
         *
         * @throws PoolpassException.Cancelled when the person says no or has no passkey of this user, and
         * [PoolpassException.Timeout] when the person does not act in time: the challenge stays and can be answered in another way.
         * @throws PoolpassException.InvalidConfig when the page or the app may not use the relying party's id.
         * @throws PoolpassException.Platform when the authenticator fails or there is none. The others are those of [answer].
         */
        suspend fun answerWith(authenticator: Authenticator): SignInStep = answer(asked { authenticator.get(requestOptions) })
    }

    /** A challenge of the user pool's own triggers (`CUSTOM_CHALLENGE`). */
    class CustomChallenge internal constructor(ffi: FfiChallenge) : Challenge(ffi) {
        /** The public parameters that the trigger CreateAuthChallenge gave. */
        val parameters: Map<String, String> = ffi.details().parameters

        /**
         * Answers the challenge (RespondToAuthChallenge). After a wrong answer that the triggers tolerate, the next step is another
         * custom challenge, which takes the next answer.
         *
         * An answer is sent once: if AWS's reply to it is lost, the challenge may have been used up. `clientMetadata` is sent with this
         * answer beside that of the sign-in. DefineAuthChallenge, CreateAuthChallenge and VerifyAuthChallengeResponse get the data of
         * answers, but not that of the first request.
         */
        suspend fun answer(answer: String, clientMetadata: Map<String, String> = emptyMap()): SignInStep =
            step { ffi.answer(ChallengeAnswer.Custom(answer, clientMetadata)) }
    }

    /** A challenge without a type of its own, such as one that AWS has added since. */
    class Other internal constructor(ffi: FfiChallenge) : Challenge(ffi) {
        /** AWS's parameters of the challenge. */
        val parameters: Map<String, String> = ffi.details().parameters

        /**
         * Answers with `ChallengeResponses` as AWS documents them for this challenge (RespondToAuthChallenge). `USERNAME`, and
         * `SECRET_HASH` where it is needed, are added.
         */
        suspend fun answer(responses: Map<String, String>): SignInStep = step { ffi.answer(ChallengeAnswer.Responses(responses)) }
    }

    override fun toString(): String = "Challenge($name)"

    internal companion object {
        fun of(ffi: FfiChallenge): Challenge = when (ffi.kind()) {
            "smsMfa" -> SmsMfa(ffi)
            "emailMfa" -> EmailMfa(ffi)
            "emailOtp" -> EmailOtp(ffi)
            "smsOtp" -> SmsOtp(ffi)
            "softwareTokenMfa" -> SoftwareTokenMfa(ffi)
            "selectMfaType" -> SelectMfaType(ffi)
            "mfaSetup" -> MfaSetup(ffi)
            "newPasswordRequired" -> NewPasswordRequired(ffi)
            "selectChallenge" -> SelectChallenge(ffi)
            "password" -> Password(ffi)
            "webAuthn" -> WebAuthn(ffi)
            "customChallenge" -> CustomChallenge(ffi)
            else -> Other(ffi)
        }
    }
}

private inline fun step(answer: () -> FfiSignInStep): SignInStep = mapped { SignInStep.of(answer()) }
