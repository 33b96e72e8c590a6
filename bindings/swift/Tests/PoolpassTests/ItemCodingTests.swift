import Foundation
import XCTest

@testable import Poolpass

/// Tests of the `Codable` implementation. JSONEncoder and JSONDecoder define the expected results.
final class ItemCodingTests: XCTestCase {
    func testContainersOfOneKeyAreOne() throws {
        let value = try AttributeValue(encoding: Piecemeal())
        XCTAssertEqual(value, ["map": ["a": 1, "b": 2], "list": [1, 2], "twice": ["second": true]])
        XCTAssertEqual(try JSONDecoder().decode(AttributeValue.self, from: JSONEncoder().encode(Piecemeal())), value)
    }

    func testAnElementThatCannotBeReadStaysTheNextOne() throws {
        let mixed: AttributeValue = [1, "two", ["a": 3], [4], .null]
        let read = try ItemDecoder().decodeValue(Mixed.self, from: mixed)
        XCTAssertEqual(read.told, ["1", "two", "map", "list", "nil"])
        let json = try JSONDecoder().decode(Mixed.self, from: JSONEncoder().encode(mixed))
        XCTAssertEqual(json.told, read.told)
    }

    /// With a copy of all elements for each one it would take a minute.
    func testALongListIsWrittenInOneGo() throws {
        let long = Array(0..<200_000)
        let begun = Date()
        guard case .l(let elements) = try AttributeValue(encoding: long) else { return XCTFail("a list becomes a list") }
        XCTAssertEqual(elements.count, long.count)
        XCTAssertEqual(elements.last, 199_999)
        XCTAssertLessThan(Date().timeIntervalSince(begun), 20)
    }
}

/// Asks for the same containers more than once.
private struct Piecemeal: Encodable {
    private enum Key: String, CodingKey { case map, list, twice }
    private enum Inner: String, CodingKey { case a, b, first, second }

    func encode(to encoder: any Encoder) throws {
        var whole = encoder.container(keyedBy: Key.self)
        var first = whole.nestedContainer(keyedBy: Inner.self, forKey: .map)
        try first.encode(1, forKey: .a)
        var second = whole.nestedContainer(keyedBy: Inner.self, forKey: .map)
        try second.encode(2, forKey: .b)
        var list = whole.nestedUnkeyedContainer(forKey: .list)
        try list.encode(1)
        list = whole.nestedUnkeyedContainer(forKey: .list)
        try list.encode(2)
        try whole.encode(["first": true], forKey: .twice)
        try whole.encode(["second": true], forKey: .twice)
        _ = encoder.container(keyedBy: Key.self)
    }
}

/// Tries one type after the other.
private struct Mixed: Decodable {
    private enum Key: CodingKey { case none }

    var told: [String] = []

    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        while !list.isAtEnd {
            if let number = try? list.decode(Int.self) {
                told.append("\(number)")
            } else if let text = try? list.decode(String.self) {
                told.append(text)
            } else if (try? list.nestedContainer(keyedBy: Key.self)) != nil {
                told.append("map")
            } else if (try? list.nestedUnkeyedContainer()) != nil {
                told.append("list")
            } else if try list.decodeNil() {
                told.append("nil")
            } else {
                throw DiskFull()
            }
        }
    }
}
