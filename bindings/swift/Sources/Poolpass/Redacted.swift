/// A value with secrets in it: `print`, string interpolation, `debugPrint` and `dump` show only what `shown` has.
protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var shown: KeyValuePairs<String, Any> { get }
}

extension Redacted {
    /// What is no secret.
    public var description: String {
        let members = shown.map { "\($0.key): \($0.value)" } + ["…"]
        return "\(Self.self)(\(members.joined(separator: ", ")))"
    }

    /// What is no secret.
    public var debugDescription: String { description }

    /// What is no secret.
    public var customMirror: Mirror { Mirror(self, children: shown.map { (label: $0.key, value: $0.value) }) }
}
