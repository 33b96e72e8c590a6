import Foundation
import PoolpassFFI

/// An identity provider of the user pool: where a person signs in with managed login.
public typealias IdentityProvider = PoolpassFFI.IdentityProvider

extension IdentityProvider {
    /// The provider that has AWS's `name`, such as `SignInWithApple`.
    public init(name: String) {
        self = identityProvider(name: name)
    }
}

/// Settings for a sign-in by redirect. Default: managed login lets the person choose among the app client's providers, and the tokens
/// have all scopes that the app client allows. It prints neither nonce nor custom state.
public struct RedirectOptions: Sendable {
    /// The provider to go to at once (`identity_provider`). Default: the person chooses.
    public var provider: IdentityProvider?
    /// One of a provider's identifiers, such as the domain of the person's email address (`idp_identifier`), in place of the provider.
    public var idpIdentifier: String?
    /// The scopes of the tokens. Default: all that the app client allows. They have to include `openid`; calls of the ``Account`` need
    /// `aws.cognito.signin.user.admin`.
    public var scopes: [String]
    /// Whether managed login asks again (`prompt`): `login` asks also those who are signed in there, `none` asks nobody. Providers get
    /// `select_account` and `consent` too, which Cognito's own pages ignore. Blanks separate several. Default: it asks those who are not
    /// signed in there.
    public var prompt: String?
    /// The user name or email address to fill in (`login_hint`).
    public var loginHint: String?
    /// The language of the pages, such as `de` (`lang`). Default: the language that the browser last asked for, or English.
    public var lang: String?
    /// The levels that the person has to reach, such as `urn:cognito:loa:3`, with blanks between them (`acr_values`).
    public var acrValues: String?
    /// How long ago the person may have proved who they are, in seconds (`max_age`). Default: any time ago.
    public var maxAge: TimeInterval?
    /// The nonce of the ID token, a secret. Default: a random one.
    public var nonce: String?
    /// A text that comes back with the person, such as the page to go on with. It stays on the device.
    public var customState: String?

    /// Settings, all of which may be left out.
    public init(
        provider: IdentityProvider? = nil, idpIdentifier: String? = nil, scopes: [String] = [], prompt: String? = nil,
        loginHint: String? = nil, lang: String? = nil, acrValues: String? = nil, maxAge: TimeInterval? = nil,
        nonce: String? = nil, customState: String? = nil
    ) {
        self.provider = provider
        self.idpIdentifier = idpIdentifier
        self.scopes = scopes
        self.prompt = prompt
        self.loginHint = loginHint
        self.lang = lang
        self.acrValues = acrValues
        self.maxAge = maxAge
        self.nonce = nonce
        self.customState = customState
    }

    fileprivate func inner() throws -> PoolpassFFI.RedirectOptions {
        PoolpassFFI.RedirectOptions(
            provider: provider, idpIdentifier: idpIdentifier, scopes: scopes, prompt: prompt, loginHint: loginHint,
            lang: lang, acrValues: acrValues, maxAge: try maxAge.map { try seconds($0, "maxAge") }, nonce: nonce,
            customState: customState)
    }
}

/// The first half of a sign-in by redirect: where to send the person. It prints no query.
public struct RedirectSignIn: Sendable {
    /// The URL of managed login (`/oauth2/authorize`), good for one sign-in. Open it in a browser, not in a web view of the app.
    public let url: URL
}

/// The person whom a redirect has signed in. It prints no custom state.
public struct RedirectResult: Sendable {
    /// The person, whose session is stored.
    public let user: User
    /// The app's ``RedirectOptions/customState``.
    public let customState: String?
}

/// Managed login.
extension Client {
    /// Begins a sign-in on the pages of managed login (`/oauth2/authorize`): with Google, Facebook, Apple, Amazon, a SAML or OpenID
    /// Connect provider, or with Cognito's own pages. Returns the URL to open.
    ///
    /// `redirectUri` is where the pages send the person back: one of the app client's callback URLs, to the letter, its last slash
    /// included. Give the URL of that redirect to ``handleRedirect(_:)``. Several sign-ins may wait at the same time, for an hour each.
    /// State, nonce and PKCE's verifier are random, and kept in the store.
    ///
    /// Nothing is sent.
    ///
    /// - Throws: ``PoolpassError`` with `invalidConfig` without a user pool or without its domain; `invalidInput` for a redirect URI that
    ///   Cognito does not allow, scopes without `openid` or an empty setting; `store`.
    public func signInWithRedirect(
        _ redirectUri: String, options: RedirectOptions = RedirectOptions()
    ) async throws -> RedirectSignIn {
        try await call {
            let client = inner.cancellable(handle: $0)
            let url = try await client.signInWithRedirect(redirectUri: redirectUri, options: try options.inner())
            return RedirectSignIn(url: try URL(ofCore: url))
        }
    }

