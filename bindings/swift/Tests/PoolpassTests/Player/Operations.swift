import Foundation
import Poolpass

typealias Operation = @Sendable (Driver, Arguments) async throws -> JSON

/// The operations of tests/scenarios/README.md.
let operations: [String: Operation] = session
    .merging(accounts) { first, _ in first }
    .merging(passkeys) { first, _ in first }
    .merging(redirects) { first, _ in first }
    .merging(logins) { first, _ in first }
    .merging(objects) { first, _ in first }
    .merging(items) { first, _ in first }
    .merging(others) { first, _ in first }

private let others: [String: Operation] = [
    "restart": { driver, _ in
        try driver.restart()
        return .null
    },
    "events": { driver, _ in .of(await driver.takeEvents()) },
    "fetch": { _, with in
        let method = with.maybeText("method") ?? "GET"
        let answer = try await HTTP.send(method, try with.text("url"), body: with.maybeText("body"))
        return ["status": .of(answer.status), "body": .string(answer.body)]
    },
    "api.presign": { driver, with in
        described(
            try await driver.client.api(with.maybeText("service") ?? "execute-api").presign(
                ApiRequest("GET", try with.text("url")), expiresIn: TimeInterval(try with.int("expiresIn")),
                sessionTokenAfterSigning: with["sessionTokenAfterSigning"] == true))
    },
    "api.request": { driver, with in
        var request = ApiRequest(with.maybeText("method") ?? "GET", try with.text("url"))
        request.body = with.maybeText("body").map { Data($0.utf8) }
        request.authorization =
            switch with.maybeText("authorization") {
            case nil, "iam": .iam
            case "idToken": .idToken
            case "accessToken": .accessToken
            case "loadBalancerSession": .loadBalancerSession
            case let other?: throw Mismatch("there is no authorization called \(other)")
            }
        request.headers = with["headers"].strings.map { (name: $0.key, value: $0.value) }
        request.bearer = with["bearer"] == true
        let answer = try await driver.client.api().request(request)
        return ["status": .of(answer.status), "body": .string(try await answer.text())]
    },
]
