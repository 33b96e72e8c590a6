/// A value that contains secrets. `print`, string interpolation, `debugPrint` and `dump` show only `shown`.
protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var shown: KeyValuePairs<String, Any> { get }
}

extension Redacted {
    /// The value without its secrets.
    public var description: String {
        let members = shown.map { "\($0.key): \($0.value)" } + ["…"]
        return "\(Self.self)(\(members.joined(separator: ", ")))"
    }

    /// The value without its secrets.
    public var debugDescription: String { description }

    /// The members without the secrets.
    public var customMirror: Mirror { Mirror(self, children: shown.map { (label: $0.key, value: $0.value) }) }
}
