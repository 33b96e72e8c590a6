import Foundation
import XCTest

@testable import Poolpass

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Stores and transports that are written in Swift.
final class ForeignTests: XCTestCase {
    func testAStoreOfTheAppIsUsed() async throws {
        try await Demo.run { demo in
            let own = DictionaryStore()
            let client = try await demo.signedIn(store: .custom(own))
            XCTAssertFalse(own.values.value.isEmpty)
            let other = try demo.client(store: .custom(own))
            let user = try await other.currentUser()
            XCTAssertEqual(user?.username, demo.username)
            try await client.signOut()
            let gone = try await other.currentUser()
            XCTAssertNil(gone)
            XCTAssertEqual(own.locks.value.locked, own.locks.value.unlocked)
        }
    }

    func testAStoreThatThrowsFailsTheCallAndSaysWhy() async throws {
        try await Demo.run { demo in
            let own = DictionaryStore()
            let client = try await demo.signedIn(store: .custom(own))
            own.failure.change { $0 = DiskFull() }
            let error = await assertFails(.store) {
                try await client.signIn(username: demo.username, password: demo.password)
            }
            XCTAssertTrue(error?.message.contains("the disk is full") == true, "\(String(describing: error))")
            let fresh = try demo.client(store: .custom(own))
            await assertFails(.store) { try await fresh.currentUser() }
            own.failure.change { $0 = nil }
            let user = try await fresh.currentUser()
            XCTAssertEqual(user?.username, demo.username)
        }
    }

    func testAStoreThatHangsKeepsNobodyWaitingForEver() async throws {
        try await Demo.run { demo in
            let own = DictionaryStore()
            let client = try await demo.signedIn(store: .custom(own))
            try await demo.backend.setClock(3550)
            _ = try await client.account.attributes()
            own.hangs.change { $0 = true }
            // The tokens are valid for less than a minute: they are handed out, and the store is not waited for.
            let begun = ContinuousClock.now
            _ = try await client.idToken()
            XCTAssertLessThan(ContinuousClock.now - begun, .seconds(5))
            let fresh = try demo.client(store: .custom(own))
            let error = await assertFails(.store) { try await fresh.currentUser() }
            XCTAssertLessThan(ContinuousClock.now - begun, .seconds(30), "\(String(describing: error))")
            own.hangs.change { $0 = false }
            let user = try await fresh.currentUser()
            XCTAssertEqual(user?.username, demo.username)
        }
    }

    func testFilesKeepTheSession() async throws {
        try await Demo.run { demo in
            let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            defer { try? FileManager.default.removeItem(at: directory) }
            _ = try await demo.signedIn(store: .files(in: directory))
            let user = try await demo.client(store: .files(in: directory)).currentUser()
            XCTAssertEqual(user?.username, demo.username)
            let mode = try FileManager.default.attributesOfItem(atPath: directory.path)[.posixPermissions] as? Int
            XCTAssertEqual(mode, 0o700)
        }
    }

    func testURLSessionReachesAWS() async throws {
        try await Demo.run { demo in
            let transport = CountingTransport(URLSessionTransport())
            let client = try await demo.signedIn(transport: transport)
            let bucket = try client.bucket()
            let key = try await bucket.privatePath("über url session +&?.txt")
            try await bucket.put("hello", to: key)
            let text = try await bucket.get(key).text()
            XCTAssertEqual(text, "hello")
            let table = try client.table()
            try await table.put(["pk": .s(try await client.identityId()), "sk": "a"] as Item)
            await assertFails(.notFound) { try await bucket.get(try await bucket.privatePath("nothing")) }
            try await client.refresh()
            XCTAssertGreaterThan(transport.sent.value, 6)
        }
    }

    func testABodyThatWasReadIsNoEmptyOne() async throws {
        try await Demo.run { demo in
            let transport = ScriptedTransport { request in
                guard request.url.hasPrefix("https://api.example") else { return nil }
                let headers = [(":status", "200"), ("x-amz-crc32", "1")]
                return HTTPResponse(status: 200, headers: headers, body: .data(Data("once".utf8)))
            }
            let client = try await demo.signedIn(transport: transport)
            let answer = try await client.api().request(ApiRequest("GET", "https://api.example/"))
            let text = try await answer.text()
            XCTAssertEqual(text, "once")
            await assertFails(.invalidInput) { try await answer.data() }
            await assertFails(.invalidInput) { for try await _ in answer.stream() {} }
        }
    }

    func testWhatFoundationHasUnpackedLosesTheHeadersOfThePacked() async throws {
        let plain = [(name: "Content-Length", value: "5"), (name: "ETag", value: "e")]
        XCTAssertEqual(URLSessionTransport.unpacked(plain).map(\.name), ["Content-Length", "ETag"])
        let packed = plain + [(name: "Content-Encoding", value: "gzip"), (name: "X-Amz-Checksum-CRC32", value: "y/Q5Jg==")]
        XCTAssertEqual(URLSessionTransport.unpacked(packed).map(\.name), ["ETag"])
        try await Demo.run { demo in
            let bucket = try await demo.signedIn(transport: URLSessionTransport()).bucket()
            let key = try await bucket.privatePath("sized")
            try await bucket.put("hello", to: key)
            let object = try await bucket.get(key)
            XCTAssertEqual(object.metadata.size, 5)

            // "hello" by gzip: S3's checksum is that of these bytes.
            let gzip = try XCTUnwrap(Data(base64Encoded: "H4sIAAAAAAACA8tIzcnJBwCGphA2BQAAAA=="))
            try await bucket.put(gzip, to: key, options: PutOptions(contentEncoding: "gzip"))
            let text = try await bucket.get(key).text()
            XCTAssertEqual(text, "hello")
        }
    }

