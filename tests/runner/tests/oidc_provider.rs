//! The SDK signs in at `oidc-provider`, a certified OpenID Connect provider of others, under the paths of a user pool's domain.
//!
//! `cargo xtask oidc-provider` installs it and sets `OIDC_PROVIDER` to its folder. Without that, nothing is tested.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers: what they do not expect fails the test"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Request;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use poolpass::platform::{BoxFuture, RedirectUserAgent, UserAgentError, UserAgentErrorKind};
use poolpass::{Client, Config, ErrorKind, RedirectOptions};
use poolpass_tests::exchange;

const REDIRECT_URI: &str = "https://notes.example/callback";

/// The running provider, which ends with its standard input.
struct Provider {
    _process: Child,
    /// Read no more, but open, so that the provider can write its log.
    _output: BufReader<ChildStdout>,
    origin: String,
}

impl Provider {
    /// `None` where the step has not installed it.
    fn start() -> Option<Self> {
        let folder = std::env::var_os("OIDC_PROVIDER")?;
        let mut process = Command::new("node")
            .arg("serve.mjs")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let port = loop {
            let mut line = String::new();
            assert_ne!(output.read_line(&mut line).unwrap(), 0, "it has ended");
            if let Some(port) = line.strip_prefix("port ") {
                break port.trim().to_owned();
            }
        };
        Some(Self { _process: process, _output: output, origin: format!("http://127.0.0.1:{port}") })
    }

    fn client(&self, client_id: &str, secret: &str) -> Client {
        let config =
            Config::builder().user_pool("eu-west-1_Interop01", client_id).domain(self.origin.as_str());
        Client::new(config.client_secret(secret).build().unwrap()).unwrap()
    }
}

/// A browser that follows redirects and keeps cookies.
#[derive(Clone, Debug, Default)]
struct Browser {
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
    /// Texts to replace in the URL that it is sent to.
    tamper: Option<(&'static str, &'static str)>,
}

impl Browser {
    async fn follow(&self, url: &str, redirect_uri: &str) -> String {
        let (from, to) = self.tamper.unwrap_or_default();
        let mut url = if from.is_empty() { url.to_owned() } else { url.replace(from, to) };
        for _ in 0..10 {
            let origin = url.split('/').take(3).collect::<Vec<_>>().join("/");
            let cookies = self
                .cookies
                .lock()
                .unwrap()
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>();
            let request = Request::get(&url).header(COOKIE, cookies.join("; ")).body(Bytes::new()).unwrap();
            let answer = exchange(request).await.unwrap();
            for cookie in answer.headers().get_all(SET_COOKIE) {
                let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = cookie.split_once('=').unwrap();
                self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
            }
            let Some(location) = answer.headers().get(LOCATION) else {
                panic!("{url}: {} {}", answer.status(), String::from_utf8_lossy(answer.body()));
            };
            let location = location.to_str().unwrap();
            url = if location.starts_with('/') { format!("{origin}{location}") } else { location.to_owned() };
            if url.starts_with(redirect_uri) {
                return url;
            }
        }
        panic!("the way has no end: {url}")
    }
}

impl RedirectUserAgent for Browser {
    fn authenticate<'a>(
        &'a self,
        url: &'a str,
        redirect_uri: &'a str,
    ) -> BoxFuture<'a, Result<String, UserAgentError>> {
        Box::pin(async move {
            let (agent, url, redirect_uri) = (self.clone(), url.to_owned(), redirect_uri.to_owned());
            // A page that nobody expects ends this task and not the test's.
            let redirected = tokio::spawn(async move { agent.follow(&url, &redirect_uri).await }).await;
            redirected.map_err(|error| UserAgentError::new(UserAgentErrorKind::Failed, error.to_string()))
        })
    }
}

fn of(person: &str) -> RedirectOptions {
    let scopes = vec!["openid".to_owned(), "email".to_owned()];
    RedirectOptions { login_hint: Some(person.to_owned()), scopes, ..RedirectOptions::default() }
}

#[tokio::test]
async fn the_sdk_signs_in_at_a_certified_provider() {
    let Some(provider) = Provider::start() else { return };
    for (client_id, secret) in [("public", ""), ("confidential", "the-secret")] {
        let client = provider.client(client_id, secret);
        let agent = Browser::default();
        let options = RedirectOptions { max_age: Some(std::time::Duration::from_secs(300)), ..of("ada") };
        let user =
            client.sign_in_with_user_agent(agent.clone(), REDIRECT_URI).options(options).await.unwrap();
        assert_eq!((user.username(), user.sub(), user.email()), ("ada", "ada", Some("ada@example.com")));
        assert!(user.claims().text("nonce").is_some());
        assert_eq!(client.access_token().await.unwrap().scopes(), ["openid", "email"]);

        // The provider still knows the person, as its cookies say.
        let options = RedirectOptions { prompt: Some("none".to_owned()), ..of("ada") };
        let again = client.sign_in_with_user_agent(agent, REDIRECT_URI).options(options).await.unwrap();
        assert_eq!(again.sub(), "ada");
    }
}

#[tokio::test]
async fn what_the_provider_refuses_has_its_kind() {
    let Some(provider) = Provider::start() else { return };
    let refused = async |client: &Client, agent: Browser, options: RedirectOptions| {
        client.sign_in_with_user_agent(agent, REDIRECT_URI).options(options).await.unwrap_err()
    };
    let tampering = |from, to| Browser { tamper: Some((from, to)), ..Browser::default() };
    let client = provider.client("public", "");
    for (agent, options, kind, code) in [
        (Browser::default(), of("nobody"), ErrorKind::Cancelled, Some("access_denied")),
        (
            Browser::default(),
            RedirectOptions { prompt: Some("none".to_owned()), ..of("ada") },
            ErrorKind::SignedOut,
            Some("login_required"),
        ),
        (
            tampering("code_challenge_method=S256", "code_challenge_method=plain"),
            of("ada"),
            ErrorKind::Aws,
            Some("invalid_request"),
        ),
        (
            tampering("&code_challenge=", "&code_challenge=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&x="),
            of("ada"),
            ErrorKind::ChallengeExpired,
            Some("invalid_grant"),
        ),
        (tampering("&nonce=", "&nonce=x"), of("ada"), ErrorKind::InvalidRedirect, None),
        (tampering("&state=poolpass-", "&state=poolpass-x"), of("ada"), ErrorKind::InvalidRedirect, None),
    ] {
        let shown = format!("{agent:?} {options:?}");
        let error = refused(&client, agent, options).await;
        assert_eq!((error.kind(), error.aws_code()), (kind, code), "{shown}: {error}");
    }
    let wrong = provider.client("confidential", "not-the-secret");
    let error = refused(&wrong, Browser::default(), of("ada")).await;
    assert_eq!((error.kind(), error.aws_code()), (ErrorKind::NotAuthorized, Some("invalid_client")));
    assert!(client.current_user().await.unwrap().is_none());
}
