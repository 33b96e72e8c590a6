import Foundation
import Poolpass

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The environment and the user.
struct Environment {
    let configuration: Config
    /// The existing user, or none if the program starts with a sign-up.
    let user: (name: String, password: String)?
    let place: String
    private let localAWS: LocalAWS?

    init(_ arguments: Arguments) throws {
        guard let config = arguments.config, let user = arguments.user, let passwordFile = arguments.passwordFile else {
            let aws = try LocalAWS()
            configuration = Config(json: aws.config)
            self.user = nil
            localAWS = aws
            place = "a local AWS at \(aws.url)"
            return
        }
        let password = try String(contentsOf: passwordFile, encoding: .utf8)
        configuration = try Config(contentsOf: config)
        self.user = (user, password.trimmingCharacters(in: .newlines))
        localAWS = nil
        place = "what \(config.lastPathComponent) points to"
    }

    /// A new client with its own session, like another device.
    func client() throws -> Client {
        try Client(configuration)
    }

    /// The newest code that was sent to an address.
    func codeSent(to address: String) async throws -> String {
        guard let localAWS else { throw Failure("the codes are in a real mailbox") }
        return try await localAWS.codeSent(to: address)
    }

    func leave() {
        localAWS?.stop()
    }
}

/// A local AWS in another process, which ends when its standard input closes.
final class LocalAWS {
    /// Its poolpass.json.
    let config: String
    let url: String
    private let process = Process()
    private let input = Pipe()

    init() throws {
        let repository = (0..<6).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        let built = repository.appendingPathComponent("target/debug/local-aws").path
        let program = ProcessInfo.processInfo.environment["LOCAL_AWS"] ?? built
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw Failure("there is no \(program): run `cargo build -p local-aws`, or name it by LOCAL_AWS")
        }
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["--demo", "--until-eof"]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw Failure("local-aws ended before it was ready") }
            line.append(piece)
        }
        struct Ready: Decodable {
            struct Endpoints: Decodable { let cognitoIdp: String }
            let endpoints: Endpoints
        }
        config = String(decoding: line, as: UTF8.self)
        url = try JSONDecoder().decode(Ready.self, from: line).endpoints.cognitoIdp
    }

    func codeSent(to address: String) async throws -> String {
        struct Message: Decodable { let to: String, code: String? }
        let messages = try JSONDecoder().decode([Message].self, from: await fetch(URL(string: "\(url)/_local/messages")!))
        guard let code = messages.last(where: { $0.to == address })?.code else { throw Failure("no code was sent") }
        return code
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

/// Reads a URL without signing.
func fetch(_ url: URL) async throws -> Data {
    try await withCheckedThrowingContinuation { continuation in
        let task = URLSession.shared.dataTask(with: url) { data, response, error in
            guard let data, (response as? HTTPURLResponse)?.statusCode == 200 else {
                return continuation.resume(throwing: error ?? Failure("the URL was refused"))
            }
            continuation.resume(returning: data)
        }
        task.resume()
    }
}
