//! Items and values as DynamoDB's JSON writes them: `{"pk": {"S": "me"}, "sk": {"N": "7"}}`.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{AttributeValue, Item};
use crate::json::{Misfit, Object};

impl Item {
    pub(super) fn into_json(self) -> Value {
        members_to_json(self.into_attributes())
    }

    /// `None` for what is no item.
    pub(super) fn from_json(json: Value) -> Option<Self> {
        let Value::Object(members) = json else { return None };
        members_from_json(members).map(Self::from)
    }

    /// The item in an answer, where there is one.
    pub(super) fn maybe(answer: &mut Object, name: &'static str) -> Result<Option<Self>, Misfit> {
        let json = answer.take(name);
        json.map(|json| Self::from_json(json).ok_or(Misfit::Member(name))).transpose()
    }
}

impl AttributeValue {
    pub(super) fn into_json(self) -> Value {
        let (kind, value) = match self {
            Self::S(text) => ("S", Value::String(text)),
            Self::N(number) => ("N", Value::String(number)),
            Self::B(bytes) => ("B", bytes_to_json(bytes)),
            Self::Bool(bool) => ("BOOL", Value::Bool(bool)),
            Self::Null => ("NULL", Value::Bool(true)),
            Self::M(members) => ("M", members_to_json(members)),
            Self::L(elements) => ("L", list_to_json(elements, Self::into_json)),
            Self::Ss(texts) => ("SS", list_to_json(texts, Value::String)),
            Self::Ns(numbers) => ("NS", list_to_json(numbers, Value::String)),
            Self::Bs(elements) => ("BS", list_to_json(elements, bytes_to_json)),
        };
        Object::new().with(kind, value).into()
    }

    /// `None` for what is no value of DynamoDB's.
    pub(super) fn from_json(json: Value) -> Option<Self> {
        let Value::Object(members) = json else { return None };
        let (kind, value) = members.into_iter().next()?;
        Some(match (kind.as_str(), value) {
            ("S", Value::String(text)) => Self::S(text),
            ("N", Value::String(number)) => Self::N(number),
            ("B", bytes) => Self::B(bytes_from_json(bytes)?),
            ("BOOL", Value::Bool(bool)) => Self::Bool(bool),
            ("NULL", Value::Bool(_)) => Self::Null,
            ("M", Value::Object(members)) => Self::M(members_from_json(members)?),
            ("L", elements) => Self::L(list_from_json(elements, Self::from_json)?),
            ("SS", texts) => Self::Ss(list_from_json(texts, text_from_json)?),
            ("NS", numbers) => Self::Ns(list_from_json(numbers, text_from_json)?),
            ("BS", elements) => Self::Bs(list_from_json(elements, bytes_from_json)?),
            _ => return None,
        })
    }
}

fn members_to_json(members: BTreeMap<String, AttributeValue>) -> Value {
    let mut json = Map::new();
    for (name, value) in members {
        json.insert(name, value.into_json());
    }
    Value::Object(json)
}

fn members_from_json(json: Map<String, Value>) -> Option<BTreeMap<String, AttributeValue>> {
    let mut members = BTreeMap::new();
    for (name, value) in json {
        members.insert(name, AttributeValue::from_json(value)?);
    }
    Some(members)
}

fn list_to_json<T>(elements: Vec<T>, to_json: fn(T) -> Value) -> Value {
    Value::Array(elements.into_iter().map(to_json).collect())
}

fn list_from_json<T>(json: Value, from_json: fn(Value) -> Option<T>) -> Option<Vec<T>> {
    let Value::Array(elements) = json else { return None };
    elements.into_iter().map(from_json).collect()
}

fn text_from_json(json: Value) -> Option<String> {
    let Value::String(text) = json else { return None };
    Some(text)
}

fn bytes_to_json(bytes: Vec<u8>) -> Value {
    Value::String(STANDARD.encode(bytes))
}

#[expect(clippy::needless_pass_by_value, reason = "one of several readers that take what they read")]
fn bytes_from_json(json: Value) -> Option<Vec<u8>> {
    STANDARD.decode(json.as_str()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn every_type() -> Vec<AttributeValue> {
        vec![
            AttributeValue::S("ß ☃".to_owned()),
            AttributeValue::number("1.2345678901234567890123456789012345678"),
            AttributeValue::B(vec![0, 255, 7]),
            AttributeValue::Bool(false),
            AttributeValue::Null,
            AttributeValue::M(BTreeMap::from([("nested".to_owned(), AttributeValue::B(vec![1]))])),
            AttributeValue::L(vec![AttributeValue::Null, AttributeValue::from(1)]),
            AttributeValue::Ss(vec!["a".to_owned()]),
            AttributeValue::Ns(vec!["18446744073709551616".to_owned()]),
            AttributeValue::Bs(vec![vec![], vec![9]]),
        ]
    }

    #[test]
    fn every_type_survives_the_way_over_the_wire() {
        for value in every_type() {
            let json = serde_json::to_vec(&value.clone().into_json()).unwrap();
            let read = AttributeValue::from_json(serde_json::from_slice(&json).unwrap());
            assert_eq!(read, Some(value));
        }
    }

    #[test]
    fn the_wire_format_is_dynamodbs() {
        let json = AttributeValue::into_json;
        assert_eq!(json("x".into()), json!({"S": "x"}));
        assert_eq!(json(u64::MAX.into()), json!({"N": "18446744073709551615"}));
        assert_eq!(json(AttributeValue::B(vec![1, 2, 3])), json!({"B": "AQID"}));
        assert_eq!(json(AttributeValue::Bs(vec![vec![255]])), json!({"BS": ["/w=="]}));
        assert_eq!(json(AttributeValue::Ss(vec!["a".to_owned()])), json!({"SS": ["a"]}));
        assert_eq!(json(AttributeValue::Null), json!({"NULL": true}));
        assert_eq!(json(None::<bool>.into()), json!({"NULL": true}));
        assert_eq!(json(Item::new().with("a", true).into()), json!({"M": {"a": {"BOOL": true}}}));
        assert_eq!(json(vec![1.into(), "x".into()].into()), json!({"L": [{"N": "1"}, {"S": "x"}]}));
    }

    #[test]
    fn what_is_no_value_of_dynamodbs_is_not_read() {
        for no_value in [
            json!("x"),
            json!({}),
            json!({"S": 7}),
            json!({"N": 7}),
            json!({"B": "%"}),
            json!({"BOOL": "true"}),
            json!({"M": {"a": "x"}}),
            json!({"L": [7]}),
            json!({"SS": [7]}),
            json!({"BS": ["%"]}),
            json!({"X": "x"}),
        ] {
            assert_eq!(AttributeValue::from_json(no_value.clone()), None, "{no_value}");
            assert_eq!(Item::from_json(json!({"a": no_value})), None);
        }
        assert_eq!(Item::from_json(json!([])), None);
    }
}
