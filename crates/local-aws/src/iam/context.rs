//! The request context: the keys and values that conditions and policy variables use.

use std::collections::BTreeMap;

/// The context keys of one request, such as `aws:SourceIp` or `dynamodb:LeadingKeys`.
///
/// Key names are case-insensitive, as in IAM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    keys: BTreeMap<String, Value>,
}

/// A key either has one value, or is a list by its definition, even when that list has one element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Single(String),
    Multiple(Vec<String>),
}

impl Context {
    /// Sets a key that has one value.
    pub(crate) fn set(&mut self, key: &str, value: impl Into<String>) {
        self.keys.insert(key.to_ascii_lowercase(), Value::Single(value.into()));
    }

    /// Sets a key that is a list by its definition (`dynamodb:LeadingKeys`,
    /// `cognito-identity.amazonaws.com:amr`).
    pub(crate) fn set_list(&mut self, key: &str, values: Vec<String>) {
        self.keys.insert(key.to_ascii_lowercase(), Value::Multiple(values));
    }

    pub(crate) fn remove(&mut self, key: &str) {
        self.keys.remove(&key.to_ascii_lowercase());
    }

    /// Adds all keys of `other`.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.keys.extend(other.keys.iter().map(|(key, value)| (key.clone(), value.clone())));
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.keys.contains_key(&key.to_ascii_lowercase())
    }

    pub(crate) fn value(&self, key: &str) -> Option<&Value> {
        self.keys.get(&key.to_ascii_lowercase())
    }

    pub(crate) fn single(&self, key: &str) -> Option<&str> {
        match self.value(key)? {
            Value::Single(value) => Some(value),
            Value::Multiple(_) => None,
        }
    }
}
