//! XML signatures of assertions: RSA-SHA256 over the canonical form.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey};
use rustls_pki_types::CertificateDer;
use webpki::{EndEntityCert, ring::RSA_PKCS1_2048_8192_SHA256};

use super::{Metadata, SamlError, unreadable};
use crate::xml_tree::Element;

const XMLDSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const EXCLUSIVE_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const SHA256_DIGEST: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// The element `Signature` for an assertion in canonical form, which goes after its issuer.
pub(super) fn sign(
    assertion: &str,
    id: &str,
    key: &EncodingKey,
    certificate: &str,
) -> Result<String, SamlError> {
    let digest = STANDARD.encode(digest(&SHA256, assertion.as_bytes()));
    let signed_info = format!(
        "<ds:SignedInfo xmlns:ds=\"{XMLDSIG}\">\
         <ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE_C14N}\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"{RSA_SHA256}\"></ds:SignatureMethod>\
         <ds:Reference URI=\"#{id}\"><ds:Transforms>\
         <ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform>\
         <ds:Transform Algorithm=\"{EXCLUSIVE_C14N}\"></ds:Transform></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{SHA256_DIGEST}\"></ds:DigestMethod>\
         <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    );
    let signature =
        jsonwebtoken::crypto::sign(signed_info.as_bytes(), key, Algorithm::RS256).map_err(unreadable)?;
    let signature = STANDARD.encode(URL_SAFE_NO_PAD.decode(signature).map_err(unreadable)?);
    Ok(format!(
        "<ds:Signature xmlns:ds=\"{XMLDSIG}\">{signed_info}<ds:SignatureValue>{signature}</ds:SignatureValue>\
         <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
         </ds:Signature>"
    ))
}

/// Checks the signature of the assertion by the certificates of the metadata, and returns the text that was signed.
pub(super) fn verify(document: &str, assertion: &Element, metadata: &Metadata) -> Result<String, SamlError> {
    verified(document, assertion, metadata).ok_or(SamlError::BadSignature)
}

fn verified(document: &str, assertion: &Element, metadata: &Metadata) -> Option<String> {
    let signature = assertion.child("Signature")?;
    let signed_info = signature.child("SignedInfo")?;
    let algorithm = |path: &[&str]| signed_info.at(path).and_then(|method| method.attribute("Algorithm"));
    let reference = signed_info.child("Reference")?;
    let is_supported = algorithm(&["CanonicalizationMethod"]) == Some(EXCLUSIVE_C14N)
        && algorithm(&["SignatureMethod"]) == Some(RSA_SHA256)
        && algorithm(&["Reference", "DigestMethod"]) == Some(SHA256_DIGEST)
        && reference.attribute("URI")?.strip_prefix('#') == assertion.attribute("ID");
    let before = document.get(assertion.span.start..signature.span.start)?;
    let after = document.get(signature.span.end..assertion.span.end)?;
    let signed = format!("{before}{after}");
    let digest = digest(&SHA256, signed.as_bytes());
    let has_digest = decoded(&reference.child("DigestValue")?.text)? == digest.as_ref();
    if !is_supported || !has_digest {
        return None;
    }
    let signed_info = document.get(signed_info.span.clone())?.as_bytes();
    let signature = decoded(&signature.child("SignatureValue")?.text)?;
    let is_signed_by = |certificate: &String| {
        let Some(der) = decoded(certificate) else { return false };
        let der = CertificateDer::from(der);
        EndEntityCert::try_from(&der).is_ok_and(|certificate| {
            certificate.verify_signature(RSA_PKCS1_2048_8192_SHA256, signed_info, &signature).is_ok()
        })
    };
    metadata.certificates.iter().any(is_signed_by).then_some(signed)
}

fn decoded(base64: &str) -> Option<Vec<u8>> {
    STANDARD.decode(base64.split_whitespace().collect::<String>()).ok()
}
