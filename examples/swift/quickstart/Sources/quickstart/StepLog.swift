import Foundation
import Poolpass

/// Prints each step with its AWS operation and its time.
final class StepLog {
    private static let didWidth = 46
    private static let callWidth = 44

    /// The number of started steps.
    private(set) var steps = 0

    /// Runs `work`, which must succeed, and returns its result.
    func step<Result>(_ did: String, _ call: String, _ work: () async throws -> Result) async throws -> Result {
        steps += 1
        let begin = ContinuousClock.now
        do {
            let result = try await work()
            show(did, call, begin, passed: true)
            return result
        } catch {
            show(did, call, begin, passed: false)
            throw error
        }
    }

    /// Runs `work`, which AWS must refuse with this error kind.
    func refused<Result>(
        _ did: String, _ call: String, _ kind: ErrorKind, _ work: () async throws -> Result
    ) async throws {
        steps += 1
        let begin = ContinuousClock.now
        do {
            _ = try await work()
        } catch let error as PoolpassError {
            show(did, call, begin, passed: error.kind == kind)
            if error.kind == kind { return }
            throw error
        }
        show(did, call, begin, passed: false)
        throw Failure("this should have been refused")
    }

    private func show(_ did: String, _ call: String, _ begin: ContinuousClock.Instant, passed: Bool) {
        let took = begin.duration(to: .now) / .milliseconds(1)
        let number = String(repeating: " ", count: steps < 10 ? 1 : 0) + "\(steps)"
        let time = String(format: "%5.0f", took)
        print("\(passed ? "✓" : "✗") \(number)  \(padded(did, Self.didWidth))  \(padded(call, Self.callWidth)) \(time) ms")
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
