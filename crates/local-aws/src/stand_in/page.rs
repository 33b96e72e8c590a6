//! The page "Who are you?" and its like.

use askama::Template;
use http::StatusCode;

use super::{
    Visit,
    person::{Person, presets},
};
use crate::{exchange::Response, form::Form, html};

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
#[template(path = "stand_in/consent.html")]
struct Consent<'a> {
    provider: String,
    url: String,
    app: &'a str,
    person: String,
    scopes: &'a [String],
    /// The person's answer to the page before.
    answer: [(&'a str, &'a str); 3],
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
    html::page(StatusCode::OK, &ask_page(visit, app, "", email, None))
}

/// The page after a name or an address that cannot be.
pub(super) fn ask_again(visit: &Visit<'_>, form: &Form, app: &str) -> Response {
    let error = Some("Choose a person, or enter a name and an email address.");
    html::page(StatusCode::OK, &ask_page(visit, app, form.text("name"), form.text("email"), error))
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

/// Asks whether the app may have what it wants, if it said `prompt=consent`.
pub(super) fn consent(
    visit: &Visit<'_>,
    form: &Form,
    app: &str,
    person: &Person,
    scopes: &[String],
) -> Response {
    let answer = ["person", "name", "email"].map(|name| (name, form.text(name)));
    let provider = visit.kind.label(visit.name);
    let person = person.name();
    html::page(StatusCode::OK, &Consent { provider, url: visit.url(), app, person, scopes, answer })
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
    html::page(StatusCode::OK, &PostBack { provider, url: visit.url(), action, parameters })
}

pub(super) fn error(visit: &Visit<'_>, text: &str) -> Response {
    let provider = visit.kind.label(visit.name);
    html::page(StatusCode::BAD_REQUEST, &ErrorPage { provider, url: visit.url(), text })
}
