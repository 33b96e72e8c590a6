// Sign-up, sign-in with SRP, and an authenticator app.

import Foundation
import Poolpass

/// One user with two devices.
struct People {
    let laptop: Client
    let phone: Client
    let identityId: String
}

func signIn(_ environment: Environment, _ log: StepLog) async throws -> People {
    let (laptop, phone) = (try environment.client(), try environment.client())
    if let (name, password) = environment.user {
        for (client, device) in [(laptop, "laptop"), (phone, "phone")] {
            let step = try await log.step("sign in with SRP on the \(device)", srp) {
                try await client.signIn(username: name, password: password)
            }
            try await answerByHand(step, log)
        }
    } else {
        try await newcomer(environment, laptop, phone, log)
    }

    let attributes = try await log.step("ask who is signed in", "GetUser") { try await laptop.account.attributes() }
    let username = try await laptop.currentUser()?.username
    print("      \(username ?? ""), \(attributes["email"] ?? "no email")")
    let exchange = "GetId, GetCredentialsForIdentity"
    let credentials = try await log.step("exchange the ID token for AWS credentials", exchange) {
        try await laptop.credentials()
    }
    print("      access key \(credentials.accessKeyId)")
    let identityId = try await log.step("know the identity behind them", "(known by now)") {
        try await laptop.identityId()
    }
    print("      \(identityId)")
    return People(laptop: laptop, phone: phone, identityId: identityId)
}

private let srp = "InitiateAuth, RespondToAuthChallenge"
private let email = "lovelace@example.com"
private let user = "lovelace"
private let password = "Difference-Engine-1"

/// Signs up, confirms the account, and sets up an authenticator app.
private func newcomer(_ environment: Environment, _ laptop: Client, _ phone: Client, _ log: StepLog) async throws {
    let account = laptop.account
    _ = try await log.step("sign up", "SignUp") {
        try await account.signUp(username: user, password: password, attributes: ["email": email])
    }
    try await log.refused("be refused before the email is confirmed", srp, .userNotConfirmed) {
        try await phone.signIn(username: user, password: password)
    }
    let mailed = try await environment.codeSent(to: email)
    try await log.step("confirm with the code from the mailbox", "ConfirmSignUp") {
        try await account.confirmSignUp(username: user, code: mailed)
    }

    try await log.refused("be refused with a wrong password", srp, .notAuthorized) {
        try await phone.signIn(username: user, password: "Difference-Engine-2")
    }
    let first = try await log.step("sign in with SRP on the phone", srp) {
        try await phone.signIn(username: user, password: password)
    }
    guard case .done = first else { throw Failure("no challenge was expected") }

    let own = phone.account
    let setup = try await log.step("enrol an authenticator app", "AssociateSoftwareToken") {
        try await own.associateSoftwareToken()
    }
    let uri = setup.otpauthUri(issuer: "Quickstart", account: user)
    print("      \(uri.prefix { $0 != "?" })")
    let authenticator = Authenticator(secret: setup.secret)
    let shown = try authenticator.code()
    try await log.step("confirm it with a first code", "VerifySoftwareToken") {
        try await own.verifySoftwareToken(code: shown)
    }
    try await log.step("make it the second factor", "SetUserMFAPreference") {
        try await own.setMfaPreference(MfaSettings(softwareToken: .preferred))
    }

    let step = try await log.step("sign in with SRP on the laptop", srp) {
        try await laptop.signIn(username: user, password: password)
    }
    guard case .challenge(.softwareTokenMfa(let challenge)) = step else { throw Failure("SOFTWARE_TOKEN_MFA was expected") }
    // Cognito accepts each code only once; the next one is already valid.
    let next = try authenticator.code(later: 1)
    let answered = try await log.step("answer with the authenticator's code", "RespondToAuthChallenge") {
        try await challenge.answer(code: next)
    }
    guard case .done = answered else { throw Failure("no other challenge was expected") }
}

/// On AWS, the codes are on the user's own devices.
private func answerByHand(_ step: SignInStep, _ log: StepLog) async throws {
    var step = step
    while case .challenge(let challenge) = step {
        print("      \(challenge.name): the code? ", terminator: "")
        fflush(nil)
        let code = readLine() ?? ""
        step = try await log.step("answer", "RespondToAuthChallenge") {
            switch challenge {
            case .softwareTokenMfa(let challenge): try await challenge.answer(code: code)
            case .smsMfa(let challenge): try await challenge.answer(code: code)
            case .emailMfa(let challenge): try await challenge.answer(code: code)
            default: throw Failure("the quickstart cannot answer \(challenge.name)")
            }
        }
    }
}

/// The user's authenticator app, for which this uses the program oathtool.
private struct Authenticator {
    let secret: String

    /// The current code, or the code after this many steps of 30 seconds.
    func code(later: Int = 0) throws -> String {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        let time = Int(Date().timeIntervalSince1970) + 30 * later
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["oathtool", "--totp", "--base32", "--now=@\(time)", "-"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(secret.utf8))
        try input.fileHandleForWriting.close()
        let code = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure("oathtool, the authenticator, is missing or failed") }
        return String(decoding: code, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
