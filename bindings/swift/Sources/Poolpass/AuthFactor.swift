import PoolpassFFI

/// A first factor: how a person proves who they are (USER_AUTH).
public typealias AuthFactor = PoolpassFFI.AuthFactor

extension AuthFactor {
    /// The factor that has this `code()`.
    public init(code: String) {
        self = authFactor(code: code)
    }
}
