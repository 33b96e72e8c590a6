import Foundation
import Poolpass

/// One client of the package, as one run of an app has it, driven by the names of operations that tests/scenarios/README.md
/// lists.
final class Driver: Sendable {
    let config: JSON
    private let store: Store
    private let spec: JSON
    private let running: Guarded<Running>

    /// A client for `config` as the scenario's `spec` describes it.
    init(config: JSON, store: Store, spec: JSON = [:]) throws {
        self.config = config
        self.store = store
        self.spec = spec
        running = Guarded(try Running(config, store, spec))
    }

    var client: Client { running.value.client }

    /// From here on, the client is another one with the same session.
    func use(_ client: Client) {
        running.change { $0.client = client }
    }

    func restart() throws {
        let new = try Running(config, store, spec)
        running.change { $0 = new }
    }

    func perform(_ operation: String, _ arguments: Arguments) async throws -> JSON {
        guard let perform = operations[operation] else { throw Mismatch("there is no operation \(operation)") }
        return try await perform(self, arguments)
    }

    /// The challenge that was given last, or the one that waits in the store.
    func challenge() async throws -> Challenge {
        if let challenge = running.value.challenge { return challenge }
        guard let challenge = try await client.pendingChallenge() else { throw Mismatch("there is no challenge") }
        keep(challenge)
        return challenge
    }

    func keep(_ challenge: Challenge) {
        running.change { $0.challenge = challenge }
    }

    /// The registration of a passkey that was started last.
    var registration: PasskeyRegistration? { running.value.registration }

    func keep(_ registration: PasskeyRegistration) {
        running.change { $0.registration = registration }
    }

    /// Waits until so many events have arrived. That none comes beyond them is seen by the next such step.
    func waitForEvents(_ count: Int) async {
        await running.value.events.wait(for: count)
    }

    func takeEvents() async -> [String] {
        await running.value.events.take()
    }

    /// State that a restart loses.
    private struct Running {
        var client: Client
        let events: EventLog
        var challenge: Challenge?
        var registration: PasskeyRegistration?

        init(_ config: JSON, _ store: Store, _ spec: JSON) throws {
            var options = ClientOptions()
            options.logListener = { event in logLines.change { $0.append("\(event)") } }
            if let seconds = spec["clockOffsetSeconds"].int {
                options.now = { Date().addingTimeInterval(TimeInterval(seconds)) }
            }
            options.refreshMetadata = spec["refreshMetadata"].strings
            options.deviceName = spec["deviceName"].string
            if spec["deviceFingerprint"] != .null {
                options.deviceFingerprint = .android(spec["deviceFingerprint"].strings)
            }
            if spec["userContextData"] != .null {
                let data = spec["userContextData"].strings
                options.userContextData = { data[$0] }
            }
            client = try Client(Config(json: config.text), store: store, options: options)
            events = EventLog(client.events())
        }
    }
}

/// The names of the events that have happened.
actor EventLog {
    private var names: [String] = []
    private var waiting: (count: Int, continuation: CheckedContinuation<Void, Never>)?

    init(_ events: AsyncThrowingStream<SessionEvent, any Error>) {
        Task { [weak self] in
            for try await event in events { await self?.add(scenarioName(event)) }
        }
    }

    func take() -> [String] {
        defer { names = [] }
        return names
    }

    /// Events that do not come are a failure of the test, which the limit lets it see.
    func wait(for count: Int, limit: Duration = .seconds(20)) async {
        if names.count >= count { return }
        let watch = Task {
            try await Task.sleep(for: limit)
            giveUp()
        }
        await withCheckedContinuation { waiting = (count, $0) }
        watch.cancel()
    }

    private func add(_ name: String) {
        names.append(name)
        if let count = waiting?.count, names.count >= count { giveUp() }
    }

    private func giveUp() {
        waiting?.continuation.resume()
        waiting = nil
    }
}

/// The name that the scenarios have for an event.
func scenarioName(_ event: SessionEvent) -> String {
    String("\(event)".prefix { $0 != "(" })
}

/// A value that several tasks share.
final class Guarded<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var guarded: Value

    init(_ value: Value) {
        guarded = value
    }

    var value: Value {
        lock.withLock { guarded }
    }

    @discardableResult
    func change<Result>(_ work: (inout Value) -> Result) -> Result {
        lock.withLock { work(&guarded) }
    }
}

/// The arguments of an operation.
struct Arguments: Sendable {
    private let members: JSON

    init(_ members: JSON) {
        self.members = members
    }

    subscript(name: String) -> JSON { members[name] }

    func text(_ name: String) throws -> String {
        guard let text = members[name].string else { throw Mismatch("\(name) is missing") }
        return text
    }

    func maybeText(_ name: String) -> String? {
        members[name].string
    }

    func maybeInt(_ name: String) -> Int? {
        members[name].int
    }

    func int(_ name: String) throws -> Int {
        guard let number = members[name].int else { throw Mismatch("\(name) is missing") }
        return number
    }

    func item(_ name: String) throws -> Item {
        try Self.item(members[name])
    }

    func items(_ name: String) throws -> [Item] {
        try (members[name].array ?? []).map(Self.item)
    }

    private static func item(_ json: JSON) throws -> Item {
        guard case .m(let item) = try AttributeValue(encoding: json) else { throw Mismatch("an item is an object") }
        return item
    }
}
