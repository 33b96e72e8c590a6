use std::{collections::BTreeMap, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::{
    account::Account,
    saml::{self, AuthnRequest, Metadata, SamlError},
    test_support::{Answer, Draft, HOST, account},
    xml_tree::Element,
};

const CALLBACK: &str = "http://127.0.0.1:9/oauth2/idpresponse";

async fn order(account: &Arc<Account>, path: &str, body: Value) -> Answer {
    Draft::new("POST", &format!("/_providers/{path}")).body(body.to_string()).send(account).await
}

fn query(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The claims of an ID token of this provider, by its published keys.
fn claims(account: &Account, provider: &str, token: &str, audience: &str) -> Value {
    let keys = account.stand_ins.jwks(provider).unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[audience]);
    jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
}

/// The target of an authorization request.
fn authorize(provider: &str, more: &[(&str, &str)]) -> String {
    let mut pairs = vec![
        ("client_id", "app"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("state", "s & t"),
    ];
    pairs.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    pairs.extend(more);
    format!("/_providers/{provider}/authorize?{}", query(&pairs))
}

async fn post(account: &Arc<Account>, target: &str, form: &[(&str, &str)]) -> Answer {
    Draft::new("POST", target).body(query(form)).send(account).await
}

/// The parameters of a redirect to the callback.
#[track_caller]
fn redirected(answer: &Answer) -> BTreeMap<String, String> {
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
    let location = answer.headers["location"].to_str().unwrap();
    assert!(location.starts_with(CALLBACK), "{location}");
    Url::parse(location).unwrap().query_pairs().into_owned().collect()
}

/// The fields of the form that posts the answer back.
fn posted(answer: &Answer) -> (String, BTreeMap<String, String>) {
    let page = Element::parse(&answer.text()).unwrap();
    let elements = page.all();
    let form = elements.iter().find(|element| element.name == "form").unwrap();
    let fields = form.all().into_iter().filter(|element| element.name == "input");
    let field = |name: &str, element: &Element| element.attribute(name).unwrap().to_owned();
    (field("action", form), fields.map(|element| (field("name", element), field("value", element))).collect())
}

async fn exchange(account: &Arc<Account>, provider: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("client_id", "app"),
        ("client_secret", "secret"),
        ("redirect_uri", CALLBACK),
    ];
    pairs.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    pairs.extend(more);
    post(account, &format!("/_providers/{provider}/oauth2/token"), &pairs).await
}

#[tokio::test]
async fn tokens_are_ordered_in_the_form_of_each_provider() {
    let account = account();
    let now = account.clock.unix_seconds();
    for (provider, issuer, seconds) in [
        ("google", "https://accounts.google.com".to_owned(), 3600),
        ("apple", "https://appleid.apple.com".to_owned(), 600),
        ("company", format!("http://{HOST}/_providers/company"), 3600),
    ] {
        let body = json!({ "sub": "1", "aud": "app", "nonce": "n", "claims": { "email": "a@b.c" } });
        let answer = order(&account, &format!("{provider}/token"), body).await.expect_ok().json();
        let claims = claims(&account, provider, answer["token"].as_str().unwrap(), "app");
        assert_eq!(
            (&claims["iss"], &claims["sub"], &claims["nonce"]),
            (&json!(issuer), &json!("1"), &json!("n"))
        );
        assert_eq!(claims["email"], "a@b.c");
        assert!((claims["exp"].as_i64().unwrap() - now - seconds).abs() < 5, "{provider}");
        assert_eq!(answer["expiresAt"], claims["exp"]);
    }
    for provider in ["facebook", "amazon"] {
        let body = json!({ "sub": "7", "aud": "app", "seconds": 60 });
        let answer = order(&account, &format!("{provider}/token"), body).await.expect_ok().json();
        let token = answer["token"].as_str().unwrap();
        let known = account.stand_ins.access_token(provider, token).unwrap();
        assert_eq!((known.app_id.as_str(), known.user_id.as_str()), ("app", "7"));
        assert!((known.expires - now - 60).abs() < 5);
        assert!(account.stand_ins.access_token("google", token).is_none());
        assert!(account.stand_ins.jwks(provider).is_err());
    }
    let body = json!({ "sub": "1", "aud": "app", "audience": "typo" });
    assert_eq!(order(&account, "google/token", body).await.status, StatusCode::BAD_REQUEST);
    for (name, seconds) in [("saml", i64::MAX), ("facebook", i64::MAX), ("google", i64::MIN)] {
        let body = json!({ "sub": "1", "aud": "app", "seconds": seconds });
        let refused = order(&account, &format!("{name}/token"), body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{name}");
    }
}

#[tokio::test]
async fn a_saml_response_is_ordered_and_read_by_the_metadata() {
    let account = account();
    let claims = json!({ "https://aws.amazon.com/SAML/Attributes/Role": ["a,b", "c,d"] });
    let body = json!({ "sub": "ada", "aud": "urn:amazon:webservices", "seconds": 60, "claims": claims });
    let answer = order(&account, "saml/token", body).await.expect_ok().json();
    let document = Draft::new("GET", "/_providers/saml/metadata").send(&account).await.expect_ok().text();
    let metadata = Metadata::read(&document).unwrap();
    let now = account.clock.unix_seconds();
    let assertion = saml::read(answer["token"].as_str().unwrap(), &metadata, now).unwrap();
    assert_eq!((assertion.subject.as_str(), &assertion.issuer), ("ada", &metadata.entity_id));
    assert_eq!(assertion.attributes["https://aws.amazon.com/SAML/Attributes/Role"], ["a,b", "c,d"]);
    assert_eq!(saml::read(answer["token"].as_str().unwrap(), &metadata, now + 61), Err(SamlError::Expired));
}

#[tokio::test]
async fn an_open_id_sign_in_ends_with_a_code_that_is_good_once() {
    let account = account();
    let target = authorize("google", &[("nonce", "n")]);
    let page = Draft::new("GET", &target).send(&account).await.expect_ok();
    assert!(page.text().contains("Ada Lovelace"));
    assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let answer = redirected(&post(&account, &target, &[("person", "ada")]).await);
    assert_eq!(answer["state"], "s & t");
    let code = ("code", answer["code"].as_str());

    let tokens = exchange(&account, "google", &[code]).await.expect_ok().json();
    let claims = claims(&account, "google", tokens["id_token"].as_str().unwrap(), "app");
    assert_eq!(
        (&claims["nonce"], &claims["email"], &claims["azp"]),
        (&json!("n"), &json!("ada@example.com"), &json!("app"))
    );
    assert_eq!(claims["sub"].as_str().unwrap().len(), 21);
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let profile = Draft::new("GET", "/_providers/google/profile").header("authorization", &bearer);
    assert_eq!(profile.send(&account).await.expect_ok().json()["sub"], claims["sub"]);

    let replayed = exchange(&account, "google", &[code]).await;
    assert_eq!(
        (replayed.status, &replayed.json()["error"]),
        (StatusCode::BAD_REQUEST, &json!("invalid_grant"))
    );
    let unknown = Draft::new("GET", "/_providers/google/profile").header("authorization", "Bearer x");
    assert_eq!(unknown.send(&account).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_code_is_for_its_client_redirect_uri_and_verifier() {
    let account = account();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest("verifier"));
    let target = authorize("company", &[("code_challenge", &challenge), ("code_challenge_method", "S256")]);
    for (change, error) in [
        (("client_id", "other"), "invalid_grant"),
        (("client_secret", ""), "invalid_client"),
        (("redirect_uri", "http://127.0.0.1:9/other"), "invalid_grant"),
        (("code_verifier", "other"), "invalid_grant"),
        (("grant_type", "password"), "unsupported_grant_type"),
    ] {
        let answer = redirected(&post(&account, &target, &[("person", "ada")]).await);
        let pairs = [("code", answer["code"].as_str()), ("code_verifier", "verifier")];
        let pairs: Vec<_> = pairs.into_iter().filter(|(name, _)| *name != change.0).chain([change]).collect();
        assert_eq!(exchange(&account, "company", &pairs).await.json()["error"], error, "{change:?}");
    }
    let answer = redirected(&post(&account, &target, &[("person", "ada")]).await);
    let pairs = [("code", answer["code"].as_str()), ("code_verifier", "verifier")];
    account.clock.advance_seconds(301);
    assert_eq!(exchange(&account, "company", &pairs).await.json()["error"], "invalid_grant");
    let plain = authorize("company", &[("code_challenge", "c"), ("code_challenge_method", "plain")]);
    let refused = redirected(&Draft::new("GET", &plain).send(&account).await);
    assert_eq!(refused["error"], "invalid_request");
}

#[tokio::test]
async fn facebook_and_amazon_have_a_profile_and_no_id_token() {
    let account = account();
    let code = redirected(&post(&account, &authorize("facebook", &[]), &[("person", "grace")]).await)["code"]
        .clone();
    let target = format!(
        "/_providers/facebook/oauth2/token?{}",
        query(&[("client_id", "app"), ("client_secret", "s"), ("redirect_uri", CALLBACK), ("code", &code)])
    );
    let tokens = Draft::new("GET", &target).send(&account).await.expect_ok().json();
    assert!(tokens.get("id_token").is_none() && tokens["access_token"].as_str().unwrap().starts_with("EAA"));
    let token = tokens["access_token"].as_str().unwrap();
    let target =
        format!("/_providers/facebook/profile?{}", query(&[("fields", "id,email"), ("access_token", token)]));
    let profile = Draft::new("GET", &target).send(&account).await.expect_ok().json();
    assert_eq!(profile["email"], "grace@example.com");
    assert!(profile.get("name").is_none() && profile["id"].is_string());

    let code =
        redirected(&post(&account, &authorize("amazon", &[]), &[("person", "grace")]).await)["code"].clone();
    let tokens = exchange(&account, "amazon", &[("code", &code)]).await.expect_ok().json();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let profile = Draft::new("GET", "/_providers/amazon/profile").header("authorization", &bearer);
    let profile = profile.send(&account).await.expect_ok().json();
    assert!(profile["user_id"].as_str().unwrap().starts_with("amzn1.account."));
}

#[tokio::test]
async fn apple_posts_its_answer_and_tells_the_name_once() {
    let account = account();
    let as_query = authorize("apple", &[("scope", "name email")]);
    assert_eq!(redirected(&Draft::new("GET", &as_query).send(&account).await)["error"], "invalid_request");
    let target = authorize("apple", &[("scope", "name email"), ("response_mode", "form_post")]);
    for is_first in [true, false] {
        let (action, fields) = posted(&post(&account, &target, &[("person", "ada")]).await.expect_ok());
        assert_eq!((action.as_str(), fields["state"].as_str()), (CALLBACK, "s & t"));
        assert_eq!(fields.get("user").is_some_and(|user| user.contains("Lovelace")), is_first);
        let tokens = exchange(&account, "apple", &[("code", &fields["code"])]).await.expect_ok().json();
        let claims = claims(&account, "apple", tokens["id_token"].as_str().unwrap(), "app");
        assert!(claims.get("name").is_none() && claims["email"] == "ada@example.com");
    }
    let (_, fields) = posted(&post(&account, &target, &[("cancel", "1")]).await);
    assert_eq!(fields["error"], "user_cancelled_authorize");
}

#[tokio::test]
async fn a_person_can_cancel_and_a_test_can_let_each_step_fail() {
    let account = account();
    let target = authorize("google", &[]);
    assert_eq!(redirected(&post(&account, &target, &[("cancel", "1")]).await)["error"], "access_denied");
    let failing = post(&account, &target, &[("person", "ada"), ("fail", "1")]).await;
    assert_eq!(redirected(&failing)["error"], "server_error");

    let failure = json!({ "at": "authorize", "error": "temporarily_unavailable" });
    order(&account, "google/failures", failure).await.expect_ok();
    let failing = post(&account, &target, &[("person", "ada")]).await;
    assert_eq!(redirected(&failing)["error"], "temporarily_unavailable");
    let code = redirected(&post(&account, &target, &[("person", "ada")]).await)["code"].clone();

    order(&account, "google/failures", json!({ "at": "token" })).await.expect_ok();
    assert_eq!(exchange(&account, "google", &[("code", &code)]).await.status, StatusCode::BAD_REQUEST);
    let tokens = exchange(&account, "google", &[("code", &code)]).await.expect_ok().json();
    order(&account, "google/failures", json!({ "at": "profile" })).await.expect_ok();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let profile = Draft::new("GET", "/_providers/google/profile").header("authorization", &bearer);
    assert_eq!(profile.clone().send(&account).await.status, StatusCode::BAD_REQUEST);
    profile.send(&account).await.expect_ok();
}

#[tokio::test]
async fn someone_else_signs_in_by_name_and_address_and_text_is_escaped() {
    let account = account();
    let evil = "\"><script>alert(1)</script>";
    let target = authorize("company", &[("login_hint", evil), ("client_id", evil)]);
    let page = Draft::new("GET", &target).send(&account).await.expect_ok().text();
    assert!(!page.contains("<script>") && Element::parse(&page).is_ok(), "{page}");
    let again = post(&account, &target, &[("person", "other"), ("name", evil), ("email", "nobody")]).await;
    assert!(again.text().contains("role=\"alert\"") && !again.text().contains("<script>"));
    let form = [("person", "other"), ("name", "Edsger W. Dijkstra"), ("email", "edsger@example.com")];
    let code = redirected(&post(&account, &authorize("company", &[]), &form).await)["code"].clone();
    let tokens = exchange(&account, "company", &[("code", &code)]).await.expect_ok().json();
    let claims = claims(&account, "company", tokens["id_token"].as_str().unwrap(), "app");
    assert_eq!(
        (&claims["sub"], &claims["family_name"]),
        (&json!("edsger@example.com"), &json!("W. Dijkstra"))
    );
}

#[tokio::test]
async fn the_person_gives_their_consent_if_the_app_asks_for_it() {
    let account = account();
    let target = authorize("company", &[("prompt", "login consent")]);
    let page = post(&account, &target, &[("person", "grace")]).await.expect_ok().text();
    assert!(page.contains("Give access?") && page.contains("Grace Hopper"), "{page}");
    let allowed = redirected(&post(&account, &target, &[("person", "grace"), ("allow", "1")]).await);
    assert!(allowed.contains_key("code"), "{allowed:?}");
    let denied = redirected(&post(&account, &target, &[("person", "grace"), ("cancel", "1")]).await);
    assert_eq!(denied["error"], "access_denied");
}

#[tokio::test]
async fn a_request_without_a_place_for_the_answer_ends_on_a_page() {
    let account = account();
    for missing in ["client_id", "redirect_uri"] {
        let answer = Draft::new("GET", &authorize("company", &[(missing, "")])).send(&account).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{missing}");
        assert!(answer.text().contains(missing));
    }
    let silent = Draft::new("GET", &authorize("company", &[("prompt", "none")])).send(&account).await;
    assert_eq!(redirected(&silent)["error"], "login_required");
}

#[tokio::test]
async fn a_saml_sign_in_posts_a_signed_response() {
    let account = account();
    let document = Draft::new("GET", "/_providers/saml-company/metadata").send(&account).await.text();
    let metadata = Metadata::read(&document).unwrap();
    let request = AuthnRequest {
        id: saml::new_id(),
        issuer: "urn:amazon:cognito:sp:pool".to_owned(),
        response_url: "http://127.0.0.1:9/saml2/idpresponse".to_owned(),
    };
    let url = request.url(&metadata.sign_in_url, "relay & state", "2026-11-28T00:00:00Z").unwrap();
    let target = format!("{}?{}", url.path(), url.query().unwrap());
    let page = Draft::new("GET", &target).send(&account).await.expect_ok().text();
    assert!(page.contains("urn:amazon:cognito:sp:pool") && page.contains("Grace Hopper"));

    let (action, fields) = posted(&post(&account, &target, &[("person", "grace")]).await.expect_ok());
    assert_eq!((&action, fields["RelayState"].as_str()), (&request.response_url, "relay & state"));
    let now = account.clock.unix_seconds();
    let assertion = saml::read(&fields["SAMLResponse"], &metadata, now).unwrap();
    assert_eq!((assertion.subject.as_str(), &assertion.audience), ("grace", &request.issuer));
    assert_eq!((assertion.in_response_to, assertion.recipient), (Some(request.id), Some(action)));
    let email = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";
    assert_eq!(assertion.attributes[email], ["grace@example.com"]);

    let (_, fields) = posted(&post(&account, &target, &[("cancel", "1")]).await);
    let error = saml::read(&fields["SAMLResponse"], &metadata, now).unwrap_err();
    assert!(matches!(error, SamlError::Refused { status, .. } if status.ends_with(":RequestDenied")));
    let garbage = Draft::new("GET", "/_providers/saml-company/sign-in?SAMLRequest=AAAA").send(&account).await;
    assert_eq!(garbage.status, StatusCode::BAD_REQUEST);
}
