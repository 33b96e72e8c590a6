//! The readers of an answer's parts.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::item::Entry;
use super::super::{AttributeValue, Item};
use super::{Answer, Unprocessed};
use crate::json::stream::{Members, Unexpected, Value};

type Read<T> = Result<T, Unexpected>;

/// Reads one answer.
#[derive(Default)]
pub(super) struct AnswerReader {
    /// The attributes of the items that are being read. Each item then takes exactly its own.
    entries: Vec<Entry>,
    names: Names,
}

impl AnswerReader {
    pub(super) fn answer(&mut self, json: Value<'_>) -> Read<Answer> {
        let mut answer = Answer::default();
        json.members(&mut |name, member| member.value(&mut |json| self.member(name, json, &mut answer)))?;
        Ok(answer)
    }

    fn member(&mut self, name: &str, json: Value<'_>, answer: &mut Answer) -> Read<()> {
        match name {
            "Item" | "Attributes" => answer.item = maybe(json, &mut |json| self.item(json))?,
            "Items" => answer.items = maybe(json, &mut |json| self.items(json))?,
            // Both are lists of objects with an `Item`.
            "Responses" | "CancellationReasons" => {
                answer.responses = maybe(json, &mut |json| self.responses(json))?;
            }
            "UnprocessedKeys" | "UnprocessedItems" => {
                answer.unprocessed = maybe(json, &mut |json| self.unprocessed(json))?.unwrap_or_default();
            }
            "LastEvaluatedKey" => {
                answer.last_evaluated_key =
                    maybe(json, &mut |json| self.item(json))?.filter(|key| !key.is_empty());
            }
            "Count" => answer.count = maybe(json, &mut count)?,
            "ScannedCount" => answer.scanned_count = maybe(json, &mut count)?.unwrap_or_default(),
            _ => {}
        }
        Ok(())
    }

    fn items(&mut self, json: Value<'_>) -> Read<Vec<Item>> {
        list(json, &mut |json| self.item(json))
    }

    /// `{"pk": {"S": "me"}, "sk": {"N": "7"}}`
    fn item(&mut self, json: Value<'_>) -> Read<Item> {
        let Value::Object(members) = json else { return Err(Unexpected) };
        let start = self.entries.len();
        let mut name = None;
        while members.next(&mut |next| name = Some(self.names.shared(next)))? {
            let value = read(members, &mut |json| self.value(json))?;
            self.entries.extend(name.take().map(|name| (name, value)));
        }
        Ok(Item::from_entries(self.entries.drain(start..).collect()))
    }

    /// `{"N": "7"}`: exactly one member, whose name is the type.
    fn value(&mut self, json: Value<'_>) -> Read<AttributeValue> {
        let Value::Object(members) = json else { return Err(Unexpected) };
        let mut kind = "";
        members
            .next(&mut |name| kind = TYPES.into_iter().find(|known| *known == name).unwrap_or_default())?;
        let value = read(members, &mut |json| {
            Ok(match kind {
                "S" => AttributeValue::S(text(json)?),
                "N" => AttributeValue::N(text(json)?),
                "B" => AttributeValue::B(bytes(json)?),
                "BOOL" => AttributeValue::Bool(json.flag()?),
                "NULL" => json.flag().map(|_| AttributeValue::Null)?,
                "M" => AttributeValue::M(self.item(json)?),
                "L" => AttributeValue::L(list(json, &mut |json| self.value(json))?),
                "SS" => AttributeValue::Ss(list(json, &mut text)?),
                "NS" => AttributeValue::Ns(list(json, &mut text)?),
                "BS" => AttributeValue::Bs(list(json, &mut bytes)?),
                _ => return Err(Unexpected),
            })
        })?;
        if members.next(&mut |_| ())? { Err(Unexpected) } else { Ok(value) }
    }

