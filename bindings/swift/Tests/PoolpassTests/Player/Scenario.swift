import Foundation

/// A story of tests/scenarios.
struct Scenario: Sendable {
    let title: String
    let backends: [String]
    let users: [String: JSON]
    let clients: [String: JSON]
    let steps: [JSON]

    init(_ json: JSON) throws {
        guard let title = json["title"].string, let steps = json["steps"].array else {
            throw Mismatch("a scenario has a title and steps")
        }
        self.title = title
        self.steps = steps
        backends = json["backends"].array?.compactMap(\.string) ?? ["local-aws"]
        users = json["users"].object ?? [:]
        clients = json["clients"].object ?? ["app": [:]]
    }

    static let folder = repository.appendingPathComponent("tests/scenarios", isDirectory: true)

    /// Those that are played on local-aws.
    static func all() throws -> [Scenario] {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "json" }
            .sorted { $0.path < $1.path }
            .map { try Scenario(JSON(contentsOf: $0)) }
            .filter { $0.backends.contains("local-aws") }
    }

    /// The operations that the table in the README lists.
    static func operations() throws -> Set<String> {
        let readme = try String(contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
        guard let table = readme.components(separatedBy: "## Operations").last else { return [] }
        let cells = table.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .compactMap { $0.split(separator: "|").first }
        return Set(cells.flatMap { $0.matches(of: #/`([\w.]+)`/#).map { String($0.1) } })
    }
}

/// The repository that this file lies in.
let repository = (0..<6).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
