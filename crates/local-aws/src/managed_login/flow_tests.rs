//! Ways through the pages that are not straight: sessions, passkeys, links, and forms that come late, twice or from a page before.

use http::StatusCode;
use serde_json::{Value, json};
use url::Url;

use super::tests::{PASSWORD, Pages, REDIRECT, pages_with_choice, password};
use crate::{
    test_support::{Answer, Draft},
    user_agent,
};

/// A browser's requests, one by one.
struct Browser<'a> {
    pages: &'a Pages,
    cookies: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    fn new(pages: &'a Pages) -> Self {
        Self { pages, cookies: Vec::new() }
    }

    async fn send(&mut self, draft: Draft) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = draft.header("cookie", &cookies.join("; ")).send(self.pages.aws.account()).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        answer
    }

    /// A GET, and those to which it is redirected on this server. The answer is the last, with its path.
    async fn open(&mut self, target: &str) -> (String, Answer) {
        let mut target = target.to_owned();
        loop {
            let answer = self.send(Draft::new("GET", &target)).await;
            match location(&answer) {
                Some(next) if next.starts_with('/') => target = next,
                _ => return (target, answer),
            }
        }
    }

    /// Sends a form with the browser's token.
    async fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.cookies.iter().find(|(name, _)| name == "XSRF-TOKEN").unwrap().1.clone();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("_csrf", &token)
            .extend_pairs(fields)
            .finish();
        self.send(Draft::new("POST", target).body(form)).await
    }

    /// The path of the sign-in page.
    async fn sign_in_page(&mut self, more: &[(&str, &str)]) -> String {
        let url = Url::parse(&self.pages.authorize(more)).unwrap();
        self.open(&format!("{}?{}", url.path(), url.query().unwrap())).await.0
    }
}

fn location(answer: &Answer) -> Option<String> {
    Some(answer.headers.get("location")?.to_str().unwrap().to_owned())
}

fn is_code(answer: &Answer) -> bool {
    location(answer).is_some_and(|location| location.starts_with(&format!("{REDIRECT}?code=")))
}

const ADA: &[(&str, &str)] = &[("username", "ada"), ("password", PASSWORD)];

#[tokio::test]
async fn a_second_click_signs_in_like_the_first() {
    let pages = Pages::new(json!({})).await;
    pages.add_ada().await;
    let mut browser = Browser::new(&pages);
    let login = browser.sign_in_page(&[]).await;
    let first = browser.post(&login, ADA).await;
    let second = browser.post(&login, ADA).await;
    assert!(is_code(&first) && is_code(&second), "{:?} {:?}", first.headers, second.headers);
    assert_ne!(location(&first), location(&second), "each code is good once");
    // Without the app's parameters there is no way on.
    let id_only = login.split('&').next().unwrap();
    let lost = browser.post(id_only, ADA).await;
    assert!(
        location(&lost).unwrap().contains("/error?error=Required+String+parameter"),
        "{:?}",
        lost.headers
    );
}

#[tokio::test]
async fn the_page_before_is_of_use_after_the_sign_in_and_after_a_long_wait() {
    let pages = Pages::new(json!({})).await;
    pages.add_ada().await;
    let mut browser = Browser::new(&pages);
    let login = browser.sign_in_page(&[]).await;
    pages.aws.account().clock.advance_seconds(4000);
    assert!(is_code(&browser.post(&login, ADA).await), "the form of an hour ago");
    let (path, page) = browser.open(&login).await;
    assert!(page.text().contains("You are signed in as <strong>ada</strong>"), "{}", page.text());
    assert_ne!(path, login, "it is a new request");
    assert!(is_code(&browser.post(&path, &[("resume", "1")]).await));
}

#[tokio::test]
async fn a_challenge_that_waits_too_long_leads_back_to_the_beginning() {
    let pages = pages_with_choice().await;
    let mut browser = Browser::new(&pages);
    let login = browser.sign_in_page(&[]).await;
    let choice = location(&browser.post(&login, &[("username", "ada")]).await).unwrap();
    assert!(choice.contains("/step?"), "{choice}");
    pages.aws.account().clock.advance_seconds(200);
    let late = browser.post(&choice, &[("password", PASSWORD)]).await;
    assert!(!is_code(&late));
    let page = late.expect_ok().text();
    assert!(page.contains("Invalid session") && page.contains("name=\"username\""), "{page}");
}

