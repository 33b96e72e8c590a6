//! Conditions, filters and key conditions, written in Rust.

use std::borrow::Cow;
use std::ops::Not;

use super::expression::Piece;
use super::{AttributeValue, Expression};

/// The attribute called `name`, to build a [`Condition`] or an update with.
///
/// Dots and brackets in the name are part of it. To reach a value inside a map or a list, use
/// [`member`](Attribute::member) and [`element`](Attribute::element).
///
/// ```
/// use poolpass::dynamodb::attribute;
///
/// let mine = attribute("pk").eq("eu-west-1:9f1d63d7").and(attribute("sk").begins_with("note#"));
/// let open = attribute("done").eq(false).or(attribute("done").not_exists());
/// let nearby = attribute("address").member("city").is_in(["Cork", "Kerry"]).and(!open);
/// ```
pub fn attribute(name: impl Into<String>) -> Attribute {
    Attribute { pieces: vec![Piece::Name(name.into())] }
}

/// An attribute, or a place inside an attribute. Made by [`attribute`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Attribute {
    pieces: Vec<Piece>,
}

impl Attribute {
    /// Returns the member `name` of this map.
    pub fn member(mut self, name: impl Into<String>) -> Self {
        self.pieces.extend([Piece::text("."), Piece::Name(name.into())]);
        self
    }

    /// Returns the element `index`, counted from 0, of this list.
    pub fn element(mut self, index: usize) -> Self {
        self.pieces.push(Piece::Text(Cow::Owned(format!("[{index}]"))));
        self
    }

    /// Matches attributes equal to `value`.
    pub fn eq(self, value: impl Into<AttributeValue>) -> Condition {
        self.compare(" = ", value)
    }

    /// Matches attributes that differ from `value` or do not exist.
    pub fn ne(self, value: impl Into<AttributeValue>) -> Condition {
        self.compare(" <> ", value)
    }

    /// Matches attributes less than `value`.
    pub fn lt(self, value: impl Into<AttributeValue>) -> Condition {
        self.compare(" < ", value)
    }

    /// Matches attributes less than or equal to `value`.
    pub fn le(self, value: impl Into<AttributeValue>) -> Condition {
        self.compare(" <= ", value)
    }

    /// Matches attributes greater than `value`.
    pub fn gt(self, value: impl Into<AttributeValue>) -> Condition {
        self.compare(" > ", value)
    }

    /// Matches attributes greater than or equal to `value`.
    pub fn ge(self, value: impl Into<AttributeValue>) -> Condition {
        self.compare(" >= ", value)
    }

    /// Matches attributes from `first` to `last`, both included.
    pub fn between(self, first: impl Into<AttributeValue>, last: impl Into<AttributeValue>) -> Condition {
        let mut pieces = self.pieces;
        pieces.extend([
            Piece::text(" BETWEEN "),
            Piece::Value(first.into()),
            Piece::text(" AND "),
            Piece::Value(last.into()),
        ]);
        Condition::simple(pieces)
    }

    /// Matches attributes equal to one of `values`, of which DynamoDB takes 1 to 100.
    pub fn is_in<V: Into<AttributeValue>>(self, values: impl IntoIterator<Item = V>) -> Condition {
        let mut pieces = self.pieces;
        pieces.push(Piece::text(" IN ("));
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                pieces.push(Piece::text(", "));
            }
            pieces.push(Piece::Value(value.into()));
        }
        pieces.push(Piece::text(")"));
        Condition::simple(pieces)
    }

    /// Matches items that have the attribute, even if it is null.
    pub fn exists(self) -> Condition {
        self.call("attribute_exists(", None)
    }

    /// Matches items without the attribute. On an attribute of the key, it means that no item has this key.
    pub fn not_exists(self) -> Condition {
        self.call("attribute_not_exists(", None)
    }

    /// Matches strings that start with `prefix`.
    pub fn begins_with(self, prefix: impl Into<String>) -> Condition {
        self.call("begins_with(", Some(AttributeValue::S(prefix.into())))
    }

    /// Matches strings that contain the string `value`, and lists and sets that contain the element `value`.
    pub fn contains(self, value: impl Into<AttributeValue>) -> Condition {
        self.call("contains(", Some(value.into()))
    }

    fn compare(self, operator: &'static str, value: impl Into<AttributeValue>) -> Condition {
        let mut pieces = self.pieces;
        pieces.extend([Piece::text(operator), Piece::Value(value.into())]);
        Condition::simple(pieces)
    }

    fn call(self, function: &'static str, value: Option<AttributeValue>) -> Condition {
        let mut pieces = vec![Piece::text(function)];
        pieces.extend(self.pieces);
        if let Some(value) = value {
            pieces.extend([Piece::text(", "), Piece::Value(value)]);
        }
        pieces.push(Piece::text(")"));
        Condition::simple(pieces)
    }

    pub(super) fn into_pieces(self) -> Vec<Piece> {
        self.pieces
    }
}

impl From<&str> for Attribute {
    fn from(name: &str) -> Self {
        attribute(name)
    }
}

impl From<String> for Attribute {
    fn from(name: String) -> Self {
        attribute(name)
    }
}

