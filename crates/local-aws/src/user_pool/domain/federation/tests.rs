//! The checks of a provider's ID token.

use std::collections::BTreeMap;

use http_body_util::{BodyExt as _, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};

use super::{Endpoints, Pending, Refusal};
use crate::{
    server::{LocalAws, Options},
    test_support::{Draft, account},
    user_pool::domain::{
        Visit,
        providers::{IdentityProvider, ProviderKind},
        requests::AuthorizationRequest,
    },
};

struct Provider {
    aws: LocalAws,
    provider: IdentityProvider,
    endpoints: Endpoints,
}

impl Provider {
    /// The stand-in `example`.
    async fn start() -> Self {
        let aws = LocalAws::start(Options::default()).await.unwrap();
        let issuer = format!("{}/_providers/example", aws.url());
        let details =
            BTreeMap::from([("oidc_issuer".to_owned(), issuer), ("client_id".to_owned(), "app".to_owned())]);
        let provider = IdentityProvider::for_test("Example", ProviderKind::Oidc, details);
        let endpoints = Endpoints::of(&provider).await.unwrap();
        Self { aws, provider, endpoints }
    }

    async fn token(&self, order: Value) -> String {
        let url = format!("{}/_providers/example/token", self.aws.url());
        let request = http::Request::post(url).body(Full::<bytes::Bytes>::from(order.to_string())).unwrap();
        let answer = Client::builder(TokioExecutor::new()).build_http().request(request).await.unwrap();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice::<Value>(&body).unwrap()["token"].as_str().unwrap().to_owned()
    }

    async fn verify(&self, token: &str) -> Result<Value, Refusal> {
        let account = account();
        let request = Draft::new("GET", "/_domain/notes/oauth2/idpresponse").into_request();
        let visit = Visit { account: &account, request: &request, domain: "notes", now: account.clock.now() };
        let pending = Pending {
            request: AuthorizationRequest::for_test(),
            provider: self.provider.name.clone(),
            nonce: "nonce".to_owned(),
            saml_id: String::new(),
        };
        visit.verified(&pending, &self.provider, &self.endpoints, token).await
    }
}

fn order() -> Value {
    json!({ "sub": "ada", "aud": "app", "nonce": "nonce" })
}

#[tokio::test]
async fn a_token_for_this_sign_in_is_accepted() {
    let provider = Provider::start().await;
    let token = provider.token(order()).await;
    assert_eq!(provider.verify(&token).await.unwrap()["sub"], "ada");
    let mut several = order();
    several["claims"] = json!({ "aud": ["another", "app"] });
    assert_eq!(provider.verify(&provider.token(several).await).await.unwrap()["sub"], "ada");
}

#[tokio::test]
async fn tokens_for_others_and_altered_ones_are_refused() {
    let provider = Provider::start().await;
    for (change, reason) in [
        (json!({ "aud": "another" }), "audience"),
        (json!({ "claims": { "aud": ["another", "app2"] } }), "audience"),
        (json!({ "claims": { "aud": [] } }), "audience"),
        (json!({ "nonce": "another" }), "nonce"),
        (json!({ "nonce": null }), "nonce"),
        (json!({ "seconds": -1 }), "expired"),
    ] {
        let mut order = order();
        crate::user_pool::testing::merge(&mut order, change.clone());
        let refusal = provider.verify(&provider.token(order).await).await.unwrap_err();
        assert!(refusal.description.contains(reason), "{change}: {}", refusal.description);
    }
    let token = provider.token(order()).await;
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let reversed: String = signature.chars().rev().collect();
    for altered in [format!("{signed}.{reversed}"), format!("{signed}."), "a.b.c".to_owned(), String::new()] {
        assert!(provider.verify(&altered).await.is_err(), "{altered}");
    }
}

#[tokio::test]
async fn another_issuer_is_refused_and_so_is_a_provider_without_keys() {
    let mut provider = Provider::start().await;
    let token = provider.token(order()).await;
    let missing = format!("{}/_providers/example/missing", provider.aws.url());
    let own = provider.endpoints.jwks.replace(missing);
    assert!(provider.verify(&token).await.is_err());
    provider.endpoints.jwks = own;
    let issuer = format!("{}/_providers/other", provider.aws.url());
    provider.provider.details.insert("oidc_issuer".to_owned(), issuer);
    let refusal = provider.verify(&token).await.unwrap_err();
    assert!(refusal.description.contains("issuer"), "{}", refusal.description);
}
