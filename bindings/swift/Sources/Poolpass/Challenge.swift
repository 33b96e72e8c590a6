import PoolpassFFI

/// How far a sign-in has come.
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
    /// This has to be answered first.
    case challenge(Challenge)
}

/// What the user pool asks for before it lets someone in. Each kind has its own answer.
///
/// With error kind `codeMismatch` the same challenge can be answered again.
public enum Challenge: Sendable {
    /// A code was sent by SMS.
    case smsMfa(SmsMfaChallenge)
    /// A code was sent by email.
    case emailOtp(EmailOtpChallenge)
    /// The authenticator app shows a code.
    case softwareTokenMfa(SoftwareTokenMfaChallenge)
    /// There is a choice among second factors.
    case selectMfaType(SelectMfaTypeChallenge)
    /// A second factor has to be set up.
    case mfaSetup(MfaSetupChallenge)
    /// A new password has to be chosen.
    case newPasswordRequired(NewPasswordRequiredChallenge)
    /// Something else, such as a custom challenge.
    case other(OtherChallenge)

    /// AWS's name for it, such as `SOFTWARE_TOKEN_MFA`.
    public var name: String {
        switch self {
        case .smsMfa(let challenge): challenge.name
        case .emailOtp(let challenge): challenge.name
        case .softwareTokenMfa(let challenge): challenge.name
        case .selectMfaType(let challenge): challenge.name
        case .mfaSetup(let challenge): challenge.name
        case .newPasswordRequired(let challenge): challenge.name
        case .other(let challenge): challenge.name
        }
    }

    /// Who is signing in.
    public var username: String {
        switch self {
        case .smsMfa(let challenge): challenge.username
        case .emailOtp(let challenge): challenge.username
        case .softwareTokenMfa(let challenge): challenge.username
        case .selectMfaType(let challenge): challenge.username
        case .mfaSetup(let challenge): challenge.username
        case .newPasswordRequired(let challenge): challenge.username
        case .other(let challenge): challenge.username
        }
    }
}

/// A second factor.
public typealias MfaMethod = PoolpassFFI.MfaMethod

extension MfaMethod {
    /// The method that has this `code()`.
    public init(code: String) {
        self = mfaMethod(code: code)
    }
}

/// A code was sent by SMS (`SMS_MFA`).
public struct SmsMfaChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.SmsMfaChallenge

    /// AWS's name for it.
    public var name: String { inner.name() }
    /// Who is signing in.
    public var username: String { inner.username() }
    /// The masked phone number.
    public var destination: String? { inner.destination() }

    /// Answers with the code (RespondToAuthChallenge).
    public func answer(code: String) async throws -> SignInStep {
        try await call { SignInStep(try await inner.cancellable(handle: $0).answer(code: code)) }
    }
}

/// A code was sent by email (`EMAIL_OTP`).
public struct EmailOtpChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.EmailOtpChallenge

    /// AWS's name for it.
    public var name: String { inner.name() }
    /// Who is signing in.
    public var username: String { inner.username() }
    /// The masked address.
    public var destination: String? { inner.destination() }

    /// Answers with the code (RespondToAuthChallenge).
    public func answer(code: String) async throws -> SignInStep {
        try await call { SignInStep(try await inner.cancellable(handle: $0).answer(code: code)) }
    }
}

/// The authenticator app shows a code (`SOFTWARE_TOKEN_MFA`).
public struct SoftwareTokenMfaChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.SoftwareTokenMfaChallenge

    /// AWS's name for it.
    public var name: String { inner.name() }
    /// Who is signing in.
    public var username: String { inner.username() }
    /// The name that the person has given the authenticator app.
    public var deviceName: String? { inner.deviceName() }

    /// Answers with the code (RespondToAuthChallenge).
    public func answer(code: String) async throws -> SignInStep {
        try await call { SignInStep(try await inner.cancellable(handle: $0).answer(code: code)) }
    }
}

/// There is a choice among second factors (`SELECT_MFA_TYPE`).
public struct SelectMfaTypeChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.SelectMfaTypeChallenge

    /// AWS's name for it.
    public var name: String { inner.name() }
    /// Who is signing in.
    public var username: String { inner.username() }
    /// The methods to choose from.
    public var methods: [MfaMethod] { inner.methods() }

    /// Answers with the choice (RespondToAuthChallenge).
    public func answer(method: MfaMethod) async throws -> SignInStep {
        try await call { SignInStep(try await inner.cancellable(handle: $0).answer(method: method)) }
    }
}

