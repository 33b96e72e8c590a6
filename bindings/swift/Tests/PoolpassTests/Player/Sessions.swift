import Foundation
import Poolpass

/// Signing in, challenges, and the session.
let session: [String: Operation] = [
    "signIn": { driver, with in
        let step = try await driver.client.signIn(
            username: try with.text("username"), password: try with.text("password"), flow: try flow(with) ?? .userSrpAuth,
            clientMetadata: with["clientMetadata"].strings)
        return outcome(driver, step)
    },
    "signInWithoutPassword": { driver, with in
        let step = try await driver.client.signInWithoutPassword(
            username: try with.text("username"), flow: try flow(with) ?? .userAuth,
            preferred: with.maybeText("preferred").map { AuthFactor(code: $0) },
            clientMetadata: with["clientMetadata"].strings)
        return outcome(driver, step)
    },
    "autoSignIn": { driver, _ in outcome(driver, try await driver.client.autoSignIn()) },
    "challenge.resend": { driver, _ in
        switch try await driver.challenge() {
        case .emailOtp(let challenge): outcome(driver, try await challenge.resend())
        case .smsOtp(let challenge): outcome(driver, try await challenge.resend())
        default: throw Mismatch("no code of this challenge can be sent again")
        }
    },
    "challenge.answerWithPassword": { driver, with in
        guard case .selectChallenge(let challenge) = try await driver.challenge() else { throw Mismatch("it is no SELECT_CHALLENGE") }
        return outcome(driver, try await challenge.answerWithPassword(try with.text("password")))
    },
    "challenge.answer": { driver, with in
        let challenge = try await driver.challenge()
        if case .webAuthn(let challenge) = challenge, with["authenticator"] != .null {
            return outcome(driver, try await challenge.answerWith(LocalAuthenticator(driver, with)))
        }
        return outcome(driver, try await answer(challenge, with))
    },
    "challenge.associateSoftwareToken": { driver, _ in
        guard case .mfaSetup(let challenge) = try await driver.challenge() else { throw Mismatch("it is no MFA_SETUP") }
        return described(try await challenge.associateSoftwareToken())
    },
    "challenge.verifySoftwareToken": { driver, with in
        outcome(driver, try await answer(try await driver.challenge(), with))
    },
    "pendingChallenge": { driver, _ in try await driver.client.pendingChallenge().map(described) ?? .null },
    "currentUser": { driver, _ in try await driver.client.currentUser().map(described) ?? .null },
    "idToken": { driver, _ in ["claims": described(try await driver.client.idToken().claims)] },
    "accessToken": { driver, _ in ["claims": described(try await driver.client.accessToken().claims)] },
    "refresh": { driver, _ in described(try await driver.client.refresh()) },
    "stepUp": { driver, with in
        let step = try await driver.client.stepUp(
            try with.text("level"), maxAge: with.maybeInt("maxAge").map { TimeInterval($0) },
            clientMetadata: with["clientMetadata"].strings)
        return outcome(driver, step)
    },
    "adoptSession": { driver, with in
        var tokens = SessionTokens(
            idToken: try with.text("idToken"), accessToken: try with.text("accessToken"),
            refreshToken: try with.text("refreshToken"))
        if with["device"] != .null {
            let device = Arguments(with["device"])
            tokens.device = DeviceTokens(
                key: try device.text("key"), groupKey: try device.text("groupKey"), password: try device.text("password"))
        }
        return described(try await driver.client.adoptSession(tokens))
    },
    "signOut": { driver, with in
        let outcome = try await driver.client.signOut(associated: with["associated"] == .bool(true))
        return .string("\(outcome)")
    },
    "signOutEverywhere": { driver, _ in
        try await driver.client.signOutEverywhere()
        return .null
    },
    "identityId": { driver, _ in .string(try await driver.client.identityId()) },
    "credentials": { driver, _ in
        let credentials = try await driver.client.credentials()
        return [
            "accessKeyId": .string(credentials.accessKeyId),
            "expiration": .of(credentials.expiration.map { ISO8601DateFormatter().string(from: $0) }),
        ]
    },
]

private func outcome(_ driver: Driver, _ step: SignInStep) -> JSON {
    switch step {
    case .done(let user):
        return ["kind": "done", "user": described(user)]
    case .challenge(let challenge):
        driver.keep(challenge)
        return described(challenge)
    }
}

