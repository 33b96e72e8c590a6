//! Items, and what they are made from and read as.

use std::collections::{BTreeMap, HashMap, btree_map};
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::{AttributeValue as WireValue, Item as Wire};

use super::value::AttributeValue;
use crate::error::Error;

/// An item: attributes by name. Also a map inside an item.
///
/// ```
/// use poolpass::dynamodb::Item;
///
/// let item = Item::new().with("pk", "me").with("sk", "note#1").with("stars", 5);
/// assert_eq!(item.get("stars").and_then(|stars| stars.as_n()?.to()), Some(5_u8));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Item(BTreeMap<String, AttributeValue>);

/// The key attributes of an item, as an [`Item`] too: the partition key and, in tables that have one, the sort key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(Item);

/// What an item can be read as: an [`Item`], or whatever [`serde`] can deserialize.
pub trait FromItem: Sized {
    /// Reads an item.
    ///
    /// # Errors
    ///
    /// Kind `InvalidResponse` when an attribute is missing or of another type. The error's source tells which.
    fn from_item(item: Item) -> Result<Self, Error>;
}

/// What an item can be made from: an [`Item`], or whatever [`serde`] can serialize as a map or struct.
pub trait ToItem {
    /// Makes an item.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` when it is not a map or struct, or holds what DynamoDB has no type for, such as an `i128`.
    fn to_item(&self) -> Result<Item, Error>;
}

impl Item {
    /// An item without attributes.
    pub fn new() -> Self {
        Self::default()
    }

    /// The item with one more attribute.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<AttributeValue>) -> Self {
        self.insert(name, value);
        self
    }

    /// Sets an attribute.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<AttributeValue>) {
        self.0.insert(name.into(), value.into());
    }

    /// The attribute called `name`.
    pub fn get(&self, name: &str) -> Option<&AttributeValue> {
        self.0.get(name)
    }

    /// The names and values of all attributes, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &AttributeValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The number of attributes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no attributes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Key {
    /// The partition key.
    pub fn new(name: impl Into<String>, value: impl Into<AttributeValue>) -> Self {
        Self(Item::new().with(name, value))
    }

    /// And the sort key.
    #[must_use]
    pub fn and(self, name: impl Into<String>, value: impl Into<AttributeValue>) -> Self {
        Self(self.0.with(name, value))
    }

    /// The attributes.
    pub fn as_item(&self) -> &Item {
        &self.0
    }
}

impl<T: DeserializeOwned> FromItem for T {
    fn from_item(item: Item) -> Result<Self, Error> {
        serde_dynamo::from_item(Wire::from(item)).map_err(|error| {
            // The cause may quote the item, which is the person's own business.
            Error::invalid_response("an item is not what the type it is read as expects").with_source(error)
        })
    }
}

impl FromItem for Item {
    fn from_item(item: Item) -> Result<Self, Error> {
        Ok(item)
    }
}

impl<T: Serialize> ToItem for T {
    fn to_item(&self) -> Result<Item, Error> {
        serde_dynamo::to_item::<_, Wire>(self)
            .map(Item::from)
            .map_err(|error| Error::invalid_input("the value does not make an item").with_source(error))
    }
}

impl ToItem for Item {
    fn to_item(&self) -> Result<Item, Error> {
        Ok(self.clone())
    }
}

impl From<Item> for Key {
    fn from(item: Item) -> Self {
        Self(item)
    }
}

impl From<Key> for Item {
    fn from(key: Key) -> Self {
        key.0
    }
}

impl From<Item> for Wire {
    fn from(item: Item) -> Self {
        let values: HashMap<String, WireValue> =
            item.0.into_iter().map(|(name, value)| (name, value.into())).collect();
        values.into()
    }
}

impl From<Wire> for Item {
    fn from(wire: Wire) -> Self {
        wire.into_inner().into_iter().map(|(name, value)| (name, value.into())).collect()
    }
}

impl FromIterator<(String, AttributeValue)> for Item {
    fn from_iter<I: IntoIterator<Item = (String, AttributeValue)>>(attributes: I) -> Self {
        Self(attributes.into_iter().collect())
    }
}

impl IntoIterator for Item {
    type Item = (String, AttributeValue);
    type IntoIter = btree_map::IntoIter<String, AttributeValue>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::error::ErrorKind;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Note {
        pk: String,
        stars: u64,
        price: f64,
        offset: i64,
        tags: Vec<String>,
        parent: Option<String>,
    }

    fn note() -> Note {
        Note {
            pk: "me".to_owned(),
            stars: u64::MAX,
            price: 0.1,
            offset: i64::MIN,
            tags: vec!["a".to_owned()],
            parent: None,
        }
    }

    #[test]
    fn types_become_items_and_come_back() {
        let item = note().to_item().unwrap();
        let number = |name| item.get(name).and_then(AttributeValue::as_n).unwrap().as_str();
        assert_eq!(number("stars"), "18446744073709551615");
        assert_eq!(number("price"), "0.1");
        assert_eq!(number("offset"), "-9223372036854775808");
        assert_eq!(Note::from_item(item).unwrap(), note());
    }

    #[test]
    fn an_item_is_its_own_type() {
        let item = Item::new().with("n", i128::MAX).with("nested", Item::new().with("x", 1));
        assert_eq!(Item::from_item(item.to_item().unwrap()).unwrap(), item);
    }

    #[test]
    fn what_would_lose_digits_is_refused() {
        #[derive(Debug, Serialize, Deserialize)]
        struct Wide {
            n: i128,
        }
        assert_eq!(Wide { n: i128::MAX }.to_item().unwrap_err().kind(), ErrorKind::InvalidInput);
        assert!(Wide::from_item(Item::new().with("n", i128::MAX)).is_err());
    }

    #[test]
    fn a_type_that_does_not_fit_is_an_error_that_quotes_nothing() {
        let error = Note::from_item(note().to_item().unwrap().with("stars", "private")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert!(!format!("{error} {error:?}").contains("private"));
        assert_eq!("text".to_item().unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}
