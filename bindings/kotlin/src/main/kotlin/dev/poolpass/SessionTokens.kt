package dev.poolpass

import dev.poolpass.ffi.HandedInDevice
import dev.poolpass.ffi.HandedInTokens

/**
 * The tokens of a session that another SDK or the app's backend began, as AWS's `AuthenticationResult` names them.
 *
 * @property idToken the ID token: a secret.
 * @property accessToken the access token: a secret.
 * @property refreshToken the refresh token: the most valuable secret.
 * @property device the device of the session. Without it, the next sign-in on this device is one from a new device.
 */
class SessionTokens(
    val idToken: String,
    val accessToken: String,
    val refreshToken: String,
    val device: DeviceTokens? = null,
) {
    internal fun toFfi() = HandedInTokens(
        idToken,
        accessToken,
        refreshToken,
        device?.let { HandedInDevice(it.key, it.groupKey, it.password) },
    )

    override fun toString(): String = "SessionTokens"
}

/**
 * The key of a device that another SDK has confirmed, in a user pool that tracks devices.
 *
 * @property key the device key.
 * @property groupKey the key of the device's group.
 * @property password the password that proves the device: a secret.
 */
class DeviceTokens(val key: String, val groupKey: String, val password: String) {
    override fun toString(): String = "DeviceTokens"
}
