#if canImport(AuthenticationServices) && (os(iOS) || os(macOS) || os(visionOS))
    import AuthenticationServices

    /// The authenticator of Apple's systems: Face ID, Touch ID, or a phone nearby, with the passkeys of iCloud Keychain and of password
    /// managers.
    ///
    /// The app needs the capability Associated Domains with `webcredentials:DOMAIN`, where DOMAIN is the user pool's relying party id,
    /// and that domain has to serve `/.well-known/apple-app-site-association`, see the README. Otherwise calls throw
    /// ``AuthenticatorError`` with `notAssociated`.
    public struct SystemAuthenticator: Authenticator {
        private let window: @MainActor @Sendable () -> ASPresentationAnchor

        /// Makes an authenticator.
        ///
        /// - Parameter window: Gives the window above which the system asks the person.
        public init(window: @escaping @MainActor @Sendable () -> ASPresentationAnchor) {
            self.window = window
        }

        /// Creates a passkey: `PublicKeyCredentialCreationOptionsJSON` to `RegistrationResponseJSON`.
        public func create(options: String) async throws -> String {
            let options: WebAuthnJSON.CreationOptions = try WebAuthnJSON.read(options)
            let provider = ASAuthorizationPlatformPublicKeyCredentialProvider(relyingPartyIdentifier: options.rp.id)
            let request = provider.createCredentialRegistrationRequest(
                challenge: options.challenge.data, name: options.user.name, userID: options.user.id.data)
            if let verification = options.authenticatorSelection?.userVerification {
                request.userVerificationPreference = .init(rawValue: verification)
            }
            if #available(iOS 17.4, macOS 14.4, *) {
                request.excludedCredentials = (options.excludeCredentials ?? []).map(descriptor)
            }
            let credential = try await perform(request)
            guard let created = credential as? ASAuthorizationPlatformPublicKeyCredentialRegistration,
                let attestation = created.rawAttestationObject
            else { throw AuthenticatorError(.failed, "the system returned something else than a new passkey") }
            return try WebAuthnJSON.write(
                WebAuthnJSON.Credential(
                    id: created.credentialID,
                    response: WebAuthnJSON.Attestation(
                        clientDataJSON: Base64URL(created.rawClientDataJSON), attestationObject: Base64URL(attestation))))
        }

        /// Signs with a passkey: `PublicKeyCredentialRequestOptionsJSON` to `AuthenticationResponseJSON`.
        public func get(options: String) async throws -> String {
            let options: WebAuthnJSON.RequestOptions = try WebAuthnJSON.read(options)
            let provider = ASAuthorizationPlatformPublicKeyCredentialProvider(relyingPartyIdentifier: options.rpId)
            let request = provider.createCredentialAssertionRequest(challenge: options.challenge.data)
            request.allowedCredentials = (options.allowCredentials ?? []).map(descriptor)
            if let verification = options.userVerification {
                request.userVerificationPreference = .init(rawValue: verification)
            }
            let credential = try await perform(request)
            guard let signed = credential as? ASAuthorizationPlatformPublicKeyCredentialAssertion else {
                throw AuthenticatorError(.failed, "the system returned something else than a signature")
            }
            return try WebAuthnJSON.write(
                WebAuthnJSON.Credential(
                    id: signed.credentialID,
                    response: WebAuthnJSON.Assertion(
                        clientDataJSON: Base64URL(signed.rawClientDataJSON),
                        authenticatorData: Base64URL(signed.rawAuthenticatorData), signature: Base64URL(signed.signature),
                        userHandle: signed.userID.isEmpty ? nil : Base64URL(signed.userID))))
        }

        private func descriptor(
            _ known: WebAuthnJSON.Descriptor
        ) -> ASAuthorizationPlatformPublicKeyCredentialDescriptor {
            ASAuthorizationPlatformPublicKeyCredentialDescriptor(credentialID: known.id.data)
        }

        @MainActor
        private func perform(_ request: ASAuthorizationRequest) async throws -> any ASAuthorizationCredential {
            let ceremony = Ceremony(request, window())
            return try await withTaskCancellationHandler {
                try await ceremony.credential()
            } onCancel: {
                Task { @MainActor in ceremony.cancel() }
            }
        }
    }

    /// One question to the person.
    @MainActor
    private final class Ceremony: NSObject, ASAuthorizationControllerDelegate,
        ASAuthorizationControllerPresentationContextProviding
    {
        private let controller: ASAuthorizationController
        private let window: ASPresentationAnchor
        private var waiting: CheckedContinuation<any ASAuthorizationCredential, any Error>?

        init(_ request: ASAuthorizationRequest, _ window: ASPresentationAnchor) {
            controller = ASAuthorizationController(authorizationRequests: [request])
            self.window = window
            super.init()
            controller.delegate = self
            controller.presentationContextProvider = self
        }

        func credential() async throws -> any ASAuthorizationCredential {
            try await withCheckedThrowingContinuation { continuation in
                waiting = continuation
                controller.performRequests()
            }
        }

        func cancel() {
            controller.cancel()
        }

        func presentationAnchor(for controller: ASAuthorizationController) -> ASPresentationAnchor {
            window
        }

        func authorizationController(
            controller: ASAuthorizationController, didCompleteWithAuthorization authorization: ASAuthorization
        ) {
            waiting?.resume(returning: authorization.credential)
            waiting = nil
        }

        func authorizationController(controller: ASAuthorizationController, didCompleteWithError error: any Error) {
            waiting?.resume(throwing: AuthenticatorError(kind(of: error), error.localizedDescription))
            waiting = nil
        }

        private func kind(of error: any Error) -> AuthenticatorErrorKind {
            guard let error = error as? ASAuthorizationError else { return .failed }
            if error.code == .canceled { return .cancelled }
            if #available(iOS 18.0, macOS 15.0, visionOS 2.0, *), error.code == .matchedExcludedCredential {
                return .alreadyRegistered
            }
            // The system has no code of its own for this.
            return error.localizedDescription.contains("not associated with domain") ? .notAssociated : .failed
        }
    }
#endif
