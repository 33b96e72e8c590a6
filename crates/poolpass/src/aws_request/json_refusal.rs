//! What the JSON of a refusal says.
//!
//! DynamoDB's may hold 4 MB of items. They are read straight into items, and what nobody looks at is skipped: a tree of dynamic values
//! would take many times their bytes.

use crate::dynamodb::{Item, items_of_refusal};
use crate::error::CancellationReason;
use crate::json::stream::{self, Unexpected, Value};

/// What a refusal says, or one of its cancellation reasons.
#[derive(Debug, Default)]
pub(super) struct JsonRefusal {
    texts: [Option<String>; TEXTS.len()],
    has_item: bool,
    reasons: Vec<Self>,
}

/// The names of the code, and of the message, the first of which counts.
const TEXTS: [&str; CODES + 3] = ["__type", "code", "Code", "message", "Message", "errorMessage"];
const CODES: usize = 3;

type Read = Result<(), Unexpected>;

/// A transaction has no more items.
const MOST_REASONS: usize = 100;

impl JsonRefusal {
    /// Nothing for what is no JSON object. An API's own errors may have members of the same names that are something else: those are
    /// not there.
    pub(super) fn parse(json: &[u8]) -> Self {
        let mut said = Self::default();
        let parsed = stream::read(json, |json| said.read(json, Self::read_reasons));
        if parsed.is_ok() { said } else { Self::default() }
    }

    fn read(&mut self, json: Value<'_>, read_reasons: fn(&mut Self, Value<'_>) -> Read) -> Read {
        json.members(&mut |name, member| {
            if let Some(place) = TEXTS.iter().position(|known| *known == name) {
                return member.value(&mut |json| {
                    match (json, self.texts.get_mut(place)) {
                        (Value::Text(text), Some(place)) if !text.trim().is_empty() => {
                            *place = Some(text.to_owned());
                        }
                        _ => {}
                    }
                    Ok(())
                });
            }
            self.has_item |= name == "Item";
            if name == "CancellationReasons" {
                member.value(&mut |json| read_reasons(self, json))
            } else {
                Ok(())
            }
        })
    }

    fn read_reasons(&mut self, json: Value<'_>) -> Read {
        let Value::List(list) = json else { return Ok(()) };
        self.reasons.clear();
        while self.reasons.len() < MOST_REASONS {
            let mut reason = Self::default();
            let is_there = list.next(&mut |json| match json {
                Value::Object(_) => reason.read(json, |_, _| Ok(())),
                _ => Ok(()),
            })?;
            if !is_there {
                break;
            }
            self.reasons.push(reason);
        }
        Ok(())
    }

    /// Whether it is an error in AWS's JSON protocol: no answer has a member `__type`.
    pub(super) fn has_type(&self) -> bool {
        self.texts.first().is_some_and(Option::is_some)
    }

    pub(super) fn code(&mut self) -> Option<String> {
        self.texts.iter_mut().take(CODES).find_map(Option::take)
    }

    pub(super) fn message(&mut self) -> Option<String> {
        self.texts.iter_mut().skip(CODES).find_map(Option::take)
    }

    /// The item that did not meet a condition, and the reasons of a transaction. `json` is what was parsed.
    pub(super) fn items(self, json: &[u8]) -> (Option<Item>, Vec<CancellationReason>) {
        let has_items = self.has_item || self.reasons.iter().any(|reason| reason.has_item);
        let (item, items) = if has_items { items_of_refusal(json) } else { Default::default() };
        let mut items = items.into_iter();
        let reasons = self.reasons.into_iter().map(|mut reason| CancellationReason {
            code: reason.code().filter(|code| code != "None"),
            message: reason.message(),
            item: items.next().flatten(),
        });
        (item, reasons.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code, message, item and reasons.
    fn read(json: &str) -> (Option<String>, Option<String>, Option<Item>, Vec<CancellationReason>) {
        let mut said = JsonRefusal::parse(json.as_bytes());
        let (code, message) = (said.code(), said.message());
        let (item, reasons) = said.items(json.as_bytes());
        (code, message, item, reasons)
    }

    #[test]
    fn an_item_of_any_size_is_read_and_hides_no_code() {
        let text = "x".repeat(400 * 1024);
        let json = format!(r#"{{"Item":{{"t":{{"S":"{text}"}}}},"__type":"A#B","message":"m"}}"#);
        let (code, message, item, _) = read(&json);
        assert_eq!((code.as_deref(), message.as_deref()), (Some("A#B"), Some("m")));
        assert_eq!(item, Some(Item::new().with("t", text)));

        let tiny: Vec<_> = (0..130_000).map(|n| format!(r#""{n}":{{"BOOL":true}}"#)).collect();
        let (code, _, item, _) = read(&format!(r#"{{"__type":"A","Item":{{{}}}}}"#, tiny.join(",")));
        assert_eq!((code.as_deref(), item.unwrap().len()), (Some("A"), 130_000));
    }

    #[test]
    fn each_reason_has_its_own_item() {
        let json = r#"{"__type":"T","CancellationReasons":[
            {"Code":"None"},
            {"Code":"ConditionalCheckFailed","Message":"m","Item":{"a":{"N":"1"}}},
            {"Code":"ConditionalCheckFailed","Item":null},
            {"Item":{"b":{"N":"2"}},"Code":"ConditionalCheckFailed"}]}"#;
        let (_, _, item, reasons) = read(json);
        assert_eq!(item, None);
        let codes: Vec<_> = reasons.iter().map(CancellationReason::code).collect();
        let failed = Some("ConditionalCheckFailed");
        assert_eq!(codes, [None, failed, failed, failed]);
        let items: Vec<_> = reasons.iter().map(CancellationReason::item).collect();
        assert_eq!(items, [None, Some(Item::new().with("a", 1)), None, Some(Item::new().with("b", 2))]);
    }

    #[test]
    fn members_that_are_something_else_are_not_there() {
        let json = r#"{"__type":7,"code":"C","message":["m"],"Message":null,"errorMessage":"e","Item":"i",
            "CancellationReasons":{"Code":"x"},"more":{"code":"inner"}}"#;
        let (code, message, item, reasons) = read(json);
        assert_eq!((code.as_deref(), message.as_deref()), (Some("C"), Some("e")));
        assert!(item.is_none() && reasons.is_empty());

        let (code, _, _, reasons) =
            read(r#"{"code":"C","CancellationReasons":["x",7,{"Code":"D","Item":[]}]}"#);
        assert_eq!((code.as_deref(), reasons.len()), (Some("C"), 3));
        assert_eq!((reasons[0].code(), reasons[2].code(), reasons[2].item()), (None, Some("D"), None));

        for json in ["", "[]", "7", "{", "{}}", "{\"code\":\"C\"} x", "\u{0}"] {
            assert_eq!(read(json).0, None, "{json}");
        }
    }

    #[test]
    fn what_is_no_list_of_a_transaction_takes_no_memory() {
        let json = format!(r#"{{"code":"C","CancellationReasons":[{}0]}}"#, "[[],{}],".repeat(100_000));
        let (code, _, _, reasons) = read(&json);
        assert_eq!((code.as_deref(), reasons.len()), (Some("C"), MOST_REASONS));
    }
}
