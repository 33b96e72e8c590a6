//! Deserializes values into the app's types.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, IntoDeserializer,
    Unexpected, VariantAccess, Visitor,
};
use serde::{Serialize, forward_to_deserialize_any};
use serde_dynamo::AttributeValue as Wire;

use super::AttributeValue;
use crate::error;

impl AttributeValue {
    /// The value that serde makes of `value`, such as a struct for a nested map.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` as for [`IntoItem`](super::IntoItem).
    pub fn from_typed(value: &(impl Serialize + ?Sized)) -> Result<Self, error::Error> {
        serde_dynamo::to_attribute_value::<_, Wire>(value).map(Self::from_wire).map_err(|error| {
            error::Error::invalid_input(format!("the value cannot be stored in DynamoDB: {error}"))
        })
    }

    /// This value as a typed one.
    ///
    /// # Errors
    ///
    /// Kind `InvalidResponse` as for [`FromItem`](super::FromItem).
    pub fn into_typed<T: DeserializeOwned>(self) -> Result<T, error::Error> {
        read(self).map_err(|error| {
            error::Error::invalid_response("the value of the attribute does not fit its type")
                .with_source(error)
        })
    }

    pub(super) fn from_wire(wire: Wire) -> Self {
        match wire {
            Wire::S(text) => Self::S(text),
            Wire::N(number) => Self::N(number),
            Wire::B(bytes) => Self::B(bytes),
            Wire::Bool(bool) => Self::Bool(bool),
            Wire::Null(_) => Self::Null,
            Wire::M(members) => {
                Self::M(members.into_iter().map(|(name, value)| (name, Self::from_wire(value))).collect())
            }
            Wire::L(elements) => Self::L(elements.into_iter().map(Self::from_wire).collect()),
            Wire::Ss(texts) => Self::Ss(texts),
            Wire::Ns(numbers) => Self::Ns(numbers),
            Wire::Bs(elements) => Self::Bs(elements),
        }
    }
}

/// Describes the mismatch, and may quote a value.
type Error = serde::de::value::Error;

pub(super) fn read<T: DeserializeOwned>(value: AttributeValue) -> Result<T, Error> {
    T::deserialize(Typed::Value(value))
}

/// A part of an item.
enum Typed {
    Value(AttributeValue),
    /// The name of an attribute. The key of a map may stand for a number or a boolean, as in JSON.
    Name(Arc<str>),
}

