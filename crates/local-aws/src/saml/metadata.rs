//! The metadata document of an identity provider.

use super::{SamlError, attribute, unreadable};
use crate::xml_tree::Element;

/// The parts of a provider's metadata that a service provider needs.
#[derive(Clone, Debug)]
pub(crate) struct Metadata {
    /// The provider's name, which is the issuer of its assertions.
    pub(crate) entity_id: String,
    /// Where sign-in begins, with the binding HTTP-Redirect.
    pub(crate) sign_in_url: String,
    /// Certificates for signatures: DER in base64, without white space.
    pub(crate) certificates: Vec<String>,
}

impl Metadata {
    pub(crate) fn read(document: &str) -> Result<Self, SamlError> {
        let root = Element::parse(document).map_err(unreadable)?;
        let missing = |name: &str| unreadable(format!("the metadata has no {name}"));
        let entity_id = root.attribute("entityID").ok_or_else(|| missing("entityID"))?;
        let provider = root.child("IDPSSODescriptor").ok_or_else(|| missing("IDPSSODescriptor"))?;
        let redirect = provider.children.iter().find(|child| {
            child.name == "SingleSignOnService"
                && child.attribute("Binding") == Some("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect")
        });
        let sign_in_url = redirect
            .and_then(|service| service.attribute("Location"))
            .ok_or_else(|| missing("SingleSignOnService with the binding HTTP-Redirect"))?;
        let certificates: Vec<_> = provider
            .children
            .iter()
            .filter(|child| child.name == "KeyDescriptor" && child.attribute("use") != Some("encryption"))
            .filter_map(|key| key.at(&["KeyInfo", "X509Data", "X509Certificate"]))
            .map(|certificate| certificate.text.split_whitespace().collect())
            .collect();
        if certificates.is_empty() {
            return Err(missing("certificate"));
        }
        Ok(Self { entity_id: entity_id.to_owned(), sign_in_url: sign_in_url.to_owned(), certificates })
    }
}

/// Writes the metadata of a provider. `certificate` is DER in base64.
pub(crate) fn metadata(entity_id: &str, sign_in_url: &str, certificate: &str) -> String {
    let (entity_id, sign_in_url) = (attribute(entity_id), attribute(sign_in_url));
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}">
  <md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
        <ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{sign_in_url}"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>
"#
    )
}
