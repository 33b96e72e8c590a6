//! DynamoDB's answers, read straight into items.
//!
//! A page holds up to a megabyte of items, which may be tiny. A tree of dynamic values in between would take a hundred times the
//! bytes of such a page, so there is none.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::item::Entry;
use super::{AttributeValue, Item};
use crate::json::Misfit;

/// The members that the SDK reads, of whichever operation. Absent and null are the same.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// `Item` or `Attributes`.
    pub(super) item: Option<Item>,
    /// `Items`.
    pub(super) items: Option<Vec<Item>>,
    /// `Responses`: those of all tables, or of a transaction one for each that was asked for. `CancellationReasons` likewise.
    pub(super) responses: Option<Vec<Option<Item>>>,
    /// `UnprocessedKeys` or `UnprocessedItems`.
    pub(super) unprocessed: Vec<Unprocessed>,
    /// `LastEvaluatedKey`, unless it is empty.
    pub(super) last_key: Option<Item>,
    /// `Count`.
    pub(super) count: Option<u64>,
    /// `ScannedCount`.
    pub(super) scanned_count: u64,
}

/// What a batch did not get to.
#[derive(Debug)]
pub(super) enum Unprocessed {
    Key(Item),
    Put(Item),
    Delete(Item),
}

impl Answer {
    pub(super) fn parse(json: &[u8]) -> Result<Self, Misfit> {
        let context = RefCell::default();
        let mut json = serde_json::Deserializer::from_slice(json);
        let answer = AnswerReader(&context).deserialize(&mut json).and_then(|read| json.end().map(|()| read));
        answer.map_err(Misfit::from)
    }
}

/// The item that a refusal tells, and those of its cancellation reasons. None where they are not what DynamoDB documents.
pub(crate) fn items_of_refusal(json: &[u8]) -> (Option<Item>, Vec<Option<Item>>) {
    let answer = Answer::parse(json).unwrap_or_default();
    (answer.item, answer.responses.unwrap_or_default())
}

/// What the readers of one answer share.
#[derive(Default)]
struct Context {
    /// The attributes of the items that are being read. Each item then takes its own, and no more memory than they need.
    entries: Vec<Entry>,
    names: Names,
}

/// Names that were read before: most items of a page have the same ones, and share them.
struct Names([Option<Arc<str>>; Self::SLOTS]);

impl Names {
    const SLOTS: usize = 64;

    fn shared(&mut self, name: &str) -> Arc<str> {
        let hash = name.bytes().fold(name.len(), |hash, byte| hash.wrapping_mul(31) ^ usize::from(byte));
        let Some(slot) = self.0.get_mut(hash % Self::SLOTS) else { return name.into() };
        match slot {
            Some(known) if **known == *name => Arc::clone(known),
            _ => Arc::clone(slot.insert(name.into())),
        }
    }
}

impl Default for Names {
    fn default() -> Self {
        Self([const { None }; Self::SLOTS])
    }
}

type Shared<'c> = &'c RefCell<Context>;

#[derive(Clone, Copy)]
struct AnswerReader<'c>(Shared<'c>);

impl<'de> DeserializeSeed<'de> for AnswerReader<'_> {
    type Value = Answer;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Answer, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for AnswerReader<'_> {
    type Value = Answer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Answer, M::Error> {
        let item = Maybe(ItemReader(self.0));
        let mut answer = Answer::default();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "Item" | "Attributes" => answer.item = map.next_value_seed(item)?,
                "Items" => answer.items = map.next_value_seed(Maybe(List(item.0)))?,
                // Both are lists of objects with an `Item`.
                "Responses" | "CancellationReasons" => {
                    answer.responses = map.next_value_seed(Maybe(Responses(self.0)))?;
                }
                "UnprocessedKeys" | "UnprocessedItems" => {
                    answer.unprocessed =
                        map.next_value_seed(Maybe(UnprocessedReader(self.0)))?.unwrap_or_default();
                }
                "LastEvaluatedKey" => {
                    answer.last_key = map.next_value_seed(item)?.filter(|key| !key.is_empty());
                }
                "Count" => answer.count = map.next_value()?,
                "ScannedCount" => answer.scanned_count = map.next_value::<Option<u64>>()?.unwrap_or_default(),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(answer)
    }
}

/// `{"pk": {"S": "me"}, "sk": {"N": "7"}}`
#[derive(Clone, Copy)]
struct ItemReader<'c>(Shared<'c>);

