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
        return user
    }
#endif
