//! The names and values that expressions stand in for.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_dynamo::Item as Wire;

use super::item::Item;
use super::value::AttributeValue;

/// What `#name` and `:value` mean in the expressions of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Placeholders {
    names: BTreeMap<String, String>,
    values: Item,
}

/// As requests carry them.
#[derive(Debug, Default, Serialize)]
pub(super) struct WirePlaceholders {
    #[serde(rename = "ExpressionAttributeNames", skip_serializing_if = "BTreeMap::is_empty")]
    names: BTreeMap<String, String>,
    #[serde(rename = "ExpressionAttributeValues", skip_serializing_if = "Option::is_none")]
    values: Option<Wire>,
}

impl Placeholders {
    pub(super) fn name(&mut self, placeholder: impl Into<String>, name: impl Into<String>) {
        self.names.insert(placeholder.into(), name.into());
    }

    pub(super) fn value(&mut self, placeholder: impl Into<String>, value: impl Into<AttributeValue>) {
        self.values.insert(placeholder, value);
    }
}

impl From<Placeholders> for WirePlaceholders {
    fn from(placeholders: Placeholders) -> Self {
        let values = (!placeholders.values.is_empty()).then(|| placeholders.values.into());
        Self { names: placeholders.names, values }
    }
}
