//! Cases that no server can be made to produce: tokens for somebody else, answers that come twice or at the same time, a store that fails in between.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use futures_util::FutureExt;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::answer::parameter;
use super::*;
use crate::client::Client;
use crate::config::ConfigBuilder;
use crate::error::ErrorKind;
use crate::platform::{
    BoxFuture, Clock, MemoryStore, RedirectUserAgent, SessionStore, StoreError, UserAgentError,
    UserAgentErrorKind,
};
use crate::session::test_tokens::{encode, result, tokens};
use crate::user_pool::scripted::ScriptedPool;

const REDIRECT_URI: &str = "https://app.example/signed-in";
const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";
const HOUR: Duration = Duration::from_secs(3600);

fn seconds(pool: &ScriptedPool) -> u64 {
    pool.now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// The answer of the token endpoint to the sign-in of `url`, for whom `change` has changed the claims of both tokens.
fn answer(pool: &ScriptedPool, url: &str, change: impl Fn(&mut Value, &mut Value)) -> Value {
    let now = seconds(pool);
    let mut id = json!({
        "iss": ISSUER, "aud": "client", "token_use": "id", "sub": "8f0e", "cognito:username": "ada",
        "nonce": parameter(url, "nonce"), "iat": now, "exp": now + 3600, "auth_time": now,
    });
    let mut access = json!({
        "iss": ISSUER, "client_id": "client", "token_use": "access", "sub": "8f0e", "username": "ada",
        "iat": now, "exp": now + 3600, "scope": "openid",
    });
    change(&mut id, &mut access);
    json!({
        "id_token": encode(&id).expose_secret(), "access_token": encode(&access).expose_secret(),
        "refresh_token": "the refresh token", "token_type": "Bearer", "expires_in": 3600,
    })
}

fn good(pool: &ScriptedPool, url: &str) -> Value {
    answer(pool, url, |_, _| {})
}

fn redirected(url: &str, with: &str) -> String {
    format!("{REDIRECT_URI}?{with}&state={}", parameter(url, "state").unwrap())
}

async fn begun(client: &Client) -> String {
    client.sign_in_with_redirect(REDIRECT_URI).await.unwrap().url().to_owned()
}

async fn username(client: &Client) -> Option<String> {
    client.current_user().await.unwrap().map(|user| user.username().to_owned())
}

/// A client in whose session bob is.
async fn client_of_bob(pool: &ScriptedPool) -> Client {
    let client = pool.client().build().unwrap();
    client.manager().unwrap().begin(tokens(&result("bob", pool.now(), Some("r")))).await.unwrap();
    client
}

#[tokio::test]
async fn the_url_has_what_was_asked_for_and_a_challenge_for_the_verifier() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store.clone()).build().unwrap();
    let sign_in = client
        .sign_in_with_redirect(REDIRECT_URI)
        .provider("Okta & more")
        .scopes(["openid", "notes/read"])
        .prompt("login")
        .login_hint("ada@example.com")
        .lang("de")
        .acr_values("urn:cognito:loa:3")
        .max_age(Duration::from_secs(300))
        .custom_state("/notes/7")
        .await
        .unwrap();
    let url = sign_in.url();
    let (page, _) = url.split_once('?').unwrap();
    assert_eq!(page, "https://auth.example.com/oauth2/authorize");
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "client"),
        ("redirect_uri", REDIRECT_URI),
        ("identity_provider", "Okta & more"),
        ("scope", "openid notes/read"),
        ("prompt", "login"),
        ("login_hint", "ada@example.com"),
        ("lang", "de"),
        ("acr_values", "urn:cognito:loa:3"),
        ("max_age", "300"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(parameter(url, name).as_deref(), Some(value), "{name}");
    }
    assert!(!url.contains("notes%2F7") && parameter(url, "idp_identifier").is_none());
    let [state, nonce] = ["state", "nonce"].map(|name| parameter(url, name).unwrap());
    assert!(state.len() >= 43 && nonce.len() >= 43 && state != nonce);
    let shown = format!("{sign_in:?}");
    assert!(!shown.contains(&state) && shown.contains("auth.example.com"), "{shown}");

    pool.answer(good(&pool, url));
    let result = client.handle_redirect(&redirected(url, "code=c%2B1")).await.unwrap().unwrap();
    assert_eq!((result.user.username(), result.custom_state.as_deref()), ("ada", Some("/notes/7")));
    let sent = pool.last_input();
    assert_eq!(pool.operations(), ["/oauth2/token"]);
    assert_eq!(sent["grant_type"], "authorization_code");
    assert_eq!((&sent["code"], &sent["redirect_uri"]), (&json!("c+1"), &json!(REDIRECT_URI)));
    assert!(sent["authorization"].is_null());
    let verifier = sent["code_verifier"].as_str().unwrap();
    let digest = <sha2::Sha256 as sha2::Digest>::digest(verifier);
    let challenge = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, digest);
    assert_eq!(parameter(url, "code_challenge"), Some(challenge));
    assert_eq!(username(&client).await.as_deref(), Some("ada"));
    // Nothing of the sign-in but its state stays in the store.
    let kept = store.load("client.pendingRedirects").await.unwrap().unwrap();
    assert!(!kept.expose_secret().contains(verifier) && !kept.expose_secret().contains("notes/7"));
}

