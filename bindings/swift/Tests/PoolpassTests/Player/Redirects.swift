import Foundation
import Poolpass

/// Signing in by redirect, with local-aws's browser in place of a person's.
let redirects: [String: Operation] = [
    "signInWithRedirect": { driver, with in
        let signIn = try await driver.client.signInWithRedirect(try with.text("redirectUri"), options: options(with))
        return ["url": .string(signIn.url.absoluteString)]
    },
    "signInWithUserAgent": { driver, with in
        described(
            try await driver.client.signInWithUserAgent(
                Browser(driver, with), redirectUri: try with.text("redirectUri"), options: options(with)))
    },
    "handleRedirect": { driver, with in
        guard let result = try await driver.client.handleRedirect(try url(with)) else { return .null }
        return ["user": described(result.user), "customState": .of(result.customState)]
    },
    "logoutUrl": { driver, with in ["url": .string(try driver.client.logoutUrl(try with.text("logoutUri")).absoluteString)] },
    "browse": { driver, with in
        ["url": .string(try await Browser(driver, with).visit(try with.text("url"), try with.text("redirectUri")).absoluteString)]
    },
]

private func url(_ with: Arguments) throws -> URL {
    guard let url = URL(string: try with.text("url")) else { throw Mismatch("url is malformed") }
    return url
}

private func options(_ with: Arguments) -> RedirectOptions {
    RedirectOptions(
        provider: with.maybeText("provider").map { IdentityProvider(name: $0) },
        idpIdentifier: with.maybeText("idpIdentifier"), scopes: with["scopes"].array?.compactMap(\.string) ?? [],
        prompt: with.maybeText("prompt"), loginHint: with.maybeText("loginHint"), lang: with.maybeText("lang"),
        acrValues: with.maybeText("acrValues"), maxAge: with.maybeInt("maxAge").map { TimeInterval($0) },
        nonce: with.maybeText("nonce"), customState: with.maybeText("customState"))
}

/// The person's browser as a step of a scenario describes it.
private struct Browser: RedirectUserAgent {
    /// Where local-aws has it walk through the pages.
    private let control: String
    private let settings: [String: JSON]

    init(_ driver: Driver, _ with: Arguments) throws {
        guard let endpoint = driver.config["endpoints"]["cognitoIdp"].string else { throw Mismatch("no endpoint") }
        control = "\(endpoint)/_local/user-agent"
        settings = with["userAgent"].object ?? [:]
    }

    func authenticate(url: URL, redirectUri: String) async throws -> URL {
        if settings["cancels"] == .bool(true) { throw UserAgentError(.cancelled, "the person closed the window") }
        return try await visit(url.absoluteString, redirectUri)
    }

    func visit(_ url: String, _ redirectUri: String) async throws -> URL {
        var script = settings
        var url = url
        for (from, to) in script.removeValue(forKey: "tamper")?.strings ?? [:] {
            url = url.replacingOccurrences(of: from, with: to)
        }
        script["url"] = .string(url)
        script["redirectUri"] = .string(redirectUri)
        let answer = try await HTTP.send(
            "POST", control, headers: ["content-type": "application/json"], body: JSON.object(script).text)
        guard answer.status == 200, let redirected = try JSON(parsing: answer.body)["url"].string.flatMap(URL.init(string:)) else {
            throw Mismatch("the browser did not come back: \(answer.body)")
        }
        return redirected
    }
}
