//! Code and message of a JSON document.
//!
//! A refusal may hold megabytes of a service's data. Members that nobody looks at are skipped: a tree of dynamic values would take many
//! times their bytes.

use crate::json::stream::{self, Members, Unexpected, Value};

/// The names of the code, and of the message, the first of which counts.
const TEXTS: [&str; CODES + 3] = ["__type", "code", "Code", "message", "Message", "errorMessage"];
const CODES: usize = 3;

/// Reads a member that is neither the code nor the message.
pub(crate) type ReadMember<'r> = &'r mut dyn FnMut(&str, &mut dyn Members) -> Result<(), Unexpected>;

/// Code and message of a refusal, or of one of the reasons in it.
#[derive(Debug, Default)]
pub(crate) struct JsonRefusal {
    texts: [Option<String>; TEXTS.len()],
}

impl JsonRefusal {
    /// Nothing for a document that is no JSON object. An API's own errors may have members of the same names but another type: those
    /// are ignored.
    pub(super) fn parse(json: &[u8]) -> Self {
        let mut refusal = Self::default();
        let parsed = stream::read(json, |json| refusal.read(json, &mut |_, _| Ok(())));
        if parsed.is_ok() { refusal } else { Self::default() }
    }

    /// Reads the members of an object, all others with `read_other`.
    pub(crate) fn read(&mut self, json: Value<'_>, read_other: ReadMember<'_>) -> Result<(), Unexpected> {
        json.members(&mut |name, member| {
            let Some(place) = TEXTS.iter().position(|known| *known == name) else {
                return read_other(name, member);
            };
            member.value(&mut |json| {
                match (json, self.texts.get_mut(place)) {
                    (Value::Text(text), Some(place)) if !text.trim().is_empty() => {
                        *place = Some(text.to_owned());
                    }
                    _ => {}
                }
                Ok(())
            })
        })
    }

    /// Whether it is an error in AWS's JSON protocol: no answer has a member `__type`.
    pub(super) fn has_type(&self) -> bool {
        self.texts.first().is_some_and(Option::is_some)
    }

    pub(crate) fn code(&mut self) -> Option<String> {
        self.texts.iter_mut().take(CODES).find_map(Option::take)
    }

    pub(crate) fn message(&mut self) -> Option<String> {
        self.texts.iter_mut().skip(CODES).find_map(Option::take)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> (Option<String>, Option<String>) {
        let mut refusal = JsonRefusal::parse(json.as_bytes());
        (refusal.code(), refusal.message())
    }

    #[test]
    fn members_that_are_something_else_are_not_there() {
        let (code, message) = read(
            r#"{"__type":7,"code":"C","message":["m"],"Message":null,"errorMessage":"e","more":{"code":"inner"}}"#,
        );
        assert_eq!((code.as_deref(), message.as_deref()), (Some("C"), Some("e")));
        for json in ["", "[]", "7", "{", "{}}", "{\"code\":\"C\"} x", "\u{0}"] {
            assert_eq!(read(json).0, None, "{json}");
        }
    }
}
