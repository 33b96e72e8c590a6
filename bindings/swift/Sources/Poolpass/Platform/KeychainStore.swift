#if canImport(Security)
    import Foundation
    import Security

    /// Keeps the session in the Keychain: encrypted by the system, on this device alone.
    ///
    /// Values can be read once the device was unlocked after it started, so that work in the background finds them, and are
    /// in no backup that another device could restore. All clients of one process share the session.
    ///
    /// With an access group an app's extensions find the same values, but the Keychain has no lock between processes: where
    /// refresh tokens rotate, two that refresh at once end the session. There an app wraps this store in a ``SessionStore`` of
    /// its own whose ``SessionStore/lock(_:)`` holds between processes, such as `flock` on a file of their shared container. iOS
    /// may end an app that is suspended while it holds such a lock: calls that may refresh then belong into
    /// `ProcessInfo.performExpiringActivity`.
    public struct KeychainStore: SessionStore {
        private static let locks = Locks<LockName>()

        private struct LockName: Hashable {
            let service: String
            let accessGroup: String?
            let name: String
        }

        private let service: String
        private let accessGroup: String?

        /// A store in the app's Keychain.
        ///
        /// - Parameters:
        ///   - service: What tells these values from the app's others.
        ///   - accessGroup: The group that the app shares with its extensions, such as `TEAMID.com.example.app`. Default: the
        ///     app's own.
        public init(service: String = "dev.poolpass", accessGroup: String? = nil) {
            self.service = service
            self.accessGroup = accessGroup
        }

        /// Reads the value last saved under `key`; nil where there is none.
        public func load(_ key: String) async throws -> String? {
            var query = item(key)
            query[kSecReturnData] = true
            query[kSecMatchLimit] = kSecMatchLimitOne
            var found: CFTypeRef?
            let status = SecItemCopyMatching(query as CFDictionary, &found)
            if status == errSecItemNotFound { return nil }
            try check(status)
            return (found as? Data).map { String(decoding: $0, as: UTF8.self) }
        }

        /// Replaces the value under `key`.
        public func save(_ value: String, for key: String) async throws {
            let content: [CFString: Any] = [
                kSecValueData: Data(value.utf8),
                kSecAttrAccessible: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
            ]
            let status = SecItemUpdate(item(key) as CFDictionary, content as CFDictionary)
            guard status == errSecItemNotFound else { return try check(status) }
            let new = item(key).merging(content) { _, new in new }
            try check(SecItemAdd(new as CFDictionary, nil))
        }

        /// Removes the value under `key`.
        public func remove(_ key: String) async throws {
            let status = SecItemDelete(item(key) as CFDictionary)
            if status != errSecItemNotFound { try check(status) }
        }

        /// Waits for the exclusive lock called `name`, among all clients of this process.
        public func lock(_ name: String) async throws {
            await Self.locks.lock(LockName(service: service, accessGroup: accessGroup, name: name))
        }

        /// Releases the lock that ``lock(_:)`` granted.
        public func unlock(_ name: String) {
            Self.locks.unlock(LockName(service: service, accessGroup: accessGroup, name: name))
        }

        private func item(_ key: String) -> [CFString: Any] {
            var item: [CFString: Any] = [
                kSecClass: kSecClassGenericPassword,
                kSecAttrService: service,
                kSecAttrAccount: key,
                // On macOS the other Keychain has no access groups.
                kSecUseDataProtectionKeychain: true,
            ]
            item[kSecAttrAccessGroup] = accessGroup
            return item
        }

        private func check(_ status: OSStatus) throws {
            guard status == errSecSuccess else { throw KeychainError(status: status) }
        }
    }

    /// The Keychain refused.
    public struct KeychainError: LocalizedError, Sendable {
        /// The Keychain's own code, such as -34018 for a missing entitlement.
        public let status: Int32

        /// What the system says about the code.
        public var errorDescription: String? {
            let said = SecCopyErrorMessageString(status, nil) as String?
            return "the Keychain refused (\(status))\(said.map { ": \($0)" } ?? "")"
        }
    }

    extension Store {
        /// In the Keychain: encrypted by the system, on this device alone. See ``KeychainStore``.
        public static func keychain(service: String = "dev.poolpass", accessGroup: String? = nil) -> Store {
            .custom(KeychainStore(service: service, accessGroup: accessGroup))
        }
    }
#endif
