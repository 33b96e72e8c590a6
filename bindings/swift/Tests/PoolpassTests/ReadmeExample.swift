// The example of both README.md files, which SourceTests holds against this file.
import Foundation
import Poolpass

struct Note: Codable, Sendable { var pk, sk, title: String }

func readmeExample(
    bundledFile: URL, store: Store, password: String, film: URL, askForCode: () async -> String
) async throws {
    let client = try Client(Config(contentsOf: bundledFile), store: store)
    var step = try await client.signIn(username: "ada", password: password)  // SRP: the password never leaves the device
    if case .challenge(.softwareTokenMfa(let challenge)) = step { step = try await challenge.answer(code: await askForCode()) }

    let bucket = try client.bucket()
    let key = try await bucket.privatePath("film.mp4")  // private/{identity id}/film.mp4
    try await bucket.upload(.file(film), to: key) { print("\($0.sent) bytes of \($0.total ?? 0)") }

    let (table, me) = (try client.table(), try await client.identityId())
    try await table.put(Note(pk: me, sk: "note-1", title: "Bernoulli numbers"))
    for try await note in table.query(Note.self, keyCondition: attribute("pk") == .s(me)) { print(note.title) }
}

func readmeExampleOfRedirects(
    client: Client, url: URL, open: (URL) -> Void, show: (User, String?) -> Void
) async throws {
    let signIn = try await client.signInWithRedirect("my-app://signed-in", options: RedirectOptions(customState: "note-7"))
    open(signIn.url)
    // Later, perhaps in a new process:
    if let result = try await client.handleRedirect(url) { show(result.user, result.customState) }
}

func readmeExampleOfLogins(
    client: Client, currentGoogleIdToken: @escaping @Sendable () async throws -> String
) async throws -> String {
    try client.addLogin(.google) { ProviderToken(try await currentGoogleIdToken()) }
    let key = try await client.bucket().privatePath("cat.jpg")  // private/{identity id}/cat.jpg
    return key
}

func readmeExampleOfRequests(client: Client) async throws -> String {
    var request = ApiRequest("GET", "/notes")  // below api.url of the configuration
    request.authorization = .accessToken  // .iam, the default, signs the request
    request.bearer = true
    let notes = try await client.api().request(request).text()
    return notes
}

func readmeExampleOfAmplify(client: Client, tokensOfAmplify: () async throws -> SessionTokens?) async throws {
    if try await client.currentUser() == nil, let old = try await tokensOfAmplify() {
        try await client.adoptSession(
            SessionTokens(idToken: old.idToken, accessToken: old.accessToken, refreshToken: old.refreshToken))
    }
}

#if canImport(AuthenticationServices) && (os(iOS) || os(macOS) || os(visionOS))
    import AuthenticationServices

    @MainActor
    func readmeExampleOfPasskeys(client: Client, window: ASPresentationAnchor) async throws {
        let authenticator = SystemAuthenticator { window }  // Face ID, Touch ID, a phone nearby
        try await client.account.registerPasskey(authenticator)

        var step = try await client.signInWithoutPassword(username: "ada", preferred: .webAuthn)
        if case .challenge(.webAuthn(let challenge)) = step { step = try await challenge.answerWith(authenticator) }
    }

    @MainActor
    func readmeExampleOfManagedLogin(client: Client, window: ASPresentationAnchor) async throws -> User {
        let agent = WebAuthenticationSessionUserAgent { window }  // a sheet with the system's browser
        let user = try await client.signInWithUserAgent(
            agent, redirectUri: "my-app://signed-in", options: RedirectOptions(provider: .google))

        try await client.signOut()
        _ = try await agent.authenticate(url: client.logoutUrl("my-app://signed-out"), redirectUri: "my-app://signed-out")
        return user
    }
#endif
