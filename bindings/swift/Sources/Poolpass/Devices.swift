import PoolpassFFI

/// A device from which the signed-in person has signed in, and which the user pool remembers.
public typealias Device = PoolpassFFI.Device

extension Account {
    /// Lists the signed-in person's remembered devices (ListDevices). A page has at most 60.
    ///
    /// - Parameters:
    ///   - pageSize: The maximum number of entries in a page. Default: AWS's.
    ///   - nextToken: Continues after an earlier page, with that page's ``AccountPage/nextToken``.
    public func devices(pageSize: Int32? = nil, nextToken: String? = nil) -> AccountList<Device> {
        AccountList(after: nextToken) { token in
            let page = try await call {
                try await inner.cancellable(handle: $0).devicesPage(pageSize: pageSize, nextToken: token)
            }
            return AccountPage(items: page.items, nextToken: page.nextToken)
        }
    }

    /// Reads one remembered device of the signed-in person (GetDevice).
    ///
    /// - Throws: ``PoolpassError`` with `notFound` for a device that the person does not have, or that is not remembered, and
    ///   `invalidInput` for an empty key.
    public func device(_ key: String) async throws -> Device {
        try await call { try await inner.cancellable(handle: $0).device(key: key) }
    }

    /// Returns the key of this device; nil if the user pool does not track devices. Nothing is sent.
    public func currentDeviceKey() async throws -> String? {
        try await call { try await inner.cancellable(handle: $0).currentDeviceKey() }
    }

    /// Has the user pool remember a device, by default this one (UpdateDeviceStatus). At the next sign-in from a remembered device,
    /// its key can replace the second factor.
    ///
    /// - Throws: ``PoolpassError`` with `notFound` for a device that the person does not have, or if the user pool does not track
    ///   devices, and `invalidInput` for an empty key.
    public func rememberDevice(_ key: String? = nil) async throws {
        try await change(.remember, key)
    }

    /// Has the user pool no longer remember a device, by default this one (UpdateDeviceStatus). The next sign-in from it asks for the
    /// second factor; its session goes on.
    ///
    /// - Throws: As ``rememberDevice(_:)``.
    public func doNotRememberDevice(_ key: String? = nil) async throws {
        try await change(.doNotRemember, key)
    }

    /// Removes a device from the signed-in person's account, by default this one (ForgetDevice). Its session ends at the next refresh,
    /// which is the way to sign out a lost device.
    ///
    /// - Throws: As ``rememberDevice(_:)``. ``PoolpassError`` with `store` when the device is forgotten, but its key may still be in
    ///   the store.
    public func forgetDevice(_ key: String? = nil) async throws {
        try await change(.forget, key)
    }

    private func change(_ change: DeviceChange, _ key: String?) async throws {
        try await call { try await inner.cancellable(handle: $0).changeDevice(change: change, key: key) }
    }
}
