//! The claims of a token.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::dates;

/// The claims of a token, by their names.
#[derive(Clone, PartialEq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    pub(crate) fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// The claim called `name`, as JSON.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The claim called `name`, if it is a text, such as `email` or `custom:team`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// The claim called `name`, as `T`.
    ///
    /// `None` where the token has no such claim or one of another shape.
    pub fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.get(name)?).ok()
    }

    /// The names and values of all claims.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The time of the last proof of who the person is.
    pub(crate) fn auth_time(&self) -> Option<SystemTime> {
        self.time("auth_time")
    }

    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        let items = self.get(name).and_then(Value::as_array);
        items.map(|items| items.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
    }

    /// A time in seconds since 1970, whole or not: RFC 7519 allows both.
    pub(crate) fn time(&self, name: &str) -> Option<SystemTime> {
        let value = self.get(name)?;
        let since = match value.as_u64() {
            Some(seconds) => Duration::from_secs(seconds),
            None => Duration::try_from_secs_f64(value.as_f64()?).ok()?,
        };
        UNIX_EPOCH.checked_add(since).filter(|time| dates::calendar(*time).is_some())
    }
}

/// Shows only the claims' names: their values are personal data.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
