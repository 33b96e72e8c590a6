//! Items, raw and typed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;
use std::{fmt, iter, slice, vec};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::Item as WireItem;

use super::{AttributeValue, typed};
use crate::error::Error;

/// An item, or an item's key, in DynamoDB's own types.
///
/// ```
/// use poolpass::dynamodb::Item;
///
/// let key = Item::new().with("pk", "eu-west-1:9f1d63d7").with("sk", 7);
/// assert_eq!(key.len(), 2);
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Item(
    /// Ordered by name, each name once. A tree would take ten times the memory of a small item.
    Vec<Entry>,
);

/// The items of a page share the names of their attributes.
pub(super) type Entry = (Arc<str>, AttributeValue);

impl Item {
    /// An item without attributes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an attribute, and returns the item.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<AttributeValue>) -> Self {
        self.insert(name, value);
        self
    }

    /// Sets an attribute, and returns its previous value.
    pub fn insert(
        &mut self,
        name: impl Into<String>,
        value: impl Into<AttributeValue>,
    ) -> Option<AttributeValue> {
        self.set(name.into().into(), value.into())
    }

    fn set(&mut self, name: Arc<str>, value: AttributeValue) -> Option<AttributeValue> {
        match self.place(&name) {
            Ok(place) => self.0.get_mut(place).map(|(_, known)| std::mem::replace(known, value)),
            Err(place) => {
                self.0.insert(place, (name, value));
                None
            }
        }
    }

    /// Removes an attribute, and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<AttributeValue> {
        self.place(name).ok().map(|place| self.0.remove(place).1)
    }

    /// Returns the value of an attribute.
    pub fn get(&self, name: &str) -> Option<&AttributeValue> {
        self.place(name).ok().and_then(|place| self.0.get(place)).map(|(_, value)| value)
    }

    /// The attributes, ordered by name.
    pub fn iter(&self) -> <&Self as IntoIterator>::IntoIter {
        self.into_iter()
    }

    /// The number of attributes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the item has no attributes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The attributes as a map.
    pub fn into_attributes(self) -> BTreeMap<String, AttributeValue> {
        self.into_iter().collect()
    }

    /// If two entries have the same name, the last one counts.
    pub(super) fn from_entries(entries: Vec<Entry>) -> Self {
        if entries.is_sorted_by(|(one, _), (next, _)| one < next) {
            return Self(entries);
        }
        // Ordered by a heap: a sort would be more code for an app's users to download.
        let mut names = BinaryHeap::with_capacity(entries.len());
        let mut values = Vec::with_capacity(entries.len());
        for (name, value) in entries {
            names.push(Reverse((name, values.len())));
            values.push(value);
        }
        let mut kept: Vec<Entry> = Vec::with_capacity(values.len());
        while let Some(Reverse((name, place))) = names.pop() {
            let value = std::mem::replace(&mut values[place], AttributeValue::Null);
            match kept.last_mut() {
                Some((known, earlier)) if *known == name => *earlier = value,
                _ => kept.push((name, value)),
            }
        }
        Self(kept)
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.0
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }

    /// From the types of serde_dynamo, which converts any type.
    fn from_wire(wire: WireItem) -> Self {
        let attributes = wire.into_inner().into_iter();
        attributes.map(|(name, value)| (name, AttributeValue::from_wire(value))).collect()
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl From<BTreeMap<String, AttributeValue>> for Item {
    fn from(attributes: BTreeMap<String, AttributeValue>) -> Self {
        attributes.into_iter().collect()
    }
}

impl<N: Into<String>, V: Into<AttributeValue>> FromIterator<(N, V)> for Item {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(attributes: I) -> Self {
        let entries = attributes.into_iter().map(|(name, value)| (name.into().into(), value.into()));
        Self::from_entries(entries.collect())
    }
}

impl IntoIterator for Item {
    type Item = (String, AttributeValue);
    type IntoIter = iter::Map<vec::IntoIter<Entry>, fn(Entry) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(|(name, value)| (name.as_ref().to_owned(), value))
    }
}

