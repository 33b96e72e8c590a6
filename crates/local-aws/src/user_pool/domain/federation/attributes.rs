//! The claims of a provider, and the attributes that they become.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Refusal;
use crate::user_pool::{domain::providers::IdentityProvider, schema::Attributes};

/// A provider's claims about a person.
#[derive(Debug, Default)]
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    /// Adds the members of an object. Later ones win.
    pub(super) fn add(&mut self, claims: Value) {
        if let Value::Object(claims) = claims {
            self.0.extend(claims.into_iter().filter(|(_, value)| !value.is_null()));
        }
    }

    /// The attributes of a SAML assertion. One value is a text, several are a list in brackets.
    pub(super) fn of_saml(subject: &str, attributes: BTreeMap<String, Vec<String>>) -> Self {
        let value = |values: Vec<String>| match values.as_slice() {
            [one] => Value::from(one.as_str()),
            _ => Value::from(format!("[{}]", values.join(","))),
        };
        let mut claims: Map<_, _> =
            attributes.into_iter().map(|(name, values)| (name, value(values))).collect();
        claims.insert("NameID".to_owned(), Value::from(subject));
        Self(claims)
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// The provider's id of the person.
    pub(super) fn subject(&self, provider: &IdentityProvider) -> Result<String, Refusal> {
        let name = provider.mapping.get("username").map_or(provider.kind.subject(), String::as_str);
        let subject = self.text(name).filter(|subject| !subject.is_empty());
        subject.ok_or_else(|| Refusal::invalid("username attribute mapping required"))
    }

    /// The mapped attributes that the provider has sent.
    pub(super) fn mapped(&self, provider: &IdentityProvider) -> Attributes {
        let mapping = provider.mapping.iter().filter(|(attribute, _)| *attribute != "username");
        mapping.filter_map(|(attribute, claim)| Some((attribute.clone(), self.text(claim)?))).collect()
    }
}
