import Foundation
import Poolpass

/// Plays the steps of one scenario.
struct ScenarioRun {
    private let backend: Backend
    private let totp = TotpCodes()
    private var drivers: [String: Driver] = [:]
    private var kept: JSON

    /// Plays `scenario`; throws the step that did not go as expected.
    static func play(_ scenario: Scenario, on backend: Backend) async throws {
        let logged = logLines.value.count
        var run = ScenarioRun(backend)
        try await run.set(scenario)
        for (index, step) in scenario.steps.enumerated() {
            do {
                try await run.play(step)
            } catch {
                throw Mismatch("step \(index + 1) \(step.text.prefix(120)): \(error)")
            }
        }
        // Every token of Cognito begins alike, and so does every signature.
        let passwords = scenario.users.compactMap { $0.1["password"].string }
        try expectLog(from: logged, toHide: passwords + ["eyJ", "AWS4-HMAC-SHA256", "X-Amz-Signature"])
    }

    private init(_ backend: Backend) {
        self.backend = backend
        let random = UUID().uuidString.prefix(8).lowercased()
        kept = ["config": backend.config, "demo": backend.config["demo"], "random": .string(random)]
    }

    private mutating func set(_ scenario: Scenario) async throws {
        var users: [String: JSON] = [:]
        for (name, user) in scenario.users {
            try await backend.createUser(name, user)
            users[name] = [
                "username": .string(name), "password": user["password"], "attributes": user["attributes"],
            ]
        }
        kept["users"] = .object(users)
        var stores: [String: Store] = [:]
        for (name, spec) in scenario.clients {
            let storeName = spec["store"].string ?? name
            let store = stores[storeName] ?? .memory()
            stores[storeName] = store
            drivers[name] = try Driver(config: try config(for: spec), store: store, spec: spec)
        }
    }

    private mutating func play(_ step: JSON) async throws {
        if let operation = step["do"].string {
            try await call(operation, step)
        } else if let operation = step["admin"].string {
            let answer = try await backend.admin(operation, try await filled(step["with"]))
            if let name = step["as"].string { kept[name] = answer }
        } else if let seconds = step["serverClock"].int {
            await totp.setClockOffset(seconds)
            try await backend.setClock(seconds)
        } else if let expected = step["requests"].object {
            let counts = try await backend.takeRequestCounts()
            for (operation, number) in expected {
                let counted = counts[operation] == .null ? 0 : counts[operation]
                try expect(counted, toContain: number, at: operation)
            }
        } else if step["triggers"] != .null {
            try await backend.setTriggers(try await filled(step["triggers"]))
        } else if step["userContexts"] != .null {
            try expect(try await backend.takeUserContexts(), toContain: step["userContexts"], at: "userContexts")
        } else if step.object?["fault"] != nil {
            try await backend.fault(step["fault"])
        } else {
            throw Mismatch("there is no such step")
        }
    }