impl<'de> DeserializeSeed<'de> for ItemReader<'_> {
    type Value = Item;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Item, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ItemReader<'_> {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Item, M::Error> {
        let start = self.0.borrow().entries.len();
        while let Some(name) = map.next_key_seed(NameReader(self.0))? {
            let value = map.next_value_seed(ValueReader(self.0))?;
            self.0.borrow_mut().entries.push((name, value));
        }
        let entries = self.0.borrow_mut().entries.drain(start..).collect();
        Ok(Item::from_entries(entries))
    }
}

struct NameReader<'c>(Shared<'c>);

impl<'de> DeserializeSeed<'de> for NameReader<'_> {
    type Value = Arc<str>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Arc<str>, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for NameReader<'_> {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Arc<str>, E> {
        Ok(self.0.borrow_mut().names.shared(name))
    }
}

/// `{"N": "7"}`: exactly one member, whose name is the type.
#[derive(Clone, Copy)]
struct ValueReader<'c>(Shared<'c>);

impl<'de> DeserializeSeed<'de> for ValueReader<'_> {
    type Value = AttributeValue;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<AttributeValue, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ValueReader<'_> {
    type Value = AttributeValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of DynamoDB's")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<AttributeValue, M::Error> {
        let Some(kind) = map.next_key_seed(NameReader(self.0))? else {
            return Err(M::Error::custom("a value without a type"));
        };
        let value = match &*kind {
            "S" => AttributeValue::S(map.next_value()?),
            "N" => AttributeValue::N(map.next_value()?),
            "B" => AttributeValue::B(map.next_value_seed(Base64)?),
            "BOOL" => AttributeValue::Bool(map.next_value()?),
            "NULL" => map.next_value::<bool>().map(|_| AttributeValue::Null)?,
            "M" => AttributeValue::M(map.next_value_seed(ItemReader(self.0))?),
            "L" => AttributeValue::L(map.next_value_seed(List(self))?),
            "SS" => AttributeValue::Ss(map.next_value_seed(List(Text))?),
            "NS" => AttributeValue::Ns(map.next_value_seed(List(Text))?),
            "BS" => AttributeValue::Bs(map.next_value_seed(List(Base64))?),
            _ => return Err(M::Error::custom("a type that DynamoDB has not")),
        };
        match map.next_key::<IgnoredAny>()? {
            None => Ok(value),
            Some(_) => Err(M::Error::custom("a value of two types")),
        }
    }
}

#[derive(Clone, Copy)]
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<String, D::Error> {
        serde::Deserialize::deserialize(json)
    }
}

#[derive(Clone, Copy)]
struct Base64;

impl<'de> DeserializeSeed<'de> for Base64 {
    type Value = Vec<u8>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Vec<u8>, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Base64 {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<u8>, E> {
        STANDARD.decode(text).map_err(|_| E::custom("this is not base64"))
    }
}

/// A list, each element of which is read by the same reader.
#[derive(Clone, Copy)]
struct List<R>(R);

impl<'de, R: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for List<R> {
    type Value = Vec<R::Value>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de, R: DeserializeSeed<'de> + Copy> Visitor<'de> for List<R> {
    type Value = Vec<R::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Self::Value, S::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element_seed(self.0)? {
            elements.push(element);
        }
        elements.shrink_to_fit();
        Ok(elements)
    }
}

/// What may be null.
#[derive(Clone, Copy)]
struct Maybe<R>(R);

impl<'de, R: DeserializeSeed<'de>> DeserializeSeed<'de> for Maybe<R> {
    type Value = Option<R::Value>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_option(self)
    }
}

impl<'de, R: DeserializeSeed<'de>> Visitor<'de> for Maybe<R> {
    type Value = Option<R::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(json).map(Some)
    }
}

/// An object of which one member is read: `{"Item": …}`.
#[derive(Clone, Copy)]
struct Only<R>(&'static str, R);

impl<'de, R: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for Only<R> {
    type Value = Option<R::Value>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, R: DeserializeSeed<'de> + Copy> Visitor<'de> for Only<R> {
    type Value = Option<R::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut read = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == self.0 {
                read = map.next_value_seed(Maybe(self.1))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(read)
    }
}

/// `{"table": [item, …]}` of a batch, or `[{"Item": item}, {}, …]` of a transaction.
#[derive(Clone, Copy)]
struct Responses<'c>(Shared<'c>);

impl<'de> DeserializeSeed<'de> for Responses<'_> {
    type Value = Vec<Option<Item>>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Responses<'_> {
    type Value = Vec<Option<Item>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or an object of lists")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut tables: M) -> Result<Self::Value, M::Error> {
        let mut items = Vec::new();
        while tables.next_key::<IgnoredAny>()?.is_some() {
            items.extend(tables.next_value_seed(List(ItemReader(self.0)))?.into_iter().map(Some));
        }
        Ok(items)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, list: S) -> Result<Self::Value, S::Error> {
        List(Only("Item", ItemReader(self.0))).visit_seq(list)
    }
}

