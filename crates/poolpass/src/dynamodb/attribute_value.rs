//! The values of attributes, in DynamoDB's own types.

use std::collections::BTreeMap;

use super::Item;

/// The value of an attribute, in [DynamoDB's own types](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html).
///
/// Most programs store typed items, and use this type only for the values of conditions, which accept
/// strings, numbers and booleans directly. You need it for values that serde's types cannot express: sets,
/// binary values and numbers of more than 64 bits.
///
/// It is not `Serialize` on purpose: inside a typed item it would be stored as a map.
///
/// ```
/// use poolpass::dynamodb::{AttributeValue, Item};
///
/// let item = Item::new()
///     .with("pk", "eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
///     .with("price", AttributeValue::number("12345678901234567890.123456789012345678"))
///     .with("tags", AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()]))
///     .with("thumbnail", AttributeValue::B(vec![0x89, 0x50]));
/// assert_eq!(item.get("pk"), Some(&AttributeValue::from("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttributeValue {
    /// A string.
    S(String),
    /// A number as text, as DynamoDB transports it, so that none of its up to 38 digits is lost.
    N(String),
    /// Bytes.
    B(Vec<u8>),
    /// A boolean.
    Bool(bool),
    /// DynamoDB's null, which is not the same as an absent attribute.
    Null,
    /// A map.
    M(Item),
    /// A list.
    L(Vec<AttributeValue>),
    /// A set of strings; DynamoDB refuses empty sets.
    Ss(Vec<String>),
    /// A set of numbers.
    Ns(Vec<String>),
    /// A set of byte strings.
    Bs(Vec<Vec<u8>>),
}

impl AttributeValue {
    /// A number of any size or precision, from its text such as `-1.5e-9`.
    pub fn number(number: &(impl ToString + ?Sized)) -> Self {
        Self::N(number.to_string())
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
    fn from(bool: bool) -> Self {
        Self::Bool(bool)
    }
}

macro_rules! from_numbers {
    ($($number:ty)+) => {$(
        impl From<$number> for AttributeValue {
            fn from(number: $number) -> Self {
                Self::number(&number)
            }
        }
    )+};
}

from_numbers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64);

impl From<Vec<AttributeValue>> for AttributeValue {
    fn from(elements: Vec<AttributeValue>) -> Self {
        Self::L(elements)
    }
}

impl From<BTreeMap<String, AttributeValue>> for AttributeValue {
    fn from(members: BTreeMap<String, AttributeValue>) -> Self {
        Self::M(members.into())
    }
}

impl From<Item> for AttributeValue {
    fn from(item: Item) -> Self {
        Self::M(item)
    }
}

impl<T: Into<AttributeValue>> From<Option<T>> for AttributeValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Strings, numbers, booleans, null, lists and maps, each as DynamoDB's type of the same name.
impl From<serde_json::Value> for AttributeValue {
    fn from(json: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Null,
            Json::Bool(bool) => Self::Bool(bool),
            Json::Number(number) => Self::number(&number),
            Json::String(text) => Self::S(text),
            Json::Array(elements) => Self::L(elements.into_iter().map(Self::from).collect()),
            Json::Object(members) => {
                Self::M(members.into_iter().map(|(name, value)| (name, Self::from(value))).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_is_the_text_that_it_prints() {
        for (value, text) in [
            (AttributeValue::from(i64::MIN), "-9223372036854775808"),
            (AttributeValue::from(i128::MAX), "170141183460469231731687303715884105727"),
            (AttributeValue::from(9_007_199_254_740_993_u64), "9007199254740993"),
            (AttributeValue::from(0.1), "0.1"),
            (AttributeValue::from(json!(18_446_744_073_709_551_615_u64)), "18446744073709551615"),
            (AttributeValue::from(json!(-0.25)), "-0.25"),
        ] {
            assert_eq!(value, AttributeValue::N(text.to_owned()));
        }
    }

    #[test]
    fn json_and_serde_agree() {
        let json = json!({"a": [1, -2, 0.5, null, "x", {"b": true}]});
        assert_eq!(AttributeValue::from_typed(&json).unwrap(), AttributeValue::from(json.clone()));
        let back: serde_json::Value = AttributeValue::from(json.clone()).into_typed().unwrap();
        assert_eq!(back, json);
    }
}
