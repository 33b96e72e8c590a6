import Foundation
import PoolpassFFI

/// Settings of a client that replace the defaults.
public struct ClientOptions: Sendable {
    /// How AWS is reached. Default: Poolpass's own HTTP client, on the platform's trust.
    public var transport: (any Transport)?
    /// How often a request is sent at most. Default: 3.
    public var maxAttempts: Int?
    /// The wait before a request is sent again for the first time. Default: 100 ms.
    public var firstDelay: TimeInterval?
    /// The longest wait before a request is sent again. Default: 20 s.
    public var maxDelay: TimeInterval?
    /// The operation that refreshes the session. Default: Poolpass finds out at the first refresh.
    public var refreshOperation: RefreshOperation?
    /// Something for the user pool's Lambda triggers that is sent with every refresh.
    public var refreshMetadata: [String: String] = [:]
    /// Supplies the encoded device data for the user pool's threat protection (`UserContextData`). Default: none is sent.
    ///
    /// The data goes with InitiateAuth, RespondToAuthChallenge, SignUp, ConfirmSignUp, ResendConfirmationCode, ForgotPassword and
    /// ConfirmForgotPassword. It gets the user name, and returns the data as Amazon's context data library encodes it; `nil` sends
    /// none. It replaces `deviceFingerprint`.
    public var userContextData: (@Sendable (String) -> String?)?
    /// The data about this device that is encoded for the user pool's threat protection (`UserContextData`). Default: none is sent.
    public var deviceFingerprint: DeviceFingerprint?
    /// The name of this device among the person's devices, in user pools that track devices (ConfirmDevice). Default: none.
    public var deviceName: String?
    /// The device's clock. Default: the system's. Poolpass corrects a wrong one by AWS's answers.
    public var now: (@Sendable () -> Date)?
    /// Hears what the SDK does, for the app's log, as long as the client lives. It also hears the other clients of the process.
    /// Default: nobody.
    ///
    /// It is called on any thread, while the SDK waits: it has to return soon. No event contains a secret.
    public var logListener: (@Sendable (LogEvent) -> Void)?

    /// The defaults.
    public init() {}

    func with(_ store: Store) throws -> PoolpassFFI.ClientOptions {
        PoolpassFFI.ClientOptions(
            store: store.inner,
            transport: transport.map(ForeignTransport.init),
            clock: now.map(ForeignClock.init),
            maxAttempts: try maxAttempts.map { try int32($0, "maxAttempts") },
            firstDelay: try firstDelay.map { try seconds($0, "firstDelay") },
            maxDelay: try maxDelay.map { try seconds($0, "maxDelay") },
            refreshOperation: refreshOperation,
            refreshMetadata: refreshMetadata,
            userContextData: userContextData.map(ForeignUserContextData.init),
            deviceFingerprint: deviceFingerprint?.inner,
            deviceName: deviceName,
            logListener: logListener.map(ForeignLogListener.init))
    }
}

/// Data about the device that Poolpass encodes for a user pool's threat protection as Amazon's libraries for iOS and Android do.
///
/// The app collects the data, with the names that these libraries use, such as `DeviceId`, `DeviceName`, `DeviceLanguage`,
/// `ClientTimezone` and `ApplicationName`. Cognito compares a sign-in with earlier ones, so the same device has to give the same data.
public struct DeviceFingerprint: Sendable {
    let inner: PoolpassFFI.DeviceFingerprint

    /// Device data in the format of Amazon's library for iOS.
    public static func ios(_ data: [String: String]) -> Self {
        Self(inner: .ios(data))
    }

    /// Device data in the format of Amazon's library for Android.
    public static func android(_ data: [String: String]) -> Self {
        Self(inner: .android(data))
    }
}

private final class ForeignUserContextData: PoolpassFFI.UserContextData {
    private let provider: @Sendable (String) -> String?

    init(_ provider: @escaping @Sendable (String) -> String?) {
        self.provider = provider
    }

    func encodedData(username: String) throws -> String? {
        provider(username)
    }
}

/// Something that the SDK did. It contains no secret.
public typealias LogEvent = PoolpassFFI.LogEvent

/// How serious an event is.
public typealias LogLevel = PoolpassFFI.LogLevel

private final class ForeignLogListener: PoolpassFFI.LogListener {
    private let listener: @Sendable (LogEvent) -> Void

    init(_ listener: @escaping @Sendable (LogEvent) -> Void) {
        self.listener = listener
    }

    func onEvent(event: LogEvent) throws {
        listener(event)
    }
}

private final class ForeignClock: PoolpassFFI.Clock {
    private let clock: @Sendable () -> Date

    init(_ clock: @escaping @Sendable () -> Date) {
        self.clock = clock
    }

    func now() throws -> Date {
        let now = clock()
        guard isTime(now) else { throw ClockError.Failed(detail: "the clock tells no time") }
        return now
    }
}

/// A count as the library takes it.
func int32(_ value: Int, _ name: String) throws -> Int32 {
    guard let value = Int32(exactly: value) else { throw PoolpassError.invalidInput("\(name) is too large: \(value)") }
    return value
}

/// Whether the library can take it: the generated code ends the process for another.
func isTime(_ date: Date) -> Bool {
    abs(date.timeIntervalSince1970) < TimeInterval(Int64.max)
}

/// A time to wait as the library takes it: the generated code ends the process for another.
func seconds(_ value: TimeInterval, _ name: String) throws -> TimeInterval {
    guard value >= 0, value < TimeInterval(Int64.max) else {
        throw PoolpassError.invalidInput("\(name) is no time to wait: \(value)")
    }
    return value
}
