import Foundation
import PoolpassFFI

/// Encodes `Encodable` values as attribute values.
///
/// Structures become maps and arrays lists; `Data` is binary, and every number keeps its digits. A `Date` becomes the
/// seconds since 1970, as DynamoDB's time to live expects them, and a `URL` a string. An optional that is nil is left out.
/// To write one of DynamoDB's sets, use a member of type ``AttributeValue``.
struct ItemEncoder {
    /// Encodes `value`, which must be a structure or a dictionary.
    func encode(_ value: some Encodable) throws -> Item {
        if let item = value as? Item { return item }
        guard case .m(let item) = try encodeValue(value) else {
            let context = EncodingError.Context(codingPath: [], debugDescription: "an item has to be a structure")
            throw EncodingError.invalidValue(value, context)
        }
        return item
    }

    /// Encodes a value of any type.
    func encodeValue(_ value: some Encodable) throws -> AttributeValue {
        let place = Place()
        try place.write(value, path: [])
        return place.value
    }
}

/// The place that a value is written to. A container keeps its place, because `Encodable` fills it after it was handed out, and may ask
/// for it more than once.
private final class Place {
    enum Kind {
        case single(AttributeValue)
        case list
        case map
    }

    private var kind = Kind.single(.null)
    private var elements: [Place] = []
    private var members: [String: Place] = [:]

    var value: AttributeValue {
        switch kind {
        case .single(let value): value
        case .list: .l(elements.map(\.value))
        case .map: .m(members.mapValues(\.value))
        }
    }

    func write<T: Encodable>(_ value: T, path: [any CodingKey]) throws {
        switch value {
        case let value as AttributeValue: kind = .single(value)
        case let value as String: kind = .single(.s(value))
        case let value as Bool: kind = .single(.bool(value))
        case let value as any BinaryInteger: kind = .single(.n("\(value)"))
        case let value as Decimal:
            guard value.isFinite else { throw notFinite(value, path) }
            kind = .single(.n(value.description))
        case let value as any BinaryFloatingPoint: try write(floating: Double(value), "\(value)", path)
        case let value as Data: kind = .single(.b(value))
        case let value as Date:
            let seconds = value.timeIntervalSince1970
            try write(floating: seconds, "\(seconds)", path)
        case let value as URL: kind = .single(.s(value.absoluteString))
        default: try value.encode(to: PlaceEncoder(place: self, codingPath: path))
        }
    }

    private func write(floating number: Double, _ digits: String, _ path: [any CodingKey]) throws {
        guard number.isFinite else {
            throw notFinite(number, path)
        }
        kind = .single(.n(Int64(exactly: number).map { "\($0)" } ?? digits))
    }

    private func notFinite(_ number: Any, _ path: [any CodingKey]) -> EncodingError {
        let context = EncodingError.Context(codingPath: path, debugDescription: "DynamoDB has only finite numbers")
        return EncodingError.invalidValue(number, context)
    }

    func writeNull() {
        kind = .single(.null)
    }

    func becomeMap() {
        kind = .map
    }

    func becomeList() {
        kind = .list
    }

    /// A new place for a member, replacing any earlier one.
    func newMember(_ name: String) -> Place {
        let place = Place()
        members[name] = place
        return place
    }

    /// The place of a member, the same one each time.
    func member(_ name: String) -> Place {
        members[name] ?? newMember(name)
    }

    func element() -> Place {
        let place = Place()
        elements.append(place)
        return place
    }

    var count: Int { elements.count }
}

private struct PlaceEncoder: Encoder {
    let place: Place
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        place.becomeMap()
        return KeyedEncodingContainer(MapContainer<Key>(place: place, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        place.becomeList()
        return ListContainer(place: place, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        ValueContainer(place: place, codingPath: codingPath)
    }
}

private struct MapContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let place: Place
    let codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) throws {
        place.newMember(key.stringValue).writeNull()
    }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try place.newMember(key.stringValue).write(value, path: codingPath + [key])
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        encoder(for: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder(for: key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        PlaceEncoder(place: place.newMember("super"), codingPath: codingPath)
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        PlaceEncoder(place: place.newMember(key.stringValue), codingPath: codingPath + [key])
    }

    private func encoder(for key: Key) -> PlaceEncoder {
        PlaceEncoder(place: place.member(key.stringValue), codingPath: codingPath + [key])
    }
}

private struct ListContainer: UnkeyedEncodingContainer {
    let place: Place
    let codingPath: [any CodingKey]

    var count: Int { place.count }

    func encodeNil() throws {
        place.element().writeNull()
    }

    func encode<T: Encodable>(_ value: T) throws {
        try place.element().write(value, path: codingPath)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        encoder().unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        encoder()
    }

    private func encoder() -> PlaceEncoder {
        PlaceEncoder(place: place.element(), codingPath: codingPath)
    }
}

private struct ValueContainer: SingleValueEncodingContainer {
    let place: Place
    let codingPath: [any CodingKey]

    func encodeNil() throws {
        place.writeNull()
    }

    func encode<T: Encodable>(_ value: T) throws {
        try place.write(value, path: codingPath)
    }
}
