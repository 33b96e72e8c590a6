import Foundation

/// Locks that tasks wait for without holding a thread. Whoever comes first is first.
final class Locks<Name: Hashable & Sendable>: @unchecked Sendable {
    private let guarded = NSLock()
    /// Those who wait for each lock that somebody holds.
    private var held: [Name: [CheckedContinuation<Void, Never>]] = [:]

    /// Waits until nobody else holds this lock.
    func lock(_ name: Name) async {
        await withCheckedContinuation { continuation in
            let isFree = guarded.withLock {
                guard held[name] != nil else {
                    held[name] = []
                    return true
                }
                held[name]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    /// Hands the lock to whoever waits next.
    func unlock(_ name: Name) {
        let next: CheckedContinuation<Void, Never>? = guarded.withLock {
            guard var waiting = held[name], !waiting.isEmpty else {
                held[name] = nil
                return nil
            }
            let next = waiting.removeFirst()
            held[name] = waiting
            return next
        }
        next?.resume()
    }
}
