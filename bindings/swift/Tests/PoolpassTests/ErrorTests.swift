import Foundation
import Poolpass
import XCTest

/// The content of errors, and when they are thrown.
final class ErrorTests: XCTestCase {
    func testAnErrorSaysWhatAWSSaid() async throws {
        try await Demo.run { demo in
            let client = try demo.client()
            let thrown = await assertFails(.notAuthorized) {
                try await client.signIn(username: demo.username, password: "Wrong-Horse-9")
            }
            let error = try XCTUnwrap(thrown)
            XCTAssertEqual(error.kind.code(), "notAuthorized")
            XCTAssertEqual(error.awsCode, "NotAuthorizedException")
            XCTAssertEqual(error.httpStatus, 400)
            XCTAssertEqual(error.operation, "RespondToAuthChallenge")
            XCTAssertFalse(try XCTUnwrap(error.requestId).isEmpty)
            XCTAssertEqual(error.localizedDescription, error.message)
            XCTAssertFalse(error.message.isEmpty)
            for text in ["\(error)", error.localizedDescription, String(reflecting: error)] {
                XCTAssertFalse(text.contains("Wrong-Horse-9"))
            }
        }
    }

    func testAWrongConfigurationIsToldBeforeAnythingIsSent() async throws {
        await assertFails(.invalidConfig) { try Client(Config(json: "{}")) }
        await assertFails(.invalidConfig) { try Client(Config(userPool: .init(id: "eu-west-1 abc", clientId: "x"))) }
        let guests = try Client(Config(identityPoolId: "eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11"))
        XCTAssertEqual(guests.region, "eu-west-1")
        await assertFails(.invalidConfig) { try await guests.currentUser() }
        await assertFails(.invalidConfig) { try guests.bucket() }
    }

    func testAConfigurationInCodeIsThatOfAFile() throws {
        let userPool = Config.UserPool(id: "eu-west-1_AbCdEfGhI", clientId: "1example23456789", clientSecret: "s")
        let client = try Client(
            Config(
                userPool: userPool, identityPoolId: "eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11",
                bucket: "my-photos", table: "notes", api: URL(string: "https://example.com/v1")!))
        XCTAssertEqual(client.region, "eu-west-1")
        XCTAssertEqual(try client.bucket().name, "my-photos")
        XCTAssertEqual(try client.table().name, "notes")
    }

    func testWrongArgumentsAreToldBeforeAnythingIsSent() async throws {
        try await Demo.run { demo in
            let client = try demo.client()
            _ = try await demo.backend.takeRequestCounts()
            await assertFails(.invalidInput) { try await client.signIn(username: "", password: "x") }
            await assertFails(.invalidInput) { try await client.bucket().put("x", to: "a/../b") }
            var options = ClientOptions()
            options.maxAttempts = -1
            await assertFails(.invalidInput) { try Client(demo.configuration(), options: options) }
            await assertFails(.invalidInput) { try attribute("list").element(-1) }
            await assertFails(.invalidInput) { try await client.bucket().abortUpload(UploadState(json: "no state")) }
            let counts = try await demo.backend.takeRequestCounts()
            XCTAssertEqual(counts, .object([:]))
        }
    }

    func testWithoutANetworkTheKindIsNetwork() async throws {
        var config: JSON = ["userPool": ["id": "eu-west-1_AbCdEfGhI", "clientId": "1example23456789"]]
        // Nothing listens on the discard port.
        config["endpoints"] = ["cognitoIdp": "http://127.0.0.1:9"]
        var options = ClientOptions()
        options.maxAttempts = 1
        let client = try Client(Config(json: config.text), options: options)
        let error = await assertFails(.network) { try await client.signIn(username: "ada", password: "x") }
        XCTAssertNil(error?.awsCode)
        XCTAssertNil(error?.httpStatus)
    }

    func testATimeThatIsNoneIsAnErrorAndNotTheEnd() async throws {
        try await Demo.run { demo in
            let client = try await demo.signedIn()
            let bucket = try client.bucket()
            for none in [.nan, .infinity, -.infinity, 1e30] as [TimeInterval] {
                let date = Date(timeIntervalSince1970: none)
                await assertFails(.invalidInput) {
                    try await bucket.get("private/x", options: GetOptions(ifModifiedSince: date))
                }
                await assertFails(.invalidInput) {
                    try await bucket.head("private/x", options: GetOptions(ifUnmodifiedSince: date))
                }
                var options = ClientOptions()
                options.now = { date }
                let other = try Client(demo.configuration(), options: options)
                _ = try await other.signIn(username: demo.username, password: demo.password)
            }
            for none in [-1, .nan, .infinity, -.infinity, 1e30] as [TimeInterval] {
                await assertFails(.invalidInput) { try await bucket.presignGet("private/x", expiresIn: none) }
                await assertFails(.invalidInput) { try await bucket.presignPut("private/x", expiresIn: none) }
                var request = ApiRequest("GET", "https://example.com/")
                request.timeout = none
                await assertFails(.invalidInput) { try await client.api().request(request) }
                for setting in [\ClientOptions.firstDelay, \ClientOptions.maxDelay] {
                    var options = ClientOptions()
                    options[keyPath: setting] = none
                    await assertFails(.invalidInput) { try Client(demo.configuration(), options: options) }
                }
            }
        }
    }
}
