import Foundation
import PoolpassFFI

/// The person who is signed in, as the ID token describes them.
public struct User: Sendable {
    /// The user name in the user pool. It differs from what people typed if they signed in with an alias.
    public let username: String
    /// The user's id (`sub`), which never changes.
    public let sub: String
    /// The email address, where the app client may read it.
    public let email: String?
    /// The person's groups in the user pool.
    public let groups: [String]
    /// The level at which the person has proved who they are, such as `urn:cognito:loa:4`, if the sign-in or the step-up asked for
    /// one. A refresh keeps it.
    public let acr: String?
    /// The methods with which the person has proved who they are, such as `pwd`, `otp` and `mfa`, where AWS says so. A refresh keeps
    /// them.
    public let amr: [String]
    /// When the person last proved who they are, by AWS's clock. A refresh does not change it.
    public let authTime: Date?
    /// Whether the user pool wants to know if this device shall be remembered (`UserConfirmationNecessary` of ConfirmDevice).
    ///
    /// Ask the person, then call ``Account/rememberDevice(_:)`` or ``Account/doNotRememberDevice(_:)``. It is false in user pools that
    /// do not track devices, or remember all of them.
    public let deviceConfirmationNecessary: Bool
    /// All claims of the ID token.
    public let claims: [String: Claim]

    init(_ user: PoolpassFFI.User) {
        username = user.username()
        sub = user.sub()
        email = user.email()
        groups = user.groups()
        acr = user.acr()
        amr = user.amr()
        authTime = user.authTime()
        deviceConfirmationNecessary = user.deviceConfirmationNecessary()
        claims = user.claims()
    }
}

/// Proves who the person is, to identity pools and to backends. A backend must verify the signature.
public struct IdToken: Sendable {
    private let inner: PoolpassFFI.IdToken

    init(_ inner: PoolpassFFI.IdToken) {
        self.inner = inner
    }

    /// The token as a JSON Web Token, for an `Authorization` header: a secret.
    public var jwt: String { inner.jwt() }
    /// When the token expires, by AWS's clock.
    public var expiresAt: Date { inner.expiresAt() }
    /// When AWS issued the token, by AWS's clock; the Unix epoch where the token does not say, as with some emulators.
    public var issuedAt: Date { inner.issuedAt() }
    /// All claims of the token.
    public var claims: [String: Claim] { inner.claims() }
}

/// Grants access to the person's account in the user pool, and to APIs that check scopes. A backend must verify the signature.
public struct AccessToken: Sendable {
    private let inner: PoolpassFFI.AccessToken

    init(_ inner: PoolpassFFI.AccessToken) {
        self.inner = inner
    }

    /// The token as a JSON Web Token, for an `Authorization` header: a secret.
    public var jwt: String { inner.jwt() }
    /// When the token expires, by AWS's clock.
    public var expiresAt: Date { inner.expiresAt() }
    /// When AWS issued the token, by AWS's clock; the Unix epoch where the token does not say, as with some emulators.
    public var issuedAt: Date { inner.issuedAt() }
    /// The OAuth scopes, such as `aws.cognito.signin.user.admin`.
    public var scopes: [String] { inner.scopes() }
    /// All claims of the token.
    public var claims: [String: Claim] { inner.claims() }
}

/// Temporary AWS credentials of one identity.
public struct Credentials: Sendable {
    private let inner: PoolpassFFI.Credentials

    init(_ inner: PoolpassFFI.Credentials) {
        self.inner = inner
    }

    /// The access key id (`ASIA…`), which is not a secret.
    public var accessKeyId: String { inner.accessKeyId() }
    /// The secret access key: a secret.
    public var secretAccessKey: String { inner.secretAccessKey() }
    /// The session token, which every request must carry: a secret.
    public var sessionToken: String? { inner.sessionToken() }
    /// When AWS stops accepting the credentials, on the device's clock, right or wrong.
    public var expiration: Date? { inner.expiration() }
}

/// The value of a claim in a token.
public typealias Claim = PoolpassFFI.Claim

/// The result of signing out. In every case, nobody is signed in on this device any more.
public typealias SignOut = PoolpassFFI.SignOut

/// A change of the session.
public typealias SessionEvent = PoolpassFFI.SessionEvent

/// The reason why a session ended.
///
/// Nothing else ends a session: network failures, throttling, HTTP 5xx and malformed answers never do.
public typealias SessionEndReason = PoolpassFFI.SessionEndReason

/// How a sign-in proves who the person is.
public typealias AuthFlow = PoolpassFFI.AuthFlow

/// The operation that refreshes the session.
public typealias RefreshOperation = PoolpassFFI.RefreshOperation

extension Claim {
    /// The claim as a text, if it is one.
    public var text: String? {
        if case .text(let text) = self { text } else { nil }
    }
}

extension IdToken: Redacted {
    var shown: KeyValuePairs<String, Any> { ["expiresAt": expiresAt] }
}

extension AccessToken: Redacted {
    var shown: KeyValuePairs<String, Any> { ["expiresAt": expiresAt, "scopes": scopes] }
}

extension Credentials: Redacted {
    var shown: KeyValuePairs<String, Any> {
        ["accessKeyId": accessKeyId, "expiration": expiration.map { "\($0)" } ?? "none"]
    }
}
