import PoolpassFFI

/// The result of a step of a sign-in: the person is signed in, or a challenge comes next.
///
/// ```swift
/// var step = try await client.signIn(username: "ada", password: password)
/// while case .challenge(let challenge) = step {
///     switch challenge {
///     case .softwareTokenMfa(let challenge): step = try await challenge.answer(code: await askForCode())
///     case .newPasswordRequired(let challenge): step = try await challenge.answer(newPassword: await askForPassword())
///     default: throw NotSupported(challenge.name)
///     }
/// }
/// ```
public enum SignInStep: Sendable {
    /// The person is signed in, and the session is stored.
    case done(User)
    /// The user pool asks for something else first.
    case challenge(Challenge)
}

/// A challenge that has to be answered before the person is signed in. Each kind has its own answer.
///
/// After an error of kind `codeMismatch` the challenge stays: ask again.
public enum Challenge: Sendable {
    /// A code that was sent by SMS.
    case smsMfa(SmsMfaChallenge)
    /// A code that was sent by email, as second factor.
    case emailMfa(EmailMfaChallenge)
    /// A code that was sent by email, as first factor.
    case emailOtp(EmailOtpChallenge)
    /// A code that was sent by SMS, as first factor.
    case smsOtp(SmsOtpChallenge)
    /// A code from the person's authenticator app.
    case softwareTokenMfa(SoftwareTokenMfaChallenge)
    /// A choice among second factors.
    case selectMfaType(SelectMfaTypeChallenge)
    /// A second factor has to be set up before the person is signed in.
    case mfaSetup(MfaSetupChallenge)
    /// A new password in place of the temporary one that an administrator has set.
    case newPasswordRequired(NewPasswordRequiredChallenge)
    /// A choice among first factors.
    case selectChallenge(SelectChallenge)
    /// The password.
    case password(PasswordChallenge)
    /// A passkey.
    case webAuthn(WebAuthnChallenge)
    /// A challenge of the user pool's own triggers.
    case customChallenge(CustomChallenge)
    /// A challenge without a type of its own.
    case other(OtherChallenge)

    /// The kind as a short text, such as `softwareTokenMfa`, the same in every language.
    public var kind: String { inner.kind() }
    /// AWS's name for the challenge, such as `SOFTWARE_TOKEN_MFA`.
    public var name: String { inner.name() }
    /// The user name of the person who is signing in, as the user pool knows it.
    public var username: String { inner.username() }

    private var inner: PoolpassFFI.Challenge {
        switch self {
        case .smsMfa(let challenge): challenge.inner
        case .emailMfa(let challenge): challenge.inner
        case .emailOtp(let challenge): challenge.inner
        case .smsOtp(let challenge): challenge.inner
        case .softwareTokenMfa(let challenge): challenge.inner
        case .selectMfaType(let challenge): challenge.inner
        case .mfaSetup(let challenge): challenge.inner
        case .newPasswordRequired(let challenge): challenge.inner
        case .selectChallenge(let challenge): challenge.inner
        case .password(let challenge): challenge.inner
        case .webAuthn(let challenge): challenge.inner
        case .customChallenge(let challenge): challenge.inner
        case .other(let challenge): challenge.inner
        }
    }

    init(_ inner: PoolpassFFI.Challenge) {
        switch inner.kind() {
        case "smsMfa": self = .smsMfa(SmsMfaChallenge(inner: inner))
        case "emailMfa": self = .emailMfa(EmailMfaChallenge(inner: inner))
        case "emailOtp": self = .emailOtp(EmailOtpChallenge(inner: inner))
        case "smsOtp": self = .smsOtp(SmsOtpChallenge(inner: inner))
        case "softwareTokenMfa": self = .softwareTokenMfa(SoftwareTokenMfaChallenge(inner: inner))
        case "selectMfaType": self = .selectMfaType(SelectMfaTypeChallenge(inner: inner))
        case "mfaSetup": self = .mfaSetup(MfaSetupChallenge(inner: inner))
        case "newPasswordRequired": self = .newPasswordRequired(NewPasswordRequiredChallenge(inner: inner))
        case "selectChallenge": self = .selectChallenge(SelectChallenge(inner: inner))
        case "password": self = .password(PasswordChallenge(inner: inner))
        case "webAuthn": self = .webAuthn(WebAuthnChallenge(inner: inner))
        case "customChallenge": self = .customChallenge(CustomChallenge(inner: inner))
        default: self = .other(OtherChallenge(inner: inner))
        }
    }
}