#[tokio::test]
async fn a_browser_that_is_signed_in_goes_on_at_once_or_chooses_at_the_sign_in_page() {
    let pages = Pages::new(json!({})).await;
    pages.add_ada().await;
    pages.add_user("grace", &[("email", "grace@example.com")]).await;
    let mut browser = Browser::new(&pages);
    let login = browser.sign_in_page(&[]).await;
    assert!(is_code(&browser.post(&login, ADA).await));
    let authorize = Url::parse(&pages.authorize(&[])).unwrap();
    let query = authorize.query().unwrap();
    assert!(is_code(&browser.open(&format!("{}?{query}", authorize.path())).await.1));
    let (path, page) = browser.open(&format!("/_domain/notes/login?{query}")).await;
    assert!(page.text().contains("You are signed in as <strong>ada</strong>"), "{}", page.text());
    let (other, page) = browser.open(&format!("{path}&another=1")).await;
    assert!(page.text().contains("name=\"password\""));
    assert!(is_code(&browser.post(&other, &[("username", "grace"), ("password", PASSWORD)]).await));
    let (_, page) = browser.open(&format!("/_domain/notes/login?{query}")).await;
    assert!(page.text().contains("<strong>grace</strong>"), "{}", page.text());
    // The session ends an hour after the sign-in.
    pages.aws.account().clock.advance_seconds(3601);
    let (_, page) = browser.open(&format!("/_domain/notes/login?{query}")).await;
    assert!(page.text().contains("name=\"password\""), "{}", page.text());
    // Someone without a session cannot go on with one.
    let mut stranger = Browser::new(&pages);
    let login = stranger.sign_in_page(&[]).await;
    assert!(!is_code(&stranger.post(&login, &[("resume", "1")]).await));
}

#[tokio::test]
async fn the_pages_have_addresses_of_their_own() {
    let pages = Pages::new(json!({})).await;
    pages.add_ada().await;
    let authorize = Url::parse(&pages.authorize(&[])).unwrap();
    for (path, text) in [("signup", "Create an account"), ("forgotPassword", "Reset your password")] {
        let target = format!("/_domain/notes/{path}?{}", authorize.query().unwrap());
        let page = Browser::new(&pages).open(&target).await.1.expect_ok().text();
        assert!(page.contains(&format!("<h1>{text}</h1>")), "{page}");
        let nobody = Browser::new(&pages).open(&format!("/_domain/notes/{path}?client_id=x")).await.1;
        assert!(location(&nobody).unwrap().contains("/error?error=Client+does+not+exist."), "{path}");
    }
}

#[tokio::test]
async fn the_language_stays_for_later_requests() {
    let pages = Pages::new(json!({})).await;
    let mut browser = Browser::new(&pages);
    browser.sign_in_page(&[("lang", "de-AT")]).await;
    let login = browser.sign_in_page(&[]).await;
    let page = browser.open(&login).await.1.text();
    assert!(page.contains("<html lang=\"de\">") && page.contains("Passwort vergessen?"), "{page}");
    let login = browser.sign_in_page(&[("lang", "fr")]).await;
    assert!(browser.open(&login).await.1.text().contains("<html lang=\"fr\">"));
    let error = browser.open("/_domain/notes/error?error=x").await.1.text();
    assert!(error.contains("<html lang=\"fr\">"), "{error}");
    let other = Browser::new(&pages).open(&login).await.1.text();
    assert!(!other.contains("<html lang=\"de\">"), "the choice is of one browser");
}

