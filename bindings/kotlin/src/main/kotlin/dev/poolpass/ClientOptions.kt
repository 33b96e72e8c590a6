package dev.poolpass

import java.time.Clock
import java.time.Duration
import dev.poolpass.ffi.LogListenerException
import dev.poolpass.ffi.UserContextDataException
import dev.poolpass.ffi.ClientOptions as FfiClientOptions
import dev.poolpass.ffi.DeviceFingerprint as FfiDeviceFingerprint

/** How the password is proven: `SRP` never sends it, `USER_PASSWORD` does, as a migration trigger needs it. */
typealias AuthFlow = dev.poolpass.ffi.AuthFlow

/** The operation that refreshes the session. */
typealias RefreshOperation = dev.poolpass.ffi.RefreshOperation

/** Something that the SDK did. It contains no secret. */
typealias LogEvent = dev.poolpass.ffi.LogEvent

/** How serious an event is. */
typealias LogLevel = dev.poolpass.ffi.LogLevel

/**
 * Settings of a client.
 *
 * @property store where the session is kept. Default: in memory.
 * @property transport how AWS is reached. Default: Poolpass's own HTTP client.
 * @property clock the device's clock, for tests. Default: the system's.
 * @property maxAttempts how often a request is sent at most. Default: 3.
 * @property firstDelay the wait before a request is sent again for the first time. Default: 100 ms.
 * @property maxDelay the longest wait before a request is sent again. Default: 20 s.
 * @property refreshOperation the operation that refreshes the session. Default: Poolpass finds out at the first refresh.
 * @property logListener hears what the SDK does, for the app's log, as long as the client lives. It also hears the other clients of the
 * process. It is called on any thread, while the SDK waits: it has to return soon. No event contains a secret. Default: nobody.
 * @property refreshMetadata something for the user pool's Lambda triggers that is sent with every refresh.
 * @property userContextData supplies the encoded device data for the user pool's threat protection (`UserContextData`). The data goes
 * with InitiateAuth, RespondToAuthChallenge, SignUp, ConfirmSignUp, ResendConfirmationCode, ForgotPassword and ConfirmForgotPassword.
 * It gets the user name, and returns the data as Amazon's context data library encodes it; null sends none. It replaces
 * `deviceFingerprint`. Default: none is sent.
 * @property deviceFingerprint the data about this device that is encoded for the user pool's threat protection (`UserContextData`).
 * Default: none is sent.
 * @property deviceName the name of this device among the person's devices, in user pools that track devices (ConfirmDevice). Default:
 * none.
 */
class ClientOptions(
    val store: Store? = null,
    val transport: Transport? = null,
    val clock: Clock? = null,
    val maxAttempts: Int? = null,
    val firstDelay: Duration? = null,
    val maxDelay: Duration? = null,
    val refreshOperation: RefreshOperation? = null,
    val refreshMetadata: Map<String, String> = emptyMap(),
    val logListener: ((LogEvent) -> Unit)? = null,
    val userContextData: ((username: String) -> String?)? = null,
    val deviceFingerprint: DeviceFingerprint? = null,
    val deviceName: String? = null,
) {
    internal fun toFfi() = FfiClientOptions(
        store = store?.let(::storeToFfi),
        transport = transport?.let(::ForeignTransport),
        clock = clock?.let(::ForeignClock),
        maxAttempts = maxAttempts,
        firstDelay = checked(firstDelay, "firstDelay"),
        maxDelay = checked(maxDelay, "maxDelay"),
        refreshOperation = refreshOperation,
        refreshMetadata = refreshMetadata,
        logListener = logListener?.let(::ForeignLogListener),
        userContextData = userContextData?.let(::ForeignUserContextData),
        deviceFingerprint = deviceFingerprint?.inner,
        deviceName = deviceName,
    )
}

/**
 * Data about the device that Poolpass encodes for a user pool's threat protection as Amazon's libraries for iOS and Android do.
 *
 * The app collects the data, with the names that these libraries use, such as `DeviceId`, `DeviceName`, `DeviceLanguage`,
 * `ClientTimezone` and `ApplicationName`. Cognito compares a sign-in with earlier ones, so the same device has to give the same data.
 */
class DeviceFingerprint private constructor(internal val inner: FfiDeviceFingerprint) {
    companion object {
        /** Device data in the format of Amazon's library for iOS. */
        @JvmStatic
        fun ios(data: Map<String, String>): DeviceFingerprint = DeviceFingerprint(FfiDeviceFingerprint.Ios(data))

        /** Device data in the format of Amazon's library for Android. */
        @JvmStatic
        fun android(data: Map<String, String>): DeviceFingerprint = DeviceFingerprint(FfiDeviceFingerprint.Android(data))
    }
}

private class ForeignUserContextData(private val provider: (String) -> String?) : dev.poolpass.ffi.UserContextData {
    override fun encodedData(username: String) = foreign({ provider(username) }, UserContextDataException::Failed)
}

private class ForeignLogListener(private val listener: (LogEvent) -> Unit) : dev.poolpass.ffi.LogListener {
    override fun onEvent(event: LogEvent) = foreign({ listener(event) }, LogListenerException::Failed)
}

private class ForeignClock(private val clock: Clock) : dev.poolpass.ffi.Clock {
    override fun now() = clock.instant()
}
