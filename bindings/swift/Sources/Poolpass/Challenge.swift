import PoolpassFFI

/// How far a sign-in has come.
///
/// ```swift
/// var step = try await client.signIn(username: "ada", password: password)
/// while case .challenge(let challenge) = step {
///     switch challenge {
///     case .softwareToken(let challenge): step = try await challenge.answer(code: await askForCode())
///     case .newPassword(let challenge): step = try await challenge.answer(password: await askForPassword())
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
    case smsCode(SmsCodeChallenge)
    /// A code was sent by email.
    case emailCode(EmailCodeChallenge)
    /// The authenticator app shows a code.
    case softwareToken(SoftwareTokenChallenge)
    /// There is a choice among second factors.
    case selectMfaType(SelectMfaTypeChallenge)
    /// A second factor has to be set up.
    case setUpMfa(SetUpMfaChallenge)
    /// A new password has to be chosen.
    case newPassword(NewPasswordChallenge)
    /// Something else, such as a custom challenge.
    case other(OtherChallenge)

    /// AWS's name for it, such as `SOFTWARE_TOKEN_MFA`.
    public var name: String {
        switch self {
        case .smsCode(let challenge): challenge.name
        case .emailCode(let challenge): challenge.name
        case .softwareToken(let challenge): challenge.name
        case .selectMfaType(let challenge): challenge.name
        case .setUpMfa(let challenge): challenge.name
        case .newPassword(let challenge): challenge.name
        case .other(let challenge): challenge.name
        }
    }

    /// Who is signing in.
    public var username: String {
        switch self {
        case .smsCode(let challenge): challenge.username
        case .emailCode(let challenge): challenge.username
        case .softwareToken(let challenge): challenge.username
        case .selectMfaType(let challenge): challenge.username
        case .setUpMfa(let challenge): challenge.username
        case .newPassword(let challenge): challenge.username
        case .other(let challenge): challenge.username
        }
    }
}

/// A second factor.
public typealias MfaMethod = PoolpassFFI.MfaMethod

/// A code was sent by SMS (`SMS_MFA`).
public struct SmsCodeChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.SmsCode

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
public struct EmailCodeChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.EmailCode

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
public struct SoftwareTokenChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.SoftwareToken

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
    fileprivate let inner: PoolpassFFI.SelectMfaType

    /// AWS's name for it.
    public var name: String { inner.name() }
    /// Who is signing in.
    public var username: String { inner.username() }
    /// The methods to choose from.
    public var options: [MfaMethod] { inner.options() }

    /// Answers with the choice (RespondToAuthChallenge).
    public func answer(_ method: MfaMethod) async throws -> SignInStep {
        try await call { SignInStep(try await inner.cancellable(handle: $0).answer(choice: method)) }
    }
}

/// A second factor has to be set up before the person may sign in (`MFA_SETUP`).
public struct SetUpMfaChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.SetUpMfa

    /// AWS's name for it.
    public var name: String { inner.name() }
    /// Who is signing in.
    public var username: String { inner.username() }
    /// The methods that can be set up.
    public var options: [MfaMethod] { inner.options() }

    /// Gets a TOTP secret for the person's authenticator app (AssociateSoftwareToken).
    public func startTotp() async throws -> SoftwareTokenSetup {
        try await call { SoftwareTokenSetup(try await inner.cancellable(handle: $0).startTotp()) }
    }

    /// Confirms the authenticator app with a first code (VerifySoftwareToken), and signs in.
    public func confirmTotp(code: String) async throws -> SignInStep {
        try await call { SignInStep(try await inner.cancellable(handle: $0).confirmTotp(code: code)) }
    }

    /// Has codes sent to an email address (RespondToAuthChallenge); the next step asks for the first one.
    public func setUpEmail(_ address: String) async throws -> SignInStep {
        try await call { SignInStep(try await inner.cancellable(handle: $0).setUpEmail(address: address)) }
    }
}

/// A new password has to be chosen, since an administrator set the present one (`NEW_PASSWORD_REQUIRED`).
public struct NewPasswordChallenge: Sendable {
    fileprivate let inner: PoolpassFFI.NewPassword

    /// AWS's name for it.
    public var name: String { inner.name() }
    /// Who is signing in.
    public var username: String { inner.username() }
    /// The attributes that the answer has to give.
    public var requiredAttributes: [String] { inner.requiredAttributes() }
    /// The attributes that the user has already.
    public var attributes: [String: String] { inner.attributes() }

    /// Answers with a password and attributes (RespondToAuthChallenge).
    public func answer(password: String, attributes: [String: String] = [:]) async throws -> SignInStep {
        try await call {
            SignInStep(try await inner.cancellable(handle: $0).answer(password: password, attributes: attributes))
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
    init(_ step: PoolpassFFI.SignIn) {
        switch step {
        case .done(let user): self = .done(User(user))
        case .challenge(let challenge): self = .challenge(Challenge(challenge))
        }
    }
}

extension Challenge {
    init(_ challenge: PoolpassFFI.Challenge) {
        switch challenge {
        case .smsCode(let inner): self = .smsCode(SmsCodeChallenge(inner: inner))
        case .emailCode(let inner): self = .emailCode(EmailCodeChallenge(inner: inner))
        case .softwareToken(let inner): self = .softwareToken(SoftwareTokenChallenge(inner: inner))
        case .selectMfaType(let inner): self = .selectMfaType(SelectMfaTypeChallenge(inner: inner))
        case .setUpMfa(let inner): self = .setUpMfa(SetUpMfaChallenge(inner: inner))
        case .newPassword(let inner): self = .newPassword(NewPasswordChallenge(inner: inner))
        case .other(let inner): self = .other(OtherChallenge(inner: inner))
        }
    }
}
