import PoolpassFFI

/// The place of a value: an attribute, or something inside of one.
///
/// ```swift
/// let mine = attribute("pk") == .s(me) && attribute("sk").beginsWith("note-")
/// ```
public struct Attribute: Sendable, ExpressibleByStringLiteral {
    let inner: PoolpassFFI.Attribute

    /// The attribute called `name`, whatever is in the name: dots and brackets mean nothing.
    public init(_ name: String) {
        inner = PoolpassFFI.Attribute(name: name)
    }

    /// The attribute of this name.
    public init(stringLiteral name: String) {
        self.init(name)
    }

    private init(_ inner: PoolpassFFI.Attribute) {
        self.inner = inner
    }

    /// The member called `name` of the map at this place.
    public func member(_ name: String) -> Attribute {
        Attribute(inner.member(name: name))
    }

    /// The element of the list at this place, counted from 0.
    ///
    /// - Throws: ``PoolpassError`` with `invalidInput` for a negative index.
    public func element(_ index: Int) throws -> Attribute {
        let index = try int32(index, "index")
        return Attribute(try mapped { try inner.element(index: index) })
    }

    /// `BETWEEN first AND last`, both included.
    public func between(_ first: AttributeValue, and last: AttributeValue) -> Condition {
        Condition(inner.between(first: first, last: last))
    }

    /// `IN`: one of up to 100 values.
    public func isIn(_ values: [AttributeValue]) -> Condition { Condition(inner.isIn(values: values)) }

    /// `attribute_exists`
    public func exists() -> Condition { Condition(inner.exists()) }

    /// `attribute_not_exists`
    public func notExists() -> Condition { Condition(inner.notExists()) }

    /// `begins_with`
    public func beginsWith(_ prefix: String) -> Condition { Condition(inner.beginsWith(prefix: prefix)) }

    /// `contains`: a part of a string, an element of a set or of a list.
    public func contains(_ value: AttributeValue) -> Condition { Condition(inner.contains(value: value)) }

    /// `=`
    public static func == (place: Attribute, value: AttributeValue) -> Condition { Condition(place.inner.eq(value: value)) }

    /// `<>`
    public static func != (place: Attribute, value: AttributeValue) -> Condition { Condition(place.inner.ne(value: value)) }

    /// `<`
    public static func < (place: Attribute, value: AttributeValue) -> Condition { Condition(place.inner.lt(value: value)) }

    /// `<=`
    public static func <= (place: Attribute, value: AttributeValue) -> Condition { Condition(place.inner.le(value: value)) }

    /// `>`
    public static func > (place: Attribute, value: AttributeValue) -> Condition { Condition(place.inner.gt(value: value)) }

    /// `>=`
    public static func >= (place: Attribute, value: AttributeValue) -> Condition { Condition(place.inner.ge(value: value)) }
}

/// The attribute called `name`, whatever is in the name.
public func attribute(_ name: String) -> Attribute {
    Attribute(name)
}

/// What has to hold, for an item or of a key.
public struct Condition: Sendable {
    let inner: PoolpassFFI.Condition

    init(_ inner: PoolpassFFI.Condition) {
        self.inner = inner
    }

    /// A condition in DynamoDB's own language.
    public init(_ expression: Expression) {
        inner = PoolpassFFI.Condition.ofExpression(expression: expression)
    }

    /// Both hold.
    public static func && (one: Condition, other: Condition) -> Condition {
        Condition(one.inner.and(other: other.inner))
    }

    /// One holds, or both.
    public static func || (one: Condition, other: Condition) -> Condition {
        Condition(one.inner.or(other: other.inner))
    }

    /// It does not hold.
    public static prefix func ! (condition: Condition) -> Condition {
        Condition(condition.inner.not())
    }
}

/// Something in DynamoDB's own language, with its placeholders.
public typealias Expression = PoolpassFFI.Expression

extension WriteOptions {
    init(_ condition: Condition?, _ returnOldOnConditionCheckFailure: Bool) {
        self.init(condition: condition?.inner, returnOldOnConditionCheckFailure: returnOldOnConditionCheckFailure)
    }
}
