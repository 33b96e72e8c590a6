//! The request by which a service provider sends the browser to the provider.

use std::io::{Read as _, Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use url::Url;

use super::{ASSERTION, PROTOCOL, SamlError, attribute, text, unreadable};
use crate::xml_tree::Element;

/// An `AuthnRequest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuthnRequest {
    pub(crate) id: String,
    /// The service provider's entity id, for a user pool `urn:amazon:cognito:sp:POOL`.
    pub(crate) issuer: String,
    /// Where the response is posted to.
    pub(crate) response_url: String,
}

impl AuthnRequest {
    /// The URL of the binding HTTP-Redirect: the provider's sign-in URL with `SAMLRequest` and `RelayState`. `now` is in RFC 3339.
    pub(crate) fn url(&self, sign_in_url: &str, relay_state: &str, now: &str) -> Result<Url, SamlError> {
        let mut url = Url::parse(sign_in_url).map_err(unreadable)?;
        let document = format!(
            "<samlp:AuthnRequest xmlns:samlp=\"{PROTOCOL}\" AssertionConsumerServiceURL=\"{response_url}\" \
             Destination=\"{destination}\" ID=\"{id}\" IssueInstant=\"{now}\" \
             ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Version=\"2.0\">\
             <saml:Issuer xmlns:saml=\"{ASSERTION}\">{issuer}</saml:Issuer></samlp:AuthnRequest>",
            response_url = attribute(&self.response_url),
            destination = attribute(sign_in_url),
            id = attribute(&self.id),
            issuer = text(&self.issuer),
        );
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
        deflated.write_all(document.as_bytes()).map_err(unreadable)?;
        let deflated = deflated.finish().map_err(unreadable)?;
        url.query_pairs_mut()
            .append_pair("SAMLRequest", &STANDARD.encode(deflated))
            .append_pair("RelayState", relay_state);
        Ok(url)
    }

    /// Reads the parameter `SAMLRequest` of that URL.
    pub(crate) fn read(parameter: &str) -> Result<Self, SamlError> {
        const MOST_BYTES: u64 = 1 << 16;

        let deflated = STANDARD.decode(parameter).map_err(unreadable)?;
        let mut document = String::new();
        DeflateDecoder::new(deflated.as_slice())
            .take(MOST_BYTES)
            .read_to_string(&mut document)
            .map_err(unreadable)?;
        let root = Element::parse(&document).map_err(unreadable)?;
        let missing = |name: &str| unreadable(format!("the request has no {name}"));
        if root.name != "AuthnRequest" {
            return Err(unreadable("not an AuthnRequest"));
        }
        let member = |name: &str| root.attribute(name).map(str::to_owned).ok_or_else(|| missing(name));
        Ok(Self {
            id: member("ID")?,
            issuer: root
                .child("Issuer")
                .map(|issuer| issuer.text.clone())
                .ok_or_else(|| missing("Issuer"))?,
            response_url: member("AssertionConsumerServiceURL")?,
        })
    }
}