/// A condition for a write, a query or a filter. It starts with [`attribute`], or is an [`Expression`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Condition {
    pieces: Vec<Piece>,
    binding: Binding,
}

/// How tightly the outermost operator of a condition binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    /// `OR`, or a plain expression, which may contain anything.
    Loose,
    /// `AND`.
    And,
    /// A comparison, a function or something in parentheses.
    Tight,
}

impl Condition {
    /// Requires both conditions.
    pub fn and(self, other: impl Into<Self>) -> Self {
        self.join(" AND ", other.into(), Binding::And)
    }

    /// Requires at least one of the two conditions.
    pub fn or(self, other: impl Into<Self>) -> Self {
        self.join(" OR ", other.into(), Binding::Loose)
    }

    fn simple(pieces: Vec<Piece>) -> Self {
        Self { pieces, binding: Binding::Tight }
    }

    fn join(self, operator: &'static str, other: Self, binding: Binding) -> Self {
        // AND in AND needs no parentheses; OR in OR gets some, since a plain expression may be anything.
        let at_least = if binding == Binding::And { Binding::And } else { Binding::Tight };
        let mut pieces = self.binding_at_least(at_least);
        pieces.push(Piece::text(operator));
        pieces.extend(other.binding_at_least(at_least));
        Self { pieces, binding }
    }

    fn binding_at_least(self, binding: Binding) -> Vec<Piece> {
        if self.binding >= binding { self.pieces } else { parenthesized(self.pieces) }
    }

    pub(super) fn into_pieces(self) -> Vec<Piece> {
        self.pieces
    }
}

/// Requires that the condition does not hold.
impl Not for Condition {
    type Output = Self;

    fn not(self) -> Self {
        let mut pieces = vec![Piece::text("NOT ")];
        pieces.extend(parenthesized(self.pieces));
        Self::simple(pieces)
    }
}

impl From<Expression> for Condition {
    fn from(expression: Expression) -> Self {
        Self { pieces: vec![Piece::Plain(expression)], binding: Binding::Loose }
    }
}

fn parenthesized(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut parenthesized = vec![Piece::text("(")];
    parenthesized.extend(pieces);
    parenthesized.push(Piece::text(")"));
    parenthesized
}

#[cfg(test)]
mod tests {
    use super::super::expression::Placeholders;
    use super::*;

    fn written(condition: impl Into<Condition>) -> String {
        Placeholders::default().write(condition.into().into_pieces()).unwrap()
    }

    #[test]
    fn every_comparison_is_written_as_dynamodb_reads_it() {
        let a = || attribute("a");
        for (condition, text) in [
            (a().eq("x"), "#n0 = :v0"),
            (a().ne(1), "#n0 <> :v0"),
            (a().lt(1), "#n0 < :v0"),
            (a().le(1), "#n0 <= :v0"),
            (a().gt(1), "#n0 > :v0"),
            (a().ge(1), "#n0 >= :v0"),
            (a().between(1, 2), "#n0 BETWEEN :v0 AND :v1"),
            (a().is_in([1, 2, 3]), "#n0 IN (:v0, :v1, :v2)"),
            (a().exists(), "attribute_exists(#n0)"),
            (a().not_exists(), "attribute_not_exists(#n0)"),
            (a().begins_with("x"), "begins_with(#n0, :v0)"),
            (a().contains("x"), "contains(#n0, :v0)"),
            (a().member("b").element(3).member("a").eq(true), "#n0.#n1[3].#n0 = :v0"),
            (!a().exists(), "NOT (attribute_exists(#n0))"),
        ] {
            assert_eq!(written(condition), text);
        }
    }

    #[test]
    fn parentheses_stand_where_the_meaning_needs_them() {
        let (a, b, c) = (|| attribute("a").eq(1), || attribute("b").eq(2), || attribute("c").eq(3));
        assert_eq!(written(a().and(b()).and(c())), "#n0 = :v0 AND #n1 = :v1 AND #n2 = :v2");
        assert_eq!(written(a().or(b()).and(c())), "(#n0 = :v0 OR #n1 = :v1) AND #n2 = :v2");
        assert_eq!(written(a().and(b().or(c()))), "#n0 = :v0 AND (#n1 = :v1 OR #n2 = :v2)");
        assert_eq!(written(a().and(b()).or(c())), "(#n0 = :v0 AND #n1 = :v1) OR #n2 = :v2");
        assert_eq!(written(!a().or(b())), "NOT (#n0 = :v0 OR #n1 = :v1)");
    }

    #[test]
    fn a_plain_expression_is_kept_together() {
        let plain = || Expression::new("size(t) > :n OR x = :n").value(":n", 3);
        assert_eq!(written(plain()), "size(t) > :n OR x = :n");
        assert_eq!(written(attribute("a").eq(1).and(plain())), "#n0 = :v0 AND (size(t) > :n OR x = :n)");
    }

    #[test]
    fn names_and_values_never_enter_the_text() {
        let hostile = ") OR attribute_exists(pk";
        assert_eq!(written(attribute(hostile).eq(hostile)), "#n0 = :v0");
    }
}
