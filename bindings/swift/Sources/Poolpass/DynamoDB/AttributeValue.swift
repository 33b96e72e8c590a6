import Foundation
import PoolpassFFI

/// The value of an attribute, in DynamoDB's own types.
public typealias AttributeValue = PoolpassFFI.AttributeValue

/// The attributes of an item or of a key.
public typealias Item = [String: AttributeValue]

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .s(value) }
    /// A number.
    public init(integerLiteral value: Int) { self = .n("\(value)") }
    /// A boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A map.
    public init(dictionaryLiteral elements: (String, AttributeValue)...) {
        self = .m(Dictionary(elements) { _, last in last })
    }
    /// A list.
    public init(arrayLiteral elements: AttributeValue...) { self = .l(elements) }
}

extension AttributeValue {
    /// A number.
    public static func number(_ value: some BinaryInteger) -> AttributeValue { .n("\(value)") }

    /// Encodes any value, as a member of an item is encoded.
    ///
    /// - Throws: `EncodingError` for a value that DynamoDB cannot store, such as NaN.
    public init(encoding value: some Encodable) throws {
        self = try ItemEncoder().encodeValue(value)
    }
}

/// Converts values from and to JSON: numbers keep their digits, and sets and lists are arrays. In an item, an attribute value stays
/// as it is.
extension AttributeValue: Codable {
    /// Encodes the value as JSON.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .s(let text): try container.encode(text)
        case .n(let number): try container.encode(decimal(number, container.codingPath))
        case .b(let data): try container.encode(data)
        case .bool(let flag): try container.encode(flag)
        case .null: try container.encodeNil()
        case .m(let members): try container.encode(members)
        case .l(let elements): try container.encode(elements)
        case .ss(let texts): try container.encode(texts)
        case .ns(let numbers): try container.encode(numbers.map { try decimal($0, container.codingPath) })
        case .bs(let pieces): try container.encode(pieces)
        }
    }

    /// Decodes the value from JSON.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .bool(flag)
        } else if let number = try? container.decode(Decimal.self) {
            self = .n(number.description)
        } else if let text = try? container.decode(String.self) {
            self = .s(text)
        } else if let elements = try? container.decode([AttributeValue].self) {
            self = .l(elements)
        } else {
            self = .m(try container.decode([String: AttributeValue].self))
        }
    }

    private func decimal(_ number: String, _ path: [any CodingKey]) throws -> Decimal {
        guard let decimal = Decimal(string: number) else {
            throw EncodingError.invalidValue(number, .init(codingPath: path, debugDescription: "it is no number"))
        }
        return decimal
    }
}
