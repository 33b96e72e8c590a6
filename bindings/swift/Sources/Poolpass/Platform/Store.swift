import Foundation
import PoolpassFFI

/// Keeps the session, a pending challenge and the guest's identity id.
///
/// Clients that are given the same store share the session, as far as its lock reaches: those of one process with
/// ``memory()`` and the Keychain, those of all processes with ``files(in:)``, and with a store of the app's own as far as its
/// ``SessionStore/lock(_:)``.
public struct Store: Sendable {
    let inner: PoolpassFFI.Store

    /// Keeps the session in memory, so that it ends with the process. Each call makes a store of its own.
    public static func memory() -> Store {
        Store(inner: .memory(MemoryStore()))
    }

    /// Keeps the session in files that only the owner can read. Processes that use the same directory share the session.
    ///
    /// A refresh holds a file lock until it is done. iOS may end an app that is suspended while it holds one in a shared container:
    /// there, wrap calls that may refresh in `ProcessInfo.performExpiringActivity`.
    ///
    /// - Parameter directory: Created with mode 0700 if it is missing.
    /// - Throws: ``PoolpassError`` with `store` when the directory cannot be made.
    public static func files(in directory: URL) throws -> Store {
        Store(inner: .files(try mapped { try FilesStore(directory: directory.path) }))
    }

    /// Keeps the session where the app wants it.
    public static func custom(_ store: any SessionStore) -> Store {
        Store(inner: .own(ForeignStore(store)))
    }
}

/// Prints none of the stored values.
extension Store: Redacted {
    var shown: KeyValuePairs<String, Any> { [:] }
}

/// Keeps the session, a pending challenge and the guest's identity id, each under a key of its own.
///
/// The values are secrets (a refresh token signs in for days), so a store must keep them from other users and apps.
///
/// Keys consist of ASCII letters, digits, `.`, `-` and `_`, at most 200 characters. An error that a method throws fails the call
/// with kind `store`; its `localizedDescription` becomes part of the message, so it must not contain the value.
public protocol SessionStore: Sendable {
    /// Reads the value last saved under `key`; nil where there is none.
    func load(_ key: String) async throws -> String?

    /// Replaces the value under `key`. A crash must leave either the old or the new value.
    func save(_ value: String, for key: String) async throws

    /// Removes the value under `key`, if there is one.
    func remove(_ key: String) async throws

    /// Waits for the exclusive lock called `name`, among all clients that share this store. The SDK holds one lock while it refreshes
    /// the session, another while it writes or removes the stored session, and a third while it makes a guest's identity.
    ///
    /// The wait needs no limit: the SDK ends it in time by cancelling the task. A lock that nobody waits for any more must not be
    /// granted.
    ///
    /// The default is for a store that only one client uses: it grants the lock at once.
    func lock(_ name: String) async throws

    /// Releases the lock that ``lock(_:)`` granted.
    func unlock(_ name: String)
}

extension SessionStore {
    /// Grants the lock at once.
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
