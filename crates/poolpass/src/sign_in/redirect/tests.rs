//! Cases that no server can be made to produce: tokens for somebody else, answers that come twice or at the same time, a store that fails in between.

mod interrupted;
mod strange_urls;
mod tokens;
mod user_agent;

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
use crate::session::test_tokens::{self, encode, result};
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
    client_of_bob_on(pool, MemoryStore::new()).await
}

async fn client_of_bob_on(pool: &ScriptedPool, store: impl SessionStore + 'static) -> Client {
    let client = pool.client().store(store).build().unwrap();
    client
        .manager()
        .unwrap()
        .begin(test_tokens::tokens(&result("bob", pool.now(), Some("r"))))
        .await
        .unwrap();
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
async fn two_redirects_that_come_back_at_once_have_an_exchange_each() {
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    let (first, second) = (begun(&client).await, begun(&client).await);
    let (answer, second_answer) = (redirected(&first, "code=c"), redirected(&second, "code=d"));
    let release = pool.answer(good(&pool, &first)).hold();
    let (one, two) = tokio::join!(client.handle_redirect(&answer), async {
        pool.asked(1).await;
        pool.answer(good(&pool, &second));
        let two = client.handle_redirect(&second_answer);
        let (two, ()) = tokio::join!(two, async {
            pool.asked(2).await;
            release.send(()).unwrap();
        });
        two
    });
    assert!(one.unwrap().is_some() && two.unwrap().is_some());
    assert_eq!(pool.operations(), ["/oauth2/token"; 2]);
}

#[tokio::test]
async fn only_the_latest_redirects_wait() {
    let pool = ScriptedPool::default();
    let client = client_of_bob(&pool).await;
    let first = begun(&client).await;
    let second = begun(&client).await;
    for _ in 0..pending::MOST - 1 {
        begun(&client).await;
    }
    let error = client.handle_redirect(&redirected(&first, "code=c")).await.unwrap_err();
    assert_eq!((error.kind(), pool.operations().len()), (ErrorKind::InvalidRedirect, 0));
    pool.answer(good(&pool, &second));
    assert!(client.handle_redirect(&redirected(&second, "code=c")).await.unwrap().is_some());
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
async fn a_page_of_a_captive_portal_is_no_success() {
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    let url = begun(&client).await;
    pool.answer(json!({ "welcome": "to the hotel" }));
    let error = client.handle_redirect(&redirected(&url, "code=c")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidResponse | ErrorKind::MissingScope), "{error}");
    assert_eq!(username(&client).await, None);
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
        here().scopes(["openid", "notes read"]),
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
