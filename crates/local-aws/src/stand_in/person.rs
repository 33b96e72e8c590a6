//! The people who have an account at every stand-in provider.

use serde_json::{Value, json};

use super::kind::Kind;

/// A person with an account at a provider.
#[derive(Clone, Debug)]
pub(super) struct Person {
    /// The name in forms.
    pub(super) id: String,
    pub(super) given_name: String,
    pub(super) family_name: String,
    pub(super) email: String,
}

/// The people whom the page offers.
pub(super) fn presets() -> Vec<Person> {
    [("ada", "Ada", "Lovelace"), ("grace", "Grace", "Hopper"), ("alan", "Alan", "Turing")]
        .into_iter()
        .map(|(id, given_name, family_name)| Person {
            id: id.to_owned(),
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            email: format!("{id}@example.com"),
        })
        .collect()
}

impl Person {
    /// A preset person.
    pub(super) fn preset(id: &str) -> Option<Self> {
        presets().into_iter().find(|person| person.id == id)
    }

    /// A person who typed a name and an email address. The address is the account.
    pub(super) fn typed(name: &str, email: &str) -> Option<Self> {
        let (name, email) = (name.trim(), email.trim());
        let is_address =
            email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
        if name.is_empty() || !is_address {
            return None;
        }
        let (given_name, family_name) = name.split_once(' ').unwrap_or((name, ""));
        Some(Self {
            id: email.to_owned(),
            given_name: given_name.to_owned(),
            family_name: family_name.trim().to_owned(),
            email: email.to_owned(),
        })
    }

    pub(super) fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name).trim_end().to_owned()
    }

    /// The claims of an ID token, or of the answer of the provider's profile endpoint.
    pub(super) fn claims(&self, kind: Kind) -> Value {
        match kind {
            Kind::Google | Kind::OpenId => json!({
                "email": self.email,
                "email_verified": true,
                "name": self.name(),
                "given_name": self.given_name,
                "family_name": self.family_name,
            }),
            // Apple tells the name to the app once, beside the code, and in no token.
            Kind::Apple => json!({ "email": self.email, "email_verified": true, "is_private_email": false }),
            Kind::Facebook => json!({
                "name": self.name(),
                "first_name": self.given_name,
                "last_name": self.family_name,
                "email": self.email,
            }),
            Kind::Amazon => json!({ "name": self.name(), "email": self.email, "postal_code": "SW1A 1AA" }),
            Kind::Saml => json!({
                "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": self.email,
                "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name": self.name(),
                "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname": self.given_name,
                "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname": self.family_name,
            }),
        }
    }
}
