import Foundation
import PoolpassFFI

/// Where the session, a pending challenge and a guest's identity are kept.
///
/// Clients that are given the same store share the session, as far as its lock reaches: those of one process with
/// ``memory()`` and the Keychain, those of all processes with ``files(in:)``, and with a store of the app's own as far as its
/// ``SessionStore/lock(_:)``.
public struct Store: Sendable {
    let inner: PoolpassFFI.Store

    /// In memory: signing in lasts as long as the process. Each call makes a store of its own.
    public static func memory() -> Store {
        Store(inner: .memory(MemoryStore()))
    }

    /// In files that the owner alone can read, replaced atomically. Processes that use the same directory share the session.
    ///
    /// A refresh holds a file lock for as long as it takes. iOS may end an app that is suspended while it holds one in a shared
    /// container: there, calls that may refresh belong into `ProcessInfo.performExpiringActivity`.
    ///
    /// - Parameter directory: It is created with mode 0700 if it is missing.
    /// - Throws: ``PoolpassError`` with `store` when the directory cannot be made.
    public static func files(in directory: URL) throws -> Store {
        Store(inner: .files(try mapped { try FilesStore(directory: directory.path) }))
    }

    /// Where the app wants it.
    public static func custom(_ store: any SessionStore) -> Store {
        Store(inner: .own(ForeignStore(store)))
    }
}

/// What is kept is never printed.
extension Store: Redacted {
    var shown: KeyValuePairs<String, Any> { [:] }
}

/// A store of the app's own.
///
/// The values are secrets (a refresh token signs in for days), so a store has to keep them from other users and apps. Keys are
/// ASCII letters, digits, `.`, `-` and `_`, at most 200 characters. What a method throws fails the call with kind `store`; its
/// `localizedDescription` becomes part of the message, so it must not hold the value.
public protocol SessionStore: Sendable {
    /// The value last saved under `key`; nil where there is none.
    func load(_ key: String) async throws -> String?

    /// Replaces the value under `key`, as a whole or not at all: a crash must leave the old or the new value.
    func save(_ value: String, for key: String) async throws

    /// Removes the value under `key`, if there is one.
    func remove(_ key: String) async throws

    /// Waits for the sole right called `name`, among all that share this store: to refresh the session, to replace it, or to make a
    /// guest.
    ///
    /// It may wait without a limit of its own. The SDK stops waiting in time by cancelling the task: what was asked for then must not
    /// be granted any more.
    ///
    /// The default is for a store that only one client uses: it grants the right at once.
    func lock(_ name: String) async throws

    /// Gives back the right that ``lock(_:)`` gave.
    func unlock(_ name: String)
}

extension SessionStore {
    /// Grants the right at once.
    public func lock(_ name: String) async throws {}

    /// Does nothing.
    public func unlock(_ name: String) {}
}

/// An app's store, as the library calls it.
private final class ForeignStore: PoolpassFFI.SessionStore {
    private let store: any SessionStore

    init(_ store: any SessionStore) {
        self.store = store
    }

    func load(key: String) async throws -> String? {
        try await told { try await store.load(key) }
    }

    func save(key: String, value: String) async throws {
        try await told { try await store.save(value, for: key) }
    }

    func remove(key: String) async throws {
        try await told { try await store.remove(key) }
    }

    func lock(name: String) async throws {
        try await told { try await store.lock(name) }
    }

    func unlock(name: String) throws {
        store.unlock(name)
    }

    private func told<Result>(_ work: () async throws -> Result) async throws -> Result {
        do {
            return try await work()
        } catch {
            throw StoreError.Failed(detail: error.localizedDescription)
        }
    }
}
