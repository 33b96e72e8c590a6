package dev.poolpass

import dev.poolpass.ffi.Account as FfiAccount
import dev.poolpass.ffi.DeviceChange

/**
 * The result of a sign-up: whether the person can sign in at once (`confirmed`), the new user's id (`sub`), and where Cognito sent the
 * code that confirms the sign-up (`codeDeliveryDetails`).
 */
typealias SignUpResult = dev.poolpass.ffi.SignUpResult

/** Where Cognito sent a code, masked so that an app can show it. */
typealias CodeDeliveryDetails = dev.poolpass.ffi.CodeDeliveryDetails

/** A change of second factors. Methods that are not set stay as they are. */
typealias MfaSettings = dev.poolpass.ffi.MfaSettings

/** Whether a second factor is used at sign-in: `OFF`, `ON` or `PREFERRED`. */
typealias MfaSetting = dev.poolpass.ffi.MfaSetting

/**
 * The factors with which the signed-in person can sign in.
 *
 * @property configured the first factors that the person can choose in a sign-in by USER_AUTH, and those that AWS names besides.
 * @property mfaMethods the second factors that Cognito may ask for.
 * @property preferredMfa the second factor that Cognito asks for first, without offering a choice.
 */
data class UserAuthFactors(val configured: List<AuthFactor>, val mfaMethods: List<MfaMethod>, val preferredMfa: MfaMethod?)

/** A session of the signed-in person, here or elsewhere. */
typealias UserSession = dev.poolpass.ffi.UserSession

/**
 * The second factors that the signed-in person uses.
 *
 * @property enabled the methods that Cognito may ask for at sign-in.
 * @property preferred the method that Cognito asks for first, without offering a choice.
 */
data class MfaPreference(val enabled: List<MfaMethod>, val preferred: MfaMethod?)

/**
 * The person's account in the user pool.
 *
 * `clientMetadata` holds values for the user pool's Lambda triggers.
 */
class Account internal constructor(private val ffi: FfiAccount) {
    /**
     * Creates a user with a name and a password (SignUp).
     *
     * @param attributes the attributes of the new user, such as `email`, `phone_number` (`+441632960123`) or `custom:team`.
     * @param validationData values for the pre-sign-up trigger that are not stored.
     * @throws PoolpassException.UsernameExists if the name is taken.
     * @throws PoolpassException.InvalidPassword if the password violates the user pool's policy.
     */
    suspend fun signUp(
        username: String,
        password: String,
        attributes: Map<String, String> = emptyMap(),
        validationData: Map<String, String> = emptyMap(),
        clientMetadata: Map<String, String> = emptyMap(),
    ): SignUpResult = mapped { ffi.signUp(username, password, attributes, validationData, clientMetadata) }

    /**
     * Creates a user who signs in without a password: with a code or a passkey (SignUp). If the user pool takes email addresses or
     * phone numbers as user names, [username] is one.
     *
     * @param attributes the attributes of the new user, such as `email`, `phone_number` (`+441632960123`) or `custom:team`.
     * @param validationData values for the pre-sign-up trigger that are not stored.
     * @throws PoolpassException.UsernameExists if the name is taken.
     * @throws PoolpassException.InvalidPassword where the user pool insists on a password.
     */
    suspend fun signUpWithoutPassword(
        username: String,
        attributes: Map<String, String> = emptyMap(),
        validationData: Map<String, String> = emptyMap(),
        clientMetadata: Map<String, String> = emptyMap(),
    ): SignUpResult = mapped { ffi.signUp(username, null, attributes, validationData, clientMetadata) }

    /** Confirms a sign-up with the code that Cognito sent (ConfirmSignUp). After that, [Client.autoSignIn] may sign the person in. */
    suspend fun confirmSignUp(username: String, code: String, clientMetadata: Map<String, String> = emptyMap()): Unit =
        mapped { ffi.confirmSignUp(username, code, clientMetadata) }

    /** Sends another code that confirms the sign-up (ResendConfirmationCode). Returns where Cognito sent it. */
    suspend fun resendConfirmationCode(username: String, clientMetadata: Map<String, String> = emptyMap()): CodeDeliveryDetails? =
        mapped { ffi.resendConfirmationCode(username, clientMetadata) }

    /** Sends a code for choosing a new password (ForgotPassword). Returns where Cognito sent it. */
    suspend fun forgotPassword(username: String, clientMetadata: Map<String, String> = emptyMap()): CodeDeliveryDetails? =
        mapped { ffi.forgotPassword(username, clientMetadata) }

