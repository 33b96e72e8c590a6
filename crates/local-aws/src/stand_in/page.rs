//! The page "Who are you?" and its like.

use askama::Template;
use http::{HeaderValue, StatusCode, header};

use super::{
    Visit,
    person::{Person, presets},
};
use crate::{
    exchange::{Response, full},
    form::Form,
};

/// Scripts and styles only from files, no other content at all.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "stand_in/ask.html")]
struct Ask<'a> {
    provider: String,
    /// Where the files of the page are.
    url: String,
    /// The app that asks.
    app: &'a str,
    people: Vec<Person>,
    name: &'a str,
    email: &'a str,
    error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "stand_in/post_back.html")]
struct PostBack<'a> {
    provider: String,
    url: String,
    action: &'a str,
    parameters: &'a [(&'a str, &'a str)],
}

#[derive(Template)]
#[template(path = "stand_in/error.html")]
struct ErrorPage<'a> {
    provider: String,
    url: String,
    text: &'a str,
}

pub(super) fn ask(visit: &Visit<'_>, email: &str, app: &str) -> Response {
    render(StatusCode::OK, &ask_page(visit, app, "", email, None))
}

/// The page after a name or an address that cannot be.
pub(super) fn ask_again(visit: &Visit<'_>, form: &Form, app: &str) -> Response {
    let error = Some("Choose a person, or enter a name and an email address.");
    render(StatusCode::OK, &ask_page(visit, app, form.text("name"), form.text("email"), error))
}

fn ask_page<'a>(
    visit: &Visit<'_>,
    app: &'a str,
    name: &'a str,
    email: &'a str,
    error: Option<&'static str>,
) -> Ask<'a> {
    let provider = visit.kind.label(visit.name);
    Ask { provider, url: visit.url(), app, people: presets(), name, email, error }
}

/// The person of the form.
pub(super) fn chosen(form: &Form) -> Option<Person> {
    match form.get("person") {
        Some("other") | None => Person::typed(form.text("name"), form.text("email")),
        Some(id) => Person::preset(id),
    }
}

/// A page that posts the answer to the user pool. Without script, the person presses its button.
pub(super) fn post_back(visit: &Visit<'_>, action: &str, parameters: &[(&str, &str)]) -> Response {
    let provider = visit.kind.label(visit.name);
    render(StatusCode::OK, &PostBack { provider, url: visit.url(), action, parameters })
}

pub(super) fn error(visit: &Visit<'_>, text: &str) -> Response {
    let provider = visit.kind.label(visit.name);
    render(StatusCode::BAD_REQUEST, &ErrorPage { provider, url: visit.url(), text })
}

pub(super) fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("../../templates/style.css"))
}

pub(super) fn script() -> Response {
    file("text/javascript; charset=utf-8", include_str!("../../templates/stand_in/submit.js"))
}

fn file(content_type: &'static str, content: &'static str) -> Response {
    let mut response = http::Response::new(full(content));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn render(status: StatusCode, page: &impl Template) -> Response {
    let Ok(html) = page.render() else {
        let mut response = http::Response::new(full("The page could not be written."));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    let mut response = file("text/html; charset=utf-8", "");
    *response.body_mut() = full(html);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