    private mutating func call(_ operation: String, _ step: JSON) async throws {
        let name = step["on"].string ?? "app"
        guard let driver = drivers[name] else { throw Mismatch("there is no client \(name)") }
        let arguments = Arguments(try await filled(step["with"]))
        if step["echo"] != .null {
            return try await playEchoes(step["echo"], on: backend) { try await driver.perform(operation, arguments) }
        }
        let expected = step.object?["returns"] == nil ? nil : try await filled(step["returns"])
        if operation == "events" { await driver.waitForEvents(expected?.array?.count ?? 0) }

        let outcomes = try await withThrowingTaskGroup(of: Result<JSON, PoolpassError>.self) { group in
            for _ in 0..<(step["times"].int ?? 1) {
                group.addTask {
                    do {
                        return .success(try await driver.perform(operation, arguments))
                    } catch let error as PoolpassError {
                        return .failure(error)
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for outcome in outcomes {
            switch (outcome, step["fails"]) {
            case (.success(let value), .null):
                if let expected { try expect(value, toContain: expected) }
                if let name = step["as"].string { kept[name] = value }
            case (.success(let value), _):
                throw Mismatch("expected an error, got \(value.text)")
            case (.failure(let error), .null):
                throw error
            case (.failure(let error), let fails):
                try expect(.string(error.kind.code()), toContain: fails["kind"], at: "kind of \(error)")
                if fails["awsCode"] != .null {
                    try expect(.of(error.awsCode), toContain: fails["awsCode"], at: "awsCode")
                }
                try await expectItems(error, fails)
            }
        }
    }

    private func expectItems(_ error: PoolpassError, _ fails: JSON) async throws {
        if let expected = fails.object?["item"] {
            try expect(try itemJSON(error.item), toContain: try await filled(expected), at: "item")
        }
        if let expected = fails.object?["cancellationReasons"] {
            let reasons = try error.cancellationReasons.map { reason -> JSON in
                ["code": .of(reason.code), "message": .of(reason.message), "item": try itemJSON(reason.item)]
            }
            try expect(.array(reasons), toContain: try await filled(expected), at: "cancellationReasons")
        }
        if let expected = fails.object?["stepUp"] {
            let required = error.stepUp
            let told: JSON = [
                "acrValues": .of(required?.acrValues ?? []), "maxAge": required?.maxAge.map { JSON.of(Int($0)) } ?? .null,
            ]
            try expect(told, toContain: try await filled(expected), at: "stepUp")
        }
        for text in fails["hides"].array?.compactMap(\.string) ?? [] {
            if let shown = printedForms(error).first(where: { $0.contains(text) }) {
                throw Mismatch("the error shows \(text): \(shown)")
            }
        }
    }

    private func filled(_ value: JSON) async throws -> JSON {
        try await fill(value, lookUp)
    }

    private func lookUp(_ name: String) async throws -> JSON {
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        switch (parts.first, parts.last) {
        case ("code", let address?): return .string(try await backend.codeSent(to: resolved(address)))
        case ("totp", let secret?): return .string(try await totp.next(resolved(secret)))
        case ("lastTotp", let secret?): return .string(try await totp.last(resolved(secret)))
        default:
            let value = find(name)
            if value == .null { throw Mismatch("nothing is kept as \(name)") }
            return value
        }
    }

    /// The value kept under a dotted path, or else the text itself.
    private func resolved(_ text: String) -> String {
        find(text).string ?? text
    }

    private func find(_ path: String) -> JSON {
        path.split(separator: ".").reduce(kept) { value, member in
            Int(member).flatMap { index in value.array?[index] } ?? value[String(member)]
        }
    }

    /// The backend's configuration for one of its app clients.
    private func config(for spec: JSON) throws -> JSON {
        var config = backend.config
        if spec["appClient"].string == "none" {
            config["userPool"] = .null
            return config
        }
        let other: JSON =
            switch spec["appClient"].string ?? "public" {
            case "public": config["userPool"]
            case "secret": config["demo"]["secretClient"]
            case "rotating": config["demo"]["rotatingClient"]
            case let name: throw Mismatch("the backend has no app client \(name)")
            }
        config["userPool"]["clientId"] = other["clientId"]
        let secret = spec["clientSecret"] == .null ? other["clientSecret"] : spec["clientSecret"]
        config["userPool"]["clientSecret"] = secret
        if spec["replica"] == true, let endpoint = config["endpoints"]["cognitoIdp"].string {
            let primary = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
            config["endpoints"]["cognitoIdp"] = .string("\(primary)/_region/us-west-2")
        }
        return config
    }
}

/// An error in every form in which Swift prints one.
func printedForms(_ error: PoolpassError) -> [String] {
    let values: [Any] = [error, error.cancellationReasons, error as any Error, error as NSError]
    let dumped = values.map { value in
        var text = ""
        dump(value, to: &text)
        return text
    }
    return values.flatMap { ["\($0)", String(describing: $0), String(reflecting: $0)] } + dumped
        + [error.localizedDescription, error.message, "\((error as NSError).userInfo)"]
}
