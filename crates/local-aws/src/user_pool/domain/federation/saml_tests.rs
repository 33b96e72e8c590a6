//! The checks of a SAML provider's response.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{Pending, Refusal};
use crate::{
    saml::{self, Response},
    test_support::{Draft, HOST},
    user_pool::{
        SigningKey,
        domain::{
            Visit,
            providers::{IdentityProvider, ProviderKind},
            requests::AuthorizationRequest,
            testing::TestDomain,
        },
    },
};

const ISSUER: &str = "https://idp.example/";
const REQUEST: &str = "_request";

struct Provider {
    test: TestDomain,
    provider: IdentityProvider,
    key: SigningKey,
    certificate: String,
    /// The user pool's name at SAML providers.
    entity_id: String,
    /// Where the user pool takes responses.
    consumer: String,
}

impl Provider {
    async fn new() -> Self {
        let test = TestDomain::new(json!({})).await;
        let key =
            rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
        let certificate = STANDARD.encode(certificate.der());
        let metadata = saml::metadata(ISSUER, "https://idp.example/sso", &certificate);
        let details = BTreeMap::from([("MetadataFile".to_owned(), metadata)]);
        Self {
            provider: IdentityProvider::for_test("Example", ProviderKind::Saml, details),
            key: SigningKey::from_pkcs8(&key.serialize_der()).unwrap(),
            certificate,
            entity_id: format!("urn:amazon:cognito:sp:{}", test.pool_id),
            consumer: format!("http://{HOST}/_domain/notes/saml2/idpresponse"),
            test,
        }
    }

    fn now(&self) -> SystemTime {
        self.test.account.clock.now()
    }

    /// The response to [`REQUEST`].
    fn response(&self) -> Response<'_> {
        Response {
            issuer: ISSUER,
            audience: &self.entity_id,
            subject: "ada",
            destination: Some(&self.consumer),
            in_response_to: Some(REQUEST),
            attributes: BTreeMap::new(),
            now: self.now(),
            lifetime: Duration::from_secs(300),
        }
    }

    async fn check(&self, response: &Response<'_>) -> Result<(), Refusal> {
        let encoded = response.encode(&self.key.private, &self.certificate).unwrap();
        let request = Draft::new("POST", "/_domain/notes/saml2/idpresponse").into_request();
        let account = &self.test.account;
        let visit = Visit { account, request: &request, domain: "notes", now: self.now() };
        let pending = Pending {
            request: AuthorizationRequest::for_test(),
            provider: self.provider.name.clone(),
            nonce: String::new(),
            saml_id: REQUEST.to_owned(),
        };
        visit.saml_claims(&pending, &self.provider, &encoded).await.map(|_| ())
    }
}

#[tokio::test]
async fn a_response_to_this_request_for_this_user_pool_is_accepted() {
    let provider = Provider::new().await;
    provider.check(&provider.response()).await.unwrap();
}

#[tokio::test]
async fn signed_responses_of_others_and_for_others_are_refused() {
    let provider = Provider::new().await;
    let ours = || provider.response();
    let elsewhere = format!("http://{HOST}/_domain/other/saml2/idpresponse");
    for (response, reason) in [
        (Response { issuer: "https://other.example/", ..ours() }, "Issuer"),
        (Response { audience: "urn:amazon:cognito:sp:eu-west-1_other", ..ours() }, "Audience"),
        (Response { in_response_to: Some("_other"), ..ours() }, "InResponseTo"),
        (Response { in_response_to: None, ..ours() }, "InResponseTo"),
        (Response { destination: Some(&elsewhere), ..ours() }, "Recipient"),
    ] {
        let refusal = provider.check(&response).await.expect_err(reason);
        assert_eq!(refusal.error, "invalid_request");
        assert!(refusal.description.contains(reason), "{reason}: {}", refusal.description);
    }
}