#[tokio::test]
async fn a_client_secret_is_sent_by_http_basic() {
    let pool = ScriptedPool::default();
    let client = pool.client_with(|config| config.client_secret("hush")).build().unwrap();
    let url = begun(&client).await;
    pool.answer(good(&pool, &url));
    client.handle_redirect(&redirected(&url, "code=c")).await.unwrap().unwrap();
    // "client:hush"
    assert_eq!(pool.last_input()["authorization"], "Basic Y2xpZW50Omh1c2g=");
    assert!(pool.last_input()["client_secret"].is_null());
}

#[tokio::test]
async fn calls_with_the_same_answer_share_one_exchange_and_a_later_one_finds_it_done() {
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    let url = begun(&client).await;
    let answer = redirected(&url, "code=c");
    let release = pool.answer(good(&pool, &url)).hold();
    let (one, two, ()) =
        tokio::join!(client.handle_redirect(&answer), client.handle_redirect(&answer), async {
            pool.asked(1).await;
            release.send(()).unwrap();
        });
    assert_eq!(one.unwrap().unwrap().user.sub(), two.unwrap().unwrap().user.sub());
    assert!(client.handle_redirect(&answer).await.unwrap().is_none());
    assert_eq!(pool.operations(), ["/oauth2/token"]);
}

