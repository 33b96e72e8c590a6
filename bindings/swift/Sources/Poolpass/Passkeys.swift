import PoolpassFFI

/// A passkey of the signed-in person: a WebAuthn credential that the user pool knows.
public typealias Passkey = PoolpassFFI.Passkey

/// The registration of a passkey that waits for the authenticator.
public struct PasskeyRegistration: Sendable {
    fileprivate let inner: PoolpassFFI.PasskeyRegistration

    /// The options for the authenticator: a `PublicKeyCredentialCreationOptionsJSON` of WebAuthn.
    public var creationOptions: String { inner.creationOptions() }

    /// Registers the passkey that the authenticator made (CompleteWebAuthnRegistration). `credential` is its
    /// `RegistrationResponseJSON`.
    ///
    /// - Throws: ``PoolpassError`` with `challengeExpired`: start again; the registration was completed before, replaced by another
    ///   one, or took too long. `invalidInput` for a text that is not a JSON object: nothing was sent. `aws` with the code
    ///   `WebAuthnOriginNotAllowedException` or `WebAuthnRelyingPartyMismatchException` for a passkey of another domain or app, and
    ///   with `WebAuthnCredentialNotSupportedException` for an authenticator that Cognito does not take. `tooManyAttempts` for more
    ///   passkeys than Cognito keeps. After `network` or `timeout` the passkey may be registered: see
    ///   ``Account/passkeys(pageSize:nextToken:)``.
    public func complete(credential: String) async throws {
        try await call { try await inner.cancellable(handle: $0).complete(credential: credential) }
    }
}

extension Account {
    /// Starts the registration of a passkey for the signed-in person (StartWebAuthnRegistration). AWS knows one registration of a
    /// person: the newest.
    ///
    /// - Throws: ``PoolpassError`` with `aws` and the code `WebAuthnNotEnabledException` or `WebAuthnConfigurationMissingException`
    ///   for a user pool without passkeys or without a relying party's id. `tooManyAttempts` for a person who has as many passkeys as
    ///   Cognito keeps.
    public func startPasskeyRegistration() async throws -> PasskeyRegistration {
        try await call {
            PasskeyRegistration(inner: try await inner.cancellable(handle: $0).startPasskeyRegistration())
        }
    }

    /// Creates a passkey with `authenticator` and registers it for the signed-in person (StartWebAuthnRegistration,
    /// CompleteWebAuthnRegistration).
    ///
    /// - Throws: ``PoolpassError`` with `cancelled` when the person says no, `timeout` when the person does not act in time, `conflict`
    ///   when the authenticator has a passkey of this person already, `invalidConfig` when the page or the app may not use the relying
    ///   party's id, and `platform` when the authenticator fails or there is none. The others are those of
    ///   ``startPasskeyRegistration()`` and ``PasskeyRegistration/complete(credential:)``.
    public func registerPasskey(_ authenticator: some Authenticator) async throws {
        let registration = try await startPasskeyRegistration()
        let credential = try await asked { try await authenticator.create(options: registration.creationOptions) }
        try await registration.complete(credential: credential)
    }

    /// Lists the signed-in person's passkeys (ListWebAuthnCredentials). A page has at most 20.
    ///
    /// - Parameters:
    ///   - pageSize: The maximum number of entries in a page. Default: AWS's.
    ///   - nextToken: Continues after an earlier page, with that page's ``AccountPage/nextToken``.
    public func passkeys(pageSize: Int32? = nil, nextToken: String? = nil) -> AccountList<Passkey> {
        AccountList(after: nextToken) { token in
            let page = try await call {
                try await inner.cancellable(handle: $0).passkeysPage(pageSize: pageSize, nextToken: token)
            }
            return AccountPage(items: page.items, nextToken: page.nextToken)
        }
    }

    /// Deletes a passkey of the signed-in person from the user pool (DeleteWebAuthnCredential). The authenticator keeps its part, which
    /// signs in nowhere.
    ///
    /// - Throws: ``PoolpassError`` with `notFound` for a passkey that the person does not have, and `invalidInput` for an empty id.
    public func deletePasskey(credentialId: String) async throws {
        try await call { try await inner.cancellable(handle: $0).deletePasskey(credentialId: credentialId) }
    }
}
