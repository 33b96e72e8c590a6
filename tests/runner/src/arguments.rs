//! The arguments of a step, read by name.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde_json::{Map, Value};

/// The arguments of one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arguments<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Arguments<'a> {
    /// A required argument.
    ///
    /// # Errors
    ///
    /// If it is missing.
    pub(crate) fn value(self, name: &str) -> Result<&'a Value> {
        self.0.get(name).with_context(|| format!("the argument {name:?} is missing"))
    }

    /// A required string.
    ///
    /// # Errors
    ///
    /// If it is missing or not a string.
    pub(crate) fn text(self, name: &str) -> Result<&'a str> {
        self.value(name)?.as_str().with_context(|| format!("the argument {name:?} is not a string"))
    }

    /// An optional string.
    pub(crate) fn maybe_text(self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_str()
    }

    /// Whether a flag is set.
    pub(crate) fn flag(self, name: &str) -> bool {
        self.0.get(name) == Some(&Value::Bool(true))
    }

    /// A required number.
    ///
    /// # Errors
    ///
    /// If it is missing or not a number.
    pub(crate) fn number(self, name: &str) -> Result<u64> {
        self.value(name)?.as_u64().with_context(|| format!("the argument {name:?} is not a number"))
    }

    /// An optional number.
    pub(crate) fn maybe_number(self, name: &str) -> Option<u64> {
        self.0.get(name)?.as_u64()
    }

    /// A required number of seconds.
    ///
    /// # Errors
    ///
    /// If it is missing or not a number.
    pub(crate) fn seconds(self, name: &str) -> Result<Duration> {
        self.number(name).map(Duration::from_secs)
    }

    /// Names and values. Empty if the argument is absent.
    ///
    /// # Errors
    ///
    /// If a value is not a string.
    pub(crate) fn texts(self, name: &str) -> Result<BTreeMap<String, String>> {
        let Some(Value::Object(members)) = self.0.get(name) else { return Ok(BTreeMap::new()) };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        members
            .iter()
            .map(|(key, value)| Some((key.clone(), text(value)?)))
            .collect::<Option<_>>()
            .ok_or_else(|| anyhow!("the values of {name:?} are not strings"))
    }

    /// A required list.
    ///
    /// # Errors
    ///
    /// If it is missing or not a list.
    pub(crate) fn list(self, name: &str) -> Result<&'a Vec<Value>> {
        self.value(name)?.as_array().with_context(|| format!("the argument {name:?} is not a list"))
    }
}
