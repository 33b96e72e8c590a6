import Foundation
import PoolpassFFI

/// Decodes `Decodable` values from attribute values, as ``ItemEncoder`` writes them. Sets are decoded as arrays.
struct ItemDecoder {
    /// Decodes an item.
    func decode<T: Decodable>(_ type: T.Type = T.self, from item: Item) throws -> T {
        if let item = item as? T { return item }
        return try decodeValue(type, from: .m(item))
    }

    /// Decodes a value of any type.
    func decodeValue<T: Decodable>(_ type: T.Type = T.self, from value: AttributeValue) throws -> T {
        try ValueDecoder(value: value, codingPath: []).read(type)
    }
}

private struct ValueDecoder: Decoder {
    let value: AttributeValue
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .m(let members) = value else { throw mismatch([String: AttributeValue].self) }
        return KeyedDecodingContainer(MapContainer<Key>(members: members, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let elements: [AttributeValue]
        switch value {
        case .l(let values): elements = values
        case .ss(let texts): elements = texts.map(AttributeValue.s)
        case .ns(let numbers): elements = numbers.map(AttributeValue.n)
        case .bs(let pieces): elements = pieces.map(AttributeValue.b)
        default: throw mismatch([AttributeValue].self)
        }
        return ListContainer(elements: elements, codingPath: codingPath)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        ValueContainer(decoder: self)
    }

    func read<T: Decodable>(_ type: T.Type) throws -> T {
        let result: Any?
        switch type {
        case is AttributeValue.Type: result = value
        case is String.Type: result = text
        case is Bool.Type: if case .bool(let bool) = value { result = bool } else { result = nil }
        case is Data.Type: if case .b(let data) = value { result = data } else { result = nil }
        case let type as any FixedWidthInteger.Type: result = number.flatMap { integer(type, $0) }
        case is Double.Type: result = number.flatMap { Double($0) }
        case is Float.Type: result = number.flatMap { Float($0) }
        case is Decimal.Type: result = number.flatMap { Decimal(string: $0) }
        case is Date.Type: result = number.flatMap { Double($0) }.map(Date.init(timeIntervalSince1970:))
        case is URL.Type: result = text.flatMap(URL.init(string:))
        default: return try T(from: self)
        }
        guard let result = result as? T else { throw mismatch(type) }
        return result
    }

    private var text: String? {
        if case .s(let text) = value { text } else { nil }
    }

    private var number: String? {
        if case .n(let number) = value { number } else { nil }
    }

    private func integer<I: FixedWidthInteger>(_ type: I.Type, _ digits: String) -> Any? {
        I(digits)
    }

    private func mismatch(_ type: Any.Type) -> DecodingError {
        .typeMismatch(type, .init(codingPath: codingPath, debugDescription: "\(value.kind) is not such a value"))
    }
}

extension AttributeValue {
    /// The type of the value, without the value.
    fileprivate var kind: String {
        switch self {
        case .s: "a string"
        case .n: "a number that does not fit, or no number at all,"
        case .b: "binary data"
        case .bool: "a boolean"
        case .null: "null"
        case .l: "a list"
        case .m: "a map"
        case .ss, .ns, .bs: "a set"
        }
    }
}

private struct MapContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [String: AttributeValue]
    let codingPath: [any CodingKey]

    var allKeys: [Key] { members.keys.compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool {
        members[key.stringValue] != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        try decoder(for: key).value == .null
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try decoder(for: key).read(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(for: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(for: key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        ValueDecoder(value: members["super"] ?? .null, codingPath: codingPath)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        try decoder(for: key)
    }

    private func decoder(for key: Key) throws -> ValueDecoder {
        guard let value = members[key.stringValue] else {
            let context = DecodingError.Context(codingPath: codingPath, debugDescription: "there is no such attribute")
            throw DecodingError.keyNotFound(key, context)
        }
        return ValueDecoder(value: value, codingPath: codingPath + [key])
    }
}

private struct ListContainer: UnkeyedDecodingContainer {
    let elements: [AttributeValue]
    let codingPath: [any CodingKey]
    var currentIndex = 0

    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, elements[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try next(type) { try $0.read(type) }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try next(type) { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next([AttributeValue].self) { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder {
        try next(AttributeValue.self) { $0 }
    }

    /// Decodes an element. An element that cannot be decoded stays the next one, so that it can be decoded as another type.
    private mutating func next<Result>(_ type: Any.Type, _ read: (ValueDecoder) throws -> Result) throws -> Result {
        guard !isAtEnd else {
            let context = DecodingError.Context(codingPath: codingPath, debugDescription: "the list has ended")
            throw DecodingError.valueNotFound(type, context)
        }
        let result = try read(ValueDecoder(value: elements[currentIndex], codingPath: codingPath))
        currentIndex += 1
        return result
    }
}

private struct ValueContainer: SingleValueDecodingContainer {
    let decoder: ValueDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool {
        decoder.value == .null
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try decoder.read(type)
    }
}