extension SignInStep {
    init(_ step: PoolpassFFI.SignInStep) {
        switch step {
        case .done(let user): self = .done(User(user))
        case .challenge(let challenge): self = .challenge(Challenge(challenge))
        }
    }
}

/// A code that was sent by SMS (`SMS_MFA`).
public struct SmsMfaChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.Challenge

    /// The masked phone number that the code was sent to, such as `+*******4567`.
    public var destination: String? { inner.details().destination }

    /// Answers with the code (RespondToAuthChallenge).
    public func answer(code: String) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .code(code)) }
    }
}

/// A code that was sent by email, as second factor (`EMAIL_OTP`).
public struct EmailMfaChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.Challenge

    /// The masked email address that the code was sent to, such as `a***@e***`.
    public var destination: String? { inner.details().destination }

    /// Answers with the code (RespondToAuthChallenge).
    public func answer(code: String) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .code(code)) }
    }
}

/// A code that was sent by email, as first factor (`EMAIL_OTP`).
public struct EmailOtpChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.Challenge

    /// The masked email address that the code was sent to, such as `a***@e***`.
    public var destination: String? { inner.details().destination }

    /// Answers with the code (RespondToAuthChallenge).
    public func answer(code: String) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .code(code)) }
    }

    /// Sends another code (InitiateAuth). Returns the challenge that takes it; this one can no longer be answered.
    public func resend() async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .resend) }
    }
}

/// A code that was sent by SMS, as first factor (`SMS_OTP`).
public struct SmsOtpChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.Challenge

    /// The masked phone number that the code was sent to, such as `+*******4567`.
    public var destination: String? { inner.details().destination }

    /// Answers with the code (RespondToAuthChallenge).
    public func answer(code: String) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .code(code)) }
    }

    /// Sends another code (InitiateAuth). Returns the challenge that takes it; this one can no longer be answered.
    public func resend() async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .resend) }
    }
}

/// A code from the person's authenticator app (`SOFTWARE_TOKEN_MFA`).
public struct SoftwareTokenMfaChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.Challenge

    /// The name that the person gave the authenticator app, if any.
    public var deviceName: String? { inner.details().deviceName }

    /// Answers with the code that the app shows (RespondToAuthChallenge).
    public func answer(code: String) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .code(code)) }
    }
}

/// A choice among second factors (`SELECT_MFA_TYPE`).
public struct SelectMfaTypeChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.Challenge

    /// The methods to choose from.
    public var methods: [MfaMethod] { inner.details().methods }

    /// Answers with one of the methods (RespondToAuthChallenge); the next challenge asks for the code.
    public func answer(method: MfaMethod) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .method(method)) }
    }
}

/// A second factor has to be set up before the person is signed in (`MFA_SETUP`).
public struct MfaSetupChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.Challenge

    /// The methods that can be set up.
    public var methods: [MfaMethod] { inner.details().methods }

    /// Gets a TOTP secret for the person's authenticator app (AssociateSoftwareToken).
    public func associateSoftwareToken() async throws -> SoftwareTokenSetup {
        try await call { SoftwareTokenSetup(try await inner.cancellable(handle: $0).associateSoftwareToken()) }
    }

    /// Confirms the authenticator app with its first code (VerifySoftwareToken), then continues the sign-in
    /// (RespondToAuthChallenge). `deviceName` is shown at later sign-ins.
    public func verifySoftwareToken(code: String, deviceName: String? = nil) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .softwareToken(code, deviceName)) }
    }

    /// Sets up codes by email instead (RespondToAuthChallenge); the next challenge asks for the first code.
    public func setUpEmail(_ address: String) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .email(address)) }
    }
}

