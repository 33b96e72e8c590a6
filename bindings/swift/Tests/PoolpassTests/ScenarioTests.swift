import XCTest

/// Plays tests/scenarios with the package, each on a local-aws of its own.
final class ScenarioTests: XCTestCase {
    func testEveryScenarioGoesAsItIsTold() async throws {
        let scenarios = try Scenario.all()
        XCTAssertGreaterThan(scenarios.count, 50)
        let failures = await withTaskGroup(of: String?.self) { group in
            var (failures, waiting): ([String], ArraySlice<Scenario>) = ([], scenarios[...])
            // A few at a time: each has a server and programs of its own.
            for scenario in waiting.prefix(4) { group.addTask { await Self.failure(of: scenario) } }
            waiting = waiting.dropFirst(4)
            while let failure = await group.next() {
                if let failure { failures.append(failure) }
                if let next = waiting.popFirst() { group.addTask { await Self.failure(of: next) } }
            }
            return failures
        }
        for failure in failures { XCTFail(failure) }
        print("\(scenarios.count - failures.count) of \(scenarios.count) scenarios went as they are told")
    }

    func testThePlayerKnowsEveryOperationOfTheTableAndNoOther() throws {
        let listed = try Scenario.operations()
        XCTAssertGreaterThan(listed.count, 40)
        XCTAssertEqual(Set(operations.keys), listed)
    }

    /// Without it, a player that expects nothing would pass.
    func testAScenarioThatGoesOtherwiseFails() async throws {
        let user: JSON = ["lin": ["password": "Correct-horse-7"]]
        let signIn: JSON = ["do": "signIn", "with": ["username": "lin", "password": "Correct-horse-7"]]
        for wrong: JSON in [
            ["do": "currentUser", "returns": ["username": "lan"]],
            ["do": "currentUser", "fails": ["kind": "signedOut"]],
            ["do": "signIn", "with": ["username": "lin", "password": "x"], "fails": ["kind": "network"]],
            ["do": "signIn", "with": ["username": "lin", "password": "x"]],
            ["do": "events", "returns": ["signedOut"]],
            ["requests": ["InitiateAuth": 9]],
            ["do": "fly"],
        ] {
            let scenario = try Scenario(["title": "wrong", "users": user, "steps": [signIn, wrong]])
            let failure = await Self.failure(of: scenario)
            XCTAssertTrue(failure?.contains("step 2") == true, "\(wrong.text): \(failure ?? "passed")")
        }
    }

    private static func failure(of scenario: Scenario) async -> String? {
        do {
            try await Backend.with { try await ScenarioRun.play(scenario, on: $0) }
            return nil
        } catch {
            return "\(scenario.title): \(error)"
        }
    }
}
