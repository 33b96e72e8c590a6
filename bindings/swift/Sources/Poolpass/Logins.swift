import Foundation
import PoolpassFFI

/// A login provider of the identity pool besides its user pool.
public typealias LoginProvider = PoolpassFFI.LoginProvider

/// A token of a login provider. It prints none.
public struct ProviderToken: Sendable {
    let token: String
    let identityId: String?

    /// The token of any provider but the app's own backend.
    public init(_ token: String) {
        self.init(token: token, identityId: nil)
    }

    private init(token: String, identityId: String?) {
        self.token = token
        self.identityId = identityId
    }

    /// The identity id and the token that GetOpenIdTokenForDeveloperIdentity has returned to the app's backend.
    public static func developer(identityId: String, token: String) -> Self {
        Self(token: token, identityId: identityId)
    }
}

extension ProviderToken: Redacted {
    var shown: KeyValuePairs<String, Any> { ["identityId": identityId ?? "none"] }
}

/// Logins of third parties at the identity pool.
extension Client {
    /// Adds a login of a third party: from now on the AWS credentials are those of the identity that this login leads to, with or without
    /// a user pool (GetId, GetCredentialsForIdentity). It replaces a login with the same provider.
    ///
    /// The SDK asks `source` for a token whenever the credentials have to be renewed. Several logins at once, and the user pool's among
    /// them, lead to one identity: AWS links those that it has not seen before. A guest keeps the identity id, unless the login has an
    /// identity already; then listeners hear `identityChanged`. Signing out leaves these logins: see ``removeLogin(_:)``.
    ///
    /// Nothing is sent. A login that AWS refuses makes the next call fail: `conflict` if it belongs to another identity than the other
    /// logins, `loginExpired` if its token has expired or `source` has none, `notAuthorized` if the identity pool does not accept it.
    ///
    /// - Parameters:
    ///   - provider: The login provider.
    ///   - source: Returns a token that is valid now, such as the one that the provider's own SDK holds or refreshes. If it throws, AWS
    ///     credentials that are still valid stay in use; after that, calls throw `loginExpired`, whose message has the error's
    ///     `localizedDescription`.
    /// - Throws: ``PoolpassError`` with `invalidInput` for a provider name that AWS does not take, `invalidConfig` without an identity pool.
    public func addLogin(_ provider: LoginProvider, source: @escaping @Sendable () async throws -> ProviderToken) throws {
        try mapped { try inner.addLogin(provider: provider, source: ForeignLoginToken(source)) }
    }

    /// Removes a login from this client. The identity stays linked to it: with the same login it is the same again. Nothing is sent.
    ///
    /// - Throws: ``PoolpassError`` with `invalidConfig` without an identity pool.
    public func removeLogin(_ provider: LoginProvider) throws {
        try mapped { try inner.removeLogin(provider: provider) }
    }

    /// Unlinks a login from the identity (UnlinkIdentity), and removes it from this client.
    ///
    /// The next time, the login leads to another identity. After the last one, nobody can use the identity any more. The app's own backend
    /// unlinks developer-authenticated logins (UnlinkDeveloperIdentity). If AWS cannot be reached, the login stays, so that the call can be
    /// repeated.
    ///
    /// - Throws: ``PoolpassError`` as ``credentials()``; with `invalidInput` if the client has no such login, or for one of the app's own
    ///   backend.
    public func unlinkLogin(_ provider: LoginProvider) async throws {
        try await call { try await inner.cancellable(handle: $0).unlinkLogin(provider: provider) }
    }

    /// The providers of the logins that were added, without the user pool.
    public func logins() -> [LoginProvider] {
        inner.logins()
    }

    /// Starts a client with the credentials of a role that the app names, by the classic (basic) flow: GetOpenIdToken of the identity
    /// pool, AssumeRoleWithWebIdentity of STS in the identity pool's region.
    ///
    /// The role's trust policy decides who may use it: with `cognito-identity.amazonaws.com` as its principal, the identity pool as its
    /// `aud`, and `authenticated` or `unauthenticated` as its `amr`. Guests have no other way to services that their session policy leaves
    /// out. Requests of the new client throw `operationNotEnabled` if the identity pool does not allow the classic flow, and `accessDenied`
    /// if the role does not trust the identity.
    ///
    /// - Parameters:
    ///   - sessionName: The name of the role's session (`RoleSessionName`), 2 to 64 characters, which CloudTrail shows. Default: the identity
    ///     id, with a dot in place of the colon.
    ///   - duration: How long the credentials are valid (`DurationSeconds`), in seconds, 900 to what the role allows. Default: an hour.
    ///   - policy: A session policy (`Policy`), a JSON document that narrows what the role allows. Default: none.
    /// - Throws: ``PoolpassError`` with `invalidInput` for a role, name, duration or policy that AWS does not take.
    public func classicFlow(
        roleArn: String, sessionName: String? = nil, duration: TimeInterval? = nil, policy: String? = nil
    ) throws -> Client {
        let duration = try duration.map { try seconds($0, "duration") }
        return Client(
            try mapped {
                try inner.classicFlow(roleArn: roleArn, sessionName: sessionName, duration: duration, policy: policy)
            })
    }
}

private final class ForeignLoginToken: PoolpassFFI.LoginToken {
    private let source: @Sendable () async throws -> ProviderToken

    init(_ source: @escaping @Sendable () async throws -> ProviderToken) {
        self.source = source
    }

    func token() async throws -> PoolpassFFI.ProviderToken {
        do {
            let token = try await source()
            return PoolpassFFI.ProviderToken(token: token.token, identityId: token.identityId)
        } catch {
            throw LoginTokenError.Failed(detail: error.localizedDescription)
        }
    }
}
