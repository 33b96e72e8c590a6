import Foundation
import PoolpassFFI

/// Creates passkeys and signs with them, in WebAuthn's JSON.
///
/// Apps implement it over what their platform has; `SystemAuthenticator` does it on Apple's systems. The JSON is that of WebAuthn level 3,
/// which browsers, Android's Credential Manager and most libraries take and return. There is no time limit besides the `timeout` in the
/// options: a person is asked. An error that a method throws, other than ``AuthenticatorError``, counts as `failed`.
public protocol Authenticator: Sendable {
    /// Creates a passkey: `PublicKeyCredentialCreationOptionsJSON` to `RegistrationResponseJSON`.
    func create(options: String) async throws -> String

    /// Signs with a passkey: `PublicKeyCredentialRequestOptionsJSON` to `AuthenticationResponseJSON`.
    func get(options: String) async throws -> String
}

/// The reason why an authenticator created no passkey or did not sign.
public typealias AuthenticatorErrorKind = PoolpassFFI.AuthenticatorErrorKind

/// An authenticator created no passkey or did not sign.
public struct AuthenticatorError: Error, Sendable {
    /// The reason.
    public let kind: AuthenticatorErrorKind
    /// The cause in words.
    public let detail: String

    /// An error of this kind, with its cause in words.
    public init(_ kind: AuthenticatorErrorKind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}

/// Asks an authenticator, whose errors become those of the SDK.
func asked(_ work: () async throws -> String) async throws -> String {
    let failure: AuthenticatorError
    do {
        return try await work()
    } catch let error as AuthenticatorError {
        failure = error
    } catch is CancellationError {
        failure = AuthenticatorError(.cancelled, "the call was cancelled")
    } catch {
        failure = AuthenticatorError(.failed, error.localizedDescription)
    }
    try mapped { try authenticatorFailed(kind: failure.kind, detail: failure.detail) }
    throw failure
}
