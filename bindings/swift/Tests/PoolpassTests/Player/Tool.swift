import Foundation

/// A program of somebody else.
enum Tool {
    /// Runs a program from PATH and returns what it prints. `input` is its standard input.
    static func run(_ program: String, _ arguments: [String], input: String = "") async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            // It blocks, which a thread of Swift's concurrency must not.
            DispatchQueue.global().async {
                continuation.resume(with: Result { try runBlocking(program, arguments, input) })
            }
        }
    }

    private static func runBlocking(_ program: String, _ arguments: [String], _ input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let (standardInput, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let printed = try output.fileHandleForReading.readToEnd() ?? Data()
        let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Mismatch("\(program) failed: \(String(decoding: complaint, as: UTF8.self))")
        }
        return String(decoding: printed, as: UTF8.self)
    }
}
