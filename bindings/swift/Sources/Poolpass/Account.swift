import PoolpassFFI

/// The person's account in the user pool.
///
/// `clientMetadata` holds values for the user pool's Lambda triggers.
public struct Account: Sendable {
    let inner: PoolpassFFI.Account

    init(_ inner: PoolpassFFI.Account) {
        self.inner = inner
    }
}

/// The result of a sign-up.
public typealias SignUpResult = PoolpassFFI.SignUpResult

/// Where Cognito sent a code, masked so that an app can show it.
public typealias CodeDeliveryDetails = PoolpassFFI.CodeDeliveryDetails

/// The second factors that the signed-in person uses.
public typealias MfaPreference = PoolpassFFI.MfaPreference

/// The factors with which the signed-in person can sign in.
public typealias UserAuthFactors = PoolpassFFI.UserAuthFactors

/// A change of second factors. Methods that are not set stay as they are.
public typealias MfaSettings = PoolpassFFI.MfaSettings

/// Whether a second factor is used at sign-in.
public typealias MfaSetting = PoolpassFFI.MfaSetting

/// A session of the signed-in person, here or elsewhere.
public typealias UserSession = PoolpassFFI.UserSession

/// Before anybody is signed in.
extension Account {
    /// Creates a user with a name and a password (SignUp).
    ///
    /// - Parameters:
    ///   - attributes: The attributes of the new user, such as `email`, `phone_number` (`+441632960123`) or `custom:team`.
    ///   - validationData: Values for the pre-sign-up trigger that are not stored.
    /// - Throws: ``PoolpassError`` with `usernameExists`, `invalidPassword`, `invalidInput`, `triggerRejected`,
    ///   `codeDeliveryFailed`.
    public func signUp(
        username: String, password: String, attributes: [String: String] = [:], validationData: [String: String] = [:],
        clientMetadata: [String: String] = [:]
    ) async throws -> SignUpResult {
        try await call {
            try await inner.cancellable(handle: $0)
                .signUp(
                    username: username, password: password, attributes: attributes, validationData: validationData,
                    clientMetadata: clientMetadata)
        }
    }

    /// Creates a user who signs in without a password: with a code or a passkey (SignUp). If the user pool takes email addresses or
    /// phone numbers as user names, `username` is one.
    ///
    /// - Parameters:
    ///   - attributes: The attributes of the new user, such as `email`, `phone_number` (`+441632960123`) or `custom:team`.
    ///   - validationData: Values for the pre-sign-up trigger that are not stored.
    /// - Throws: ``PoolpassError`` with `usernameExists`, `invalidInput`, `triggerRejected`, `codeDeliveryFailed`; with
    ///   `invalidPassword` where the user pool insists on a password.
    public func signUpWithoutPassword(
        username: String, attributes: [String: String] = [:], validationData: [String: String] = [:],
        clientMetadata: [String: String] = [:]
    ) async throws -> SignUpResult {
        try await call {
            try await inner.cancellable(handle: $0)
                .signUp(
                    username: username, password: nil, attributes: attributes, validationData: validationData,
                    clientMetadata: clientMetadata)
        }
    }

    /// Confirms a sign-up with the code that Cognito sent (ConfirmSignUp). After that, ``Client/autoSignIn()`` may sign the person in.
    ///
    /// - Throws: ``PoolpassError`` with `codeMismatch`, `codeExpired`, `aliasExists`, `tooManyAttempts`.
    public func confirmSignUp(username: String, code: String, clientMetadata: [String: String] = [:]) async throws {
        try await call {
            try await inner.cancellable(handle: $0)
                .confirmSignUp(username: username, code: code, clientMetadata: clientMetadata)
        }
    }

    /// Sends another code that confirms the sign-up (ResendConfirmationCode). Returns where Cognito sent it.
    @discardableResult
    public func resendConfirmationCode(
        username: String, clientMetadata: [String: String] = [:]
    ) async throws -> CodeDeliveryDetails? {
        try await call {
            try await inner.cancellable(handle: $0)
                .resendConfirmationCode(username: username, clientMetadata: clientMetadata)
        }
    }

    /// Sends a code for choosing a new password (ForgotPassword). Returns where Cognito sent it.
    @discardableResult
    public func forgotPassword(
        username: String, clientMetadata: [String: String] = [:]
    ) async throws -> CodeDeliveryDetails? {
        try await call {
            try await inner.cancellable(handle: $0).forgotPassword(username: username, clientMetadata: clientMetadata)
        }
    }

    /// Sets a new password with the code that Cognito sent (ConfirmForgotPassword). It does not sign the person in.
    ///
    /// - Throws: ``PoolpassError`` with `codeMismatch`, `codeExpired`, `invalidPassword`, `tooManyAttempts`.
    public func confirmForgotPassword(
        username: String, code: String, newPassword: String, clientMetadata: [String: String] = [:]
    ) async throws {
        try await call {
            try await inner.cancellable(handle: $0)
                .confirmForgotPassword(
                    username: username, code: code, newPassword: newPassword, clientMetadata: clientMetadata)
        }
    }
}

