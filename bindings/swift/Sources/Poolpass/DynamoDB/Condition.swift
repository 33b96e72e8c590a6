import PoolpassFFI

/// An attribute, or a place inside an attribute.
///
/// ```swift
/// let mine = attribute("pk") == .s(me) && attribute("sk").beginsWith("note-")
/// ```
public struct Attribute: Sendable, ExpressibleByStringLiteral {
    let inner: PoolpassFFI.Attribute

    /// The attribute called `name`. Dots and brackets in it are part of the name.
    public init(_ name: String) {
        inner = PoolpassFFI.Attribute(name: name)
    }

    /// The attribute called `name`. Dots and brackets in it are part of the name.
    public init(stringLiteral name: String) {
        self.init(name)
    }

    private init(_ inner: PoolpassFFI.Attribute) {
        self.inner = inner
    }

    /// Returns the member `name` of this map.
    public func member(_ name: String) -> Attribute {
        Attribute(inner.member(name: name))
    }

    /// Returns the element `index`, counted from 0, of this list.
    ///
    /// - Throws: ``PoolpassError`` with `invalidInput` for a negative index.
    public func element(_ index: Int) throws -> Attribute {
        let index = try int32(index, "index")
        return Attribute(try mapped { try inner.element(index: index) })
    }

    /// Matches attributes from `first` to `last`, both included.
    public func between(_ first: AttributeValue, and last: AttributeValue) -> Condition {
        Condition(inner.between(first: first, last: last))
    }

    /// Matches attributes equal to one of `values`, of which DynamoDB takes 1 to 100.
    public func isIn(_ values: [AttributeValue]) -> Condition { Condition(inner.isIn(values: values)) }

    /// Matches items that have the attribute, even if it is null.
    public func exists() -> Condition { Condition(inner.exists()) }

    /// Matches items without the attribute. On an attribute of the key, it means that no item has this key.
    public func notExists() -> Condition { Condition(inner.notExists()) }

    /// Matches strings that start with `prefix`.
    public func beginsWith(_ prefix: String) -> Condition { Condition(inner.beginsWith(prefix: prefix)) }

    /// Matches strings that contain the string `value`, and lists and sets that contain the element `value`.
    public func contains(_ value: AttributeValue) -> Condition { Condition(inner.contains(value: value)) }

    /// Matches attributes equal to `value`.
    public static func == (place: Attribute, value: AttributeValue) -> Condition { Condition(place.inner.eq(value: value)) }

    /// Matches attributes that differ from `value` or do not exist.
    public static func != (place: Attribute, value: AttributeValue) -> Condition { Condition(place.inner.ne(value: value)) }

    /// Matches attributes less than `value`.
    public static func < (place: Attribute, value: AttributeValue) -> Condition { Condition(place.inner.lt(value: value)) }

    /// Matches attributes less than or equal to `value`.
    public static func <= (place: Attribute, value: AttributeValue) -> Condition { Condition(place.inner.le(value: value)) }

    /// Matches attributes greater than `value`.
    public static func > (place: Attribute, value: AttributeValue) -> Condition { Condition(place.inner.gt(value: value)) }

    /// Matches attributes greater than or equal to `value`.
    public static func >= (place: Attribute, value: AttributeValue) -> Condition { Condition(place.inner.ge(value: value)) }
}

/// The attribute called `name`. Dots and brackets in it are part of the name.
public func attribute(_ name: String) -> Attribute {
    Attribute(name)
}

/// A condition for a write, a query or a filter.
public struct Condition: Sendable {
    let inner: PoolpassFFI.Condition

    init(_ inner: PoolpassFFI.Condition) {
        self.inner = inner
    }

    /// A condition in DynamoDB's own language.
    public init(_ expression: Expression) {
        inner = PoolpassFFI.Condition.ofExpression(expression: expression)
    }

    /// Requires both conditions.
    public static func && (one: Condition, other: Condition) -> Condition {
        Condition(one.inner.and(other: other.inner))
    }

    /// Requires at least one of the two conditions.
    public static func || (one: Condition, other: Condition) -> Condition {
        Condition(one.inner.or(other: other.inner))
    }

    /// Requires that the condition does not hold.
    public static prefix func ! (condition: Condition) -> Condition {
        Condition(condition.inner.not())
    }
}

/// An expression in DynamoDB's own language, with its `#name` and `:value` placeholders.
public typealias Expression = PoolpassFFI.Expression

extension WriteOptions {
    init(_ condition: Condition?, _ returnOldOnConditionCheckFailure: Bool) {
        self.init(condition: condition?.inner, returnOldOnConditionCheckFailure: returnOldOnConditionCheckFailure)
    }
}
