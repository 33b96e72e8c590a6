import Foundation
import PoolpassFFI

/// Writes `Encodable` values as attribute values.
///
/// Structures become maps and arrays lists; `Data` is binary, and every number keeps its digits. A `Date` becomes the
/// seconds since 1970, as DynamoDB's time to live has them, and a `URL` a string. An optional that is nil is left out.
/// A set of DynamoDB is written by a member that is an ``AttributeValue`` itself.
struct ItemEncoder {
    /// Writes `value`, which has to be a structure or a dictionary.
    func encode(_ value: some Encodable) throws -> Item {
        if let item = value as? Item { return item }
        guard case .m(let item) = try encodeValue(value) else {
            let context = EncodingError.Context(codingPath: [], debugDescription: "an item has to be a structure")
            throw EncodingError.invalidValue(value, context)
        }
        return item
    }

    /// Writes a value of any kind.
    func encodeValue(_ value: some Encodable) throws -> AttributeValue {
        let place = Place()
        try place.write(value, path: [])
        return place.value
    }
}

/// Where a value goes. Containers stay attached to theirs, since `Encodable` fills them after they were handed out.
private final class Place {
    enum Content {
        case value(AttributeValue)
        case list([Place])
        case map([String: Place])
    }

    var content = Content.value(.null)

    var value: AttributeValue {
        switch content {
        case .value(let value): value
        case .list(let places): .l(places.map(\.value))
        case .map(let places): .m(places.mapValues(\.value))
        }
    }

    func write<T: Encodable>(_ value: T, path: [any CodingKey]) throws {
        switch value {
        case let value as AttributeValue: content = .value(value)
        case let value as String: content = .value(.s(value))
        case let value as Bool: content = .value(.bool(value))
        case let value as any BinaryInteger: content = .value(.n("\(value)"))
        case let value as Decimal: content = .value(.n(value.description))
        case let value as any BinaryFloatingPoint: try write(floating: Double(value), "\(value)", path)
        case let value as Data: content = .value(.b(value))
        case let value as Date:
            let seconds = value.timeIntervalSince1970
            try write(floating: seconds, "\(seconds)", path)
        case let value as URL: content = .value(.s(value.absoluteString))
        default: try value.encode(to: PlaceEncoder(place: self, codingPath: path))
        }
    }

    private func write(floating number: Double, _ digits: String, _ path: [any CodingKey]) throws {
        guard number.isFinite else {
            let context = EncodingError.Context(codingPath: path, debugDescription: "DynamoDB has only finite numbers")
            throw EncodingError.invalidValue(number, context)
        }
        content = .value(.n(Int64(exactly: number).map { "\($0)" } ?? digits))
    }

    func member(_ name: String) -> Place {
        var places: [String: Place] = [:]
        if case .map(let present) = content { places = present }
        let place = Place()
        places[name] = place
        content = .map(places)
        return place
    }

    func element() -> Place {
        let place = Place()
        if case .list(let places) = content { content = .list(places + [place]) } else { content = .list([place]) }
        return place
    }

    var count: Int {
        if case .list(let places) = content { places.count } else { 0 }
    }
}

private struct PlaceEncoder: Encoder {
    let place: Place
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .map = place.content {} else { place.content = .map([:]) }
        return KeyedEncodingContainer(MapContainer<Key>(place: place, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        place.content = .list([])
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
        place.member(key.stringValue).content = .value(.null)
    }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try place.member(key.stringValue).write(value, path: codingPath + [key])
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
        PlaceEncoder(place: place.member("super"), codingPath: codingPath)
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        encoder(for: key)
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
        place.element().content = .value(.null)
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
        place.content = .value(.null)
    }

    func encode<T: Encodable>(_ value: T) throws {
        try place.write(value, path: codingPath)
    }
}
