//! JSON objects: the SDK's requests, AWS's answers, and the values in a store.
//!
//! This one type writes and reads them member by member. A type with derived code for each request and answer would be compiled each
//! time, and a browser downloads all compiled code.

pub(crate) mod stream;

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;
use secrecy::SecretString;
use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

use crate::dates;
use crate::error::Error;

/// A JSON object. Its texts may be passwords, codes and tokens, so they are wiped from memory when it is dropped, and `Debug` shows
/// nothing.
#[derive(Clone, Default)]
pub(crate) struct Object(Map<String, Value>);

/// Writing.
impl Object {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a member.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.set(name, value.into());
        self
    }

    /// Adds a member if there is a value.
    #[must_use]
    pub(crate) fn maybe(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds an object of texts unless it is empty.
    #[must_use]
    pub(crate) fn texts(self, name: &str, texts: &BTreeMap<String, String>) -> Self {
        if texts.is_empty() { self } else { self.with(name, Self::from(texts)) }
    }

    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// The object as text.
    pub(crate) fn to_bytes(&self) -> Bytes {
        // A map of texts and numbers can always be written as text.
        Bytes::from_owner(Zeroizing::new(serde_json::to_vec(&self.0).unwrap_or_default()))
    }

    /// The object as text.
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// The object as text, which is a secret.
    pub(crate) fn to_secret(&self) -> SecretString {
        self.to_text().into()
    }
}

/// Reading. Each member is taken out, so that a secret has one owner. Absent and null are the same.
impl Object {
    pub(crate) fn parse(json: &[u8]) -> Result<Self, ParseError> {
        match value(json)? {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(ParseError::NoObject),
        }
    }

    /// Whether there is such a member, even if it is null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The members that are not null, in the order of their names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name.as_str())
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Result<String, ParseError> {
        self.maybe_text(name)?.ok_or(ParseError::Member(name))
    }

    pub(crate) fn maybe_text(&mut self, name: &'static str) -> Result<Option<String>, ParseError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(ParseError::Member(name)),
        }
    }

    pub(crate) fn secret(&mut self, name: &'static str) -> Result<SecretString, ParseError> {
        self.text(name).map(SecretString::from)
    }

    pub(crate) fn maybe_secret(&mut self, name: &'static str) -> Result<Option<SecretString>, ParseError> {
        Ok(self.maybe_text(name)?.map(SecretString::from))
    }

    /// Takes a flag; false if it is absent.
    pub(crate) fn flag(&mut self, name: &'static str) -> Result<bool, ParseError> {
        Ok(self.maybe_flag(name)?.unwrap_or_default())
    }

    pub(crate) fn maybe_flag(&mut self, name: &'static str) -> Result<Option<bool>, ParseError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(ParseError::Member(name)),
        }
    }

    /// Takes a whole number that is not negative.
    pub(crate) fn count(&mut self, name: &'static str) -> Result<u64, ParseError> {
        self.maybe_count(name)?.ok_or(ParseError::Member(name))
    }

    pub(crate) fn maybe_count(&mut self, name: &'static str) -> Result<Option<u64>, ParseError> {
        self.take(name).map(|value| value.as_u64().ok_or(ParseError::Member(name))).transpose()
    }

    pub(crate) fn number(&mut self, name: &'static str) -> Result<f64, ParseError> {
        self.take(name).and_then(|value| value.as_f64()).ok_or(ParseError::Member(name))
    }

    /// Takes a time as AWS's JSON has it: seconds since 1970, whole or not.
    pub(crate) fn maybe_time(&mut self, name: &'static str) -> Result<Option<SystemTime>, ParseError> {
        let time = |value: Value| value.as_f64().and_then(dates::from_unix).ok_or(ParseError::Member(name));
        self.take(name).map(time).transpose()
    }

    pub(crate) fn object(&mut self, name: &'static str) -> Result<Self, ParseError> {
        self.maybe_object(name)?.ok_or(ParseError::Member(name))
    }

    pub(crate) fn maybe_object(&mut self, name: &'static str) -> Result<Option<Self>, ParseError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(Self(members))),
            Some(_) => Err(ParseError::Member(name)),
        }
    }

    /// Takes an object of texts; empty if it is absent.
    pub(crate) fn text_map(&mut self, name: &'static str) -> Result<BTreeMap<String, String>, ParseError> {
        self.maybe_object(name)?.unwrap_or_default().into_texts().map_err(|_| ParseError::Member(name))
    }

    /// Takes all members, which must be texts.
    pub(crate) fn into_texts(mut self) -> Result<BTreeMap<String, String>, ParseError> {
        let mut texts = BTreeMap::new();
        for (name, value) in std::mem::take(&mut self.0) {
            let Value::String(text) = value else { return Err(ParseError::Member("a member")) };
            texts.insert(name, text);
        }
        Ok(texts)
    }

    /// Takes a list of objects; empty if it is absent.
    pub(crate) fn objects(&mut self, name: &'static str) -> Result<Vec<Self>, ParseError> {
        self.list(name, |value| match value {
            Value::Object(members) => Some(Self(members)),
            _ => None,
        })
    }

    /// Takes a list of texts; empty if it is absent.
    pub(crate) fn text_list(&mut self, name: &'static str) -> Result<Vec<String>, ParseError> {
        self.list(name, |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// Takes a list; empty if it is absent.
    pub(crate) fn list<T>(
        &mut self,
        name: &'static str,
        read: fn(Value) -> Option<T>,
    ) -> Result<Vec<T>, ParseError> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => {
                values.into_iter().map(|value| read(value).ok_or(ParseError::Member(name))).collect()
            }
            Some(_) => Err(ParseError::Member(name)),
        }
    }

    /// Takes the member as it is; `None` if it is absent or null.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        // Null stays in its place: removing it would rebalance the tree, whose code an app's users would download.
        self.0.get_mut(name).map(Value::take).filter(|value| !value.is_null())
    }
}