    /** Sets a new password with the code that Cognito sent (ConfirmForgotPassword). It does not sign the person in. */
    suspend fun confirmForgotPassword(
        username: String,
        code: String,
        newPassword: String,
        clientMetadata: Map<String, String> = emptyMap(),
    ): Unit = mapped { ffi.confirmForgotPassword(username, code, newPassword, clientMetadata) }

    /** Changes the signed-in person's password (ChangePassword). The session goes on. */
    suspend fun changePassword(previousPassword: String, proposedPassword: String): Unit =
        mapped { ffi.changePassword(previousPassword, proposedPassword) }

    /** Reads the attributes from the user pool (GetUser). The ID token has those of the last refresh. */
    suspend fun attributes(): Map<String, String> = mapped { ffi.attributes() }

    /**
     * Changes attributes (UpdateUserAttributes). A new email address or phone number may have to be verified. Returns where Cognito sent
     * the codes for that.
     */
    suspend fun updateAttributes(
        attributes: Map<String, String>,
        clientMetadata: Map<String, String> = emptyMap(),
    ): List<CodeDeliveryDetails> = mapped { ffi.updateAttributes(attributes, clientMetadata) }

    /** Deletes attributes (DeleteUserAttributes). */
    suspend fun deleteAttributes(names: List<String>): Unit = mapped { ffi.deleteAttributes(names) }

    /** Sends a code that verifies `email` or `phone_number` (GetUserAttributeVerificationCode). Returns where Cognito sent it. */
    suspend fun requestAttributeCode(name: String, clientMetadata: Map<String, String> = emptyMap()): CodeDeliveryDetails? =
        mapped { ffi.requestAttributeCode(name, clientMetadata) }

    /** Verifies `email` or `phone_number` with the code that Cognito sent (VerifyUserAttribute). */
    suspend fun verifyAttribute(name: String, code: String): Unit = mapped { ffi.verifyAttribute(name, code) }

    /** Gets a TOTP secret for the signed-in person's authenticator app (AssociateSoftwareToken). */
    suspend fun associateSoftwareToken(): SoftwareTokenSetup = mapped { SoftwareTokenSetup(ffi.associateSoftwareToken()) }

    /**
     * Verifies the authenticator app with a first code (VerifySoftwareToken). Cognito shows [deviceName] at sign-in.
     *
     * Cognito asks for the app's codes only after [setMfaPreference].
     */
    suspend fun verifySoftwareToken(code: String, deviceName: String? = null): Unit = mapped { ffi.verifySoftwareToken(code, deviceName) }

    /** Reads which second factors the signed-in person uses (GetUser). */
    suspend fun mfaPreference(): MfaPreference {
        val preference = mapped { ffi.mfaPreference() }
        return MfaPreference(preference.enabled.map(MfaMethod::of), preference.preferred?.let(MfaMethod::of))
    }

    /** Reads with which factors the signed-in person can sign in (GetUserAuthFactors). */
    suspend fun authFactors(): UserAuthFactors {
        val factors = mapped { ffi.authFactors() }
        val methods = factors.mfaMethods.map(MfaMethod::of)
        return UserAuthFactors(factors.configured.map(AuthFactor::of), methods, factors.preferredMfa?.let(MfaMethod::of))
    }

    /** Chooses second factors (SetUserMFAPreference). */
    suspend fun setMfaPreference(settings: MfaSettings): Unit = mapped { ffi.setMfaPreference(settings) }

    /**
     * Starts the registration of a passkey for the signed-in person (StartWebAuthnRegistration). AWS knows one registration of a
     * person: the newest.
     *
     * @throws PoolpassException.Aws with the code `WebAuthnNotEnabledException` or `WebAuthnConfigurationMissingException` for a user
     * pool without passkeys or without a relying party's id.
     * @throws PoolpassException.TooManyAttempts for a person who has as many passkeys as Cognito keeps.
     */
    suspend fun startPasskeyRegistration(): PasskeyRegistration = mapped { PasskeyRegistration(ffi.startPasskeyRegistration()) }

    /**
     * Creates a passkey with [authenticator] and registers it for the signed-in person (StartWebAuthnRegistration,
     * CompleteWebAuthnRegistration).
     *
     * @throws PoolpassException.Cancelled when the person says no.
     * @throws PoolpassException.Timeout when the person does not act in time.
     * @throws PoolpassException.Conflict when the authenticator has a passkey of this person already.
     * @throws PoolpassException.InvalidConfig when the page or the app may not use the relying party's id.
     * @throws PoolpassException.Platform when the authenticator fails or there is none. The others are those of
     * [startPasskeyRegistration] and [PasskeyRegistration.complete].
     */
    suspend fun registerPasskey(authenticator: Authenticator) {
        val registration = startPasskeyRegistration()
        registration.complete(asked { authenticator.create(registration.creationOptions) })
    }