/// A new password in place of the temporary one that an administrator has set (`NEW_PASSWORD_REQUIRED`).
public struct NewPasswordRequiredChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.Challenge

    /// The names of the attributes, such as `name`, that the answer has to give because the user lacks them.
    public var requiredAttributes: [String] { inner.details().requiredAttributes }
    /// The attributes that the user has.
    public var attributes: [String: String] { inner.details().attributes }

    /// Answers with the new password and attributes (RespondToAuthChallenge).
    public func answer(newPassword: String, attributes: [String: String] = [:]) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .newPassword(newPassword, attributes)) }
    }
}

/// A choice among first factors (`SELECT_CHALLENGE`).
public struct SelectChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.Challenge

    /// The factors to choose from.
    public var available: [AuthFactor] { inner.details().available }

    /// Answers with one of the factors (RespondToAuthChallenge); the next challenge asks for the code, the passkey or the password.
    public func answer(factor: AuthFactor) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .factor(factor)) }
    }

    /// Answers with the password, proved by SRP where that is available and sent over TLS otherwise (RespondToAuthChallenge).
    public func answerWithPassword(_ password: String) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .password(password)) }
    }
}

/// The password (`PASSWORD`, or `PASSWORD_SRP` for one that SRP proves).
public struct PasswordChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.Challenge

    /// Answers with the password, proved by SRP for `PASSWORD_SRP` and sent over TLS otherwise (RespondToAuthChallenge).
    public func answer(password: String) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .password(password)) }
    }
}

/// A passkey (`WEB_AUTHN`).
public struct WebAuthnChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.Challenge

    /// The options for `navigator.credentials.get` or the platform's own call, as WebAuthn's JSON
    /// (`PublicKeyCredentialRequestOptionsJSON`).
    public var requestOptions: String { inner.details().requestOptions }

    /// Answers with the credential that the authenticator returned, as WebAuthn's JSON (`AuthenticationResponseJSON`)
    /// (RespondToAuthChallenge).
    public func answer(credentialJson: String) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .credential(credentialJson)) }
    }

    /// Lets `authenticator` sign, and answers with its credential (RespondToAuthChallenge).
    ///
    /// - Throws: ``PoolpassError`` with `cancelled` when the person says no or has no passkey of this user, and `timeout` when the
    ///   person does not act in time: the challenge stays and can be answered in another way. `invalidConfig` when the page or the app
    ///   may not use the relying party's id, and `platform` when the authenticator fails or there is none. The others are those of
    ///   ``answer(credentialJson:)``.
    public func answerWith(_ authenticator: some Authenticator) async throws -> SignInStep {
        try await answer(credentialJson: try await asked { try await authenticator.get(options: requestOptions) })
    }
}

/// A challenge of the user pool's own triggers (`CUSTOM_CHALLENGE`).
public struct CustomChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.Challenge

    /// The public parameters that the trigger CreateAuthChallenge gave.
    public var parameters: [String: String] { inner.details().parameters }

    /// Answers the challenge (RespondToAuthChallenge). After a wrong answer that the triggers tolerate, the next step is another
    /// custom challenge, which takes the next answer.
    ///
    /// An answer is sent once: if AWS's reply to it is lost, the challenge may have been used up. `clientMetadata` is sent with this
    /// answer beside that of the sign-in. DefineAuthChallenge, CreateAuthChallenge and VerifyAuthChallengeResponse get the data of
    /// answers, but not that of the first request.
    public func answer(_ answer: String, clientMetadata: [String: String] = [:]) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .custom(answer, clientMetadata)) }
    }
}

/// A challenge without a type of its own, such as one that AWS has added since.
public struct OtherChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.Challenge

    /// AWS's name for the challenge.
    public var name: String { inner.name() }
    /// AWS's parameters of the challenge.
    public var parameters: [String: String] { inner.details().parameters }

    /// Answers with `ChallengeResponses` as AWS documents them for this challenge (RespondToAuthChallenge). `USERNAME`, and
    /// `SECRET_HASH` where it is needed, are added.
    public func answer(responses: [String: String]) async throws -> SignInStep {
        try await step(inner) { try await $0.answer(answer: .responses(responses)) }
    }
}

/// Answers, and takes the next step.
private func step(
    _ challenge: PoolpassFFI.Challenge, _ answer: (PoolpassFFI.Challenge) async throws -> PoolpassFFI.SignInStep
) async throws -> SignInStep {
    try await call { SignInStep(try await answer(challenge.cancellable(handle: $0))) }
}
