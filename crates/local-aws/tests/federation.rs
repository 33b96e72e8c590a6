//! Sign-in at the demo's domain by stand-in providers, as a browser and an app send their requests.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy allows it in tests, but not in what they share"
)]

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use local_aws::{LocalAws, Options, Trigger};
use regex::Regex;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

const REDIRECT: &str = "http://127.0.0.1:4000/callback";

struct Browser {
    aws: LocalAws,
    config: Value,
    http: Client<HttpConnector, Full<Bytes>>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn location(&self) -> Option<&str> {
        self.headers.get(header::LOCATION).map(|location| location.to_str().unwrap())
    }

    /// The form that a page sends by itself: its action and fields.
    fn posted_form(&self) -> (String, String) {
        let unescape = |text: &str| text.replace("&#38;", "&").replace("&amp;", "&").replace("&#61;", "=");
        let action = Regex::new(r#"action="([^"]*)""#).unwrap().captures(&self.body).unwrap()[1].to_owned();
        let field = Regex::new(r#"name="([^"]*)"\s+value="([^"]*)""#).unwrap();
        let fields = field.captures_iter(&self.body).map(|it| (it[1].to_owned(), unescape(&it[2])));
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        (unescape(&action), form)
    }
}

impl Browser {
    async fn start() -> Self {
        let aws = LocalAws::start(Options::default()).await.unwrap();
        let config = aws.demo().await.unwrap();
        Self { aws, config, http: Client::builder(TokioExecutor::new()).build_http() }
    }

    fn domain(&self) -> &str {
        self.config["userPool"]["domain"].as_str().unwrap()
    }

    fn client_id(&self) -> &str {
        self.config["userPool"]["clientId"].as_str().unwrap()
    }

    async fn send(&self, url: &str, form: Option<String>) -> Answer {
        let url = Url::parse(self.domain()).unwrap().join(url).unwrap();
        let request = match form {
            Some(form) => Request::post(url.as_str())
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.into()),
            None => Request::get(url.as_str()).body(Full::default()),
        };
        let (parts, body) = self.http.request(request.unwrap()).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// Goes to a provider, and says there who the person is.
    async fn at_provider(&self, choice: (&str, &str), answer: &str) -> Answer {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", self.client_id())
            .append_pair("redirect_uri", REDIRECT)
            .append_pair("response_type", "code")
            .append_pair("state", "app-state")
            .append_pair(choice.0, choice.1)
            .finish();
        let start = self.send(&format!("{}/oauth2/authorize?{query}", self.domain()), None).await;
        let page = start.location().unwrap_or_else(|| panic!("{} {}", start.status, start.body)).to_owned();
        assert_eq!(self.send(&page, None).await.status, StatusCode::OK, "{page}");
        self.send(&page, Some(answer.to_owned())).await
    }

    /// The URL at which the app gets the answer.
    async fn sign_in(&self, choice: (&str, &str), answer: &str) -> Url {
        let answered = self.at_provider(choice, answer).await;
        let back = match answered.location() {
            Some(location) => self.send(location, None).await,
            None => {
                let (action, form) = answered.posted_form();
                self.send(&action, Some(form)).await
            }
        };
        let location = back.location().unwrap_or_else(|| panic!("{} {}", back.status, back.body));
        assert!(location.starts_with(REDIRECT), "{location}");
        Url::parse(location).unwrap()
    }

    async fn tokens(&self, choice: (&str, &str), answer: &str) -> Value {
        let back = self.sign_in(choice, answer).await;
        assert_eq!(parameter(&back, "state").as_deref(), Some("app-state"));
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("client_id", self.client_id())
            .append_pair("redirect_uri", REDIRECT)
            .append_pair("code", &parameter(&back, "code").unwrap_or_else(|| panic!("{back}")))
            .finish();
        let answer = self.send(&format!("{}/oauth2/token", self.domain()), Some(form)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    async fn claims(&self, choice: (&str, &str), answer: &str) -> Value {
        claims(&self.tokens(choice, answer).await["id_token"])
    }

    fn on_sign_up(&self, respond: impl Fn(Value) -> Value + Send + Sync + 'static) {
        let pool = self.config["userPool"]["id"].as_str().unwrap();
        self.aws.triggers().set(pool, Trigger::PreSignUp, move |event| Ok(respond(event)));
    }
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn every_kind_of_provider_signs_in_and_the_second_time_as_the_same_user() {
    let browser = Browser::start().await;
    let pool = browser.config["userPool"]["id"].as_str().unwrap();
    for (provider, kind) in [
        ("Google", "Google"),
        ("Facebook", "Facebook"),
        ("LoginWithAmazon", "LoginWithAmazon"),
        ("SignInWithApple", "SignInWithApple"),
        ("Example", "OIDC"),
        ("Corporate", "SAML"),
    ] {
        let first = browser.claims(("identity_provider", provider), "person=grace").await;
        assert_eq!(first["email"], "grace@example.com", "{provider}");
        let username = first["cognito:username"].as_str().unwrap();
        assert!(username.starts_with(&format!("{provider}_")), "{username}");
        assert_eq!(first["cognito:groups"], json!([format!("{pool}_{provider}")]));
        let identity = &first["identities"][0];
        assert_eq!((&identity["providerName"], &identity["providerType"]), (&json!(provider), &json!(kind)));
        assert_eq!(username, format!("{provider}_{}", identity["userId"].as_str().unwrap()));
        let second = browser.claims(("identity_provider", provider), "person=grace").await;
        assert_eq!(first["sub"], second["sub"], "{provider}");
        let other = browser.claims(("identity_provider", provider), "person=alan").await;
        assert_ne!(first["sub"], other["sub"], "{provider}");
    }
    browser.aws.stop().await;
}

#[tokio::test]
async fn a_provider_is_found_by_its_identifier() {
    let browser = Browser::start().await;
    let claims = browser.claims(("idp_identifier", "corporate.example"), "person=ada").await;
    assert_eq!(claims["cognito:username"], "Corporate_ada");
    browser.aws.stop().await;
}

#[tokio::test]
async fn a_refusal_of_the_provider_goes_to_the_app() {
    let browser = Browser::start().await;
    for (provider, error) in [
        ("Google", "access_denied"),
        ("SignInWithApple", "user_cancelled_authorize"),
        ("Corporate", "access_denied"),
    ] {
        let back = browser.sign_in(("identity_provider", provider), "cancel=1").await;
        assert_eq!(parameter(&back, "error").as_deref(), Some(error), "{provider}");
        assert_eq!(parameter(&back, "state").as_deref(), Some("app-state"));
        assert!(parameter(&back, "code").is_none());
    }
    let ordered = browser.send("/_providers/google/failures", Some(r#"{"at":"token"}"#.to_owned())).await;
    assert!(ordered.status.is_success(), "{}", ordered.body);
    let back = browser.sign_in(("identity_provider", "Google"), "person=ada").await;
    assert_eq!(parameter(&back, "error").as_deref(), Some("invalid_request"));
    let description = parameter(&back, "error_description").unwrap();
    assert!(description.starts_with("Google Error - 400 "), "{description}");
    browser.aws.stop().await;
}

#[tokio::test]
async fn an_answer_counts_once_and_only_with_its_state() {
    let browser = Browser::start().await;
    let answered = browser.at_provider(("identity_provider", "Google"), "person=ada").await;
    let location = answered.location().unwrap().to_owned();
    let mut forged = Url::parse(&location).unwrap();
    let code = parameter(&forged, "code").unwrap();
    forged.query_pairs_mut().clear().append_pair("code", &code).append_pair("state", "forged");
    for (url, is_right) in [(forged.as_str(), false), (&location, true), (&location, false)] {
        let back = browser.send(url, None).await;
        let error_page = format!("{}/error?", browser.domain());
        let is_error = back.location().unwrap().starts_with(&error_page);
        assert_eq!(is_error, !is_right, "{:?}", back.location());
    }
    browser.aws.stop().await;
}

#[tokio::test]
async fn a_saml_response_is_for_the_request_that_asked_for_it() {
    let browser = Browser::start().await;
    let (action, first) =
        browser.at_provider(("identity_provider", "Corporate"), "person=ada").await.posted_form();
    let (_, second) =
        browser.at_provider(("identity_provider", "Corporate"), "person=alan").await.posted_form();
    let value = |form: &str, name: &str| {
        let mut pairs = form_urlencoded::parse(form.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap()
    };
    let mixed = form_urlencoded::Serializer::new(String::new())
        .append_pair("SAMLResponse", &value(&first, "SAMLResponse"))
        .append_pair("RelayState", &value(&second, "RelayState"))
        .finish();
    let back = browser.send(&action, Some(mixed)).await;
    let back = Url::parse(back.location().unwrap()).unwrap();
    assert!(parameter(&back, "code").is_none());
    assert!(parameter(&back, "error_description").unwrap().contains("InResponseTo"), "{back}");
    browser.aws.stop().await;
}

#[tokio::test]
async fn pre_sign_up_may_refuse_a_new_user_but_not_a_known_one() {
    let browser = Browser::start().await;
    let pool = browser.config["userPool"]["id"].as_str().unwrap();
    browser.aws.triggers().set(pool, Trigger::PreSignUp, |event| {
        assert_eq!(event["triggerSource"], "PreSignUp_ExternalProvider");
        Err(local_aws::TriggerError::Thrown("By invitation only".to_owned()))
    });
    let back = browser.sign_in(("identity_provider", "Google"), "person=ada").await;
    assert_eq!(parameter(&back, "error").as_deref(), Some("invalid_request"));
    let description = parameter(&back, "error_description").unwrap();
    assert_eq!(description, "PreSignUp failed with error By invitation only.");
    browser.on_sign_up(|event| event);
    browser.tokens(("identity_provider", "Google"), "person=ada").await;
    browser.aws.triggers().set(pool, Trigger::PreSignUp, |_| panic!("the user is known"));
    browser.tokens(("identity_provider", "Google"), "person=ada").await;
    browser.aws.stop().await;
}

#[tokio::test]
async fn a_link_at_the_first_sign_in_fails_it_and_the_second_is_the_linked_user() {
    let browser = Browser::start().await;
    let script = json!({
        "userPoolId": browser.config["userPool"]["id"],
        "triggers": { "PreSignUp": { "linksTo": "ada" } },
    });
    assert!(browser.send("/_local/triggers", Some(script.to_string())).await.status.is_success());
    let back = browser.sign_in(("identity_provider", "Google"), "person=ada").await;
    let description = parameter(&back, "error_description").unwrap();
    assert!(description.starts_with("Already found an entry for username Google_"), "{description}");
    let claims = browser.claims(("identity_provider", "Google"), "person=ada").await;
    assert_eq!(claims["cognito:username"], "ada");
    assert_eq!(claims["identities"][0]["primary"], false);
    browser.aws.stop().await;
}
