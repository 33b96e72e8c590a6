//! The parameters of a query or a form.

use std::collections::BTreeMap;

use crate::exchange::Request;

/// The parameters of a request. Of a repeated one, the first counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Of the query.
    pub(super) fn of_query(request: &Request) -> Self {
        Self::parse(request.uri.query().unwrap_or_default().as_bytes())
    }

    /// Of the body.
    pub(super) fn of_body(request: &Request) -> Self {
        Self::parse(&request.body)
    }

    fn parse(encoded: &[u8]) -> Self {
        let mut form = Self::default();
        for (name, value) in url::form_urlencoded::parse(encoded) {
            form.0.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        form
    }

    /// A parameter that is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// All parameters, encoded, except the page's own.
    pub(super) fn encoded(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.0.iter().filter(|(name, _)| *name != "request_id"));
        query.finish()
    }

    /// The words of a list that is separated by blanks.
    pub(super) fn words(&self, name: &str) -> Vec<String> {
        self.get(name).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    }
}
