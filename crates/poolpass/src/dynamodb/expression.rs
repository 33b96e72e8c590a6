//! Expressions in DynamoDB's language, with placeholders for names and values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::AttributeValue;
use crate::error::Error;
use crate::json::Object;

/// An expression written in [DynamoDB's own language](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html),
/// with its `#name` and `:value` placeholders.
///
/// [`attribute`](super::attribute) and the methods of [`UpdateItem`](super::UpdateItem) write most expressions without
/// placeholders; use this type for the rest. Never put an untrusted value or name into the text: pass it as a placeholder.
///
/// ```
/// use poolpass::dynamodb::Expression;
///
/// let long = Expression::new("size(#title) > :limit").name("#title", "title").value(":limit", 80);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    text: String,
    names: BTreeMap<String, String>,
    values: BTreeMap<String, AttributeValue>,
}

impl Expression {
    /// Creates an expression without placeholders.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), names: BTreeMap::new(), values: BTreeMap::new() }
    }

    /// Sets the attribute name that `placeholder` (`#` and letters, digits or underscores) stands for.
    #[must_use]
    pub fn name(mut self, placeholder: impl Into<String>, name: impl Into<String>) -> Self {
        self.names.insert(placeholder.into(), name.into());
        self
    }

    /// Sets the value that `placeholder` (`:` and letters, digits or underscores) stands for.
    #[must_use]
    pub fn value(mut self, placeholder: impl Into<String>, value: impl Into<AttributeValue>) -> Self {
        self.values.insert(placeholder.into(), value.into());
        self
    }
}

/// A piece of an expression whose placeholders are not chosen yet, so that pieces can be put together.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(Cow<'static, str>),
    Name(String),
    Value(AttributeValue),
    Plain(Expression),
}

impl Piece {
    pub(super) const fn text(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

/// The names and values that the placeholders of one request stand for, shared by all its expressions.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    names: Map<String, Value>,
    values: Map<String, Value>,
}

impl Placeholders {
    /// Writes an expression, and keeps the names and values of its placeholders.
    pub(super) fn write(&mut self, pieces: Vec<Piece>) -> Result<String, Error> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(piece) => text.push_str(&piece),
                Piece::Name(name) => text.push_str(&self.placeholder_of_name(name)),
                Piece::Value(value) => text.push_str(&self.placeholder_of_value(value)),
                Piece::Plain(plain) => {
                    text.push_str(&plain.text);
                    self.adopt(plain)?;
                }
            }
        }
        Ok(text)
    }

    /// Adds the names and values of the placeholders to their request.
    pub(super) fn write_to(self, input: Object) -> Object {
        let maybe = |meanings: Map<String, Value>| (!meanings.is_empty()).then_some(meanings);
        input
            .maybe("ExpressionAttributeNames", maybe(self.names))
            .maybe("ExpressionAttributeValues", maybe(self.values))
    }

    fn placeholder_of_name(&mut self, name: String) -> String {
        let name = Value::String(name);
        if let Some((placeholder, _)) = self.names.iter().find(|(_, known)| **known == name) {
            return placeholder.clone();
        }
        let placeholder = unused(&self.names, "#n");
        self.names.insert(placeholder.clone(), name);
        placeholder
    }

    fn placeholder_of_value(&mut self, value: AttributeValue) -> String {
        let placeholder = unused(&self.values, ":v");
        self.values.insert(placeholder.clone(), value.into_json());
        placeholder
    }

    /// Keeps the caller's placeholders, because they stand in the caller's text.
    fn adopt(&mut self, plain: Expression) -> Result<(), Error> {
        for (placeholder, name) in plain.names {
            adopt(&mut self.names, placeholder, Value::String(name))?;
        }
        for (placeholder, value) in plain.values {
            adopt(&mut self.values, placeholder, value.into_json())?;
        }
        Ok(())
    }
}

fn unused(taken: &Map<String, Value>, prefix: &str) -> String {
    let mut number = taken.len();
    loop {
        let placeholder = format!("{prefix}{number}");
        if !taken.contains_key(&placeholder) {
            return placeholder;
        }
        number += 1;
    }
}

fn adopt(known: &mut Map<String, Value>, placeholder: String, meaning: Value) -> Result<(), Error> {
    match known.get(&placeholder) {
        Some(other) if *other != meaning => Err(Error::invalid_input(format!(
            "the placeholder {placeholder} has two meanings in one request: choose another one"
        ))),
        _ => {
            known.insert(placeholder, meaning);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn name(name: &str) -> Piece {
        Piece::Name(name.to_owned())
    }

    #[test]
    fn a_name_has_one_placeholder_and_every_value_its_own() {
        let mut placeholders = Placeholders::default();
        let first = placeholders
            .write(vec![
                name("a"),
                Piece::text(" = "),
                Piece::Value(1.into()),
                Piece::text(" OR "),
                name("a"),
            ])
            .unwrap();
        let second = placeholders.write(vec![name("b"), Piece::text(" = "), Piece::Value(1.into())]).unwrap();
        assert_eq!((first.as_str(), second.as_str()), ("#n0 = :v0 OR #n0", "#n1 = :v1"));
        assert_eq!(
            Value::from(placeholders.write_to(Object::new())),
            json!({
                "ExpressionAttributeNames": {"#n0": "a", "#n1": "b"},
                "ExpressionAttributeValues": {":v0": {"N": "1"}, ":v1": {"N": "1"}},
            })
        );
    }

    #[test]
    fn nothing_is_sent_for_expressions_without_placeholders() {
        assert_eq!(Value::from(Placeholders::default().write_to(Object::new())), json!({}));
    }

    #[test]
    fn a_plain_expression_keeps_its_own_placeholders() {
        let plain = Expression::new("size(#n0) > :v0").name("#n0", "title").value(":v0", 80);
        let mut placeholders = Placeholders::default();
        let plain_first = placeholders.write(vec![Piece::Plain(plain.clone()), name("x")]).unwrap();
        assert_eq!(plain_first, "size(#n0) > :v0#n1");
        // The same meaning twice is fine; another meaning is not.
        placeholders.write(vec![Piece::Plain(plain)]).unwrap();
        let other = Expression::new("#n0").name("#n0", "other");
        let error = placeholders.write(vec![Piece::Plain(other)]).unwrap_err();
        assert!(error.message().contains("#n0"), "{error}");
    }

    #[test]
    fn a_taken_placeholder_is_not_chosen() {
        let mut placeholders = Placeholders::default();
        placeholders.write(vec![Piece::Plain(Expression::new("#n1").name("#n1", "a"))]).unwrap();
        assert_eq!(placeholders.write(vec![name("b")]).unwrap(), "#n2");
    }
}
