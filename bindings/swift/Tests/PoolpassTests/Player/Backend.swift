import Foundation

/// A local-aws of one test's own, and what root and the test's control do with it.
final class Backend: Sendable {
    /// The provisioned `poolpass.json`, with its `demo`.
    let config: JSON
    private let endpoint: String
    private let server: Server

    /// Starts and provisions a local-aws, which stops when this process does.
    static func start() async throws -> Backend {
        let server = try await Server.start()
        return try Backend(server, config: JSON(parsing: server.ready))
    }

    private init(_ server: Server, config: JSON) throws {
        guard let endpoint = config["endpoints"]["cognitoIdp"].string else { throw Mismatch("no endpoint") }
        self.server = server
        self.config = config
        self.endpoint = endpoint
    }

    func stop() {
        server.stop()
    }

    /// Runs `test` on a backend of its own.
    static func with<T>(_ test: (Backend) async throws -> T) async throws -> T {
        let backend = try await start()
        defer { backend.stop() }
        return try await test(backend)
    }

    /// Calls an operation of cognito-idp as the account's root user. curl signs the request.
    @discardableResult
    func admin(_ operation: String, _ input: JSON) async throws -> JSON {
        var members = input.object ?? [:]
        members["UserPoolId"] = members["UserPoolId"] ?? config["userPool"]["id"]
        let region = config["region"].string ?? ""
        let answer = try await Tool.run(
            "curl",
            [
                "--silent", "--show-error", "--aws-sigv4", "aws:amz:\(region):cognito-idp", "--user", "test:test",
                "--header", "content-type: application/x-amz-json-1.1",
                "--header", "x-amz-target: AWSCognitoIdentityProviderService.\(operation)",
                "--data-binary", "@-", "--write-out", "\n%{http_code}", endpoint,
            ],
            input: JSON.object(members).text)
        guard answer.hasSuffix("\n200") else { throw Mismatch("\(operation) was refused: \(answer)") }
        return try JSON(parsing: String(answer.dropLast("\n200".count)))
    }

    func createUser(_ name: String, _ user: JSON) async throws {
        let attributes = user["attributes"].strings
        var list = attributes.map { JSON.object(["Name": .string($0.key), "Value": .string($0.value)]) }
        if user["state"] == "unconfirmed" {
            return try await signUp(name, user["password"], list)
        }
        for address in ["email", "phone_number"] where attributes[address] != nil {
            list.append(["Name": .string("\(address)_verified"), "Value": "true"])
        }
        try await admin(
            "AdminCreateUser",
            [
                "Username": .string(name), "TemporaryPassword": user["password"], "MessageAction": "SUPPRESS",
                "UserAttributes": .array(list),
            ])
        if user["state"] == .null || user["state"] == "confirmed" {
            try await admin(
                "AdminSetUserPassword",
                ["Username": .string(name), "Password": user["password"], "Permanent": true])
        }
    }

    /// The newest code that was sent to an address or a phone number.
    func codeSent(to address: String) async throws -> String {
        let messages = try await control("GET", "messages").array ?? []
        guard let code = messages.last(where: { $0["to"] == .string(address) })?["code"].string else {
            throw Mismatch("no code was sent to \(address)")
        }
        return code
    }

    /// Adds a fault, or with null removes all.
    func fault(_ rule: JSON) async throws {
        _ = rule == .null ? try await control("DELETE", "faults") : try await control("POST", "faults", rule)
    }

    /// The combinations of formats and encodings in which the server echoes secrets.
    func echoes() async throws -> JSON {
        try await control("GET", "echoes")
    }

    /// Ends all echoes, and tells what was echoed.
    func endEchoes() async throws -> JSON {
        try await control("DELETE", "echoes")
    }

    func setClock(_ offsetSeconds: Int) async throws {
        _ = try await control("POST", "clock", ["offsetSeconds": .of(offsetSeconds)])
    }

    /// Replaces the user pool's Lambda triggers.
    func setTriggers(_ script: JSON) async throws {
        var members = script.object ?? [:]
        members["userPoolId"] = config["userPool"]["id"]
        _ = try await control("POST", "triggers", .object(members))
    }

    /// The device data that requests have carried since this was last asked.
    func takeUserContexts() async throws -> JSON {
        try await control("DELETE", "user-contexts")
    }

    /// How many requests reached the server, by operation, since this was last asked.
    func takeRequestCounts() async throws -> JSON {
        let counts = try await requestCounts()
        _ = try await control("DELETE", "requests")
        return counts
    }

    /// As ``takeRequestCounts()``, and lets the counts go on: between the two no request is missed.
    func requestCounts() async throws -> JSON {
        try await control("GET", "requests")
    }

    private func signUp(_ name: String, _ password: JSON, _ attributes: [JSON]) async throws {
        let input: JSON = [
            "ClientId": config["userPool"]["clientId"], "Username": .string(name), "Password": password,
            "UserAttributes": .array(attributes),
        ]
        let headers = [
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "AWSCognitoIdentityProviderService.SignUp",
        ]
        let answer = try await HTTP.send("POST", endpoint, headers: headers, body: input.text)
        guard answer.status == 200 else { throw Mismatch("SignUp was refused: \(answer.body)") }
    }

    private func control(_ method: String, _ what: String, _ body: JSON? = nil) async throws -> JSON {
        let answer = try await HTTP.send(method, "\(endpoint)/_local/\(what)", body: body?.text)
        guard answer.status == 200 else { throw Mismatch("/_local/\(what): \(answer.body)") }
        return try JSON(parsing: answer.body)
    }
}

/// The process of a local-aws. It ends when its standard input does: at `stop`, but also when this process is killed.
private final class Server: @unchecked Sendable {
    let ready: String
    private let process: Process
    private let input: Pipe

    static func start() async throws -> Server {
        guard let program = ProcessInfo.processInfo.environment["LOCAL_AWS"] else {
            throw Mismatch("LOCAL_AWS names the program local-aws; `cargo xtask swift` sets it")
        }
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try Server(program) })
            }
        }
    }

    private init(_ program: String) throws {
        process = Process()
        input = Pipe()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["--demo", "--port", "0", "--until-eof"]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw Mismatch("local-aws ended before it was ready") }
            line.append(piece)
        }
        ready = String(decoding: line, as: UTF8.self)
    }

    func stop() {
        try? input.fileHandleForWriting.close()
    }
}
