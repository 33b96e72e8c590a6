//! The parameters of a query or a form.

use std::collections::BTreeMap;

use crate::exchange::Request;

/// The parameters of a request. Of a repeated one, the first counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    /// Of the query.
    pub(crate) fn of_query(request: &Request) -> Self {
        Self::parse(request.uri.query().unwrap_or_default().as_bytes())
    }

    /// Of the body.
    pub(crate) fn of_body(request: &Request) -> Self {
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
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// The words of a list that is separated by blanks.
    pub(crate) fn words(&self, name: &str) -> Vec<String> {
        self.text(name).split_whitespace().map(str::to_owned).collect()
    }

    /// All parameters, encoded, except this one.
    pub(crate) fn encoded_without(&self, name: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.0.iter().filter(|(other, _)| *other != name));
        query.finish()
    }

    /// A parameter, or empty text.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }
}
