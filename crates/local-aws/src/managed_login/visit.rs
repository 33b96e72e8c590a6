//! A request to a page, and how it goes on.

use std::sync::Arc;

use http::{HeaderValue, header};
use serde_json::{Value, json};

use super::{
    pages::{Layout, text_of},
    state::{Challenge, Step},
    texts::Texts,
};
use crate::{
    account::Account,
    error::AwsError,
    exchange::{Request, Response},
    form::Form,
    html,
    user_pool::domain::{self, AuthorizationRequest, PageSettings},
};

/// Cognito's cookie against forged forms.
const COOKIE: &str = "XSRF-TOKEN";
/// Cognito's cookie for the language, which counts for later requests that name none.
const LANG: &str = "lang";

/// A request to a page.
pub(super) struct Visit<'a> {
    pub(super) account: &'a Arc<Account>,
    pub(super) request: &'a Request,
    pub(super) domain: &'a str,
    pub(super) authorization: AuthorizationRequest,
    pub(super) settings: PageSettings,
    pub(super) form: Form,
    pub(super) texts: &'static Texts,
    /// The value of the cookie, which a form has to repeat.
    browser: String,
    is_new_browser: bool,
}

impl<'a> Visit<'a> {
    pub(super) fn new(
        account: &'a Arc<Account>,
        request: &'a Request,
        domain: &'a str,
        authorization: AuthorizationRequest,
        settings: PageSettings,
    ) -> Self {
        let cookie = cookie(request, COOKIE);
        let texts = Texts::of(authorization.lang.as_deref().or(lang_of(request).as_deref()));
        Self {
            account,
            request,
            domain,
            authorization,
            settings,
            form: Form::of_body(request),
            texts,
            is_new_browser: cookie.is_none(),
            browser: cookie.unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
        }
    }

    pub(super) fn has_csrf_token(&self) -> bool {
        !self.is_new_browser && self.form.get("_csrf") == Some(self.browser.as_str())
    }

    /// Gives a new browser its cookie, and keeps the language that the app asked for.
    pub(super) fn with_cookies(&self, mut response: Response) -> Response {
        if self.is_new_browser {
            self.set_cookie(&mut response, COOKIE, &self.browser);
        }
        if self.authorization.lang.is_some() && lang_of(self.request).as_deref() != Some(self.texts.lang) {
            self.set_cookie(&mut response, LANG, self.texts.lang);
        }
        response
    }

    fn set_cookie(&self, response: &mut Response, name: &str, value: &str) {
        let cookie = format!("{name}={value}; Path={}; HttpOnly; SameSite=Lax", self.base());
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }

    fn base(&self) -> String {
        format!("{}{}", domain::PATH, self.domain)
    }

    pub(super) fn layout(&self, error: Option<String>) -> Layout {
        Layout {
            texts: self.texts,
            app: self.settings.client_name.clone(),
            base: self.base(),
            query: self.authorization.page_query(),
            csrf: self.browser.clone(),
            error,
            notice: None,
        }
    }

    /// Sends the browser to another page of this visit.
    pub(super) fn go_to(&self, path: &str) -> Response {
        html::see_other(&format!("{}/{path}?{}", self.base(), self.authorization.page_query()))
    }

    pub(super) fn step(&self) -> Option<Step> {
        let now = self.account.clock.now();
        self.account.managed_logins.get(&self.authorization.id, &self.browser, now)
    }

    pub(super) fn set_step(&self, step: Step) {
        let now = self.account.clock.now();
        self.account.managed_logins.set(&self.authorization.id, &self.browser, step, now);
    }

    /// Goes on to a step of its own page.
    pub(super) fn go_to_step(&self, step: Step) -> Response {
        self.set_step(step);
        self.go_to("step")
    }

    /// Runs an operation of the user pool.
    pub(super) fn call(&self, operation: &str, input: Value) -> Result<Value, AwsError> {
        domain::call(self.account, self.request, &self.authorization.id, operation, input)
    }

    /// Begins a sign-in with the password.
    pub(super) fn sign_in_with_password(&self, username: &str, password: &str) -> Result<Value, AwsError> {
        let mut parameters = json!({ "USERNAME": username, "PASSWORD": password });
        // A level can be asked for in this flow only.
        let flow = if self.authorization.acr_values.is_empty() {
            "USER_PASSWORD_AUTH"
        } else {
            parameters["PREFERRED_CHALLENGE"] = json!("PASSWORD");
            "USER_AUTH"
        };
        self.call("InitiateAuth", json!({ "AuthFlow": flow, "AuthParameters": parameters }))
    }

    /// Goes on with an answer of the sign-in: to the app, or to the page of the next challenge.
    pub(super) fn go_on(&self, username: &str, answer: &Value) -> Response {
        if let Some(ticket) = answer["SignedIn"].as_str() {
            return self.finish(Some(ticket));
        }
        let available = answer["AvailableChallenges"].as_array().into_iter().flatten();
        self.go_to_step(Step::Challenge(Challenge {
            username: username.to_owned(),
            name: text_of(&answer["ChallengeName"]),
            session: text_of(&answer["Session"]),
            parameters: answer["ChallengeParameters"].clone(),
            available: available.map(text_of).collect(),
            setup: None,
        }))
    }
}

/// The language of the browser's earlier visits.
pub(super) fn lang_of(request: &Request) -> Option<String> {
    cookie(request, LANG)
}

fn cookie(request: &Request, name: &str) -> Option<String> {
    let headers = request.headers.get_all(header::COOKIE).into_iter();
    let mut pairs =
        headers.filter_map(|cookies| cookies.to_str().ok()).flat_map(|cookies| cookies.split(';'));
    let value = pairs.find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))?;
    (!value.is_empty()).then(|| value.to_owned())
}