#[tokio::test]
async fn another_process_does_not_exchange_the_code_again() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let one = pool.client().store(store.clone()).build().unwrap();
    let two = pool.client().store(store.clone()).build().unwrap();
    let url = begun(&one).await;
    let answer = redirected(&url, "code=c");
    let release = pool.answer(good(&pool, &url)).hold();
    let (done, nothing) = tokio::join!(two.handle_redirect(&answer), async {
        pool.asked(1).await;
        let nothing = one.handle_redirect(&answer).await;
        release.send(()).unwrap();
        nothing
    });
    assert!(done.unwrap().is_some() && nothing.unwrap().is_none());
    assert_eq!(username(&one).await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_lose_the_session() {
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    let url = begun(&client).await;
    let answer = redirected(&url, "code=c");
    let release = pool.answer(good(&pool, &url)).hold();
    let mut call = Box::pin(client.handle_redirect(&answer));
    while pool.operations().is_empty() {
        assert!(call.as_mut().now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    drop(call);
    release.send(()).unwrap();
    while username(&client).await.is_none() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn several_redirects_wait_side_by_side() {
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    let (first, second) = (begun(&client).await, begun(&client).await);
    for url in [&second, &first] {
        pool.answer(good(&pool, url));
        assert!(client.handle_redirect(&redirected(url, "code=c")).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn an_answer_that_nobody_waits_for_sends_nothing_and_keeps_the_session() {
    let pool = ScriptedPool::default();
    let client = client_of_bob(&pool).await;
    let url = begun(&client).await;
    let foreign = format!("{REDIRECT_URI}?code=c&state=poolpass-of-somebody-else");
    let malformed = redirected(&url, "code=c&code=d");
    pool.pass(HOUR - Duration::from_secs(10));
    for answer in [foreign, malformed] {
        let error = client.handle_redirect(&answer).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRedirect, "{answer}");
    }
    let wrong_issuer = redirected(&begun(&client).await, "code=c&iss=https%3A%2F%2Fevil.example");
    assert_eq!(client.handle_redirect(&wrong_issuer).await.unwrap_err().kind(), ErrorKind::InvalidRedirect);
    let late = redirected(&begun(&client).await, "code=c");
    pool.pass(HOUR + Duration::from_secs(1));
    assert_eq!(client.handle_redirect(&late).await.unwrap_err().kind(), ErrorKind::InvalidRedirect);
    assert!(pool.operations().is_empty());
    assert_eq!(username(&client).await.as_deref(), Some("bob"));
}

type Change = fn(&mut Value, &mut Value);

#[tokio::test]
async fn tokens_that_are_not_for_this_sign_in_are_refused_and_the_old_session_stays() {
    let changes: [(&str, Change); 14] = [
        ("issuer", |id, _| id["iss"] = json!("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other")),
        ("issuer of the access token", |_, access| access["iss"] = json!("https://evil.example")),
        ("no issuer", |id, _| id["iss"] = Value::Null),
        ("http", |id, _| id["iss"] = json!(ISSUER.replace("https", "http"))),
        ("audience", |id, _| id["aud"] = json!("another client")),
        ("audiences without a party", |id, _| id["aud"] = json!(["client", "another"])),
        ("no audience", |id, _| id["aud"] = Value::Null),
        ("party", |id, _| id["azp"] = json!("another")),
        ("client of the access token", |_, access| access["client_id"] = json!("another")),
        ("nonce", |id, _| id["nonce"] = json!("another")),
        ("no nonce", |id, _| id["nonce"] = Value::Null),
        ("at_hash", |id, _| id["at_hash"] = json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ("at_hash of another type", |id, _| id["at_hash"] = json!(7)),
        ("expiry", |id, _| id["exp"] = id["iat"].clone()),
    ];
    let pool = ScriptedPool::default();
    let client = client_of_bob(&pool).await;
    for (name, change) in changes {
        let url = begun(&client).await;
        pool.answer(answer(&pool, &url, change));
        let error = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRedirect, "{name}: {error}");
    }
    let url = begun(&client).await;
    pool.answer(answer(&pool, &url, |_, access| access["sub"] = json!("somebody else")));
    let error = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(pool.operations().iter().all(|operation| operation == "/oauth2/token"));
    assert_eq!(username(&client).await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn what_openid_connect_allows_beside_cognito_s_own_form_is_accepted() {
    let changes: [Change; 4] = [
        |id, access| {
            let issuer = ISSUER.replace("https://", "https://issuer-");
            (id["iss"], access["iss"]) = (json!(issuer), json!(issuer));
        },
        |id, _| id["aud"] = json!(["client"]),
        |id, _| (id["aud"], id["azp"]) = (json!(["client", "another"]), json!("client")),
        |id, access| {
            let digest = <sha2::Sha256 as sha2::Digest>::digest(encode(access).expose_secret());
            let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
            id["at_hash"] = json!(base64::Engine::encode(&engine, &digest[..16]));
        },
    ];
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    for change in changes {
        let url = begun(&client).await;
        pool.answer(answer(&pool, &url, change));
        client.handle_redirect(&redirected(&url, "code=c")).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_sign_in_that_is_too_old_is_refused() {
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    for (age, is_fine) in [(Duration::from_secs(300), true), (Duration::from_secs(420), false)] {
        let sign_in =
            client.sign_in_with_redirect(REDIRECT_URI).max_age(Duration::from_secs(300)).await.unwrap();
        let then = seconds(&pool) - age.as_secs();
        pool.answer(answer(&pool, sign_in.url(), |id, _| id["auth_time"] = json!(then)));
        let outcome = client.handle_redirect(&redirected(sign_in.url(), "code=c")).await;
        assert_eq!(outcome.is_ok(), is_fine);
    }
}

#[tokio::test]
async fn an_error_of_managed_login_has_the_kind_that_says_what_to_do() {
    let pool = ScriptedPool::default();
    let client = client_of_bob(&pool).await;
    for (query, kind, message) in [
        ("error=access_denied&error_description=User+said+no", ErrorKind::Cancelled, "User said no"),
        ("error=invalid_request&error_description=access_denied", ErrorKind::Cancelled, "access_denied"),
        (
            "error=invalid_request&error_description=PreSignUp+failed+with+error+Not+from+here.+",
            ErrorKind::TriggerRejected,
            "PreSignUp failed with error Not from here.",
        ),
        ("error=login_required", ErrorKind::SignedOut, "refused"),
        ("error=server_error&error_description=oops", ErrorKind::Unavailable, "oops"),
        ("error=unauthorized_client", ErrorKind::OperationNotEnabled, "refused"),
        ("error=invalid_request&error_description=invalid_scope", ErrorKind::Aws, "invalid_scope"),
    ] {
        let url = begun(&client).await;
        let error = client.handle_redirect(&redirected(&url, query)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{query}");
        assert!(error.message().contains(message) && error.aws_code().is_some(), "{error}");
        assert_eq!(error.operation(), Some("Authorize"));
    }
    assert!(pool.operations().is_empty());
    assert_eq!(username(&client).await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn a_user_that_cognito_has_just_linked_is_sent_once_more_and_not_again() {
    const FOUND: &str =
        "error=invalid_request&error_description=Already+found+an+entry+for+username+google_1";
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    let sign_in = client.sign_in_with_redirect(REDIRECT_URI).provider(IdentityProvider::Google);
    let url = sign_in.custom_state("here").await.unwrap().url().to_owned();
    let error = client.handle_redirect(&redirected(&url, FOUND)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let again = error.retry_url().unwrap().to_owned();
    assert!(!format!("{error} {error:?}").contains(&parameter(&again, "state").unwrap()));
    for name in ["state", "code_challenge"] {
        assert_ne!(parameter(&again, name), parameter(&url, name));
    }
    assert_eq!(parameter(&again, "identity_provider").as_deref(), Some("Google"));

    let error = client.handle_redirect(&redirected(&again, FOUND)).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_url()), (ErrorKind::Conflict, None));

    let url = begun(&client).await;
    let again =
        client.handle_redirect(&redirected(&url, FOUND)).await.unwrap_err().retry_url().unwrap().to_owned();
    pool.answer(good(&pool, &again));
    assert!(client.handle_redirect(&redirected(&again, "code=c")).await.unwrap().is_some());
}

#[tokio::test]
async fn the_token_endpoint_s_refusals_have_kinds_and_quote_no_secret() {
    let pool = ScriptedPool::default();
    let client = pool.client_with(|config| config.client_secret("hush-hush")).build().unwrap();
    for (status, refusal, kind) in [
        (400, json!({ "error": "invalid_grant" }), ErrorKind::ChallengeExpired),
        (400, json!({ "error": "invalid_client" }), ErrorKind::NotAuthorized),
        (400, json!({ "error": "unauthorized_client" }), ErrorKind::OperationNotEnabled),
        (
            400,
            json!({ "error": "invalid_request", "error_description": "the code secret-code" }),
            ErrorKind::Aws,
        ),
        (500, json!({ "error": "server_error" }), ErrorKind::Unavailable),
        (
            400,
            json!({ "__type": "TooManyRequestsException", "message": "Rate exceeded" }),
            ErrorKind::Throttled,
        ),
    ] {
        let url = begun(&client).await;
        pool.answer_with(status, refusal);
        let error = client.handle_redirect(&redirected(&url, "code=secret-code")).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (kind, Some("Token")), "{error}");
        let verifier = pool.last_input()["code_verifier"].as_str().unwrap().to_owned();
        for secret in ["secret-code", "hush-hush", "Y2xpZW50Omh1c2gtaHVzaA", &verifier] {
            assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
        }
    }
}

#[tokio::test]
async fn an_app_client_without_openid_is_named() {
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    let url = begun(&client).await;
    let mut answer = good(&pool, &url);
    answer.as_object_mut().unwrap().remove("id_token");
    pool.answer(answer);
    let error = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingScope);
    assert!(error.message().contains("openid"), "{error}");
}

#[tokio::test]
async fn after_a_network_fault_the_same_url_works_again() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store.clone()).build().unwrap();
    let url = begun(&client).await;
    let answer = redirected(&url, "code=c");
    pool.lose();
    assert_eq!(client.handle_redirect(&answer).await.unwrap_err().kind(), ErrorKind::Network);
    // The app was restarted meanwhile.
    let client = pool.client().store(store).build().unwrap();
    pool.answer(good(&pool, &url));
    assert!(client.handle_redirect(&answer).await.unwrap().is_some());
}

#[tokio::test]
async fn a_page_of_a_captive_portal_is_no_success() {
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    let url = begun(&client).await;
    pool.answer(json!({ "welcome": "to the hotel" }));
    let error = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidResponse | ErrorKind::MissingScope), "{error}");
    assert_eq!(username(&client).await, None);
}

/// A store that fails to save when told so.
#[derive(Clone, Debug, Default)]
struct Failing(MemoryStore, Arc<AtomicBool>);

impl SessionStore for Failing {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>> {
        self.0.load(key)
    }

    fn save<'a>(&'a self, key: &'a str, value: SecretString) -> BoxFuture<'a, Result<(), StoreError>> {
        if self.1.load(Ordering::Relaxed) {
            let quoting = StoreError(format!("disk full: {}", value.expose_secret()));
            return Box::pin(async { Err(quoting) });
        }
        self.0.save(key, value)
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.remove(key)
    }
}

#[tokio::test]
async fn nothing_is_exchanged_that_could_not_be_taken_from_the_store() {
    let (pool, store) = (ScriptedPool::default(), Failing::default());
    let client = pool.client().store(store.clone()).build().unwrap();
    let url = begun(&client).await;
    store.1.store(true, Ordering::Relaxed);
    let error = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(!format!("{error:?}").contains(&parameter(&url, "nonce").unwrap()), "{error:?}");
    assert_eq!(client.sign_in_with_redirect(REDIRECT_URI).await.unwrap_err().kind(), ErrorKind::Store);
    assert!(pool.operations().is_empty());
    store.1.store(false, Ordering::Relaxed);
    pool.answer(good(&pool, &url));
    assert!(client.handle_redirect(&redirected(&url, "code=c")).await.unwrap().is_some());
}

#[tokio::test]
async fn bad_input_is_refused_before_anything_is_kept() {
    let pool = ScriptedPool::default();
    let (client, store) = (pool.client(), MemoryStore::new());
    let client = client.store(store.clone()).build().unwrap();
    let to = |uri: &str| client.sign_in_with_redirect(uri);
    let here = || to(REDIRECT_URI);
    for builder in [
        to("http://app.example/"),
        here().scopes(["email"]),
        here().scopes(["openid email"]),
        here().scopes(["openid", ""]),
        here().provider("Google").idp_identifier("example.com"),
        here().provider(""),
        here().prompt(""),
    ] {
        assert_eq!(builder.await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(client.logout_url("/bye").unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(
        client.logout_url("https://app.example/bye").unwrap(),
        "https://auth.example.com/logout?client_id=client&logout_uri=https%3A%2F%2Fapp.example%2Fbye"
    );
    let without_domain: fn(ConfigBuilder) -> ConfigBuilder = |config| config.domain("");
    let client = pool.client_with(without_domain).store(store.clone()).build().unwrap();
    let error = client.sign_in_with_redirect(REDIRECT_URI).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert!(error.message().contains("userPool.domain"), "{error}");
    assert_eq!(client.logout_url(REDIRECT_URI).unwrap_err().kind(), ErrorKind::InvalidConfig);
    assert!(store.load("client.pendingRedirects").await.unwrap().is_none());
}

#[tokio::test]
async fn a_list_of_a_later_version_or_of_garbage_is_replaced() {
    let (pool, store) = (ScriptedPool::default(), MemoryStore::new());
    let client = pool.client().store(store.clone()).build().unwrap();
    for garbage in ["", "[]", "{\"version\":2,\"redirects\":[{}]}", "{\"version\":1,\"redirects\":[7]}"] {
        store.save("client.pendingRedirects", garbage.to_owned().into()).await.unwrap();
        let url = begun(&client).await;
        pool.answer(good(&pool, &url));
        assert!(client.handle_redirect(&redirected(&url, "code=c")).await.unwrap().is_some());
    }
}

/// Comes back with what is scripted, to which the state of the URL is added, and notes the URLs.
#[derive(Clone, Debug)]
struct Agent(Arc<Mutex<Vec<Result<String, UserAgentError>>>>, Arc<Mutex<Vec<String>>>);

impl Agent {
    fn new(outcomes: impl IntoIterator<Item = Result<&'static str, UserAgentError>>) -> Self {
        let outcomes = outcomes.into_iter().map(|outcome| outcome.map(str::to_owned)).collect();
        Self(Arc::new(Mutex::new(outcomes)), Arc::default())
    }
}

impl RedirectUserAgent for Agent {
    fn authenticate<'a>(
        &'a self,
        url: &'a str,
        redirect_uri: &'a str,
    ) -> BoxFuture<'a, Result<String, UserAgentError>> {
        assert_eq!(redirect_uri, REDIRECT_URI);
        self.1.lock().unwrap().push(url.to_owned());
        let outcome = self.0.lock().unwrap().remove(0);
        Box::pin(async move { outcome.map(|query| redirected(url, &query)) })
    }
}

#[tokio::test]
async fn a_user_agent_that_comes_back_without_an_answer_ends_the_sign_in() {
    let pool = ScriptedPool::default();
    let client = client_of_bob(&pool).await;
    let failed = |kind| Err(UserAgentError::new(kind, "see https://auth.example.com/?state=secret"));
    for (outcome, kind) in [
        (failed(UserAgentErrorKind::Cancelled), ErrorKind::Cancelled),
        (failed(UserAgentErrorKind::TimedOut), ErrorKind::Timeout),
        (failed(UserAgentErrorKind::Unsupported), ErrorKind::Platform),
        (Ok("error=access_denied"), ErrorKind::Cancelled),
        (Ok("nothing=1"), ErrorKind::InvalidRedirect),
        (Ok("code=c&state=poolpass-another"), ErrorKind::InvalidRedirect),
    ] {
        let agent = Agent::new([outcome]);
        let error = client.sign_in_with_user_agent(agent.clone(), REDIRECT_URI).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(!error.message().contains("secret"), "{error}");
        // Nobody who has the URL can go on with it.
        let url = agent.1.lock().unwrap().remove(0);
        assert!(client.handle_redirect(&redirected(&url, "code=c")).await.unwrap().is_none());
    }
    assert!(pool.operations().is_empty());
    assert_eq!(username(&client).await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn a_user_agent_is_sent_a_second_time_where_cognito_has_just_linked_the_user() {
    const FOUND: &str =
        "error=invalid_request&error_description=Already+found+an+entry+for+username+google_1";
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    let agent = Agent::new([Ok(FOUND), Ok("error=access_denied")]);
    let error = client.sign_in_with_user_agent(agent.clone(), REDIRECT_URI).await.unwrap_err();
    assert_eq!((error.kind(), agent.1.lock().unwrap().len()), (ErrorKind::Cancelled, 2));
    let agent = Agent::new([Ok(FOUND), Ok(FOUND)]);
    let error = client.sign_in_with_user_agent(agent.clone(), REDIRECT_URI).await.unwrap_err();
    assert_eq!((error.kind(), agent.1.lock().unwrap().len()), (ErrorKind::Conflict, 2));
}
