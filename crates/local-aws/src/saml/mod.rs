//! SAML 2.0 as far as a service provider sees it: requests, signed responses, and the metadata of a provider.
//!
//! Assertions are written in canonical form (exclusive C14N), so that libraries which canonicalize accept their signatures. The reader
//! does not canonicalize: it checks the bytes as they stand, and refuses an assertion that is signed but not in canonical form.
//! Encrypted assertions, artifacts, signed requests and single logout are not supported.

mod metadata;
mod request;
mod response;
mod signature;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    metadata::{Metadata, metadata},
    request::AuthnRequest,
    response::{Response, failure, read},
};

const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

/// Why a SAML document is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SamlError {
    #[error("the SAML document cannot be read: {0}")]
    Unreadable(String),
    /// The provider's own refusal, for instance since the person cancelled.
    #[error("the provider answered {status}: {message}")]
    Refused { status: String, message: String },
    #[error("the signature of the assertion is missing or wrong")]
    BadSignature,
    #[error("the assertion is not valid yet")]
    NotYetValid,
    #[error("the assertion has expired")]
    Expired,
}

fn unreadable(reason: impl std::fmt::Display) -> SamlError {
    SamlError::Unreadable(reason.to_string())
}

/// An id of a SAML document. It is an XML name, so it does not begin with a digit.
pub(crate) fn new_id() -> String {
    format!("_{}", uuid::Uuid::new_v4().simple())
}

/// Text between tags, in canonical form.
fn text(value: &str) -> String {
    quick_xml::escape::partial_escape(printable(value)).into_owned()
}

/// The value of an attribute, in canonical form.
fn attribute(value: &str) -> String {
    quick_xml::escape::minimal_escape(printable(value)).replace('"', "&quot;")
}

/// Control characters have no place in a name, an address or a URL.
fn printable(value: &str) -> String {
    value.chars().filter(|character| !character.is_control()).collect()
}
