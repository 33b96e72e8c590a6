import Foundation
import Poolpass

/// Logins of third parties at the identity pool, and the classic flow.
let logins: [String: Operation] = [
    "addLogin": { driver, with in
        let source = TokenSource(url: try with.text("url"), request: with["request"].text, keeps: with["keep"] == .bool(true))
        try driver.client.addLogin(try provider(with)) { try await source.token() }
        return .null
    },
    "removeLogin": { driver, with in
        try driver.client.removeLogin(try provider(with))
        return .null
    },
    "unlinkLogin": { driver, with in
        try await driver.client.unlinkLogin(try provider(with))
        return .null
    },
    "logins": { driver, _ in .array(driver.client.logins().map(described)) },
    "classicFlow": { driver, with in
        driver.use(
            try driver.client.classicFlow(
                roleArn: try with.text("roleArn"), sessionName: with.maybeText("sessionName"),
                duration: with.maybeInt("duration").map { TimeInterval($0) }, policy: with.maybeText("policy")))
        return .null
    },
]

/// Asks a server for the token: a provider's stand-in, or the app's backend.
private actor TokenSource {
    private let url: String
    private let request: String
    /// Whether the first token is used for ever.
    private let keeps: Bool
    private var kept: ProviderToken?

    init(url: String, request: String, keeps: Bool) {
        self.url = url
        self.request = request
        self.keeps = keeps
    }

    func token() async throws -> ProviderToken {
        if keeps, let kept { return kept }
        let answer = try await HTTP.send("POST", url, body: request)
        guard answer.status == 200 else { throw Mismatch("the provider answered \(answer.status)") }
        let body = try JSON(parsing: answer.body)
        guard let text = body["token"].string else { throw Mismatch("no token") }
        let token = body["identityId"].string.map { ProviderToken.developer(identityId: $0, token: text) } ?? ProviderToken(text)
        kept = token
        return token
    }
}

private func provider(_ with: Arguments) throws -> LoginProvider {
    let name = with.maybeText("name") ?? ""
    return switch try with.text("provider") {
    case "google": .google
    case "facebook": .facebook
    case "apple": .apple
    case "amazon": .amazon
    case "openId": .openId(name)
    case "saml": .saml(name)
    case "developer": .developer(name)
    case let other: throw Mismatch("there is no login provider \(other)")
    }
}

private func described(_ provider: LoginProvider) -> JSON {
    switch provider {
    case .google: ["provider": "google", "name": .null]
    case .facebook: ["provider": "facebook", "name": .null]
    case .apple: ["provider": "apple", "name": .null]
    case .amazon: ["provider": "amazon", "name": .null]
    case .openId(let issuer): ["provider": "openId", "name": .string(issuer)]
    case .saml(let arn): ["provider": "saml", "name": .string(arn)]
    case .developer(let name): ["provider": "developer", "name": .string(name)]
    }
}
