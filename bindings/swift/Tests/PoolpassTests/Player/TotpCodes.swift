import Foundation

/// Hands out codes of an authenticator, never the same twice: a server accepts each code once, and those of the
/// neighbouring time steps too. The codes are oathtool's.
actor TotpCodes {
    private static let stepSeconds = 30

    /// The server's clock runs this far ahead.
    private var clockOffsetSeconds = 0
    private var lastSteps: [String: Int] = [:]

    func setClockOffset(_ seconds: Int) {
        clockOffsetSeconds = seconds
    }

    func next(_ secret: String) async throws -> String {
        let now = Int(Date().timeIntervalSince1970) + clockOffsetSeconds
        let step = max(now / Self.stepSeconds, lastSteps[secret].map { $0 + 1 } ?? 0)
        lastSteps[secret] = step
        return try await code(secret, step)
    }

    func last(_ secret: String) async throws -> String {
        guard let step = lastSteps[secret] else { throw Mismatch("no code was handed out") }
        return try await code(secret, step)
    }

    private func code(_ secret: String, _ step: Int) async throws -> String {
        let arguments = ["--totp", "--base32", "--now=@\(step * Self.stepSeconds)", "-"]
        let printed = try await Tool.run("oathtool", arguments, input: secret)
        return printed.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
