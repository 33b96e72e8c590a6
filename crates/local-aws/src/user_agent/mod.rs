//! A browser without a screen, which walks through the pages of managed login and of the stand-in providers by real HTTP requests.
//! Tests in all languages use it at `POST /_local/user-agent` in place of a browser.

mod page;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use cookie_store::CookieStore;
use http::{Method, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex as AsyncMutex;
use totp_rs::{Builder, Secret};
use url::Url;

use self::page::{Page, Submission};
use crate::{account::Account, authenticator::Question};

/// The browsers by name, each with its cookies.
#[derive(Default)]
pub(crate) struct Browsers(Mutex<BTreeMap<String, Arc<AsyncMutex<CookieStore>>>>);

/// The doings of the person at the browser.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Script {
    /// Where the way begins.
    url: String,
    /// Where it ends: the URL of the app, to which the browser is sent back.
    redirect_uri: String,
    /// The name of a browser that keeps its cookies for later scripts. Default: a new browser.
    browser: Option<String>,
    /// The person's doings on each page.
    #[serde(default)]
    steps: Vec<Step>,
}

/// The person's doings on one page.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Step {
    /// A text that the page has to show.
    see: Option<String>,
    /// The values of fields, by their names.
    #[serde(default)]
    fill: BTreeMap<String, Answer>,
    /// The text of a button or link, or `name=value` of a button. Default: the first button of the form that has the fields.
    press: Option<String>,
    /// Whether the person closes the window instead.
    #[serde(default)]
    close: bool,
}

/// The value of a field.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Text(String),
    #[serde(rename_all = "camelCase")]
    Code {
        /// The newest code that was sent to this address.
        code_to: String,
    },
    #[serde(rename_all = "camelCase")]
    Totp {
        /// A code of an authenticator app with this secret; `page` for the secret that the page shows.
        totp_of: String,
    },
    #[serde(rename_all = "camelCase")]
    Passkey {
        /// The answer of this software authenticator to the page's options.
        passkey_of: String,
    },
}

/// More requests than any way has.
const MOST_REQUESTS: usize = 40;

/// Walks the way of a script. The answer is the URL by which the browser was sent back to the app, or why it did not get there.
pub(crate) async fn browse(account: &Account, script: Script) -> Result<Value, String> {
    let browser = account.browsers.named(script.browser.as_deref());
    let mut cookies = browser.lock().await;
    let http = Client::builder(TokioExecutor::new()).build_http();
    let mut next = Submission { url: parse(&script.url)?, form: None };
    let mut steps = script.steps.into_iter();
    for _ in 0..MOST_REQUESTS {
        let answer = send(&http, &mut cookies, next).await?;
        next = match answer {
            Answered::Redirect(location) if is_app(location.as_str(), &script.redirect_uri) => {
                return Ok(json!({ "url": location.as_str() }));
            }
            Answered::Redirect(url) => Submission { url, form: None },
            Answered::Page(page) if page.submits_itself() => page.submit(&BTreeMap::new(), None)?,
            Answered::Page(page) => match steps.next() {
                Some(step) => take(account, &page, step).await?,
                None => return Err(format!("the script ended at {}: {}", page.url, page.text())),
            },
        };
    }
    Err("the way has no end".to_owned())
}

enum Answered {
    Redirect(Url),
    Page(Page),
}

