import PoolpassFFI

/// The tokens of a session that another SDK or the app's backend began.
public struct SessionTokens: Sendable {
    /// The ID token: a secret.
    public var idToken: String
    /// The access token: a secret.
    public var accessToken: String
    /// The refresh token: the most valuable secret.
    public var refreshToken: String
    /// The device of the session. Without it, the next sign-in on this device is one from a new device.
    public var device: DeviceTokens?

    /// The tokens as AWS's `AuthenticationResult` names them: `IdToken`, `AccessToken` and `RefreshToken`.
    public init(idToken: String, accessToken: String, refreshToken: String, device: DeviceTokens? = nil) {
        self.idToken = idToken
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.device = device
    }

    var handedIn: HandedInTokens {
        let device = self.device.map { HandedInDevice(key: $0.key, groupKey: $0.groupKey, password: $0.password) }
        return HandedInTokens(idToken: idToken, accessToken: accessToken, refreshToken: refreshToken, device: device)
    }
}

/// The key of a device that another SDK has confirmed, in a user pool that tracks devices.
public struct DeviceTokens: Sendable {
    /// The device key.
    public var key: String
    /// The key of the device's group.
    public var groupKey: String
    /// The password that proves the device: a secret.
    public var password: String

    /// The device key, its group key and the password that the other SDK has chosen for the device.
    public init(key: String, groupKey: String, password: String) {
        self.key = key
        self.groupKey = groupKey
        self.password = password
    }
}

extension SessionTokens: Redacted {
    var shown: KeyValuePairs<String, Any> { [:] }
}

extension DeviceTokens: Redacted {
    var shown: KeyValuePairs<String, Any> { [:] }
}
