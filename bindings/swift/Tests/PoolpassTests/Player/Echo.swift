import Foundation
import Poolpass

/// Makes the call once for each combination of a format and an encoding; no error may tell a secret that was echoed.
func playEchoes(_ spec: JSON, on backend: Backend, _ call: () async throws -> JSON) async throws {
    let operation = spec["of"]
    let combinations = try await backend.echoes()[spec["each"].string ?? "some"].array ?? []
    guard combinations.count >= 20 else { throw Mismatch("only \(combinations.count) combinations") }
    var failed = 0
    for echo in combinations {
        let logged = logLines.value.count
        let about = echo.text
        try await backend.fault(["operation": operation, "action": ["echo": echo]])
        let outcome: Result<JSON, any Error>
        do {
            outcome = .success(try await call())
        } catch {
            outcome = .failure(error)
        }
        let echoed = try await backend.endEchoes()
        guard let answers = echoed["answers"].int, answers > 0 else {
            throw Mismatch("\(about): no request of \(operation.text)")
        }
        let names = echoed["secrets"].array ?? []
        for name in spec["secrets"].array ?? [] where !names.contains(name) {
            throw Mismatch("\(about): \(name.text) is not among \(names.map(\.text))")
        }
        let leaks = (echoed["leaks"].array ?? []).compactMap(\.string)
        try expectLog(from: logged, toHide: leaks)
        switch outcome {
        case .success(let value):
            if echo["format"] != "status200" { throw Mismatch("\(about): expected an error, got \(value.text)") }
        case .failure(let error):
            guard let error = error as? PoolpassError else { throw error }
            failed += 1
            for (place, text) in texts(of: error) {
                if let leak = leaks.first(where: text.utf8Contains) {
                    throw Mismatch("\(about): \(place) shows \(leak): \(text)")
                }
            }
        }
    }
    guard failed * 10 >= combinations.count * 9 else { throw Mismatch("only \(failed) errors") }
}

/// The events that the SDK's log listener received from all clients of the tests.
let logLines = Guarded<[String]>([])

/// Throws when a line of the log since `first` shows a secret.
func expectLog(from first: Int, toHide secrets: [String]) throws {
    for line in logLines.value.dropFirst(first) {
        if let secret = secrets.first(where: line.utf8Contains) { throw Mismatch("the log shows \(secret): \(line)") }
    }
}

/// All that a program, a crash reporter or a log can read from an error.
private func texts(of error: PoolpassError) -> [(place: String, text: String)] {
    var dumped = ""
    dump(error, to: &dumped)
    var debugged = ""
    debugPrint(error, to: &debugged)
    let bridged = error as NSError
    var texts: [(place: String, text: String)] = [
        ("description", error.description), ("interpolation", "\(error)"), ("String(describing:)", String(describing: error)),
        ("String(reflecting:)", String(reflecting: error)), ("debugPrint", debugged), ("dump", dumped),
        ("localizedDescription", error.localizedDescription), ("errorDescription", error.errorDescription ?? ""),
        ("failureReason", error.failureReason ?? ""), ("recoverySuggestion", error.recoverySuggestion ?? ""),
        ("helpAnchor", error.helpAnchor ?? ""), ("NSError", "\(bridged) \(bridged.debugDescription)"),
        ("NSError.localizedDescription", bridged.localizedDescription), ("NSError.domain", bridged.domain),
        ("userInfo", "\(bridged.userInfo)"), ("message", error.message), ("awsCode", error.awsCode ?? ""),
        ("requestId", error.requestId ?? ""), ("operation", error.operation ?? ""), ("kind", error.kind.code()),
    ]
    for child in Mirror(reflecting: error).children {
        texts.append(("Mirror \(child.label ?? "")", "\(child.value)"))
    }
    return texts
}

extension String {
    /// Whether these very bytes are in it: Swift's own search takes characters that look alike for the same.
    fileprivate func utf8Contains(_ part: String) -> Bool {
        Data(utf8).range(of: Data(part.utf8)) != nil
    }
}
