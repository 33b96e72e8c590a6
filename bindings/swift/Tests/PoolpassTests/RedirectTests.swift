import Foundation
@testable import Poolpass
import XCTest

/// Redirects and logins, beyond what the scenarios play.
final class RedirectTests: XCTestCase {
    func testTheSystemWaitsForTheRedirectURIToTheLetter() {
        let callbacks: [String: RedirectCallback?] = [
            "my-app://signed-in": .scheme("my-app"),
            "com.example.app:/signed-in": .scheme("com.example.app"),
            "https://app.example/signed-in": .https(host: "app.example", path: "/signed-in"),
            "https://app.example/signed-in/": .https(host: "app.example", path: "/signed-in/"),
            "HTTPS://app.example/signed-in?from=cognito": .https(host: "app.example", path: "/signed-in"),
            "https://app.example": .https(host: "app.example", path: "/"),
            "https://app.example/": .https(host: "app.example", path: "/"),
            "/signed-in": nil,
            "https:": nil,
        ]
        for (redirectUri, callback) in callbacks { XCTAssertEqual(RedirectCallback(redirectUri), callback, redirectUri) }
    }

    func testAUserAgentsErrorSaysWhyAndNothingElseIsSent() async throws {
        struct Broken: RedirectUserAgent {
            let error: any Error
            func authenticate(url: URL, redirectUri: String) async throws -> URL { throw error }
        }
        try await Demo.run { demo in
            let client = try demo.client()
            let kinds: [(any Error, ErrorKind)] = [
                (UserAgentError(.cancelled, "closed"), .cancelled), (UserAgentError(.timedOut, "late"), .timeout),
                (UserAgentError(.unsupported, "old"), .platform), (CancellationError(), .cancelled),
                (URLError(.unknown), .platform),
            ]
            for (error, kind) in kinds {
                await assertFails(kind) {
                    try await client.signInWithUserAgent(Broken(error: error), redirectUri: "http://localhost:3000/")
                }
            }
        }
    }

    func testALoginWithoutATokenShowsOnlyTheErrorsDescription() async throws {
        struct Refused: LocalizedError {
            let token: String
            var errorDescription: String? { "ask again" }
        }
        try await Demo.run { demo in
            let client = try demo.client()
            try client.addLogin(.google) { throw Refused(token: "the-token-of-google") }
            let thrown = await assertFails(.loginExpired) { try await client.identityId() }
            let error = try XCTUnwrap(thrown)
            XCTAssertTrue(error.message.contains("ask again"), error.message)
            XCTAssertFalse("\(error)".contains("the-token-of-google"))
        }
    }
}
