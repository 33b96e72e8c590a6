//! Writes items and values in DynamoDB's JSON: `{"pk": {"S": "me"}, "sk": {"N": "7"}}`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{AttributeValue, Item};
use crate::json::Object;

impl Item {
    pub(super) fn into_json(self) -> Value {
        members_to_json(self)
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
}

fn members_to_json(members: Item) -> Value {
    let mut json = Map::new();
    for (name, value) in members {
        json.insert(name, value.into_json());
    }
    Value::Object(json)
}

fn list_to_json<T>(elements: Vec<T>, to_json: fn(T) -> Value) -> Value {
    Value::Array(elements.into_iter().map(to_json).collect())
}

fn bytes_to_json(bytes: Vec<u8>) -> Value {
    Value::String(STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::answer::Answer;
    use super::*;

    /// Reads a value as an attribute of an item.
    fn read(value: &Value) -> Option<AttributeValue> {
        let answer = json!({"Item": {"a": value}}).to_string();
        Answer::parse(answer.as_bytes()).ok()?.item?.remove("a")
    }

    fn every_type() -> Vec<AttributeValue> {
        vec![
            AttributeValue::S("ß ☃".to_owned()),
            AttributeValue::number("1.2345678901234567890123456789012345678"),
            AttributeValue::B(vec![0, 255, 7]),
            AttributeValue::Bool(false),
            AttributeValue::Null,
            AttributeValue::M(Item::new().with("nested", AttributeValue::B(vec![1]))),
            AttributeValue::L(vec![AttributeValue::Null, AttributeValue::from(1)]),
            AttributeValue::Ss(vec!["a".to_owned()]),
            AttributeValue::Ns(vec!["18446744073709551616".to_owned()]),
            AttributeValue::Bs(vec![vec![], vec![9]]),
        ]
    }

    #[test]
    fn every_type_survives_the_way_over_the_wire() {
        for value in every_type() {
            assert_eq!(read(&value.clone().into_json()), Some(value));
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
            assert_eq!(read(&no_value), None, "{no_value}");
        }
    }
}