private func answer(_ challenge: Challenge, _ with: Arguments) async throws -> SignInStep {
    switch challenge {
    case .smsMfa(let challenge): try await challenge.answer(code: try with.text("code"))
    case .emailMfa(let challenge): try await challenge.answer(code: try with.text("code"))
    case .emailOtp(let challenge): try await challenge.answer(code: try with.text("code"))
    case .smsOtp(let challenge): try await challenge.answer(code: try with.text("code"))
    case .selectChallenge(let challenge): try await challenge.answer(factor: AuthFactor(code: try with.text("factor")))
    case .password(let challenge): try await challenge.answer(password: try with.text("password"))
    case .webAuthn(let challenge): try await challenge.answer(credentialJson: try with.text("credential"))
    case .customChallenge(let challenge):
        try await challenge.answer(try with.text("answer"), clientMetadata: with["clientMetadata"].strings)
    case .softwareTokenMfa(let challenge): try await challenge.answer(code: try with.text("code"))
    case .selectMfaType(let challenge): try await challenge.answer(method: MfaMethod(code: try with.text("method")))
    case .mfaSetup(let challenge):
        try await challenge.verifySoftwareToken(code: try with.text("code"), deviceName: with.maybeText("deviceName"))
    case .newPasswordRequired(let challenge):
        try await challenge.answer(newPassword: try with.text("newPassword"), attributes: with["attributes"].strings)
    case .other(let challenge): try await challenge.answer(responses: with["responses"].strings)
    }
}

private func described(_ challenge: Challenge) -> JSON {
    var result: JSON = [
        "kind": .string(challenge.kind), "username": .string(challenge.username), "name": .string(challenge.name),
    ]
    switch challenge {
    case .smsMfa(let challenge): result["destination"] = .of(challenge.destination)
    case .emailMfa(let challenge): result["destination"] = .of(challenge.destination)
    case .emailOtp(let challenge): result["destination"] = .of(challenge.destination)
    case .smsOtp(let challenge): result["destination"] = .of(challenge.destination)
    case .selectChallenge(let challenge): result["available"] = .of(challenge.available.map { $0.code() })
    case .password: break
    case .webAuthn(let challenge): result["requestOptions"] = .string(challenge.requestOptions)
    case .customChallenge(let challenge): result["parameters"] = .object(challenge.parameters.mapValues(JSON.string))
    case .softwareTokenMfa(let challenge): result["deviceName"] = .of(challenge.deviceName)
    case .selectMfaType(let challenge): result["methods"] = .of(challenge.methods.map { $0.code() })
    case .mfaSetup(let challenge): result["methods"] = .of(challenge.methods.map { $0.code() })
    case .newPasswordRequired(let challenge):
        result["requiredAttributes"] = .of(challenge.requiredAttributes)
        result["attributes"] = .object(challenge.attributes.mapValues(JSON.string))
    case .other(let challenge): result["parameters"] = .object(challenge.parameters.mapValues(JSON.string))
    }
    return result
}

private func flow(_ with: Arguments) throws -> AuthFlow? {
    guard let name = with.maybeText("flow") else { return nil }
    guard let flow = AuthFlow.allCases.first(where: { "\($0)" == name }) else { throw Mismatch("there is no flow \(name)") }
    return flow
}

private func described(_ claims: [String: Claim]) -> JSON {
    .object(claims.mapValues(described))
}

private func described(_ claim: Claim) -> JSON {
    switch claim {
    case .null: .null
    case .flag(let flag): .bool(flag)
    case .integer(let number): .of(Int(number))
    case .number(let number): .number(Decimal(number))
    case .text(let text): .string(text)
    case .elements(let elements): .array(elements.map(described))
    case .members(let members): described(members)
    }
}

func described(_ user: User) -> JSON {
    [
        "username": .string(user.username), "sub": .string(user.sub), "email": .of(user.email),
        "deviceConfirmationNecessary": .bool(user.deviceConfirmationNecessary),
        "acr": .of(user.acr), "amr": .of(user.amr), "authTime": .of(user.authTime.map(described)),
        "claims": described(user.claims),
    ]
}
