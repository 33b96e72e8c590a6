import Foundation
import PoolpassFFI

/// Signs a person in to Amazon Cognito and makes AWS requests as that person.
///
/// Copies share everything: the session, the credentials and the connections. Every call can be cancelled with its task, and
/// then throws error kind `cancelled`. What must not be lost, such as a refresh under way, goes on without its caller.
public struct Client: Sendable {
    let inner: PoolpassFFI.Client

    /// Makes a client. Nothing is sent.
    ///
    /// - Parameters:
    ///   - configuration: Which user pool, identity pool, bucket and table the app uses.
    ///   - store: Where the session is kept. Default: in memory, so that it ends with the process.
    ///   - options: What else the client stands on.
    /// - Throws: ``PoolpassError`` with `invalidConfig`; with `network` when the system's certificates cannot be loaded.
    public init(_ configuration: Config, store: Store = .memory(), options: ClientOptions = ClientOptions()) throws {
        inner = try mapped { try PoolpassFFI.Client(config: configuration.text, options: options.with(store)) }
    }

    init(_ inner: PoolpassFFI.Client) {
        self.inner = inner
    }

    /// The region of the configuration.
    public var region: String { inner.region() }

    /// Returns the same client with the credentials of another role, if the sign-in allows more than one (`CustomRoleArn`).
    ///
    /// Requests of the new client throw `signedOut` when nobody is signed in, since guests cannot choose a role.
    public func withRole(_ arn: String) -> Client {
        Client(inner.withRole(roleArn: arn))
    }
}

/// Sign-in, the session and the account.
extension Client {
    /// Signs in with a user name and a password (InitiateAuth, RespondToAuthChallenge). A successful sign-in replaces the present
    /// session.
    ///
    /// - Parameters:
    ///   - flow: How the person proves who they are. Default: by SRP, so that the password never leaves the device.
    ///   - clientMetadata: Data for the user pool's Lambda triggers, sent with every step of this sign-in.
    /// - Throws: ``PoolpassError`` with `notAuthorized` for a wrong password, `userNotFound`, `userNotConfirmed`,
    ///   `passwordResetRequired`, `tooManyAttempts`, `triggerRejected`, `invalidInput`, `conflict`.
    public func signIn(
        username: String, password: String, flow: AuthFlow = .userSrpAuth, clientMetadata: [String: String] = [:]
    ) async throws -> SignInStep {
        try await signIn(.password(username, password), SignInOptions(flow: flow, clientMetadata: clientMetadata))
    }

    /// Signs in with a user name alone (InitiateAuth): with a code, a passkey or another factor that the person chooses (USER_AUTH), or
    /// by the challenges of the user pool's own triggers (CUSTOM_AUTH).
    ///
    /// The next step is the challenge of the preferred factor where that is available, otherwise a ``SelectChallenge``.
    ///
    /// - Parameters:
    ///   - flow: How the person proves who they are: `userAuth`, the default, or `customAuth`.
    ///   - preferred: The factor to begin with, where it is available. Default: the person chooses. Only for `userAuth`.
    ///   - clientMetadata: Data for the user pool's Lambda triggers, sent with every step of this sign-in.
    /// - Throws: ``PoolpassError`` with `userNotFound`, `userNotConfirmed`, `tooManyAttempts`, `codeDeliveryFailed`, `triggerRejected`,
    ///   `invalidInput`, `conflict`; with `aws` where the app client or the user pool's feature plan does not allow the flow.
    public func signInWithoutPassword(
        username: String, flow: AuthFlow = .userAuth, preferred: AuthFactor? = nil, clientMetadata: [String: String] = [:]
    ) async throws -> SignInStep {
        try await signIn(
            .withoutPassword(username, preferred), SignInOptions(flow: flow, clientMetadata: clientMetadata))
    }

    /// Signs in whoever has just confirmed the sign-up, without another code (InitiateAuth with USER_AUTH).
    ///
    /// ``Account/confirmSignUp(username:code:clientMetadata:)`` keeps AWS's `Session` in the store, for the app client that allows
    /// USER_AUTH, so that this works after the app was killed too.
    ///
    /// - Throws: ``PoolpassError`` with `challengeExpired` if no sign-up was confirmed with this store, or too long ago: sign in.
    public func autoSignIn() async throws -> SignInStep {
        try await signIn(.auto, SignInOptions(flow: .userAuth))
    }

