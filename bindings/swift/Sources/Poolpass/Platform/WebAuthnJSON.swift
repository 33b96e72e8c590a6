import Foundation

/// WebAuthn's JSON, as far as Apple's authenticator takes part in it.
enum WebAuthnJSON {
    /// `PublicKeyCredentialCreationOptionsJSON`.
    struct CreationOptions: Decodable {
        struct RelyingParty: Decodable { let id: String }

        struct User: Decodable {
            let id: Base64URL
            let name: String
        }

        struct Selection: Decodable { let userVerification: String? }

        let rp: RelyingParty
        let user: User
        let challenge: Base64URL
        let excludeCredentials: [Descriptor]?
        let authenticatorSelection: Selection?
    }

    /// `PublicKeyCredentialRequestOptionsJSON`.
    struct RequestOptions: Decodable {
        let rpId: String
        let challenge: Base64URL
        let allowCredentials: [Descriptor]?
        let userVerification: String?
    }

    /// A credential that is known already.
    struct Descriptor: Decodable { let id: Base64URL }

    /// `RegistrationResponseJSON` or `AuthenticationResponseJSON`.
    struct Credential<Response: Encodable>: Encodable {
        let id: Base64URL
        let rawId: Base64URL
        let type = "public-key"
        let authenticatorAttachment = "platform"
        let clientExtensionResults: [String: String] = [:]
        let response: Response

        init(id: Data, response: Response) {
            self.id = Base64URL(id)
            rawId = Base64URL(id)
            self.response = response
        }
    }

    /// The `response` of a new passkey.
    struct Attestation: Encodable {
        let clientDataJSON: Base64URL
        let attestationObject: Base64URL
        let transports = ["internal", "hybrid"]
    }

    /// The `response` of a passkey that signed.
    struct Assertion: Encodable {
        let clientDataJSON: Base64URL
        let authenticatorData: Base64URL
        let signature: Base64URL
        let userHandle: Base64URL?
    }

    /// Reads options.
    static func read<Options: Decodable>(_ options: String) throws -> Options {
        do {
            return try JSONDecoder().decode(Options.self, from: Data(options.utf8))
        } catch {
            throw AuthenticatorError(.failed, "the options are not those of WebAuthn: \(error)")
        }
    }

    /// Writes a credential.
    static func write(_ credential: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(credential), as: UTF8.self)
    }
}

/// Bytes in base64url without padding.
struct Base64URL: Codable, Equatable {
    let data: Data

    init(_ data: Data) {
        self.data = data
    }

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        let standard = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        let padding = String(repeating: "=", count: (4 - standard.count % 4) % 4)
        guard let data = Data(base64Encoded: standard + padding) else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "this is not base64url"))
        }
        self.data = data
    }

    func encode(to encoder: any Encoder) throws {
        let text = data.base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