    /// `{"table": [item, …]}` of a batch, or `[{"Item": item}, {}, …]` of a transaction.
    fn responses(&mut self, json: Value<'_>) -> Read<Vec<Option<Item>>> {
        if matches!(json, Value::List(_)) {
            return list(json, &mut |json| self.item_in("Item", json));
        }
        let mut items = Vec::new();
        json.members(&mut |_table, member| {
            member.value(&mut |json| {
                json.elements(&mut |json| {
                    items.push(Some(self.item(json)?));
                    Ok(())
                })
            })
        })?;
        Ok(items)
    }

    /// `{"Item": item}`, or another name; no item if there is none.
    fn item_in(&mut self, wanted: &str, json: Value<'_>) -> Read<Option<Item>> {
        let mut item = None;
        json.members(&mut |name, member| {
            if name == wanted {
                item = read(member, &mut |json| maybe(json, &mut |json| self.item(json)))?;
            }
            Ok(())
        })?;
        Ok(item)
    }

    /// `{"table": {"Keys": [key, …]}}` or `{"table": [write, …]}`.
    fn unprocessed(&mut self, json: Value<'_>) -> Read<Vec<Unprocessed>> {
        let mut all = Vec::new();
        json.members(&mut |_table, member| {
            member.value(&mut |json| {
                if matches!(json, Value::List(_)) {
                    json.elements(&mut |json| {
                        all.push(self.write(json)?);
                        Ok(())
                    })
                } else {
                    all.extend(self.keys(json)?.into_iter().map(Unprocessed::Key));
                    Ok(())
                }
            })
        })?;
        Ok(all)
    }

    fn keys(&mut self, json: Value<'_>) -> Read<Vec<Item>> {
        let mut keys = None;
        json.members(&mut |name, member| {
            if name == "Keys" {
                keys = Some(read(member, &mut |json| self.items(json))?);
            }
            Ok(())
        })?;
        keys.ok_or(Unexpected)
    }

    /// `{"PutRequest": {"Item": item}}` or `{"DeleteRequest": {"Key": key}}`.
    fn write(&mut self, json: Value<'_>) -> Read<Unprocessed> {
        let mut write = None;
        json.members(&mut |name, member| {
            let (of, made): (_, fn(Item) -> Unprocessed) = match name {
                "PutRequest" => ("Item", Unprocessed::Put),
                "DeleteRequest" => ("Key", Unprocessed::Delete),
                _ => return Ok(()),
            };
            let item = read(member, &mut |json| maybe(json, &mut |json| self.item_in(of, json)))?;
            write = item.flatten().map(made).or(write.take());
            Ok(())
        })?;
        write.ok_or(Unexpected)
    }
}

const TYPES: [&str; 10] = ["S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"];

fn text(json: Value<'_>) -> Read<String> {
    json.text().map(str::to_owned)
}

fn count(json: Value<'_>) -> Read<u64> {
    json.count()
}

fn bytes(json: Value<'_>) -> Read<Vec<u8>> {
    STANDARD.decode(json.text()?).map_err(|_| Unexpected)
}

/// A list, each element of which is read by the same reader.
fn list<T>(json: Value<'_>, read: &mut dyn FnMut(Value<'_>) -> Read<T>) -> Read<Vec<T>> {
    let mut elements = Vec::new();
    json.elements(&mut |json| {
        elements.push(read(json)?);
        Ok(())
    })?;
    elements.shrink_to_fit();
    Ok(elements)
}

/// A member that may be null.
fn maybe<T>(json: Value<'_>, read: &mut dyn FnMut(Value<'_>) -> Read<T>) -> Read<Option<T>> {
    if matches!(json, Value::Null) { Ok(None) } else { read(json).map(Some) }
}

/// The value of the member.
fn read<T>(member: &mut dyn Members, read: &mut dyn FnMut(Value<'_>) -> Read<T>) -> Read<T> {
    let mut result = None;
    member.value(&mut |json| {
        result = Some(read(json)?);
        Ok(())
    })?;
    result.ok_or(Unexpected)
}

/// Names that were read before: most items of a page have the same names, and share them.
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
