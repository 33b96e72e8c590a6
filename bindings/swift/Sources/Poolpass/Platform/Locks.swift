import Foundation

/// Locks that tasks wait for without blocking a thread, in the order of their arrival.
final class Locks<Name: Hashable & Sendable>: @unchecked Sendable {
    private let guarded = NSLock()
    /// The waiting tasks of each lock that is held.
    private var held: [Name: [CheckedContinuation<Void, Never>]] = [:]

    /// Waits until nobody else holds the lock.
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

    /// Hands the lock to the task that waits next.
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
