#if canImport(Security)
    import Foundation
    import Security

    /// Keeps the session in the Keychain: encrypted by the system, and only on this device.
    ///
    /// Values can be read once the device has been unlocked after its start, so that background work finds them. No backup that another
    /// device could restore contains them. All clients of one process share the session.
    ///
    /// With an access group, an app's extensions find the same values, but the Keychain has no lock between processes: if refresh
    /// tokens rotate, two refreshes at once end the session. In that case, wrap this store in a ``SessionStore`` of your own whose
    /// ``SessionStore/lock(_:)`` works between processes, for example `flock` on a file in the shared container. iOS may end an app that
    /// is suspended while it holds such a lock: wrap calls that may refresh in `ProcessInfo.performExpiringActivity`.
    public struct KeychainStore: SessionStore {
        private static let locks = Locks<LockName>()

        private struct LockName: Hashable {
            let service: String
            let accessGroup: String?
            let name: String
        }

        private let service: String
        private let accessGroup: String?

        /// Makes a store in the app's Keychain.
        ///
        /// - Parameters:
        ///   - service: Tells these values from others in the app's Keychain.
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

    /// The Keychain refused a request.
    public struct KeychainError: LocalizedError, Sendable {
        /// The Keychain's own code, such as -34018 for a missing entitlement.
        public let status: Int32

        /// The system's message for the code.
        public var errorDescription: String? {
            let said = SecCopyErrorMessageString(status, nil) as String?
            return "the Keychain refused (\(status))\(said.map { ": \($0)" } ?? "")"
        }
    }

    extension Store {
        /// Keeps the session in the Keychain: encrypted by the system, and only on this device. See ``KeychainStore``.
        public static func keychain(service: String = "dev.poolpass", accessGroup: String? = nil) -> Store {
            .custom(KeychainStore(service: service, accessGroup: accessGroup))
        }
    }
#endif
