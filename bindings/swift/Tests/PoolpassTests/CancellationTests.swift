import Foundation
import Poolpass
import XCTest

/// Tests of calls whose task is cancelled.
final class CancellationTests: XCTestCase {
    func testACancelledCallEnds() async throws {
        try await Demo.run { demo in
            let client = try await demo.signedIn()
            let key = try await client.bucket().privatePath("late")
            try await demo.backend.fault(["operation": "PutObject", "action": ["delayMs": 600_000]])
            let put = Task { try await client.bucket().put("x", to: key) }
            try await demo.reached("PutObject")
            put.cancel()
            await assertFails(.cancelled) { try await put.value }
        }
    }

    func testACallOfACancelledTaskSendsNothing() async throws {
        try await Demo.run { demo in
            let client = try demo.client()
            _ = try await demo.backend.takeRequestCounts()
            let signIn = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await client.signIn(username: demo.username, password: demo.password)
            }
            await assertFails(.cancelled) { try await signIn.value }
            let counts = try await demo.backend.takeRequestCounts()
            XCTAssertEqual(counts, .object([:]))
            let next = try await client.signIn(username: demo.username, password: demo.password)
            guard case .done = next else { return XCTFail("\(next)") }
        }
    }

    /// The refresh token was rotated, and its caller is gone before the store has it: the worst moment.
    func testARefreshThatIsCancelledBeforeItIsStoredLosesNoRotatedToken() async throws {
        try await Demo.run { demo in
            let own = GatedStore()
            let client = try await demo.signedIn(store: .custom(own), rotation: true)
            let before = try XCTUnwrap(own.session)
            own.hold()
            let refresh = Task { try await client.refresh() }
            await own.saving.pass()
            refresh.cancel()
            await assertFails(.cancelled) { try await refresh.value }
            XCTAssertEqual(own.session, before)

            var events = client.events().makeAsyncIterator()
            await own.released.open()
            let event = try await events.next()
            XCTAssertEqual(event, .refreshed)
            XCTAssertNotEqual(own.session, before)

            // A token that was rotated works on for a minute of grace: let it pass.
            try await demo.backend.setClock(120)
            // Another run of the app has only the store. Each of its refreshes needs the newest token.
            let other = try demo.client(store: .custom(own), rotation: true)
            try await other.refresh()
            try await other.refresh()
            // The control: the token from before would have been refused.
            let stale = GatedStore(own.keys, session: before)
            await assertFails(.sessionEnded) { try await demo.client(store: .custom(stale), rotation: true).refresh() }
        }
    }

    func testEventsEndWithTheirTask() async throws {
        try await Demo.run { demo in
            let client = try await demo.signedIn()
            let events = client.events()
            let (seen, first) = (Guarded<[SessionEvent]>([]), Gate())
            let listener = Task {
                for try await event in events {
                    seen.change { $0.append(event) }
                    await first.open()
                }
            }
            try await client.refresh()
            await first.pass()
            listener.cancel()
            _ = await listener.result
            try await client.refresh()
            XCTAssertEqual(seen.value, [.refreshed])
        }
    }
}

extension Demo {
    /// Waits until a request of this operation has reached the server.
    func reached(_ operation: String) async throws {
        while try await backend.requestCounts()[operation] == .null { await Task.yield() }
    }
}

/// A store whose saves can be held.
private final class GatedStore: SessionStore {
    let saving = Gate()
    let released = Gate()
    private let values: Guarded<[String: String]>
    private let isHeld = Guarded(false)

    init(_ keys: [String] = [], session: String? = nil) {
        values = Guarded(Dictionary(uniqueKeysWithValues: keys.compactMap { key in session.map { (key, $0) } }))
    }

    /// The session is the one long value.
    var session: String? { values.value.values.max { $0.count < $1.count } }
    /// Where the session is.
    var keys: [String] { values.value.filter { $0.value == session }.map(\.key) }

    func hold() {
        isHeld.change { $0 = true }
    }

    func load(_ key: String) async throws -> String? {
        values.value[key]
    }

    func save(_ value: String, for key: String) async throws {
        if isHeld.value {
            await saving.open()
            await released.pass()
        }
        values.change { $0[key] = value }
    }

    func remove(_ key: String) async throws {
        values.change { $0[key] = nil }
    }
}
