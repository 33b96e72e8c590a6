//! DynamoDB's values.

use std::collections::HashMap;

use poolpass::dynamodb::{AttributeValue as Value, Item};

use super::Attributes;

/// The value of an attribute, in DynamoDB's own types.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum AttributeValue {
    /// A string.
    S(String),
    /// A number, as text so that none of its up to 38 digits is lost.
    N(String),
    /// Bytes.
    B(Vec<u8>),
    /// A boolean.
    Bool(bool),
    /// DynamoDB's null, which is not the same as an absent attribute.
    Null,
    /// A map.
    M(HashMap<String, AttributeValue>),
    /// A list.
    L(Vec<AttributeValue>),
    /// A set of strings; DynamoDB refuses empty sets.
    Ss(Vec<String>),
    /// A set of numbers.
    Ns(Vec<String>),
    /// A set of byte strings.
    Bs(Vec<Vec<u8>>),
}

impl From<AttributeValue> for Value {
    fn from(value: AttributeValue) -> Self {
        match value {
            AttributeValue::S(text) => Self::S(text),
            AttributeValue::N(number) => Self::N(number),
            AttributeValue::B(bytes) => Self::B(bytes),
            AttributeValue::Bool(flag) => Self::Bool(flag),
            AttributeValue::Null => Self::Null,
            AttributeValue::M(members) => Self::M(item(members)),
            AttributeValue::L(elements) => Self::L(elements.into_iter().map(Into::into).collect()),
            AttributeValue::Ss(texts) => Self::Ss(texts),
            AttributeValue::Ns(numbers) => Self::Ns(numbers),
            AttributeValue::Bs(elements) => Self::Bs(elements),
        }
    }
}

impl From<Value> for AttributeValue {
    fn from(value: Value) -> Self {
        match value {
            Value::S(text) => Self::S(text),
            Value::N(number) => Self::N(number),
            Value::B(bytes) => Self::B(bytes),
            Value::Bool(flag) => Self::Bool(flag),
            Value::M(members) => {
                Self::M(members.into_iter().map(|(name, value)| (name, value.into())).collect())
            }
            Value::L(elements) => Self::L(elements.into_iter().map(Into::into).collect()),
            Value::Ss(texts) => Self::Ss(texts),
            Value::Ns(numbers) => Self::Ns(numbers),
            Value::Bs(elements) => Self::Bs(elements),
            _ => Self::Null,
        }
    }
}

/// The item or key with these attributes.
pub(super) fn item(attributes: Attributes) -> Item {
    attributes.into_iter().map(|(name, value)| (name, Value::from(value))).collect()
}

/// The attributes of an item.
pub(crate) fn attributes(item: Item) -> Attributes {
    item.into_iter().map(|(name, value)| (name, value.into())).collect()
}
