import Foundation
import XCTest

/// Rules that the sources themselves follow.
final class SourceTests: XCTestCase {
    func testEveryPublicItemIsDocumented() throws {
        var (undocumented, documented): ([String], Int) = ([], 0)
        for (file, text) in try Source.all() {
            for item in Source.publicItems(in: text) {
                if item.isDocumented { documented += 1 } else { undocumented.append("\(file): \(item.line)") }
            }
        }
        XCTAssertEqual(undocumented, [])
        XCTAssertGreaterThan(documented, 200)
    }

    /// Without it, a search that finds nothing would pass.
    func testAnItemWithoutDocumentationIsFound() {
        let text = """
            /// Documented.
            public enum Place {
                /// Documented.
                case here
                case there(String)
            }

            @discardableResult
            public func go() {}

            public protocol Traveller {
                func travel()
            }
            enum Own { case one }
            """
        let found = Source.publicItems(in: text).filter { !$0.isDocumented }.map(\.line)
        XCTAssertEqual(found, ["case there(String)", "public func go() {}", "public protocol Traveller {", "func travel()"])
    }

    func testTheReadmesShowCodeThatIsCompiled() throws {
        let package = repository.appendingPathComponent("bindings/swift")
        let example = try String(
            contentsOf: package.appendingPathComponent("Tests/PoolpassTests/ReadmeExample.swift"), encoding: .utf8)
        let compiled = Self.withoutIndent(example)
        for folder in [package, repository] {
            let readme = try String(contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
            let blocks = readme.components(separatedBy: "```swift\n").dropFirst()
                .compactMap { $0.components(separatedBy: "```").first }
            XCTAssertFalse(blocks.isEmpty)
            for block in blocks {
                XCTAssertTrue(compiled.contains(Self.withoutIndent(block)), "not in ReadmeExample.swift:\n\(block)")
            }
        }
    }

    private static func withoutIndent(_ text: String) -> String {
        let lines = text.components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        return lines.joined(separator: "\n").trimmingCharacters(in: .newlines)
    }
}

/// The package's own sources, without those that are generated.
enum Source {
    static func all() throws -> [String: String] {
        let folder = repository.appendingPathComponent("bindings/swift/Sources/Poolpass")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        var sources: [String: String] = [:]
        for case let file as URL in files! where file.pathExtension == "swift" {
            sources[file.lastPathComponent] = try String(contentsOf: file, encoding: .utf8)
        }
        return sources
    }

    /// Public declarations, the cases of public enums, and the requirements of public protocols.
    static func publicItems(in text: String) -> [(line: String, isDocumented: Bool)] {
        var items: [(line: String, isDocumented: Bool)] = []
        var (above, container): (String, (indent: Int, members: [String])?) = ("", nil)
        for whole in text.components(separatedBy: "\n") {
            let line = whole.trimmingCharacters(in: .whitespaces)
            let indent = whole.prefix { $0 == " " }.count
            if let (outer, members) = container {
                if indent == outer, line == "}" { container = nil }
                if indent == outer + 4, members.contains(where: line.hasPrefix) { items.append((line, above.hasPrefix("///"))) }
            }
            if line.hasPrefix("public ") {
                items.append((line, above.hasPrefix("///")))
                if line.hasPrefix("public enum "), line.hasSuffix("{") { container = (indent, ["case "]) }
                if line.hasPrefix("public protocol ") { container = (indent, ["func ", "var "]) }
            }
            if !line.hasPrefix("@") { above = line }
        }
        return items
    }

    /// The names of the types that apps see, without those of other names for generated ones.
    static func publicTypes() throws -> Set<String> {
        let pattern = #/^\s*public (?:final )?(?:struct|enum|class|actor|protocol) (\w+)/#.anchorsMatchLineEndings()
        return Set(try all().values.flatMap { $0.matches(of: pattern).map { String($0.1) } })
    }
}
