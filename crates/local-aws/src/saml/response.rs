//! Signed responses: written by the stand-in provider, read for user pools, identity pools and STS.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::EncodingKey;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    ASSERTION, BEARER, Metadata, PROTOCOL, SUCCESS, SamlError, attribute, new_id, signature, text, unreadable,
};
use crate::{clock::rfc3339, xml_tree::Element};

/// A response that says who the person is.
pub(crate) struct Response<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
    pub(crate) subject: &'a str,
    /// Where it is posted to.
    pub(crate) destination: Option<&'a str>,
    /// The id of the request; `None` if the provider started the sign-in.
    pub(crate) in_response_to: Option<&'a str>,
    pub(crate) attributes: BTreeMap<String, Vec<String>>,
    pub(crate) now: SystemTime,
    pub(crate) lifetime: Duration,
}

/// An assertion whose signature and times are right. The caller compares issuer, audience and request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assertion {
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) audience: String,
    /// The id of the request that it answers.
    pub(crate) in_response_to: Option<String>,
    /// Where it may be posted to.
    pub(crate) recipient: Option<String>,
    /// The end of its validity, in seconds since 1970.
    pub(crate) not_on_or_after: i64,
    pub(crate) attributes: BTreeMap<String, Vec<String>>,
}

impl Response<'_> {
    /// The parameter `SAMLResponse`: base64 of the response with its signed assertion.
    pub(crate) fn encode(&self, key: &EncodingKey, certificate: &str) -> Result<String, SamlError> {
        let id = new_id();
        let (start, end) = self.assertion(&id);
        let signature = signature::sign(&format!("{start}{end}"), &id, key, certificate)?;
        let content = format!("{start}{signature}{end}");
        let status = format!("<samlp:StatusCode Value=\"{SUCCESS}\"></samlp:StatusCode>");
        Ok(envelope(self.issuer, self.destination, self.in_response_to, self.now, &status, &content))
    }

    /// The assertion before and after the place of its signature.
    fn assertion(&self, id: &str) -> (String, String) {
        let now = rfc3339(self.now);
        let end = rfc3339(self.now + self.lifetime);
        let answers = optional("InResponseTo", self.in_response_to);
        let recipient = optional("Recipient", self.destination);
        let mut attributes = String::new();
        for (name, values) in &self.attributes {
            let values: String = values
                .iter()
                .map(|value| format!("<saml:AttributeValue>{}</saml:AttributeValue>", text(value)))
                .collect();
            let name = attribute(name);
            attributes.push_str(&format!("<saml:Attribute Name=\"{name}\">{values}</saml:Attribute>"));
        }
        if !attributes.is_empty() {
            attributes = format!("<saml:AttributeStatement>{attributes}</saml:AttributeStatement>");
        }
        let start = format!(
            "<saml:Assertion xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" IssueInstant=\"{now}\" Version=\"2.0\">\
             <saml:Issuer>{}</saml:Issuer>",
            text(self.issuer)
        );
        let rest = format!(
            "<saml:Subject><saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">{subject}</saml:NameID>\
             <saml:SubjectConfirmation Method=\"{BEARER}\">\
             <saml:SubjectConfirmationData{answers} NotOnOrAfter=\"{end}\"{recipient}></saml:SubjectConfirmationData>\
             </saml:SubjectConfirmation></saml:Subject>\
             <saml:Conditions NotBefore=\"{now}\" NotOnOrAfter=\"{end}\"><saml:AudienceRestriction>\
             <saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
             <saml:AuthnStatement AuthnInstant=\"{now}\" SessionIndex=\"{id}\"><saml:AuthnContext><saml:AuthnContextClassRef>\
             urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext>\
             </saml:AuthnStatement>{attributes}</saml:Assertion>",
            subject = text(self.subject),
            audience = text(self.audience),
        );
        (start, rest)
    }
}

/// The parameter `SAMLResponse` of a provider that refuses, for instance since the person cancelled.
pub(crate) fn failure(
    issuer: &str,
    destination: &str,
    in_response_to: &str,
    now: SystemTime,
    status: &str,
    message: &str,
) -> String {
    let status = format!(
        "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\"><samlp:StatusCode \
         Value=\"urn:oasis:names:tc:SAML:2.0:status:{}\"></samlp:StatusCode></samlp:StatusCode>\
         <samlp:StatusMessage>{}</samlp:StatusMessage>",
        attribute(status),
        text(message)
    );
    envelope(issuer, Some(destination), Some(in_response_to), now, &status, "")
}