#[tokio::test]
async fn the_link_of_a_mail_confirms_a_sign_up() {
    let pages = Pages::new(json!({})).await;
    let account = json!({ "username": "ada", "email": "ada@example.com", "password": PASSWORD });
    pages.seen(&[], json!([{ "press": "Create an account" }, { "fill": account }])).await;
    let code = pages.aws.account().messages.last_to("ada@example.com").unwrap().code;
    let link = |client: &str, code: &str| {
        format!("/_domain/notes/confirmUser?client_id={client}&user_name=ada&confirmation_code={code}")
    };
    for (client, code, error) in [
        ("nobody", code.as_str(), "Client does not exist."),
        (pages.client_id.as_str(), "000000", "Invalid verification code provided"),
    ] {
        let page = pages.get(&link(client, code), None).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.text().contains(error), "{}", page.text());
    }
    let page = pages.get(&link(&pages.client_id, &code), None).await.expect_ok().text();
    assert!(page.contains("Your account is confirmed."), "{page}");
    pages.browse(&[], json!([password(PASSWORD)])).await;
    let again = pages.get(&link(&pages.client_id, &code), None).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST, "{}", again.text());
}

#[tokio::test]
async fn an_error_is_beside_the_field_that_it_is_about() {
    let pages = Pages::new(json!({})).await;
    pages.add_ada().await;
    let mut browser = Browser::new(&pages);
    let login = browser.sign_in_page(&[]).await;
    let page = browser.post(&login, &[("username", "ada"), ("password", "wrong")]).await.text();
    assert!(page.contains("<p class=\"error\" role=\"alert\">Incorrect username or password.</p>"), "{page}");
    assert!(!page.contains("aria-invalid"), "nobody is told which of the two is wrong");
    let sign_up = login.replace("/login?", "/signup?");
    let taken = [("username", "ada"), ("email", "a@b.example"), ("password", PASSWORD)];
    let page = browser.post(&sign_up, &taken).await.text();
    assert!(page.contains("aria-describedby=\"username-error\""), "{page}");
    assert!(page.contains("id=\"username-error\" role=\"alert\">User already exists</p>"), "{page}");
    let weak = [("username", "eve"), ("email", "a@b.example"), ("password", "weak-1")];
    let page = browser.post(&sign_up, &weak).await.text();
    assert!(page.contains("id=\"password-error\"") && !page.contains("value=\"weak-1\""), "{page}");
}

