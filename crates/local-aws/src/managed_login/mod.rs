//! Managed login: the pages of a user pool's domain.
//!
//! They are plain forms, which work without script; only a passkey needs some. A page runs the same operations of the user pool that
//! apps call, and the last answer sends the browser back to the app.

mod challenge;
mod fields;
#[cfg(test)]
mod flow_tests;
mod pages;
mod passkey;
mod problem;
mod sign_in;
mod sign_up;
mod state;
#[cfg(test)]
mod tests;
mod texts;
mod visit;

use std::sync::Arc;

use http::{Method, StatusCode};

pub(crate) use self::state::ManagedLogins;
use self::visit::Visit;
use crate::{
    account::Account,
    exchange::{Request, Response, full},
    form::Form,
    html,
    user_pool::domain,
};

/// A page of the domain `domain`; `path` is below it.
pub(crate) fn handle(account: &Arc<Account>, request: &Request, domain: &str, path: &str) -> Response {
    let is_get = [Method::GET, Method::HEAD].contains(&request.method);
    match path {
        "style.css" if is_get => return html::style(),
        "passkey.js" if is_get => {
            return html::script(include_str!("../../templates/managed_login/passkey.js"));
        }
        "error" if is_get => return pages::error(request, domain),
        "confirmUser" if is_get => return confirm_user(account, request, domain),
        "login" | "signup" | "forgotPassword" | "step" | "passkeys/add" => {}
        _ => return not_found(),
    }
    let authorization = match domain::authorization(account, request, domain, path == "passkeys/add") {
        Ok(authorization) => authorization,
        Err(response) => return response,
    };
    let Some(settings) = domain::page_settings(account, request, &authorization.id) else {
        return not_found();
    };
    let visit = Visit::new(account, request, domain, authorization, settings);
    let is_named = Form::of_query(request).get("request_id") == Some(visit.authorization.id.as_str());
    let response = match (&request.method, path) {
        (&Method::GET, _) if !is_named => visit.go_to(path),
        (&Method::GET, "login") => visit.sign_in_page(),
        (&Method::GET, "signup") => visit.sign_up_page(None),
        (&Method::GET, "forgotPassword") => visit.forgot_password_page(None),
        (&Method::GET, "passkeys/add") => visit.passkey_page(),
        (&Method::GET, "step") => visit.step_page(None),
        (&Method::POST, _) if !visit.has_csrf_token() => visit.stale_page(),
        (&Method::POST, "login") => visit.sign_in(),
        (&Method::POST, "signup") => visit.sign_up(),
        (&Method::POST, "forgotPassword") => visit.forgot_password(),
        (&Method::POST, "step") => visit.answer(),
        _ => not_found(),
    };
    visit.with_cookies(response)
}

/// The link of a mail that asks to confirm a sign-up. At AWS it confirms by a GET, too.
fn confirm_user(account: &Arc<Account>, request: &Request, domain: &str) -> Response {
    let query = Form::of_query(request);
    let (client_id, username) = (query.text("client_id"), query.text("user_name"));
    let code = query.text("confirmation_code");
    let result = domain::confirm_user(account, request, domain, client_id, username, code);
    pages::confirmed(request, domain, result)
}

fn not_found() -> Response {
    let mut response = http::Response::new(full("There is no such page."));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