    private func signIn(_ beginning: SignIn, _ options: SignInOptions) async throws -> SignInStep {
        try await call {
            SignInStep(try await inner.cancellable(handle: $0).signIn(beginning: beginning, options: options))
        }
    }

    /// Has the signed-in person prove more strongly, or again, who they are (InitiateAuth with USER_AUTH and TARGET_ACR_VALUES).
    ///
    /// If the session has reached the level, no longer ago than `maxAge`, the step is `done` at once and nothing is sent. Of names that
    /// the user pool has given, only the same one counts as reached.
    ///
    /// Otherwise challenges follow, as in a sign-in, but only for the factors that are missing. New tokens take the place of the
    /// session's when the last one is answered, and AWS revokes the old ones. Until then, and if a challenge fails, the session stays as
    /// it is. Listeners hear `refreshed`; to other processes it is a new sign-in. A backend must check the claims `acr` and `auth_time`
    /// of the tokens itself.
    ///
    /// The app client has to allow USER_AUTH (`ALLOW_USER_AUTH`), and the user pool needs the Essentials plan or a higher one. This
    /// follows AWS's documentation; it has not been tried against AWS.
    ///
    /// - Parameters:
    ///   - level: `urn:cognito:loa:1` (a password), `urn:cognito:loa:2` (a code by SMS or email), `urn:cognito:loa:3` (a passkey, or a
    ///     password and a code by SMS or email), `urn:cognito:loa:4` (a password and a TOTP code), or the name that the user pool has
    ///     given to one of them.
    ///   - maxAge: How long ago the person may have proved who they are, in seconds. Default: any time ago. A refresh does not count.
    ///   - clientMetadata: Data for the user pool's Lambda triggers, sent with every step of this step-up.
    /// - Throws: ``PoolpassError`` with `signedOut`, `featureUnavailableInTier`, `invalidInput`, `conflict`; with `aws` and the code
    ///   `InvalidParameterException` if the person has not set up the factors for the level.
    public func stepUp(
        _ level: String, maxAge: TimeInterval? = nil, clientMetadata: [String: String] = [:]
    ) async throws -> SignInStep {
        try await call {
            let maxAge = try maxAge.map { try seconds($0, "maxAge") }
            let client = inner.cancellable(handle: $0)
            return SignInStep(try await client.stepUp(level: level, maxAge: maxAge, clientMetadata: clientMetadata))
        }
    }

    /// Takes over a session that another SDK or the app's backend began, so that nobody has to sign in again. It replaces the present
    /// session.
    ///
    /// Expired tokens are refreshed first (GetTokensFromRefreshToken, or InitiateAuth with REFRESH_TOKEN_AUTH); with others nothing is
    /// sent. If the present session comes from the same sign-in and is no older, it stays, so that the call can be repeated. Nothing is
    /// revoked. Tokens are not proof: their signatures are not checked here, but by AWS at every use.
    ///
    /// - Throws: ``PoolpassError`` with `invalidInput` for tokens that are malformed, of another user pool or app client, or of two
    ///   people; with `sessionEnded` when AWS refuses to refresh for good. After every error the present session stays.
    @discardableResult
    public func adoptSession(_ tokens: SessionTokens) async throws -> User {
        try await call { User(try await inner.cancellable(handle: $0).refresh(tokens: tokens.handedIn)) }
    }

    /// The challenge that waits for its answer, also after the app was killed. Cognito waits for 15 minutes at most.
    public func pendingChallenge() async throws -> Challenge? {
        try await call { try await inner.cancellable(handle: $0).pendingChallenge().map { Challenge($0) } }
    }

    /// Returns the person who is signed in, as stored: works without a network, however old the tokens are. `nil` when nobody is
    /// signed in.
    public func currentUser() async throws -> User? {
        try await call { try await inner.cancellable(handle: $0).currentUser().map { User($0) } }
    }