async fn send(
    http: &Client<HttpConnector, Full<Bytes>>,
    cookies: &mut CookieStore,
    submission: Submission,
) -> Result<Answered, String> {
    let Submission { url, form } = submission;
    let is_local = url.host_str().is_some_and(|host| ["127.0.0.1", "localhost"].contains(&host));
    if url.scheme() != "http" || !is_local {
        return Err(format!("the browser was sent to {url}, which is not on this machine"));
    }
    let values: Vec<_> =
        cookies.get_request_values(&url).map(|(name, value)| format!("{name}={value}")).collect();
    let method = if form.is_some() { Method::POST } else { Method::GET };
    let mut request = http::Request::builder().method(method).uri(url.as_str());
    if !values.is_empty() {
        request = request.header(header::COOKIE, values.join("; "));
    }
    if form.is_some() {
        request = request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, url.origin().ascii_serialization());
    }
    let body = Full::new(Bytes::from(form.unwrap_or_default()));
    let request = request.body(body).map_err(|error| error.to_string())?;
    let response = http.request(request).await.map_err(|error| format!("{url}: {error}"))?;
    let (parts, body) = response.into_parts();
    for cookie in parts.headers.get_all(header::SET_COOKIE) {
        if let Ok(cookie) = cookie.to_str() {
            // A browser ignores what it cannot read, too.
            let _ = cookies.parse(cookie, &url);
        }
    }
    if parts.status.is_redirection() {
        let location = parts.headers.get(header::LOCATION).and_then(|location| location.to_str().ok());
        let location = location.ok_or_else(|| format!("{url} redirects to nowhere"))?;
        return Ok(Answered::Redirect(url.join(location).map_err(|error| format!("{location}: {error}"))?));
    }
    let body = body.collect().await.map_err(|error| format!("{url}: {error}"))?.to_bytes();
    let html = String::from_utf8_lossy(&body);
    if parts.status.is_server_error() || parts.status == StatusCode::NOT_FOUND {
        return Err(format!("{url}: {} {html}", parts.status));
    }
    Page::parse(url, &html).map(Answered::Page)
}

/// Does on a page what the person does there.
async fn take(account: &Account, page: &Page, step: Step) -> Result<Submission, String> {
    if step.close {
        return Err("the person closed the window".to_owned());
    }
    if let Some(text) = step.see.filter(|text| !page.text().contains(text.as_str())) {
        return Err(format!("{} does not show {text:?}: {}", page.url, page.text()));
    }
    let mut fields = BTreeMap::new();
    for (name, answer) in step.fill {
        fields.insert(name, value_of(account, page, answer).await?);
    }
    page.submit(&fields, step.press.as_deref())
}

async fn value_of(account: &Account, page: &Page, answer: Answer) -> Result<String, String> {
    match answer {
        Answer::Text(text) => Ok(text),
        Answer::Code { code_to } => match account.messages.last_to(&code_to) {
            Some(message) => Ok(message.code),
            None => Err(format!("no code was sent to {code_to}")),
        },
        Answer::Totp { totp_of } => {
            let secret = match totp_of.as_str() {
                "page" => page.attribute("data-secret").ok_or("the page shows no secret")?,
                secret => secret,
            };
            let secret = Secret::try_from_base32(secret).map_err(|error| format!("{secret}: {error}"))?;
            let seconds = u64::try_from(account.clock.unix_seconds()).unwrap_or_default();
            Ok(Builder::new().with_secret(secret).build_noncompliant().generate(seconds).to_string())
        }
        Answer::Passkey { passkey_of } => {
            let options = page.attribute("data-options").ok_or("the page asks for no passkey")?;
            let options: Value = serde_json::from_str(options).map_err(|error| error.to_string())?;
            let origin = page.url.origin().ascii_serialization();
            let ceremony = page.attribute("data-ceremony").unwrap_or("get");
            let question =
                json!({ "ceremony": ceremony, "options": options, "settings": { "origin": origin } });
            let question: Question = serde_json::from_value(question).map_err(|error| error.to_string())?;
            let answer = account.authenticators.ask(&passkey_of, question).await;
            match answer.get("credential") {
                Some(credential) => Ok(credential.to_string()),
                None => Err(format!("the authenticator answers {answer}")),
            }
        }
    }
}

/// Whether a redirect goes to the app.
fn is_app(location: &str, redirect_uri: &str) -> bool {
    location
        .strip_prefix(redirect_uri)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '#', '&']))
}

fn parse(url: &str) -> Result<Url, String> {
    Url::parse(url).map_err(|error| format!("{url}: {error}"))
}

impl Browsers {
    fn named(&self, name: Option<&str>) -> Arc<AsyncMutex<CookieStore>> {
        let Some(name) = name else { return Arc::default() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_default().clone()
    }
}
