//! The values of attributes.

use serde_dynamo::AttributeValue as Wire;

use super::item::Item;
use super::number::Number;

/// The value of an attribute, in DynamoDB's own types.
///
/// Rust's strings, integers, booleans and vectors of bytes convert into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeValue {
    /// Text (`S`).
    S(String),
    /// A number (`N`).
    N(Number),
    /// Bytes (`B`).
    B(Vec<u8>),
    /// True or false (`BOOL`).
    Bool(bool),
    /// Nothing (`NULL`).
    Null,
    /// Named values (`M`).
    M(Item),
    /// Values in order (`L`).
    L(Vec<AttributeValue>),
    /// Different texts in no order (`SS`).
    Ss(Vec<String>),
    /// Different numbers in no order (`NS`).
    Ns(Vec<Number>),
    /// Different byte sequences in no order (`BS`).
    Bs(Vec<Vec<u8>>),
}

impl AttributeValue {
    /// The text, if it is one.
    pub fn as_s(&self) -> Option<&str> {
        match self {
            Self::S(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_n(&self) -> Option<&Number> {
        match self {
            Self::N(number) => Some(number),
            _ => None,
        }
    }
}

impl From<&str> for AttributeValue {
    fn from(text: &str) -> Self {
        Self::S(text.to_owned())
    }
}

impl From<String> for AttributeValue {
    fn from(text: String) -> Self {
        Self::S(text)
    }
}

impl From<&String> for AttributeValue {
    fn from(text: &String) -> Self {
        Self::S(text.clone())
    }
}

impl From<bool> for AttributeValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Number> for AttributeValue {
    fn from(number: Number) -> Self {
        Self::N(number)
    }
}

impl From<Vec<u8>> for AttributeValue {
    fn from(bytes: Vec<u8>) -> Self {
        Self::B(bytes)
    }
}

impl From<Item> for AttributeValue {
    fn from(item: Item) -> Self {
        Self::M(item)
    }
}

impl From<Vec<AttributeValue>> for AttributeValue {
    fn from(values: Vec<AttributeValue>) -> Self {
        Self::L(values)
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for AttributeValue {
            fn from(value: $integer) -> Self {
                Self::N(value.into())
            }
        }
    )*};
}
from_integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

/// Into the form that `serde_dynamo` reads and writes.
impl From<AttributeValue> for Wire {
    fn from(value: AttributeValue) -> Self {
        match value {
            AttributeValue::S(text) => Self::S(text),
            AttributeValue::N(number) => Self::N(number.as_str().to_owned()),
            AttributeValue::B(bytes) => Self::B(bytes),
            AttributeValue::Bool(value) => Self::Bool(value),
            AttributeValue::Null => Self::Null(true),
            AttributeValue::M(item) => {
                Self::M(item.into_iter().map(|(name, value)| (name, value.into())).collect())
            }
            AttributeValue::L(values) => Self::L(values.into_iter().map(Into::into).collect()),
            AttributeValue::Ss(texts) => Self::Ss(texts),
            AttributeValue::Ns(numbers) => Self::Ns(numbers.iter().map(ToString::to_string).collect()),
            AttributeValue::Bs(all) => Self::Bs(all),
        }
    }
}

impl From<Wire> for AttributeValue {
    fn from(value: Wire) -> Self {
        match value {
            Wire::S(text) => Self::S(text),
            Wire::N(number) => Self::N(Number::from_wire(number)),
            Wire::B(bytes) => Self::B(bytes),
            Wire::Bool(value) => Self::Bool(value),
            Wire::Null(_) => Self::Null,
            Wire::M(values) => {
                Self::M(values.into_iter().map(|(name, value)| (name, value.into())).collect())
            }
            Wire::L(values) => Self::L(values.into_iter().map(Into::into).collect()),
            Wire::Ss(texts) => Self::Ss(texts),
            Wire::Ns(numbers) => Self::Ns(numbers.into_iter().map(Number::from_wire).collect()),
            Wire::Bs(all) => Self::Bs(all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_survives_the_wire() {
        let item = Item::new()
            .with("s", "text")
            .with("n", "12345678901234567890123456789012345678".parse::<Number>().unwrap())
            .with("b", vec![0_u8, 255])
            .with("bool", true)
            .with("null", AttributeValue::Null)
            .with("m", Item::new().with("x", i128::MIN))
            .with("l", vec![AttributeValue::from(1), "two".into()])
            .with("ss", AttributeValue::Ss(vec!["a".to_owned()]))
            .with("ns", AttributeValue::Ns(vec![u64::MAX.into()]))
            .with("bs", AttributeValue::Bs(vec![vec![1], vec![]]));
        let json = serde_json::to_string(&Wire::from(AttributeValue::M(item.clone()))).unwrap();
        assert!(json.contains(r#""n":{"N":"12345678901234567890123456789012345678"}"#), "{json}");
        assert!(json.contains(r#""b":{"B":"AP8="}"#), "{json}");
        assert!(json.contains(r#""null":{"NULL":true}"#), "{json}");
        let back: Wire = serde_json::from_str(&json).unwrap();
        assert_eq!(AttributeValue::from(back), AttributeValue::M(item));
    }
}