impl<'a> IntoIterator for &'a Item {
    type Item = (&'a str, &'a AttributeValue);
    type IntoIter = iter::Map<slice::Iter<'a, Entry>, fn(&'a Entry) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(name, value)| (&**name, value))
    }
}

/// A type that can be stored as an item: [`Item`], and every type that serde serializes to a map, such as
/// structs and [`serde_json::Value`].
///
/// Integers of up to 64 bits are stored exactly, `f32` and `f64` as their shortest decimal form. Bytes are
/// binary if the type serializes them as bytes (`serde_bytes`), and a list of numbers otherwise.
pub trait IntoItem {
    /// Converts the value to an item in DynamoDB's own types.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` when the type does not serialize to a map, or holds an `i128` or `u128`, which
    /// serde cannot carry here: use an [`Item`] with [`AttributeValue::number`].
    fn into_item(self) -> Result<Item, Error>;
}

impl<T: Serialize> IntoItem for T {
    fn into_item(self) -> Result<Item, Error> {
        serde_dynamo::to_item::<_, WireItem>(self)
            .map(Item::from_wire)
            .map_err(|error| Error::invalid_input(format!("the value cannot be stored as an item: {error}")))
    }
}

impl IntoItem for Item {
    fn into_item(self) -> Result<Item, Error> {
        Ok(self)
    }
}

impl IntoItem for &Item {
    fn into_item(self) -> Result<Item, Error> {
        Ok(self.clone())
    }
}

/// A type that an item can be read as: [`Item`], and every type that serde deserializes from a map.
///
/// The type decides the precision: 64-bit integers are read exactly or not at all, while `f64` and
/// [`serde_json::Value`] round a number that they cannot hold. [`Item`] never does.
///
/// Binary values are bytes for types that take bytes (`serde_bytes`), and base64 text in [`serde_json::Value`], which has no
/// bytes. If serde buffers a value before it knows the type (`flatten`, untagged enums), they stay bytes, and a
/// [`serde_json::Value`] that would hold them is an error: read an [`Item`] instead.
pub trait FromItem: Sized {
    /// Reads an item.
    ///
    /// # Errors
    ///
    /// Kind `InvalidResponse` when the item does not fit the type. The error's source says why, and may
    /// quote a value of the item.
    fn from_item(item: Item) -> Result<Self, Error>;
}

impl<T: DeserializeOwned> FromItem for T {
    fn from_item(item: Item) -> Result<Self, Error> {
        typed::read(AttributeValue::M(item))
            .map_err(|error| Error::invalid_response("the item does not fit its type").with_source(error))
    }
}

impl FromItem for Item {
    fn from_item(item: Item) -> Result<Self, Error> {
        Ok(item)
    }
}