    /// Returns the ID token, refreshed if it expires within a minute (within a tenth of its life, if that is less).
    ///
    /// All callers share one refresh, and so do all processes that share the store. When the refresh fails, a token that is still valid
    /// is returned nevertheless.
    ///
    /// - Throws: ``PoolpassError`` with `signedOut`; with `sessionEnded` when AWS refuses to refresh for good; with `network`,
    ///   `timeout`, `throttled` or `unavailable` when an expired token could not be refreshed now, and the session stays.
    public func idToken() async throws -> IdToken {
        try await call { IdToken(try await inner.cancellable(handle: $0).idToken()) }
    }

    /// Returns the access token, refreshed like ``idToken()``.
    public func accessToken() async throws -> AccessToken {
        try await call { AccessToken(try await inner.cancellable(handle: $0).accessToken()) }
    }

    /// Refreshes the session now, for example because the person's attributes or groups have changed (GetTokensFromRefreshToken, or
    /// InitiateAuth with REFRESH_TOKEN_AUTH).
    @discardableResult
    public func refresh() async throws -> User {
        try await call { User(try await inner.cancellable(handle: $0).refresh(tokens: nil)) }
    }

    /// Returns a stream of the changes of the session from now on.
    ///
    /// ```swift
    /// for try await event in client.events() {
    ///     if case .sessionEnded(let reason) = event { showSignIn(reason) }
    /// }
    /// ```
    public func events() -> AsyncThrowingStream<SessionEvent, any Error> {
        let events = inner.events()
        return AsyncThrowingStream { try await call { try await events.cancellable(handle: $0).next() } }
    }

    /// Signs out on this device: removes the session and a pending challenge, then has AWS revoke the tokens (RevokeToken).
    ///
    /// The session is gone in any case, even without a network; ``SignOut`` tells whether AWS has revoked the tokens.
    ///
    /// - Parameter associated: Whether the session of managed login that the session comes from ends too
    ///   (`RevokeAssociatedSessions`), if the user pool tracks sessions.
    @discardableResult
    public func signOut(associated: Bool = false) async throws -> SignOut {
        try await call { try await inner.cancellable(handle: $0).signOut(associated: associated) }
    }

    /// Signs out on every device (GlobalSignOut): AWS ends all sessions of the user, then this one is removed.
    ///
    /// When AWS cannot be reached or refuses, the session stays, so that the call can be repeated.
    public func signOutEverywhere() async throws {
        try await call { try await inner.cancellable(handle: $0).signOutEverywhere() }
    }

    /// The person's account: signing up, passwords, attributes, second factors.
    public var account: Account { Account(inner.account()) }
}

/// AWS credentials, and the services that they are for.
extension Client {
    /// Returns AWS credentials of the person who is signed in, or of a guest if nobody is (GetId, GetCredentialsForIdentity).
    ///
    /// The client keeps them in memory until shortly before they expire. One exchange serves all callers.
    ///
    /// - Throws: ``PoolpassError`` with `invalidConfig` without an identity pool, `signedOut` when it takes no guests,
    ///   `sessionEnded`, `notAuthorized`.
    public func credentials() async throws -> Credentials {
        try await call { Credentials(try await inner.cancellable(handle: $0).credentials()) }
    }

    /// Returns the identity id in the identity pool, which policies call `${cognito-identity.amazonaws.com:sub}`. As a part of an object
    /// key or as a partition key, it makes data a person's own.
    public func identityId() async throws -> String {
        try await call { try await inner.cancellable(handle: $0).identityId() }
    }

    /// An S3 bucket.
    ///
    /// - Parameters:
    ///   - name: Default: the configuration's.
    ///   - region: Default: the configuration's.
    public func bucket(_ name: String? = nil, region: String? = nil) throws -> Bucket {
        Bucket(try mapped { try inner.bucket(name: name, region: region) })
    }

    /// A DynamoDB table, by its name or ARN. Default: the configuration's.
    public func table(_ name: String? = nil) throws -> Table {
        Table(try mapped { try inner.table(name: name) })
    }
}