/// A second factor has to be set up before the person may sign in (`MFA_SETUP`).
public struct MfaSetupChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.MfaSetupChallenge

    /// AWS's name for it.
    public var name: String { inner.name() }
    /// Who is signing in.
    public var username: String { inner.username() }
    /// The methods that can be set up.
    public var methods: [MfaMethod] { inner.methods() }

    /// Gets a TOTP secret for the person's authenticator app (AssociateSoftwareToken).
    public func associateSoftwareToken() async throws -> SoftwareTokenSetup {
        try await call { SoftwareTokenSetup(try await inner.cancellable(handle: $0).associateSoftwareToken()) }
    }

    /// Confirms the authenticator app with its first code (VerifySoftwareToken), then continues the sign-in
    /// (RespondToAuthChallenge). `deviceName` is shown at later sign-ins.
    public func verifySoftwareToken(code: String, deviceName: String? = nil) async throws -> SignInStep {
        try await call {
            SignInStep(try await inner.cancellable(handle: $0).verifySoftwareToken(code: code, deviceName: deviceName))
        }
    }

    /// Has codes sent to an email address (RespondToAuthChallenge); the next step asks for the first one.
    public func setUpEmail(_ address: String) async throws -> SignInStep {
        try await call { SignInStep(try await inner.cancellable(handle: $0).setUpEmail(address: address)) }
    }
}

/// A new password has to be chosen, since an administrator set the present one (`NEW_PASSWORD_REQUIRED`).
public struct NewPasswordRequiredChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.NewPasswordRequiredChallenge

    /// AWS's name for it.
    public var name: String { inner.name() }
    /// Who is signing in.
    public var username: String { inner.username() }
    /// The attributes that the answer has to give.
    public var requiredAttributes: [String] { inner.requiredAttributes() }
    /// The attributes that the user has already.
    public var attributes: [String: String] { inner.attributes() }

    /// Answers with a password and attributes (RespondToAuthChallenge).
    public func answer(newPassword: String, attributes: [String: String] = [:]) async throws -> SignInStep {
        try await call {
            SignInStep(try await inner.cancellable(handle: $0).answer(newPassword: newPassword, attributes: attributes))
        }
    }
}

/// A challenge without a type of its own, such as `CUSTOM_CHALLENGE`: AWS's documentation says how to answer.
public struct OtherChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.OtherChallenge

    /// AWS's name for it.
    public var name: String { inner.name() }
    /// Who is signing in.
    public var username: String { inner.username() }
    /// What AWS says about it.
    public var parameters: [String: String] { inner.parameters() }

    /// Answers with `ChallengeResponses` as AWS documents them (RespondToAuthChallenge); `USERNAME` and `SECRET_HASH` are
    /// added.
    public func answer(responses: [String: String]) async throws -> SignInStep {
        try await call { SignInStep(try await inner.cancellable(handle: $0).answer(responses: responses)) }
    }
}

/// The secret that a person puts into their authenticator app.
public struct SoftwareTokenSetup: Sendable {
    private let inner: PoolpassFFI.SoftwareTokenSetup

    init(_ inner: PoolpassFFI.SoftwareTokenSetup) {
        self.inner = inner
    }

    /// The secret in base32, for people who cannot scan the QR code.
    public var secret: String { inner.secret() }

    /// What the QR code has to say: a secret too.
    public func otpauthUri(issuer: String, account: String) -> String {
        inner.otpauthUri(issuer: issuer, account: account)
    }
}

extension SoftwareTokenSetup: Redacted {
    var shown: KeyValuePairs<String, Any> { [:] }
}

extension SignInStep {
    init(_ step: PoolpassFFI.SignInStep) {
        switch step {
        case .done(let user): self = .done(User(user))
        case .challenge(let challenge): self = .challenge(Challenge(challenge))
        }
    }
}

extension Challenge {
    init(_ challenge: PoolpassFFI.Challenge) {
        switch challenge {
        case .smsMfa(let inner): self = .smsMfa(SmsMfaChallenge(inner: inner))
        case .emailOtp(let inner): self = .emailOtp(EmailOtpChallenge(inner: inner))
        case .softwareTokenMfa(let inner): self = .softwareTokenMfa(SoftwareTokenMfaChallenge(inner: inner))
        case .selectMfaType(let inner): self = .selectMfaType(SelectMfaTypeChallenge(inner: inner))
        case .mfaSetup(let inner): self = .mfaSetup(MfaSetupChallenge(inner: inner))
        case .newPasswordRequired(let inner): self = .newPasswordRequired(NewPasswordRequiredChallenge(inner: inner))
        case .other(let inner): self = .other(OtherChallenge(inner: inner))
        }
    }
}