    func testABodyThatArrivesInPiecesIsPutTogether() async throws {
        try await Demo.run { demo in
            let key = "private/pieces"
            let transport = ScriptedTransport { request in
                guard request.method == "GET" else { return nil }
                let pieces = ["one ", "two ", "three"].map { Data($0.utf8) }
                let stream = AsyncThrowingStream<Data, any Error> { continuation in
                    for piece in pieces { continuation.yield(piece) }
                    continuation.finish()
                }
                return HTTPResponse(status: 200, headers: [("content-length", "13"), ("etag", "\"1\"")], body: .stream(stream))
            }
            let client = try await demo.signedIn(transport: transport)
            let text = try await client.bucket().get(key).text()
            XCTAssertEqual(text, "one two three")
        }
    }

    func testAStreamIsToldWhenNobodyReadsItAnyMore() async throws {
        try await Demo.run { demo in
            let ended = Gate()
            let transport = ScriptedTransport { request in
                guard request.method == "GET" else { return nil }
                let stream = AsyncThrowingStream<Data, any Error> { continuation in
                    continuation.onTermination = { _ in Task { await ended.open() } }
                    continuation.yield(Data("the first piece".utf8))
                }
                return HTTPResponse(status: 200, headers: [("content-length", "1000"), ("etag", "\"1\"")], body: .stream(stream))
            }
            let client = try await demo.signedIn(transport: transport)
            let object = try await client.bucket().get("private/endless")
            let reading = Task {
                for try await _ in try object.stream() { withUnsafeCurrentTask { $0?.cancel() } }
            }
            _ = await reading.result
            await ended.pass()
        }
    }

    func testWhatATransportThrowsSaysWhetherToSendAgain() async throws {
        try await Demo.run { demo in
            let attempts = Guarded(0)
            let flaky = ScriptedTransport { _ in
                if attempts.change({ $0 += 1; return $0 }) == 1 { throw TransportError.notSent("no route") }
                return nil
            }
            _ = try await demo.signedIn(transport: flaky)
            XCTAssertGreaterThan(attempts.value, 2)

            let dead = ScriptedTransport { _ in throw TransportError.timedOut("too slow") }
            let client = try demo.client(transport: dead)
            let error = await assertFails(.timeout) { try await client.signIn(username: "a", password: "b") }
            XCTAssertTrue(error?.message.contains("too slow") == true, "\(String(describing: error))")
            let broken = ScriptedTransport { _ in throw DiskFull() }
            await assertFails(.network) {
                try await demo.client(transport: broken).signIn(username: "a", password: "b")
            }
        }
    }

    func testACancelledCallCancelsTheTransportsTask() async throws {
        try await Demo.run { demo in
            let (begun, ended) = (Gate(), Gate())
            let transport = ScriptedTransport { _ in
                await begun.open()
                try? await Task.sleep(for: .seconds(600))
                await ended.open()
                throw TransportError.interrupted("cancelled")
            }
            let client = try demo.client(transport: transport)
            let signIn = Task { try await client.signIn(username: "a", password: "b") }
            await begun.pass()
            signIn.cancel()
            await assertFails(.cancelled) { try await signIn.value }
            await ended.pass()
        }
    }
}

extension ForeignTests {
    func testAnAnswerThatComesAfterItsCallWasCancelledIsLetGo() async throws {
        try await Demo.run { demo in
            let (asked, cancelled, ended) = (Gate(), Gate(), Gate())
            let transport = ScriptedTransport { _ in
                // It does not look whether it was cancelled.
                await asked.open()
                await cancelled.pass()
                let stream = AsyncThrowingStream<Data, any Error> { continuation in
                    continuation.onTermination = { _ in Task { await ended.open() } }
                }
                return HTTPResponse(status: 200, headers: [], body: .stream(stream))
            }
            let client = try demo.client(transport: transport)
            let signIn = Task { try await client.signIn(username: "a", password: "b") }
            await asked.pass()
            signIn.cancel()
            await assertFails(.cancelled) { try await signIn.value }
            await cancelled.open()
            await ended.pass()
        }
    }
}

struct DiskFull: LocalizedError {
    var errorDescription: String? { "the disk is full" }
}

/// A store of an app.
final class DictionaryStore: SessionStore {
    let values = Guarded<[String: String]>([:])
    let failure = Guarded<(any Error)?>(nil)
    let locks = Guarded((locked: 0, unlocked: 0))
    /// Whether it does not answer.
    let hangs = Guarded(false)

    func load(_ key: String) async throws -> String? {
        try await check()
        return values.value[key]
    }

    func save(_ value: String, for key: String) async throws {
        try await check()
        values.change { $0[key] = value }
    }

    func remove(_ key: String) async throws {
        try await check()
        values.change { $0[key] = nil }
    }

    func lock(_ name: String) async throws {
        locks.change { $0.locked += 1 }
    }

    func unlock(_ name: String) {
        locks.change { $0.unlocked += 1 }
    }

    private func check() async throws {
        if let error = failure.value { throw error }
        while hangs.value { try await Task.sleep(nanoseconds: 10_000_000) }
    }
}

/// Counts what another transport sends.
final class CountingTransport: Transport {
    let sent = Guarded(0)
    private let inner: any Transport

    init(_ inner: any Transport) {
        self.inner = inner
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        sent.change { $0 += 1 }
        return try await inner.send(request)
    }
}

/// Answers by itself, and where it has no answer asks AWS.
final class ScriptedTransport: Transport {
    private let script: @Sendable (HTTPRequest) async throws -> HTTPResponse?
    private let aws = URLSessionTransport()

    init(_ script: @escaping @Sendable (HTTPRequest) async throws -> HTTPResponse?) {
        self.script = script
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        if let answer = try await script(request) { return answer }
        return try await aws.send(request)
    }
}