impl<'de> IntoDeserializer<'de, Error> for Typed {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Numbers are text, and the target type decides how to read them.
macro_rules! numbers {
    ($($method:ident $visit:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let text = match &self {
                Self::Value(AttributeValue::N(text)) => text,
                Self::Name(name) => &**name,
                Self::Value(_) => return self.deserialize_any(visitor),
            };
            match text.parse() {
                Ok(number) => visitor.$visit(number),
                Err(_) => Err(unfit(text, &visitor)),
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for Typed {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let value = match self {
            Self::Value(value) => value,
            Self::Name(name) => return visitor.visit_str(&name),
        };
        match value {
            AttributeValue::S(text) => visitor.visit_string(text),
            AttributeValue::N(text) => any_number(&text, visitor),
            AttributeValue::B(bytes) if takes_any_json(&visitor) => {
                visitor.visit_string(STANDARD.encode(bytes))
            }
            AttributeValue::B(bytes) => visitor.visit_byte_buf(bytes),
            AttributeValue::Bool(bool) => visitor.visit_bool(bool),
            AttributeValue::Null => visitor.visit_unit(),
            AttributeValue::M(item) => {
                let mut members = MapDeserializer::new(
                    item.into_entries()
                        .into_iter()
                        .map(|(name, value)| (Self::Name(name), Self::Value(value))),
                );
                let read = visitor.visit_map(&mut members)?;
                members.end().map(|()| read)
            }
            AttributeValue::L(elements) => sequence(elements, |value| value, visitor),
            AttributeValue::Ss(texts) => sequence(texts, AttributeValue::S, visitor),
            AttributeValue::Ns(numbers) => sequence(numbers, AttributeValue::N, visitor),
            AttributeValue::Bs(elements) => sequence(elements, AttributeValue::B, visitor),
        }
    }

    numbers! {
        deserialize_i8 visit_i8
        deserialize_i16 visit_i16
        deserialize_i32 visit_i32
        deserialize_i64 visit_i64
        deserialize_i128 visit_i128
        deserialize_u8 visit_u8
        deserialize_u16 visit_u16
        deserialize_u32 visit_u32
        deserialize_u64 visit_u64
        deserialize_u128 visit_u128
        deserialize_f32 visit_f32
        deserialize_f64 visit_f64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self {
            Self::Name(name) => match name.parse() {
                Ok(flag) => visitor.visit_bool(flag),
                Err(_) => Err(unfit(name, &visitor)),
            },
            Self::Value(_) => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Value(AttributeValue::Null) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// Serde writes an enum as the name of its variant, or as a map from the name to its content.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (name, value) = match self {
            Self::Name(name) => (name, None),
            Self::Value(AttributeValue::S(name)) => (name.into(), None),
            Self::Value(AttributeValue::M(item)) if item.len() == 1 => {
                item.into_entries().pop().map(|(name, value)| (name, Some(value))).unwrap_or_default()
            }
            Self::Value(_) => return Err(Error::custom("an enum is a string, or a map with one member")),
        };
        visitor.visit_enum(Variant { name, value })
    }

    /// Skips the value.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

fn sequence<'de, T, V: Visitor<'de>>(
    elements: Vec<T>,
    value: fn(T) -> AttributeValue,
    visitor: V,
) -> Result<V::Value, Error> {
    let elements = elements.into_iter().map(|element| Typed::Value(value(element)));
    let mut elements = SeqDeserializer::new(elements);
    let read = visitor.visit_seq(&mut elements)?;
    elements.end().map(|()| read)
}

fn any_number<'de, V: Visitor<'de>>(text: &str, visitor: V) -> Result<V::Value, Error> {
    if let Ok(number) = text.parse() {
        visitor.visit_i64(number)
    } else if let Ok(number) = text.parse() {
        visitor.visit_u64(number)
    } else if let Some(number) = text.parse().ok().filter(|number: &f64| number.is_finite()) {
        visitor.visit_f64(number)
    } else {
        Err(unfit(text, &visitor))
    }
}

fn unfit(number: &str, expected: &dyn Expected) -> Error {
    Error::invalid_value(Unexpected::Other(number), expected)
}

/// Whether the target is [`serde_json::Value`], which accepts no bytes. Only its visitor describes itself in these words; a visitor that
/// buffers a value for another type accepts bytes, and must get them.
fn takes_any_json<'de>(visitor: &impl Visitor<'de>) -> bool {
    let expected: &dyn Expected = visitor;
    expected.to_string() == "any valid JSON value"
}

/// A variant of an enum, and its content.
struct Variant {
    name: Arc<str>,
    value: Option<AttributeValue>,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = VariantContent;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, VariantContent), Error> {
        Ok((seed.deserialize(Typed::Name(self.name))?, VariantContent(self.value)))
    }
}

struct VariantContent(Option<AttributeValue>);

impl VariantContent {
    fn typed(self) -> Result<Typed, Error> {
        self.0.map(Typed::Value).ok_or_else(|| Error::custom("this variant of the enum has content"))
    }
}

impl<'de> VariantAccess<'de> for VariantContent {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self.typed()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Error> {
        self.typed()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.typed()?.deserialize_any(visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet, HashMap};

    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    use super::super::{FromItem, IntoItem, Item};
    use super::*;

    fn bytes() -> AttributeValue {
        AttributeValue::B(vec![0xfb, 0xff, 0])
    }

    #[test]
    fn binary_is_base64_in_json_however_deep_it_lies() {
        let item = Item::new()
            .with("b", bytes())
            .with("set", AttributeValue::Bs(vec![vec![], vec![1]]))
            .with("list", vec![bytes()])
            .with("map", Item::new().with("b", bytes()));
        let expected = json!({"b": "+/8A", "set": ["", "AQ=="], "list": ["+/8A"], "map": {"b": "+/8A"}});
        assert_eq!(Value::from_item(item.clone()).unwrap(), expected);
        let members = HashMap::<String, Value>::from_item(item.clone()).unwrap();
        assert_eq!(members["list"], json!(["+/8A"]));
        assert_eq!(AttributeValue::M(item).into_typed::<Option<Value>>().unwrap(), Some(expected));
    }

    #[test]
    fn bytes_stay_bytes_beside_json_and_where_serde_buffers_them() {
        #[derive(Debug, PartialEq)]
        struct Raw(Vec<u8>);
        impl<'de> Deserialize<'de> for Raw {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Bytes;
                impl Visitor<'_> for Bytes {
                    type Value = Raw;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("bytes")
                    }
                    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Raw, E> {
                        Ok(Raw(bytes))
                    }
                    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
                        Ok(Raw(text.into()))
                    }
                }
                deserializer.deserialize_byte_buf(Bytes)
            }
        }
        #[derive(Debug, PartialEq, Deserialize)]
        struct Inner {
            buffered: Raw,
        }
        #[derive(Debug, PartialEq, Deserialize)]
        struct Outer {
            raw: Raw,
            any: Value,
            #[serde(flatten)]
            inner: Inner,
        }
        let item = Item::new().with("raw", bytes()).with("any", bytes()).with("buffered", bytes());
        let raw = || Raw(vec![0xfb, 0xff, 0]);
        let expected = Outer { raw: raw(), any: json!("+/8A"), inner: Inner { buffered: raw() } };
        assert_eq!(Outer::from_item(item).unwrap(), expected);
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    enum Kind {
        Unit,
        Newtype(u64),
        Tuple(String, i8),
        Struct { a: Option<bool> },
    }

    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    enum Key {
        One,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Unit;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Newtype(u8);

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Everything {
        kinds: Vec<Kind>,
        by_number: BTreeMap<u8, String>,
        by_bool: BTreeMap<bool, ()>,
        by_kind: BTreeMap<Key, f32>,
        tuple: (char, i64, f64),
        unit: Unit,
        newtype: Newtype,
        none: Option<String>,
        some: Option<Option<i16>>,
        nested: Box<Option<Everything>>,
    }

    #[test]
    fn every_kind_of_type_is_read_as_it_was_written() {
        let inner = Everything {
            kinds: vec![
                Kind::Unit,
                Kind::Newtype(u64::MAX),
                Kind::Tuple("x".to_owned(), -1),
                Kind::Struct { a: None },
            ],
            by_number: BTreeMap::from([(7, "seven".to_owned())]),
            by_bool: BTreeMap::from([(true, ())]),
            by_kind: BTreeMap::from([(Key::One, 0.5)]),
            tuple: ('ß', i64::MIN, 1e-7),
            unit: Unit,
            newtype: Newtype(255),
            none: None,
            some: Some(Some(1)),
            nested: Box::new(None),
        };
        let everything = Everything { nested: Box::new(Some(inner.clone())), ..inner };
        assert_eq!(Everything::from_item(everything.clone().into_item().unwrap()).unwrap(), everything);
    }

    #[test]
    fn sets_are_read_as_sequences_and_unknown_members_are_passed_over() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Sets {
            texts: BTreeSet<String>,
            numbers: Vec<u128>,
        }
        let item = Item::new()
            .with("texts", AttributeValue::Ss(vec!["a".to_owned()]))
            .with("numbers", AttributeValue::Ns(vec![u128::MAX.to_string()]))
            .with("unknown", bytes());
        let expected = Sets { texts: BTreeSet::from(["a".to_owned()]), numbers: vec![u128::MAX] };
        assert_eq!(Sets::from_item(item).unwrap(), expected);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let no = |value: AttributeValue| read::<Kind>(value).unwrap_err();
        no("Other".into());
        no(7.into());
        no("Newtype".into());
        no(Item::new().into());
        no(Item::new().with("Unit", true).with("Newtype", 1).into());
        assert!(read::<u8>("7".into()).is_err());
        assert!(read::<String>(7.into()).is_err());
        assert!(read::<Value>(AttributeValue::number("seven")).is_err());
        assert!(read::<Value>(AttributeValue::number("1e999")).is_err());
        assert!(read::<(u8, u8)>(vec![1.into(), 2.into(), 3.into()].into()).is_err());
    }
}