fn envelope(
    issuer: &str,
    destination: Option<&str>,
    in_response_to: Option<&str>,
    now: SystemTime,
    status: &str,
    content: &str,
) -> String {
    STANDARD.encode(format!(
        "<samlp:Response xmlns:samlp=\"{PROTOCOL}\"{destination} ID=\"{id}\"{answers} IssueInstant=\"{now}\" Version=\"2.0\">\
         <saml:Issuer xmlns:saml=\"{ASSERTION}\">{issuer}</saml:Issuer>\
         <samlp:Status>{status}</samlp:Status>{content}</samlp:Response>",
        destination = optional("Destination", destination),
        id = new_id(),
        answers = optional("InResponseTo", in_response_to),
        now = rfc3339(now),
        issuer = text(issuer),
    ))
}

fn optional(name: &str, value: Option<&str>) -> String {
    value.map(|value| format!(" {name}=\"{}\"", attribute(value))).unwrap_or_default()
}

/// Reads the parameter `SAMLResponse`. It checks the status, the signature of the one assertion by `metadata`, and the times by
/// `now`, in seconds since 1970. Everything is read from the signed text only.
pub(crate) fn read(parameter: &str, metadata: &Metadata, now: i64) -> Result<Assertion, SamlError> {
    let document = STANDARD.decode(parameter.trim()).map_err(unreadable)?;
    let document = String::from_utf8(document).map_err(unreadable)?;
    let response = Element::parse(&document).map_err(unreadable)?;
    if response.name != "Response" {
        return Err(unreadable("not a Response"));
    }
    check_status(&response)?;
    let assertions: Vec<_> = response.children.iter().filter(|child| child.name == "Assertion").collect();
    let [assertion] = assertions.as_slice() else {
        return Err(unreadable("the response does not have one assertion"));
    };
    let signed = signature::verify(&document, assertion, metadata)?;
    let assertion = Element::parse(&signed).map_err(unreadable)?;
    check_times(&assertion, now)?;
    assertion_of(&assertion)
}

fn check_status(response: &Element) -> Result<(), SamlError> {
    let status = response.child("Status").ok_or_else(|| unreadable("the response has no Status"))?;
    let code = status.child("StatusCode");
    let value =
        |code: Option<&Element>| code.and_then(|code| code.attribute("Value")).unwrap_or_default().to_owned();
    if value(code) == SUCCESS {
        return Ok(());
    }
    let inner = code.and_then(|code| code.child("StatusCode"));
    let status_text = value(inner.or(code));
    let message = status.child("StatusMessage").map(|message| message.text.clone()).unwrap_or_default();
    Err(SamlError::Refused { status: status_text, message })
}

fn check_times(assertion: &Element, now: i64) -> Result<(), SamlError> {
    let conditions =
        assertion.child("Conditions").ok_or_else(|| unreadable("the assertion has no Conditions"))?;
    if let Some(start) = conditions.attribute("NotBefore")
        && now < unix_seconds(start)?
    {
        return Err(SamlError::NotYetValid);
    }
    if now >= unix_seconds(conditions.attribute("NotOnOrAfter").unwrap_or_default())? {
        return Err(SamlError::Expired);
    }
    Ok(())
}

fn assertion_of(assertion: &Element) -> Result<Assertion, SamlError> {
    let missing = |name: &str| unreadable(format!("the assertion has no {name}"));
    let content = |path: &[&str]| assertion.at(path).map(|element| element.text.clone());
    let confirmation = assertion.at(&["Subject", "SubjectConfirmation", "SubjectConfirmationData"]);
    let confirmed = |name: &str| confirmation.and_then(|data| data.attribute(name)).map(str::to_owned);
    let end = assertion.child("Conditions").and_then(|conditions| conditions.attribute("NotOnOrAfter"));
    let statement = assertion.child("AttributeStatement");
    let attributes = statement.into_iter().flat_map(|statement| &statement.children).map(|attribute| {
        let name = attribute.attribute("Name").unwrap_or_default().to_owned();
        let values = attribute.children.iter().map(|value| value.text.clone()).collect();
        (name, values)
    });
    Ok(Assertion {
        subject: content(&["Subject", "NameID"]).ok_or_else(|| missing("NameID"))?,
        issuer: content(&["Issuer"]).ok_or_else(|| missing("Issuer"))?,
        audience: content(&["Conditions", "AudienceRestriction", "Audience"])
            .ok_or_else(|| missing("Audience"))?,
        in_response_to: confirmed("InResponseTo"),
        recipient: confirmed("Recipient"),
        not_on_or_after: unix_seconds(end.unwrap_or_default())?,
        attributes: attributes.collect(),
    })
}

fn unix_seconds(time: &str) -> Result<i64, SamlError> {
    OffsetDateTime::parse(time, &Rfc3339).map(OffsetDateTime::unix_timestamp).map_err(unreadable)
}
