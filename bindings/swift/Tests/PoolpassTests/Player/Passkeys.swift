import Foundation
import Poolpass

/// The operations on passkeys.
let passkeys: [String: Operation] = [
    "account.registerPasskey": { driver, with in
        try await driver.client.account.registerPasskey(LocalAuthenticator(driver, with))
        return .null
    },
    "account.startPasskeyRegistration": { driver, _ in
        let registration = try await driver.client.account.startPasskeyRegistration()
        driver.keep(registration)
        return try JSON(parsing: registration.creationOptions)
    },
    "account.completePasskeyRegistration": { driver, with in
        guard let registration = driver.registration else { throw Mismatch("no registration was started") }
        let credential: String
        if let given = with.maybeText("credential") {
            credential = given
        } else {
            credential = try await LocalAuthenticator(driver, with).create(options: registration.creationOptions)
        }
        try await registration.complete(credential: credential)
        return .string(credential)
    },
    "account.passkeys": { driver, with in
        let pageSize = with.maybeInt("pageSize").map { Int32($0) }
        var listed: [JSON] = []
        for try await passkey in driver.client.account.passkeys(pageSize: pageSize) { listed.append(described(passkey)) }
        return .array(listed)
    },
    "account.deletePasskey": { driver, with in
        try await driver.client.account.deletePasskey(credentialId: try with.text("credentialId"))
        return .null
    },
]

private func described(_ passkey: Passkey) -> JSON {
    [
        "credentialId": .string(passkey.credentialId), "friendlyName": .string(passkey.friendlyName),
        "relyingPartyId": .string(passkey.relyingPartyId), "transports": .array(passkey.transports.map(JSON.string)),
        "created": .string(ISO8601DateFormatter().string(from: passkey.created)),
    ]
}

/// A software authenticator that local-aws runs: Swift has none on Linux.
struct LocalAuthenticator: Authenticator {
    private let url: String
    private let settings: JSON

    init(_ driver: Driver, _ with: Arguments) throws {
        settings = .object(with["authenticator"].object ?? [:])
        let endpoint = driver.config["endpoints"]["cognitoIdp"].string ?? ""
        url = "\(endpoint)/_local/authenticators/\(settings["name"].string ?? "phone")"
    }

    func create(options: String) async throws -> String {
        try await ask("create", options)
    }

    func get(options: String) async throws -> String {
        try await ask("get", options)
    }

    private func ask(_ ceremony: String, _ options: String) async throws -> String {
        let question: JSON = [
            "ceremony": .string(ceremony), "options": try JSON(parsing: options), "settings": settings,
        ]
        let answer = try await HTTP.send(
            "POST", url, headers: ["content-type": "application/json"], body: question.text)
        let json = try JSON(parsing: answer.body)
        if let credential = json["credential"].object { return JSON.object(credential).text }
        throw AuthenticatorError(try kind(json["error"]["kind"].string), json["error"]["detail"].string ?? answer.body)
    }

    private func kind(_ code: String?) throws -> AuthenticatorErrorKind {
        switch code {
        case "cancelled": .cancelled
        case "alreadyRegistered": .alreadyRegistered
        case "notAssociated": .notAssociated
        case "unsupported": .unsupported
        case "failed": .failed
        default: throw Mismatch("the authenticator says \(code ?? "nothing")")
        }
    }
}