/// Ways through `/passkeys/add`.
async fn add_passkey(pages: &Pages, browser: &str, steps: Value) -> Result<String, String> {
    let url =
        pages.authorize(&[]).replace("127.0.0.1", "localhost").replace("oauth2/authorize", "passkeys/add");
    let script = json!({ "url": url, "redirectUri": REDIRECT, "browser": browser, "steps": steps });
    let answer = user_agent::browse(pages.aws.account(), serde_json::from_value(script).unwrap()).await?;
    Ok(answer["url"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_passkey_is_added_and_signs_in() {
    let pages = pages_with_choice().await;
    let name = json!({ "fill": { "username": "ada" }, "press": "Next" });
    let password = json!({ "fill": { "password": PASSWORD }, "press": "Sign in" });
    let passkey = |authenticator: &str, button: &str| json!({ "fill": { "credential": { "passkeyOf": authenticator } }, "press": button });
    let script =
        |authenticator: &str| json!([name, { "press": "Passkey" }, passkey(authenticator, "Continue")]);
    let sign_in = async |authenticator: &str| {
        let url = pages.authorize(&[]).replace("127.0.0.1", "localhost");
        let script = json!({ "url": url, "redirectUri": REDIRECT, "steps": script(authenticator) });
        user_agent::browse(pages.aws.account(), serde_json::from_value(script).unwrap()).await
    };
    // Someone who is not signed in does so first. An answer without a passkey can be repeated, and nobody has to add one.
    let nothing = json!({ "see": "Add a passkey", "press": "Add a passkey" });
    let page = add_passkey(&pages, "hers", json!([name, password, nothing])).await.unwrap_err();
    assert!(page.contains("Invalid credential") && page.contains("Not now"), "{page}");
    let steps = json!([name, password, { "press": "Not now" }]);
    assert!(add_passkey(&pages, "ada's", steps).await.unwrap().contains("?code="));
    assert!(sign_in("phone").await.is_err(), "there is none yet");
    // The browser's session is enough.
    let added = add_passkey(&pages, "ada's", json!([passkey("phone", "Add a passkey")])).await;
    assert!(added.unwrap().contains("?code="));
    assert!(sign_in("phone").await.unwrap()["url"].as_str().unwrap().contains("?code="));
    assert!(sign_in("other phone").await.is_err());
    let stranger = add_passkey(&pages, "a stranger's", json!([])).await.unwrap_err();
    assert!(stranger.contains("/login?"), "{stranger}");
}

#[tokio::test]
async fn a_pool_without_passkeys_adds_none() {
    let pages = Pages::new(json!({})).await;
    pages.add_ada().await;
    let refused = add_passkey(&pages, "ada's", json!([password(PASSWORD)])).await.unwrap();
    assert!(
        refused.contains("error=invalid_request") && refused.contains("WebAuthn+is+not+enabled"),
        "{refused}"
    );
    assert!(!refused.contains("code="), "{refused}");
}

#[tokio::test]
async fn a_passkey_signs_in() {
    let pages = pages_with_choice().await;
    let account = pages.aws.account();
    let call = async |operation: &str, input: Value| {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        Draft::json(&target, &input).send(account).await.expect_ok().json()
    };
    let parameters = json!({ "USERNAME": "ada", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    let input = json!({ "ClientId": pages.client_id, "AuthFlow": "USER_AUTH", "AuthParameters": parameters });
    let token = call("InitiateAuth", input).await["AuthenticationResult"]["AccessToken"].clone();
    let options = call("StartWebAuthnRegistration", json!({ "AccessToken": token })).await;
    let settings = json!({ "origin": "http://localhost" });
    let question = json!({
        "ceremony": "create", "options": options["CredentialCreationOptions"], "settings": settings,
    });
    let credential = account.authenticators.ask("phone", serde_json::from_value(question).unwrap()).await;
    let input = json!({ "AccessToken": token, "Credential": credential["credential"] });
    call("CompleteWebAuthnRegistration", input).await;

    // The relying party is localhost.
    let url = pages.authorize(&[]).replace("127.0.0.1", "localhost");
    let passkey =
        |name: &str| json!({ "fill": { "credential": { "passkeyOf": name } }, "press": "Continue" });
    let name = json!({ "fill": { "username": "ada" }, "press": "Next" });
    let script = |authenticator: &str| {
        let steps = json!([name, { "press": "Passkey" }, passkey(authenticator)]);
        serde_json::from_value(json!({ "url": url, "redirectUri": REDIRECT, "steps": steps })).unwrap()
    };
    let answer = user_agent::browse(account, script("phone")).await.unwrap();
    assert!(answer["url"].as_str().unwrap().contains("?code="), "{answer}");
    assert!(user_agent::browse(account, script("other phone")).await.is_err());
}

#[tokio::test]
async fn a_prompt_goes_to_the_provider_and_a_hint_to_those_that_take_one() {
    let pages = Pages::new(json!({})).await;
    for (kind, scopes) in [("Google", "openid"), ("Facebook", "public_profile")] {
        let mut details = json!({ "client_id": "c", "client_secret": "s", "authorize_scopes": scopes });
        for name in ["authorize_url", "token_url", "attributes_url", "jwks_uri"] {
            details[name] = json!("http://127.0.0.1:9/");
        }
        let input = json!({ "ProviderName": kind, "ProviderType": kind, "ProviderDetails": details });
        pages.admin("CreateIdentityProvider", input).await;
    }
    let input = json!({
        "ClientId": pages.client_id, "SupportedIdentityProviders": ["COGNITO", "Google", "Facebook"],
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email"], "CallbackURLs": [REDIRECT],
    });
    pages.admin("UpdateUserPoolClient", input).await;
    for (name, hint) in [("Google", Some("ada@example.com")), ("Facebook", None)] {
        let more =
            [("identity_provider", name), ("prompt", "login consent"), ("login_hint", "ada@example.com")];
        let url = Url::parse(&pages.authorize(&more)).unwrap();
        let answer = pages.get(&format!("{}?{}", url.path(), url.query().unwrap()), None).await;
        let location = Url::parse(&location(&answer).unwrap()).unwrap();
        let parameter = |wanted: &str| {
            location.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        assert_eq!(parameter("prompt").as_deref(), Some("login consent"), "{location}");
        assert_eq!(parameter("login_hint").as_deref(), hint, "{location}");
    }
}
