//! A URL's query.

use crate::percent;

/// The query parameters of a request. The names are S3's and need no encoding.
#[derive(Debug, Default)]
pub(super) struct Query(String);

impl Query {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds a parameter without a value, such as `uploads`.
    pub(super) fn flag(self, name: &str) -> Self {
        self.with(name, "")
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push(if self.0.is_empty() { '?' } else { '&' });
        self.0.push_str(name);
        self.0.push('=');
        self.0.extend(percent::component(value));
        self
    }

    pub(super) fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The query with its question mark, or empty text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded() {
        let query = Query::new().flag("uploads").with("prefix", "a b/é+%").with_some("x", None);
        assert_eq!(query.as_str(), "?uploads=&prefix=a%20b%2F%C3%A9%2B%25");
        assert_eq!(Query::new().as_str(), "");
    }
}
