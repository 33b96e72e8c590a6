package dev.poolpass

import dev.poolpass.ffi.Account as FfiAccount

/** An account that was just made: whether it is confirmed already, its `sub`, and where a code was sent. */
typealias SignUpResult = dev.poolpass.ffi.SignUpResult

/** Where a code was sent, masked. */
typealias CodeDeliveryDetails = dev.poolpass.ffi.CodeDeliveryDetails

/** A change of second factors; methods that are not set stay as they are. */
typealias MfaSettings = dev.poolpass.ffi.MfaSettings

/** What becomes of one method: `OFF`, `ON` or `PREFERRED`. */
typealias MfaSetting = dev.poolpass.ffi.MfaSetting

/**
 * The second factors that the signed-in person uses.
 *
 * @property enabled the methods that may be asked for at sign-in.
 * @property preferred the method that is asked for without giving a choice.
 */
data class MfaPreference(val enabled: List<MfaMethod>, val preferred: MfaMethod?)

/** The person's account: signing up, passwords, attributes, second factors. */
class Account internal constructor(private val ffi: FfiAccount) {
    /**
     * Makes an account (SignUp).
     *
     * @param attributes such as `email`.
     * @param validationData something for the user pool's pre sign-up trigger.
     * @throws PoolpassException.UsernameExists when the name is taken.
     * @throws PoolpassException.InvalidPassword when the password does not meet the user pool's policy.
     */
    suspend fun signUp(
        username: String,
        password: String,
        attributes: Map<String, String> = emptyMap(),
        validationData: Map<String, String> = emptyMap(),
    ): SignUpResult = mapped { ffi.signUp(username, password, attributes, validationData) }

    /** Confirms the sign-up with the code that was sent (ConfirmSignUp). */
    suspend fun confirmSignUp(username: String, code: String): Unit = mapped { ffi.confirmSignUp(username, code) }

    /** Sends the code of the sign-up once more (ResendConfirmationCode). */
    suspend fun resendConfirmationCode(username: String): CodeDeliveryDetails? = mapped { ffi.resendConfirmationCode(username) }

    /** Sends a code that allows to choose a new password (ForgotPassword). */
    suspend fun forgotPassword(username: String): CodeDeliveryDetails? = mapped { ffi.forgotPassword(username) }

    /** Sets a new password with the code that was sent (ConfirmForgotPassword). */
    suspend fun confirmForgotPassword(username: String, code: String, newPassword: String): Unit =
        mapped { ffi.confirmForgotPassword(username, code, newPassword) }

    /** Changes the password of the signed-in person (ChangePassword). The session goes on. */
    suspend fun changePassword(previousPassword: String, proposedPassword: String): Unit =
        mapped { ffi.changePassword(previousPassword, proposedPassword) }

    /** The attributes of the signed-in person (GetUser). The ID token has those of the last refresh. */
    suspend fun attributes(): Map<String, String> = mapped { ffi.attributes() }

    /** Changes attributes (UpdateUserAttributes). @return where codes were sent to verify them. */
    suspend fun updateAttributes(attributes: Map<String, String>): List<CodeDeliveryDetails> =
        mapped { ffi.updateAttributes(attributes) }

    /** Removes attributes (DeleteUserAttributes). */
    suspend fun deleteAttributes(names: List<String>): Unit = mapped { ffi.deleteAttributes(names) }

    /** Sends a code that verifies an attribute, `email` or `phone_number` (GetUserAttributeVerificationCode). */
    suspend fun requestAttributeCode(name: String): CodeDeliveryDetails? = mapped { ffi.requestAttributeCode(name) }

    /** Verifies an attribute with the code that was sent (VerifyUserAttribute). */
    suspend fun verifyAttribute(name: String, code: String): Unit = mapped { ffi.verifyAttribute(name, code) }

    /** Gets a TOTP secret for the signed-in person's authenticator app (AssociateSoftwareToken). */
    suspend fun associateSoftwareToken(): SoftwareTokenSetup = mapped { SoftwareTokenSetup(ffi.associateSoftwareToken()) }

    /**
     * Confirms the authenticator app with a first code (VerifySoftwareToken). It is asked for at sign-in only after
     * [setMfaPreference].
     *
     * @param deviceName what is shown at sign-in.
     */
    suspend fun verifySoftwareToken(code: String, deviceName: String? = null): Unit = mapped { ffi.verifySoftwareToken(code, deviceName) }

    /** The second factors of the signed-in person (GetUser). */
    suspend fun mfaPreference(): MfaPreference {
        val preference = mapped { ffi.mfaPreference() }
        return MfaPreference(preference.enabled.map(MfaMethod::of), preference.preferred?.let(MfaMethod::of))
    }

    /** Chooses second factors (SetUserMFAPreference). */
    suspend fun setMfaPreference(settings: MfaSettings): Unit = mapped { ffi.setMfaPreference(settings) }

    /** Deletes the signed-in person's account for good (DeleteUser), and forgets the session. */
    suspend fun deleteUser(): Unit = mapped { ffi.deleteUser() }

    override fun toString(): String = "Account"
}
