/// The difference between a test's result and its expectation.
struct Mismatch: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws the place and the difference, unless `actual` contains what is expected.
func expect(_ actual: JSON, toContain expected: JSON, at place: String = "result") throws {
    switch (expected, actual) {
    case (.string(let matcher), _) where matcher.hasPrefix("$"):
        guard try matches(actual, matcher) else {
            throw Mismatch("\(place): expected \(matcher), got \(actual.text)")
        }
    case (.array(let expected), .array(let actual)):
        guard expected.count == actual.count else {
            throw Mismatch("\(place): expected \(expected.count) elements, got \(JSON.array(actual).text)")
        }
        for (index, pair) in zip(actual, expected).enumerated() {
            try expect(pair.0, toContain: pair.1, at: "\(place)[\(index)]")
        }
    case (.object(let expected), .object):
        for (name, member) in expected {
            try expect(actual[name], toContain: member, at: "\(place).\(name)")
        }
    default:
        guard expected == actual else {
            throw Mismatch("\(place): expected \(expected.text), got \(actual.text)")
        }
    }
}

private func matches(_ actual: JSON, _ matcher: String) throws -> Bool {
    switch (matcher, actual) {
    case ("$string", .string), ("$number", .number), ("$boolean", .bool): true
    case ("$any", _): actual != .null
    case ("$absent", _): actual == .null
    case ("$string", _), ("$number", _), ("$boolean", _): false
    default: throw Mismatch("there is no matcher \(matcher)")
    }
}