    /// Signs in with the URL of a redirect from managed login: exchanges its code for tokens (`/oauth2/token`), and checks that they are
    /// for the sign-in that this device began. A successful sign-in replaces the present session.
    ///
    /// `nil` when the URL is no answer to a redirect of this SDK, or was handled already. Calls with the same URL, at the same time,
    /// share one exchange. After `network`, `timeout`, `throttled` or `unavailable`, call it again with the same URL; if it returns
    /// `nil` then, managed login itself had failed, and the sign-in has to begin again.
    ///
    /// - Throws: ``PoolpassError`` with `cancelled` when the person said no, `triggerRejected` with the text of the user pool's trigger,
    ///   `aws` with managed login's code and description, `signedOut` if it was asked not to ask (`prompt` is `none`).
    ///   `invalidRedirect` when no sign-in of this store waits for the URL, or the tokens, which are then revoked, are not for it: the old
    ///   session stays. `challengeExpired` when the code was used already or is older than five minutes. `notAuthorized` for a wrong app
    ///   client secret, `missingScope` when the app client does not allow `openid`. `conflict` when Cognito has only just linked the
    ///   provider's account to a user: send the person to ``PoolpassError/retryUrl``.
    public func handleRedirect(_ url: URL) async throws -> RedirectResult? {
        try await call {
            let result = try await inner.cancellable(handle: $0).handleRedirect(url: url.absoluteString)
            return result.map { RedirectResult(user: User($0.user), customState: $0.customState) }
        }
    }

    /// Signs in through a user agent, which shows the pages of managed login and catches the redirect: the system's browser or an
    /// authentication session of the system.
    ///
    /// It does what ``signInWithRedirect(_:options:)`` and ``handleRedirect(_:)`` do, and sends the person a second time where Cognito has
    /// only just linked the provider's account to a user. The SDK sets no limit to the wait for the person.
    ///
    /// - Throws: ``PoolpassError`` as those two; with `cancelled`, `timeout` or `platform` when the user agent came back without a
    ///   redirect.
    public func signInWithUserAgent(
        _ agent: some RedirectUserAgent, redirectUri: String, options: RedirectOptions = RedirectOptions()
    ) async throws -> User {
        try await call {
            let client = inner.cancellable(handle: $0)
            return User(
                try await client.signInWithUserAgent(
                    agent: ForeignUserAgent(agent), redirectUri: redirectUri, options: try options.inner()))
        }
    }

    /// Returns the URL at which managed login forgets who is signed in there (`/logout`), and then redirects to `logoutUri`.
    ///
    /// Open it in the browser after ``signOut(associated:)``, which ends the session on this device in any case. `logoutUri` is one of the
    /// app client's sign-out URLs, to the letter. The person stays signed in at the provider, such as Google.
    ///
    /// - Throws: ``PoolpassError`` with `invalidConfig` without a user pool or without its domain; `invalidInput` for a URI that Cognito
    ///   does not allow.
    public func logoutUrl(_ logoutUri: String) throws -> URL {
        try URL(ofCore: try mapped { try inner.logoutUrl(logoutUri: logoutUri) })
    }
}

extension RedirectOptions: Redacted {
    var shown: KeyValuePairs<String, Any> {
        ["provider": provider as Any, "idpIdentifier": idpIdentifier as Any, "scopes": scopes, "prompt": prompt as Any]
    }
}

extension RedirectSignIn: Redacted {
    var shown: KeyValuePairs<String, Any> { ["page": url.absoluteString.prefix { $0 != "?" }] }
}

extension RedirectResult: Redacted {
    var shown: KeyValuePairs<String, Any> { ["user": user] }
}