impl From<&BTreeMap<String, String>> for Object {
    fn from(texts: &BTreeMap<String, String>) -> Self {
        texts.iter().fold(Self::new(), |object, (name, text)| object.with(name, text.as_str()))
    }
}

impl From<Map<String, Value>> for Object {
    fn from(members: Map<String, Value>) -> Self {
        Self(members)
    }
}

impl From<Object> for Value {
    fn from(mut object: Object) -> Self {
        Self::Object(std::mem::take(&mut object.0))
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        self.0.values_mut().for_each(wipe);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(values) => values.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Object(..)")
    }
}

/// Any JSON.
pub(crate) fn value(json: &[u8]) -> Result<Value, ParseError> {
    if holds_too_many_values(json) {
        return Err(ParseError::TooManyValues);
    }
    Ok(serde_json::from_slice(json)?)
}

/// No answer, token, configuration or stored value of ours has more.
const MAX_VALUES: usize = 100_000;

/// A value of two bytes may take six hundred in memory, so values are counted before any is created.
fn holds_too_many_values(json: &[u8]) -> bool {
    if json.len() <= MAX_VALUES {
        return false;
    }
    let (mut values, mut in_text, mut escaped) = (0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b'{' | b'[' | b',' if !in_text => values += 1,
            _ => {}
        }
    }
    values > MAX_VALUES
}

/// A JSON list of texts.
pub(crate) fn text_list(json: &str) -> Option<Vec<String>> {
    let Ok(Value::Array(elements)) = value(json.as_bytes()) else { return None };
    let mut texts = Vec::with_capacity(elements.len());
    for element in elements {
        let Value::String(text) = element else { return None };
        texts.push(text);
    }
    Some(texts)
}

/// The document is not as expected. The error names the place and quotes nothing, since it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParseError {
    /// It is not JSON.
    #[error("it is not JSON (line {line}, column {column})")]
    Json { line: usize, column: usize },
    /// It is JSON, but a value has another type than expected.
    #[error("a value has the wrong type (line {line}, column {column})")]
    Type { line: usize, column: usize },
    /// It is JSON, but would take many times its length in memory.
    #[error("it holds more than {MAX_VALUES} values")]
    TooManyValues,
    /// It is JSON, but not an object.
    #[error("it is not a JSON object")]
    NoObject,
    /// It is not an XML document.
    #[error("it is not XML")]
    Xml,
    /// A member is missing or of another type.
    #[error("{0} is missing or has the wrong type")]
    Member(&'static str),
}

impl From<serde_json::Error> for ParseError {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        if error.is_data() { Self::Type { line, column } } else { Self::Json { line, column } }
    }
}

/// The error of an answer of AWS. Other documents have errors of their own.
impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        Self::invalid_response(format!("the answer is not what AWS documents: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_written_and_read() {
        let metadata = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
        let inner = Object::new().with("Flag", true);
        let written = Object::new()
            .maybe("Absent", None::<&str>)
            .with("Count", 7u64)
            .texts("Empty", &BTreeMap::new())
            .with("Inner", inner)
            .with("List", vec!["x", "y"])
            .texts("Metadata", &metadata)
            .with("Text", "t\"");
        let json = written.to_bytes();
        assert_eq!(
            json,
            r#"{"Count":7,"Inner":{"Flag":true},"List":["x","y"],"Metadata":{"a":"b"},"Text":"t\""}"#
        );
        let mut read = Object::parse(&json).unwrap();
        assert_eq!(read.text("Text").unwrap(), "t\"");
        assert_eq!(read.maybe_text("Absent").unwrap(), None);
        assert_eq!(read.count("Count").unwrap(), 7);
        assert_eq!(read.text_map("Metadata").unwrap(), metadata);
        assert_eq!(read.text_list("List").unwrap(), ["x", "y"]);
        assert!(read.object("Inner").unwrap().flag("Flag").unwrap());
        assert_eq!(read.names().count(), 0);
    }

    #[test]
    fn what_does_not_fit_is_named_and_not_quoted() {
        let read = |json: &str| Object::parse(json.as_bytes());
        assert_eq!(read("[]").unwrap_err(), ParseError::NoObject);
        assert_eq!(read("{\"a\":").unwrap_err(), ParseError::Json { line: 1, column: 5 });
        let mut object = read(r#"{"Text":12345,"List":[1],"Null":null}"#).unwrap();
        let error = object.text("Text").unwrap_err();
        assert_eq!(error, ParseError::Member("Text"));
        assert!(!Error::from(error).to_string().contains("12345"));
        assert_eq!(object.text_list("List").unwrap_err(), ParseError::Member("List"));
        assert_eq!(object.maybe_text("Null").unwrap(), None);
        assert_eq!(object.text("Null").unwrap_err(), ParseError::Member("Null"));
    }

    #[test]
    fn more_values_than_anything_has_are_refused_before_they_take_memory() {
        let many = |count: usize, value: &str| format!("[{}{value}]", format!("{value},").repeat(count - 1));
        assert!(value(many(MAX_VALUES, "0").as_bytes()).is_ok());
        for hostile in [many(MAX_VALUES + 1, "0"), many(4_000_000, "{\"\":0}"), many(MAX_VALUES, "[[]]")] {
            assert_eq!(value(hostile.as_bytes()), Err(ParseError::TooManyValues));
        }
        let text = format!("[\"{}\"]", "\\\",[{\\\\".repeat(200_000));
        assert!(value(text.as_bytes()).is_ok());
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Object::new().with("Password", "hush")), "Object(..)");
    }
}