    /**
     * Lists the signed-in person's passkeys (ListWebAuthnCredentials). A page has at most 20.
     *
     * @param pageSize the maximum number of entries in a page. Default: AWS's.
     * @param nextToken continues after an earlier page, with that page's `nextToken`.
     */
    fun passkeys(pageSize: Int? = null, nextToken: String? = null): AccountList<Passkey> = AccountList(nextToken) { token ->
        mapped { ffi.passkeysPage(pageSize, token) }.let { AccountPage(it.items, it.nextToken) }
    }

    /**
     * Deletes a passkey of the signed-in person from the user pool (DeleteWebAuthnCredential). The authenticator keeps its part, which
     * signs in nowhere.
     *
     * @throws PoolpassException.NotFound for a passkey that the person does not have.
     * @throws PoolpassException.InvalidInput for an empty id.
     */
    suspend fun deletePasskey(credentialId: String): Unit = mapped { ffi.deletePasskey(credentialId) }

    /**
     * Lists the sessions of the signed-in person, here and elsewhere (ListUserSessions).
     *
     * The user pool has to track sessions; a page throws [PoolpassException.OperationNotEnabled] if it does not. The list is eventually
     * consistent: a new session appears within a few seconds.
     *
     * @param nextToken continues after an earlier page, with that page's [AccountPage.nextToken].
     */
    fun sessions(nextToken: String? = null): AccountList<UserSession> = AccountList(nextToken) { token ->
        mapped { ffi.sessionsPage(token) }.let { AccountPage(it.items, it.nextToken) }
    }

    /**
     * Ends another session of the signed-in person (RevokeUserSession): its refresh token and its access tokens stop working. The
     * client that has it learns that at its next refresh.
     *
     * [Client.signOut] ends this client's own session.
     *
     * @param associated whether the session of managed login that it comes from ends too; for a session of managed login, those that
     *   come from it.
     * @throws PoolpassException.OperationNotEnabled if the user pool does not track sessions.
     * @throws PoolpassException.NotFound if there is no such session.
     */
    suspend fun revokeSession(id: String, associated: Boolean = false): Unit = mapped { ffi.revokeSession(id, associated) }

    /**
     * Lists the signed-in person's remembered devices (ListDevices). A page has at most 60.
     *
     * @param pageSize the maximum number of entries in a page. Default: AWS's.
     * @param nextToken continues after an earlier page, with that page's `nextToken`.
     */
    fun devices(pageSize: Int? = null, nextToken: String? = null): AccountList<Device> = AccountList(nextToken) { token ->
        mapped { ffi.devicesPage(pageSize, token) }.let { AccountPage(it.items, it.nextToken) }
    }

    /**
     * Reads one remembered device of the signed-in person (GetDevice).
     *
     * @throws PoolpassException.NotFound for a device that the person does not have, or that is not remembered.
     * @throws PoolpassException.InvalidInput for an empty key.
     */
    suspend fun device(key: String): Device = mapped { ffi.device(key) }

    /** Returns the key of this device; null if the user pool does not track devices. Nothing is sent. */
    suspend fun currentDeviceKey(): String? = mapped { ffi.currentDeviceKey() }

    /**
     * Has the user pool remember a device, by default this one (UpdateDeviceStatus). At the next sign-in from a remembered device,
     * its key can replace the second factor.
     *
     * @throws PoolpassException.NotFound for a device that the person does not have, or if the user pool does not track devices.
     * @throws PoolpassException.InvalidInput for an empty key.
     */
    suspend fun rememberDevice(key: String? = null): Unit = mapped { ffi.changeDevice(DeviceChange.REMEMBER, key) }

    /**
     * Has the user pool no longer remember a device, by default this one (UpdateDeviceStatus). The next sign-in from it asks for the
     * second factor; its session goes on.
     *
     * @throws PoolpassException.NotFound as [rememberDevice].
     */
    suspend fun doNotRememberDevice(key: String? = null): Unit = mapped { ffi.changeDevice(DeviceChange.DO_NOT_REMEMBER, key) }

    /**
     * Removes a device from the signed-in person's account, by default this one (ForgetDevice). Its session ends at the next refresh,
     * which is the way to sign out a lost device.
     *
     * @throws PoolpassException.NotFound as [rememberDevice].
     * @throws PoolpassException.Store when the device is forgotten, but its key may still be in the store.
     */
    suspend fun forgetDevice(key: String? = null): Unit = mapped { ffi.changeDevice(DeviceChange.FORGET, key) }

    /** Deletes the signed-in user permanently (DeleteUser) and removes the session. */
    suspend fun deleteUser(): Unit = mapped { ffi.deleteUser() }

    override fun toString(): String = "Account"
}