/// An item in the answer to `operation`.
pub(super) fn read<T: FromItem>(item: Item, operation: &'static str) -> Result<T, Error> {
    T::from_item(item).map_err(|error| error.during(operation))
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::error::ErrorKind;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Numbers {
        biggest: u64,
        smallest: i64,
        beyond_f64: u64,
        tenth: f64,
        single: f32,
        absent: Option<u8>,
    }

    const NUMBERS: Numbers = Numbers {
        biggest: u64::MAX,
        smallest: i64::MIN,
        beyond_f64: (1 << 53) + 1,
        tenth: 0.1,
        single: 0.3,
        absent: None,
    };

    /// To the bytes of a request and back.
    fn over_the_wire(item: Item) -> Item {
        let json = serde_json::to_string(&item.into_json()).unwrap();
        super::super::answer::Answer::parse(format!("{{\"Item\":{json}}}").as_bytes()).unwrap().item.unwrap()
    }

    #[test]
    fn of_attributes_with_one_name_the_last_counts_in_any_order() {
        let entries = [("c", 1), ("a", 2), ("c", 3), ("b", 4), ("a", 5), ("a", 6)];
        let entries = entries.map(|(name, value)| (name.into(), AttributeValue::from(value)));
        let item = Item::from_entries(entries.into());
        let expected =
            [("a", 6), ("b", 4), ("c", 3)].map(|(name, value)| (name.into(), AttributeValue::from(value)));
        assert_eq!(item.into_entries(), expected);
    }

    #[test]
    fn typed_numbers_keep_their_precision() {
        let item = over_the_wire(NUMBERS.into_item().unwrap());
        assert_eq!(item.get("biggest"), Some(&AttributeValue::number("18446744073709551615")));
        assert_eq!(item.get("beyond_f64"), Some(&AttributeValue::number("9007199254740993")));
        assert_eq!(item.get("tenth"), Some(&AttributeValue::number("0.1")));
        assert_eq!(Numbers::from_item(item).unwrap(), NUMBERS);
    }

    #[test]
    fn json_numbers_keep_their_precision() {
        let json =
            json!({"big": u64::MAX, "small": i64::MIN, "safe": 9_007_199_254_740_993_u64, "tenth": 0.1});
        let item = over_the_wire(json.clone().into_item().unwrap());
        assert_eq!(serde_json::Value::from_item(item).unwrap(), json);
    }

    #[test]
    fn raw_numbers_keep_all_38_digits() {
        for number in
            ["12345678901234567890.123456789012345678", "-99999999999999999999999999999999999999", "1e-130"]
        {
            let item = over_the_wire(Item::new().with("n", AttributeValue::number(number)));
            assert_eq!(item.get("n"), Some(&AttributeValue::N(number.to_owned())));
        }
    }

    #[test]
    fn what_would_lose_digits_is_refused() {
        #[derive(Debug, Serialize, Deserialize)]
        struct Wide<T> {
            n: T,
        }
        let refused = Wide { n: i128::from(i64::MAX) }.into_item().unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
        assert!(refused.message().contains("i128"), "{refused}");

        let item = |number: &str| Item::new().with("n", AttributeValue::number(number));
        for number in ["18446744073709551616", "-1", "0.5", "1e400"] {
            assert!(Wide::<u64>::from_item(item(number)).is_err(), "{number}");
        }
    }

    #[test]
    fn only_maps_are_items() {
        for no_item in [json!([1]), json!("text"), json!(null), json!(7)] {
            assert_eq!(no_item.into_item().unwrap_err().kind(), ErrorKind::InvalidInput);
        }
        assert!(Item::new().into_item().unwrap().is_empty());
    }

    #[test]
    fn an_item_of_another_shape_is_an_error_that_quotes_nothing_by_itself() {
        let item = Item::new().with("biggest", "my-secret-diary");
        let error = Numbers::from_item(item).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert!(!format!("{error} {error:?}").contains("diary"));
        assert!(error.source().is_some());
    }

    #[test]
    fn bytes_are_binary_for_types_that_say_so() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Raw(#[serde(with = "as_bytes")] Vec<u8>);

        mod as_bytes {
            use serde::{Deserializer, Serializer, de::Visitor};

            pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bytes(bytes)
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Vec<u8>, D::Error> {
                struct Bytes;
                impl Visitor<'_> for Bytes {
                    type Value = Vec<u8>;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("bytes")
                    }
                    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
                        Ok(bytes)
                    }
                    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                        Ok(bytes.to_vec())
                    }
                }
                deserializer.deserialize_byte_buf(Bytes)
            }
        }

        let value = AttributeValue::from_typed(&Raw(vec![0, 200])).unwrap();
        assert_eq!(value, AttributeValue::B(vec![0, 200]));
        assert_eq!(value.into_typed::<Raw>().unwrap(), Raw(vec![0, 200]));
    }

    #[test]
    fn items_are_collected_and_taken_apart() {
        let mut item: Item = [("a", 1), ("b", 2)].into_iter().collect();
        assert_eq!(item.insert("a", true), Some(AttributeValue::from(1)));
        assert_eq!(item.remove("b"), Some(AttributeValue::from(2)));
        let names: Vec<_> = item.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a"]);
    }
}
