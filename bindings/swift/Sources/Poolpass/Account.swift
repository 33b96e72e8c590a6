import PoolpassFFI

/// The person's account: signing up, passwords, attributes, second factors.
public struct Account: Sendable {
    private let inner: PoolpassFFI.Account

    init(_ inner: PoolpassFFI.Account) {
        self.inner = inner
    }
}

/// An account that was just made.
public typealias SignUpResult = PoolpassFFI.SignUpResult

/// Where a code was sent.
public typealias CodeDeliveryDetails = PoolpassFFI.CodeDeliveryDetails

/// The second factors that the signed-in person uses.
public typealias MfaPreference = PoolpassFFI.MfaPreference

/// A change of second factors; methods that are not set stay as they are.
public typealias MfaSettings = PoolpassFFI.MfaSettings

/// What becomes of one second factor.
public typealias MfaSetting = PoolpassFFI.MfaSetting

/// Before anybody is signed in.
extension Account {
    /// Makes an account (SignUp).
    ///
    /// - Parameters:
    ///   - attributes: By Cognito's names, such as `email`; the app's own begin with `custom:`.
    ///   - validationData: For the user pool's pre sign-up trigger; it is not stored.
    /// - Throws: ``PoolpassError`` with `usernameExists`, `invalidPassword`, `invalidInput`, `triggerRejected`,
    ///   `codeDeliveryFailed`.
    public func signUp(
        username: String, password: String, attributes: [String: String] = [:], validationData: [String: String] = [:]
    ) async throws -> SignUpResult {
        try await call {
            try await inner.cancellable(handle: $0)
                .signUp(username: username, password: password, attributes: attributes, validationData: validationData)
        }
    }

    /// Confirms the sign-up with the code that was sent (ConfirmSignUp).
    ///
    /// - Throws: ``PoolpassError`` with `codeMismatch`, `codeExpired`, `aliasExists`, `tooManyAttempts`.
    public func confirmSignUp(username: String, code: String) async throws {
        try await call { try await inner.cancellable(handle: $0).confirmSignUp(username: username, code: code) }
    }

    /// Sends the code of the sign-up once more (ResendConfirmationCode).
    @discardableResult
    public func resendConfirmationCode(username: String) async throws -> CodeDeliveryDetails? {
        try await call { try await inner.cancellable(handle: $0).resendConfirmationCode(username: username) }
    }

    /// Sends a code that allows to choose a new password (ForgotPassword).
    @discardableResult
    public func forgotPassword(username: String) async throws -> CodeDeliveryDetails? {
        try await call { try await inner.cancellable(handle: $0).forgotPassword(username: username) }
    }

    /// Sets a new password with the code that was sent (ConfirmForgotPassword).
    ///
    /// - Throws: ``PoolpassError`` with `codeMismatch`, `codeExpired`, `invalidPassword`, `tooManyAttempts`.
    public func confirmForgotPassword(username: String, code: String, newPassword: String) async throws {
        try await call {
            try await inner.cancellable(handle: $0)
                .confirmForgotPassword(username: username, code: code, newPassword: newPassword)
        }
    }
}

/// Of the person who is signed in. Without one, these throw kind `signedOut`.
extension Account {
    /// Changes the password (ChangePassword).
    ///
    /// - Throws: ``PoolpassError`` with `notAuthorized` for a wrong previous password, `invalidPassword`.
    public func changePassword(previousPassword: String, proposedPassword: String) async throws {
        try await call {
            try await inner.cancellable(handle: $0)
                .changePassword(previousPassword: previousPassword, proposedPassword: proposedPassword)
        }
    }

    /// The attributes (GetUser).
    public func attributes() async throws -> [String: String] {
        try await call { try await inner.cancellable(handle: $0).attributes() }
    }

    /// Changes attributes (UpdateUserAttributes), and says where codes were sent to verify them.
    @discardableResult
    public func updateAttributes(_ attributes: [String: String]) async throws -> [CodeDeliveryDetails] {
        try await call { try await inner.cancellable(handle: $0).updateAttributes(attributes: attributes) }
    }

    /// Removes attributes (DeleteUserAttributes).
    public func deleteAttributes(_ names: [String]) async throws {
        try await call { try await inner.cancellable(handle: $0).deleteAttributes(names: names) }
    }

    /// Sends a code that verifies an attribute (GetUserAttributeVerificationCode).
    @discardableResult
    public func requestAttributeCode(_ name: String) async throws -> CodeDeliveryDetails? {
        try await call { try await inner.cancellable(handle: $0).requestAttributeCode(name: name) }
    }

    /// Verifies an attribute with the code that was sent (VerifyUserAttribute).
    public func verifyAttribute(_ name: String, code: String) async throws {
        try await call { try await inner.cancellable(handle: $0).verifyAttribute(name: name, code: code) }
    }

    /// Gets a TOTP secret for the person's authenticator app (AssociateSoftwareToken).
    public func associateSoftwareToken() async throws -> SoftwareTokenSetup {
        try await call { SoftwareTokenSetup(try await inner.cancellable(handle: $0).associateSoftwareToken()) }
    }

    /// Confirms the authenticator app with a first code (VerifySoftwareToken). After that ``setMfaPreference(_:)`` makes it a
    /// second factor.
    public func verifySoftwareToken(code: String, deviceName: String? = nil) async throws {
        try await call { try await inner.cancellable(handle: $0).verifySoftwareToken(code: code, deviceName: deviceName) }
    }

    /// The second factors (GetUser).
    public func mfaPreference() async throws -> MfaPreference {
        try await call { try await inner.cancellable(handle: $0).mfaPreference() }
    }

    /// Chooses second factors (SetUserMFAPreference).
    public func setMfaPreference(_ settings: MfaSettings) async throws {
        try await call { try await inner.cancellable(handle: $0).setMfaPreference(settings: settings) }
    }

    /// Deletes the account (DeleteUser), and signs out.
    public func deleteUser() async throws {
        try await call { try await inner.cancellable(handle: $0).deleteUser() }
    }
}
