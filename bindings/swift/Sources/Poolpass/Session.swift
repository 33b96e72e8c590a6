import Foundation
import PoolpassFFI

/// The person who is signed in.
public struct User: Sendable {
    /// The user name in the user pool.
    public let username: String
    /// The id that never changes.
    public let sub: String
    /// The email address, where the app client may read it.
    public let email: String?
    /// The user pool groups.
    public let groups: [String]
    /// Everything that the ID token says.
    public let claims: [String: Claim]

    init(_ user: PoolpassFFI.User) {
        username = user.username()
        sub = user.sub()
        email = user.email()
        groups = user.groups()
        claims = user.claims()
    }
}

/// Says who the person is. An API that takes it as proof gets it in the `Authorization` header.
public struct IdToken: Sendable {
    private let inner: PoolpassFFI.IdToken

    init(_ inner: PoolpassFFI.IdToken) {
        self.inner = inner
    }

    /// The JSON Web Token itself: a secret. Whoever acts on it, such as a backend, has to verify its signature.
    public var jwt: String { inner.jwt() }
    /// When it expires, by AWS's clock.
    public var expiresAt: Date { inner.expiresAt() }
    /// When it was issued, by AWS's clock; the Unix epoch where the token does not say.
    public var issuedAt: Date { inner.issuedAt() }
    /// What it says.
    public var claims: [String: Claim] { inner.claims() }
}

/// Says what the person may do in the user pool and in APIs with scopes.
public struct AccessToken: Sendable {
    private let inner: PoolpassFFI.AccessToken

    init(_ inner: PoolpassFFI.AccessToken) {
        self.inner = inner
    }

    /// The JSON Web Token itself: a secret.
    public var jwt: String { inner.jwt() }
    /// When it expires, by AWS's clock.
    public var expiresAt: Date { inner.expiresAt() }
    /// When it was issued, by AWS's clock; the Unix epoch where the token does not say.
    public var issuedAt: Date { inner.issuedAt() }
    /// The OAuth scopes.
    public var scopes: [String] { inner.scopes() }
    /// What it says.
    public var claims: [String: Claim] { inner.claims() }
}

/// Temporary AWS credentials, for a client of another AWS SDK.
public struct Credentials: Sendable {
    private let inner: PoolpassFFI.Credentials

    init(_ inner: PoolpassFFI.Credentials) {
        self.inner = inner
    }

    /// The id, which is no secret.
    public var accessKeyId: String { inner.accessKeyId() }
    /// The secret that signs.
    public var secretAccessKey: String { inner.secretAccessKey() }
    /// The session token, which goes with every request: a secret.
    public var sessionToken: String? { inner.sessionToken() }
    /// When AWS stops accepting them, on the device's clock, right or wrong.
    public var expiration: Date? { inner.expiration() }
}

/// The value of a claim in a token.
public typealias Claim = PoolpassFFI.Claim

/// The result of signing out. In every case nobody is signed in on this device any more.
public typealias SignOut = PoolpassFFI.SignOut

/// Something happened to the session.
public typealias SessionEvent = PoolpassFFI.SessionEvent

/// Why a session ended. Network trouble, throttling and malformed answers never end one.
public typealias SessionEndReason = PoolpassFFI.SessionEndReason

/// How a sign-in proves the password.
public typealias AuthFlow = PoolpassFFI.AuthFlow

/// The operation that refreshes the session.
public typealias RefreshOperation = PoolpassFFI.RefreshOperation

extension Claim {
    /// The text of a claim that is one.
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
