use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::*;
use crate::{clock::unix_seconds, user_pool::SigningKey};

/// A provider with its own key.
struct Provider {
    key: SigningKey,
    certificate: String,
}

impl Provider {
    fn new() -> Self {
        let key =
            rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
        let certificate = STANDARD.encode(certificate.der());
        Self { key: SigningKey::from_pkcs8(&key.serialize_der()).unwrap(), certificate }
    }

    fn metadata(&self) -> Metadata {
        Metadata::read(&metadata(
            "https://idp.example/\"&",
            "https://idp.example/sso?a=1&b=2",
            &self.certificate,
        ))
        .unwrap()
    }

    fn response(&self, now: SystemTime) -> String {
        let attributes = BTreeMap::from([
            ("https://aws.example/\"role\"&<>".to_owned(), vec!["a<b>&\"c\"".to_owned(), "d\r\n".to_owned()]),
            ("email".to_owned(), vec!["ada@example.com".to_owned()]),
        ]);
        Response {
            issuer: "https://idp.example/\"&",
            audience: "urn:amazon:webservices",
            subject: "ada & <co>",
            destination: Some("https://app.example/acs?x=\"1\"&y=2"),
            in_response_to: Some("_1"),
            attributes,
            now,
            lifetime: Duration::from_secs(300),
        }
        .encode(&self.key.private, &self.certificate)
        .unwrap()
    }
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// The response with one text replaced.
fn changed(response: &str, from: &str, to: &str) -> String {
    let document = String::from_utf8(STANDARD.decode(response).unwrap()).unwrap();
    assert!(document.contains(from), "{from}");
    STANDARD.encode(document.replacen(from, to, 1))
}

#[test]
fn a_signed_response_says_who_the_person_is() {
    let provider = Provider::new();
    let metadata = provider.metadata();
    assert_eq!(
        (metadata.entity_id.as_str(), metadata.sign_in_url.as_str()),
        ("https://idp.example/\"&", "https://idp.example/sso?a=1&b=2")
    );
    let seconds = unix_seconds(now());
    let assertion = read(&provider.response(now()), &metadata, seconds).unwrap();
    assert_eq!(assertion.subject, "ada & <co>");
    assert_eq!(assertion.issuer, metadata.entity_id);
    assert_eq!(assertion.audience, "urn:amazon:webservices");
    assert_eq!(assertion.in_response_to.as_deref(), Some("_1"));
    assert_eq!(assertion.recipient.as_deref(), Some("https://app.example/acs?x=\"1\"&y=2"));
    assert_eq!(assertion.not_on_or_after, seconds + 300);
    assert_eq!(assertion.attributes["https://aws.example/\"role\"&<>"], ["a<b>&\"c\"", "d"]);
}

#[test]
fn nothing_of_an_assertion_can_be_changed() {
    let provider = Provider::new();
    let metadata = provider.metadata();
    let seconds = unix_seconds(now());
    let response = provider.response(now());
    for (from, to) in [
        ("ada &amp; &lt;co>", "eve"),
        ("ada@example.com", "eve@example.com"),
        ("urn:amazon:webservices", "urn:amazon:webservice5"),
        ("<ds:DigestValue>", "<ds:DigestValue>AAAA"),
        ("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"),
        ("<saml:Subject>", "<saml:Subject><saml:NameID>eve</saml:NameID>"),
        ("Version=\"2.0\"><saml:Issuer>", "Version=\"2.0\" ><saml:Issuer>"),
    ] {
        let from = if from.starts_with("ada &amp;") { "ada &amp; &lt;co&gt;" } else { from };
        let error = read(&changed(&response, from, to), &metadata, seconds).unwrap_err();
        assert_eq!(error, SamlError::BadSignature, "{from}");
    }
    let other = Provider::new().metadata();
    assert_eq!(read(&response, &other, seconds), Err(SamlError::BadSignature));
    let start = "<ds:Signature ";
    let document = String::from_utf8(STANDARD.decode(&response).unwrap()).unwrap();
    let unsigned = format!(
        "{}{}",
        document.split_once(start).unwrap().0,
        document.split_once("</ds:Signature>").unwrap().1
    );
    assert_eq!(read(&STANDARD.encode(unsigned), &metadata, seconds), Err(SamlError::BadSignature));
}

#[test]
fn a_second_assertion_beside_the_signed_one_is_refused() {
    let provider = Provider::new();
    let evil = "</samlp:Status><saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_9\"></saml:Assertion>";
    let wrapped = changed(&provider.response(now()), "</samlp:Status>", evil);
    let error = read(&wrapped, &provider.metadata(), unix_seconds(now())).unwrap_err();
    assert!(matches!(error, SamlError::Unreadable(_)), "{error}");
}

#[test]
fn an_assertion_is_valid_for_its_time_only() {
    let provider = Provider::new();
    let (metadata, response, seconds) = (provider.metadata(), provider.response(now()), unix_seconds(now()));
    assert_eq!(read(&response, &metadata, seconds - 1), Err(SamlError::NotYetValid));
    assert!(read(&response, &metadata, seconds + 299).is_ok());
    assert_eq!(read(&response, &metadata, seconds + 300), Err(SamlError::Expired));
}

#[test]
fn a_refusal_of_the_provider_is_told_with_its_message() {
    let response =
        failure("https://idp.example", "https://app.example/acs", "_1", now(), "RequestDenied", "no & no");
    let error = read(&response, &Provider::new().metadata(), unix_seconds(now())).unwrap_err();
    let status = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied".to_owned();
    assert_eq!(error, SamlError::Refused { status, message: "no & no".to_owned() });
}

#[test]
fn a_request_survives_its_url() {
    let request = AuthnRequest {
        id: "_5".to_owned(),
        issuer: "urn:amazon:cognito:sp:eu-west-1_A".to_owned(),
        response_url: "http://127.0.0.1:1/saml2/idpresponse?a=\"&b=<".to_owned(),
    };
    let url = request.url("https://idp.example/sso?tenant=1", "relay", "2026-11-28T00:00:00Z").unwrap();
    let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!((query["tenant"].as_str(), query["RelayState"].as_str()), ("1", "relay"));
    assert_eq!(AuthnRequest::read(&query["SAMLRequest"]).unwrap(), request);
    for garbage in ["", "AAAA", "not base64", "y0kEAA=="] {
        assert!(AuthnRequest::read(garbage).is_err(), "{garbage}");
    }
}
