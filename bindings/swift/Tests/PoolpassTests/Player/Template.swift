/// Replaces every `{{…}}` in a scenario's value by what `lookUp` finds for it.
func fill(_ value: JSON, _ lookUp: (String) async throws -> JSON) async throws -> JSON {
    switch value {
    case .string(let text):
        return try await fill(text, lookUp)
    case .array(let elements):
        var filled: [JSON] = []
        for element in elements { filled.append(try await fill(element, lookUp)) }
        return .array(filled)
    case .object(let members):
        var filled: [String: JSON] = [:]
        for (name, member) in members {
            let name = try await fill(name, lookUp)
            filled[name.string ?? name.text] = try await fill(member, lookUp)
        }
        return .object(filled)
    default:
        return value
    }
}

/// Braces may be nested; the innermost are filled first.
private func fill(_ text: String, _ lookUp: (String) async throws -> JSON) async throws -> JSON {
    var text = text
    while let end = text.firstRange(of: "}}") {
        guard let start = text[..<end.lowerBound].ranges(of: "{{").last else {
            throw Mismatch("too many closing braces in \(text)")
        }
        let name = text[start.upperBound..<end.lowerBound]
        let value = try await lookUp(name.split(separator: " ").joined(separator: " "))
        if start.lowerBound == text.startIndex && end.upperBound == text.endIndex { return value }
        text.replaceSubrange(start.lowerBound..<end.upperBound, with: value.string ?? value.text)
    }
    guard !text.contains("{{") else { throw Mismatch("open braces in \(text)") }
    return .string(text)
}
