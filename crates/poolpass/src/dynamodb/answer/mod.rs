//! DynamoDB's answers, read straight into items.
//!
//! A page holds up to a megabyte of items, which may be tiny. A tree of dynamic values in between would take a hundred times the
//! bytes of such a page, so there is none.

mod reader;

use self::reader::AnswerReader;
use super::Item;
use crate::json::{ParseError, stream};

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
    pub(super) last_evaluated_key: Option<Item>,
    /// `Count`.
    pub(super) count: Option<u64>,
    /// `ScannedCount`.
    pub(super) scanned_count: u64,
}

/// A key or write that a batch left unprocessed.
#[derive(Debug)]
pub(super) enum Unprocessed {
    Key(Item),
    Put(Item),
    Delete(Item),
}

impl Answer {
    pub(super) fn parse(json: &[u8]) -> Result<Self, ParseError> {
        stream::read(json, |json| AnswerReader::default().answer(json))
    }
}

/// The item that a refusal tells, and those of its cancellation reasons. None where they are not what DynamoDB documents.
pub(super) fn items_of_refusal(json: &[u8]) -> (Option<Item>, Vec<Option<Item>>) {
    let answer = Answer::parse(json).unwrap_or_default();
    (answer.item, answer.responses.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(json: &serde_json::Value) -> Result<Answer, ParseError> {
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
            assert!(answer.item.is_none() && answer.last_evaluated_key.is_none() && answer.items.is_none());
        }
        assert!(parse(&json!({"LastEvaluatedKey": {}})).unwrap().last_evaluated_key.is_none());
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
            let error = parse(&no_answer).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
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
