import Foundation
import Poolpass
import XCTest

/// A backend with its demo users, and clients of it.
struct Demo {
    let backend: Backend

    /// Runs `test` on a backend of its own.
    static func run(_ test: (Demo) async throws -> Void) async throws {
        try await Backend.with { try await test(Demo(backend: $0)) }
    }

    var username: String { user["username"].string ?? "" }
    var password: String { user["password"].string ?? "" }
    private var user: JSON { backend.config["demo"]["users"].array?.first ?? .null }

    /// The configuration; with `rotation` that of the app client whose refresh tokens are used once.
    func configuration(rotation: Bool = false) -> Config {
        var config = backend.config
        if rotation { config["userPool"]["clientId"] = config["demo"]["rotatingClient"]["clientId"] }
        return Config(json: config.text)
    }

    func client(store: Store = .memory(), transport: (any Transport)? = nil, rotation: Bool = false) throws -> Client {
        var options = ClientOptions()
        options.transport = transport
        return try Client(configuration(rotation: rotation), store: store, options: options)
    }

    /// A client with the demo's first user signed in.
    func signedIn(
        store: Store = .memory(), transport: (any Transport)? = nil, rotation: Bool = false
    ) async throws -> Client {
        let client = try client(store: store, transport: transport, rotation: rotation)
        guard case .done = try await client.signIn(username: username, password: password) else {
            throw Mismatch("the demo's first user has no second factor")
        }
        return client
    }
}

/// Expects that `work` throws a ``PoolpassError`` of this kind, and returns it.
@discardableResult
func assertFails<Result>(
    _ kind: ErrorKind, file: StaticString = #filePath, line: UInt = #line, _ work: () async throws -> Result
) async -> PoolpassError? {
    do {
        _ = try await work()
        XCTFail("it should have failed with \(kind)", file: file, line: line)
    } catch let error as PoolpassError {
        XCTAssertEqual(error.kind, kind, "\(error)", file: file, line: line)
        return error
    } catch {
        XCTFail("it failed with \(error)", file: file, line: line)
    }
    return nil
}

/// Opens once, for all who wait and all who come later.
actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    func pass() async {
        if isOpen { return }
        await withCheckedContinuation { waiting.append($0) }
    }
}