/// `{"table": {"Keys": [key, …]}}` or `{"table": [write, …]}`.
#[derive(Clone, Copy)]
struct UnprocessedReader<'c>(Shared<'c>);

impl<'de> DeserializeSeed<'de> for UnprocessedReader<'_> {
    type Value = Vec<Unprocessed>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for UnprocessedReader<'_> {
    type Value = Vec<Unprocessed>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the name of the table")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut tables: M) -> Result<Self::Value, M::Error> {
        let mut all = Vec::new();
        while tables.next_key::<IgnoredAny>()?.is_some() {
            all.append(&mut tables.next_value_seed(UnprocessedOfTable(self.0))?);
        }
        Ok(all)
    }
}

#[derive(Clone, Copy)]
struct UnprocessedOfTable<'c>(Shared<'c>);

impl<'de> DeserializeSeed<'de> for UnprocessedOfTable<'_> {
    type Value = Vec<Unprocessed>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for UnprocessedOfTable<'_> {
    type Value = Vec<Unprocessed>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("keys, or a list of writes")
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
        let keys = Only("Keys", List(ItemReader(self.0))).visit_map(map)?;
        let keys = keys.ok_or_else(|| M::Error::custom("there are no keys"))?;
        Ok(keys.into_iter().map(Unprocessed::Key).collect())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, list: S) -> Result<Self::Value, S::Error> {
        List(WriteReader(self.0)).visit_seq(list)
    }
}

/// `{"PutRequest": {"Item": …}}` or `{"DeleteRequest": {"Key": …}}`.
#[derive(Clone, Copy)]
struct WriteReader<'c>(Shared<'c>);

impl<'de> DeserializeSeed<'de> for WriteReader<'_> {
    type Value = Unprocessed;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Unprocessed, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for WriteReader<'_> {
    type Value = Unprocessed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a write")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Unprocessed, M::Error> {
        let mut write = None;
        while let Some(kind) = map.next_key::<String>()? {
            let item = ItemReader(self.0);
            match kind.as_str() {
                "PutRequest" => {
                    let put = map.next_value_seed(Maybe(Only("Item", item)))?.flatten();
                    write = put.map(Unprocessed::Put).or(write);
                }
                "DeleteRequest" => {
                    let delete = map.next_value_seed(Maybe(Only("Key", item)))?.flatten();
                    write = delete.map(Unprocessed::Delete).or(write);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        write.ok_or_else(|| M::Error::custom("this is no write"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(json: &serde_json::Value) -> Result<Answer, Misfit> {
        Answer::parse(json.to_string().as_bytes())
    }

    #[test]
    fn null_is_absent() {
        for name in [
            "Item",
            "Attributes",
            "Items",
            "Responses",
            "UnprocessedKeys",
            "UnprocessedItems",
            "LastEvaluatedKey",
            "Count",
            "ScannedCount",
        ] {
            let answer = parse(&json!({ name: null })).unwrap();
            assert!(answer.item.is_none() && answer.last_key.is_none() && answer.items.is_none());
        }
        assert!(parse(&json!({"LastEvaluatedKey": {}})).unwrap().last_key.is_none());
    }

    #[test]
    fn what_is_not_as_documented_is_refused_and_not_quoted() {
        for no_answer in [
            json!([]),
            json!({"Item": []}),
            json!({"Items": {}}),
            json!({"Items": [{"secret": 0}]}),
            json!({"Items": [{"a": {"S": "x", "N": "1"}}]}),
            json!({"Item": {"a": {"secret": "x"}}}),
            json!({"Responses": "secret"}),
            json!({"Responses": [{"Item": "secret"}]}),
            json!({"UnprocessedKeys": {"notes": {}}}),
            json!({"UnprocessedItems": {"notes": [{}]}}),
            json!({"LastEvaluatedKey": {"pk": "secret"}}),
            json!({"Count": "secret"}),
        ] {
            let misfit = parse(&no_answer).unwrap_err();
            assert!(!misfit.to_string().contains("secret"), "{misfit}");
        }
        for no_json in ["", "{", "{} {}", "{\"Items\":[", "<html>"] {
            assert!(Answer::parse(no_json.as_bytes()).is_err(), "{no_json}");
        }
    }

    #[test]
    fn the_last_of_two_attributes_of_one_name_counts_as_in_any_json() {
        let answer =
            Answer::parse(br#"{"Item":{"b":{"N":"1"},"a":{"N":"2"},"b":{"N":"3"}},"New":{"x":[1]}}"#)
                .unwrap();
        assert_eq!(answer.item, Some(Item::new().with("a", 2).with("b", 3)));
    }
}