/// Calls of the signed-in person. Without one, they throw kind `signedOut`.
extension Account {
    /// Changes the signed-in person's password (ChangePassword). The session goes on.
    ///
    /// - Throws: ``PoolpassError`` with `notAuthorized` for a wrong previous password, `invalidPassword`.
    public func changePassword(previousPassword: String, proposedPassword: String) async throws {
        try await call {
            try await inner.cancellable(handle: $0)
                .changePassword(previousPassword: previousPassword, proposedPassword: proposedPassword)
        }
    }

    /// Reads the attributes from the user pool (GetUser). The ID token has those of the last refresh.
    public func attributes() async throws -> [String: String] {
        try await call { try await inner.cancellable(handle: $0).attributes() }
    }

    /// Changes attributes (UpdateUserAttributes). A new email address or phone number may have to be verified. Returns where Cognito
    /// sent the codes for that.
    @discardableResult
    public func updateAttributes(
        _ attributes: [String: String], clientMetadata: [String: String] = [:]
    ) async throws -> [CodeDeliveryDetails] {
        try await call {
            try await inner.cancellable(handle: $0)
                .updateAttributes(attributes: attributes, clientMetadata: clientMetadata)
        }
    }

    /// Deletes attributes (DeleteUserAttributes).
    public func deleteAttributes(_ names: [String]) async throws {
        try await call { try await inner.cancellable(handle: $0).deleteAttributes(names: names) }
    }

    /// Sends a code that verifies `email` or `phone_number` (GetUserAttributeVerificationCode). Returns where Cognito sent it.
    @discardableResult
    public func requestAttributeCode(
        _ name: String, clientMetadata: [String: String] = [:]
    ) async throws -> CodeDeliveryDetails? {
        try await call {
            try await inner.cancellable(handle: $0).requestAttributeCode(name: name, clientMetadata: clientMetadata)
        }
    }

    /// Verifies `email` or `phone_number` with the code that Cognito sent (VerifyUserAttribute).
    public func verifyAttribute(_ name: String, code: String) async throws {
        try await call { try await inner.cancellable(handle: $0).verifyAttribute(name: name, code: code) }
    }

    /// Gets a TOTP secret for the signed-in person's authenticator app (AssociateSoftwareToken).
    public func associateSoftwareToken() async throws -> SoftwareTokenSetup {
        try await call { SoftwareTokenSetup(try await inner.cancellable(handle: $0).associateSoftwareToken()) }
    }

    /// Verifies the authenticator app with a first code (VerifySoftwareToken). Cognito shows `deviceName` at sign-in.
    ///
    /// Cognito asks for the app's codes only after ``setMfaPreference(_:)``.
    public func verifySoftwareToken(code: String, deviceName: String? = nil) async throws {
        try await call { try await inner.cancellable(handle: $0).verifySoftwareToken(code: code, deviceName: deviceName) }
    }

    /// Reads which second factors the signed-in person uses (GetUser).
    public func mfaPreference() async throws -> MfaPreference {
        try await call { try await inner.cancellable(handle: $0).mfaPreference() }
    }

    /// Reads with which factors the signed-in person can sign in (GetUserAuthFactors).
    public func authFactors() async throws -> UserAuthFactors {
        try await call { try await inner.cancellable(handle: $0).authFactors() }
    }

    /// Chooses second factors (SetUserMFAPreference).
    public func setMfaPreference(_ settings: MfaSettings) async throws {
        try await call { try await inner.cancellable(handle: $0).setMfaPreference(settings: settings) }
    }

    /// Lists the sessions of the signed-in person, here and elsewhere (ListUserSessions).
    ///
    /// The user pool has to track sessions; a page throws kind `operationNotEnabled` if it does not. The list is eventually consistent:
    /// a new session appears within a few seconds.
    ///
    /// - Parameter nextToken: Continues after an earlier page, with that page's ``AccountPage/nextToken``.
    public func sessions(nextToken: String? = nil) -> AccountList<UserSession> {
        AccountList(after: nextToken) { token in
            let page = try await call { try await inner.cancellable(handle: $0).sessionsPage(nextToken: token) }
            return AccountPage(items: page.items, nextToken: page.nextToken)
        }
    }

    /// Ends another session of the signed-in person (RevokeUserSession): its refresh token and its access tokens stop working. The
    /// client that has it learns that at its next refresh.
    ///
    /// ``Client/signOut(associated:)`` ends this client's own session.
    ///
    /// - Parameter associated: Whether the session of managed login that it comes from ends too; for a session of managed login, those
    ///   that come from it.
    /// - Throws: ``PoolpassError`` with `operationNotEnabled` if the user pool does not track sessions, `notFound` if there is no such
    ///   session.
    public func revokeSession(_ id: String, associated: Bool = false) async throws {
        try await call { try await inner.cancellable(handle: $0).revokeSession(id: id, associated: associated) }
    }

    /// Deletes the signed-in user permanently (DeleteUser) and removes the session.
    public func deleteUser() async throws {
        try await call { try await inner.cancellable(handle: $0).deleteUser() }
    }
}
