//! The pages as HTML.

use askama::Template;
use http::StatusCode;
use qrcode::{QrCode, render::svg};
use serde_json::Value;

use super::{
    challenge::{listed, missing_attributes},
    state::{Challenge, Setup},
    texts::Texts,
    visit::Visit,
};
use crate::{
    exchange::{Request, Response},
    form::Form,
    html,
    user_pool::domain::ProviderLink,
};

/// The parts that all pages have.
pub(super) struct Layout {
    pub(super) texts: &'static Texts,
    pub(super) app: String,
    pub(super) request_id: String,
    pub(super) csrf: String,
    pub(super) error: Option<String>,
    pub(super) notice: Option<&'static str>,
}

/// A field of a form.
struct Field {
    name: String,
    label: String,
    kind: &'static str,
    autocomplete: &'static str,
    value: String,
    is_required: bool,
}

/// A button or a link: its value or target, and its text.
struct Choice {
    value: String,
    label: String,
}

/// A button "Continue with …".
struct Provider {
    label: String,
    url: String,
}

#[derive(Template)]
#[template(path = "managed_login/sign_in.html")]
struct SignInPage {
    layout: Layout,
    providers: Vec<Provider>,
    has_user_pool: bool,
    allows_sign_up: bool,
    username: Field,
    has_password: bool,
}

#[derive(Template)]
#[template(path = "managed_login/form.html")]
struct FormPage {
    layout: Layout,
    heading: String,
    hint: Option<String>,
    fields: Vec<Field>,
    submit: &'static str,
    /// A second button, by its name.
    other: Option<Choice>,
}

#[derive(Template)]
#[template(path = "managed_login/choose.html")]
struct ChoosePage {
    layout: Layout,
    heading: String,
    hint: Option<String>,
    has_password: bool,
    username: String,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "managed_login/software_token.html")]
struct SoftwareTokenPage {
    layout: Layout,
    secret: String,
    uri: String,
    qr_code: String,
}

#[derive(Template)]
#[template(path = "managed_login/passkey.html")]
struct PasskeyPage {
    layout: Layout,
    options: String,
}

#[derive(Template)]
#[template(path = "managed_login/session.html")]
struct SessionPage<'a> {
    layout: Layout,
    user: &'a str,
}

#[derive(Template)]
#[template(path = "managed_login/consent.html")]
struct ConsentPage {
    layout: Layout,
    scopes: Vec<String>,
}

#[derive(Template)]
#[template(path = "managed_login/error.html")]
struct ErrorPage {
    layout: Layout,
    text: String,
}

pub(super) fn sign_in(visit: &Visit<'_>, typed: &str, error: Option<String>) -> Response {
    sign_in_page(visit, typed, visit.layout(error))
}

pub(super) fn sign_in_with_notice(visit: &Visit<'_>, typed: &str, notice: &'static str) -> Response {
    sign_in_page(visit, typed, Layout { notice: Some(notice), ..visit.layout(None) })
}

fn sign_in_page(visit: &Visit<'_>, typed: &str, layout: Layout) -> Response {
    let settings = &visit.settings;
    let has_choice = settings.first_factors.iter().any(|factor| *factor != "PASSWORD");
    html::page(
        StatusCode::OK,
        &SignInPage {
            layout,
            providers: settings.providers.iter().map(Provider::of).collect(),
            has_user_pool: settings.has_user_pool,
            allows_sign_up: settings.allows_sign_up,
            username: username_field(visit, typed),
            has_password: !has_choice,
        },
    )
}

/// The page for a browser that has a session.
pub(super) fn session(visit: &Visit<'_>, user: &str) -> Response {
    html::page(StatusCode::OK, &SessionPage { layout: visit.layout(None), user })
}

pub(super) fn sign_up(visit: &Visit<'_>, attributes: &[String], error: Option<String>) -> Response {
    let mut fields = vec![username_field(visit, visit.form.text("username"))];
    for name in attributes {
        let is_required = visit.settings.required_attributes.contains(name);
        fields.push(attribute_field(visit, name, is_required));
    }
    fields.push(password_field(visit.texts.password, "new-password"));
    html::page(
        StatusCode::OK,
        &FormPage {
            layout: visit.layout(error),
            heading: visit.texts.sign_up.to_owned(),
            hint: None,
            fields,
            submit: visit.texts.sign_up,
            other: None,
        },
    )
}

pub(super) fn forgot_password(visit: &Visit<'_>, typed: &str, error: Option<String>) -> Response {
    let texts = visit.texts;
    let fields = vec![username_field(visit, typed)];
    form(visit, texts.reset_password, Some(texts.reset_hint.to_owned()), fields, texts.next, error)
}

pub(super) fn confirm_sign_up(
    visit: &Visit<'_>,
    destination: &str,
    is_sent_again: bool,
    error: Option<String>,
) -> Response {
    let texts = visit.texts;
    let notice = is_sent_again.then_some(texts.code_was_sent_again);
    html::page(
        StatusCode::OK,
        &FormPage {
            layout: Layout { notice, ..visit.layout(error) },
            heading: texts.confirm_account.to_owned(),
            hint: sent_to(texts, destination),
            fields: vec![code_field(texts)],
            submit: texts.confirm,
            other: Some(Choice { value: "resend".to_owned(), label: texts.send_code_again.to_owned() }),
        },
    )
}

pub(super) fn reset_password(visit: &Visit<'_>, destination: &str, error: Option<String>) -> Response {
    let texts = visit.texts;
    let fields = vec![code_field(texts), password_field(texts.new_password, "new-password")];
    form(visit, texts.reset_password, sent_to(texts, destination), fields, texts.change_password, error)
}

/// The page of a challenge.
pub(super) fn challenge(visit: &Visit<'_>, challenge: &Challenge, error: Option<String>) -> Response {
    let texts = visit.texts;
    let parameters = &challenge.parameters;
    match (challenge.name.as_str(), &challenge.setup) {
        (_, Some(Setup::SoftwareToken { secret })) => {
            software_token(visit, &challenge.username, secret, error)
        }
        (_, Some(Setup::Email)) => {
            let fields = vec![attribute_field(visit, "email", true)];
            form(visit, texts.set_up_method, None, fields, texts.next, error)
        }
        ("MFA_SETUP", None) => {
            // A phone number cannot be set up here.
            let mut names = listed(&parameters["MFAS_CAN_SETUP"]);
            names.retain(|name| name != "SMS_MFA");
            choose(visit, texts.set_up_method, &challenge.username, false, &names, error)
        }
        ("SELECT_MFA_TYPE", None) => {
            let names = listed(&parameters["MFAS_CAN_CHOOSE"]);
            choose(visit, texts.choose_method, &challenge.username, false, &names, error)
        }
        ("SELECT_CHALLENGE", None) => {
            let (passwords, others): (Vec<_>, Vec<_>) =
                challenge.available.iter().cloned().partition(|name| name.starts_with("PASSWORD"));
            choose(visit, texts.choose_method, &challenge.username, !passwords.is_empty(), &others, error)
        }
        ("NEW_PASSWORD_REQUIRED", None) => {
            let mut fields = vec![password_field(texts.new_password, "new-password")];
            for name in missing_attributes(challenge) {
                fields.push(attribute_field(visit, &name, true));
            }
            let hint = Some(texts.new_password_hint.to_owned());
            form(visit, texts.change_password, hint, fields, texts.change_password, error)
        }
        ("WEB_AUTHN", None) => html::page(
            StatusCode::OK,
            &PasskeyPage {
                layout: visit.layout(error),
                options: text_of(&parameters["CREDENTIAL_REQUEST_OPTIONS"]),
            },
        ),
        (name, None) => {
            let destination = text_of(&parameters["CODE_DELIVERY_DESTINATION"]);
            let is_app = name == "SOFTWARE_TOKEN_MFA";
            let hint =
                if is_app { Some(texts.app_code_hint.to_owned()) } else { sent_to(texts, &destination) };
            form(visit, texts.enter_code, hint, vec![code_field(texts)], texts.sign_in, error)
        }
    }
}

pub(super) fn consent(visit: &Visit<'_>) -> Response {
    let scopes = visit.authorization.scopes.clone();
    html::page(StatusCode::OK, &ConsentPage { layout: visit.layout(None), scopes })
}

/// The page for a form whose cookie is gone.
pub(super) fn stale(visit: &Visit<'_>) -> Response {
    let text = "Your session has expired. Go back to the app, and sign in anew.".to_owned();
    html::page(StatusCode::FORBIDDEN, &ErrorPage { layout: visit.layout(None), text })
}

/// `/error`, for errors that the app cannot be told.
pub(super) fn error(request: &Request, domain: &str) -> Response {
    let query = Form::of_query(request);
    let layout = Layout {
        texts: Texts::of(query.get("lang")),
        app: domain.to_owned(),
        request_id: String::new(),
        csrf: String::new(),
        error: None,
        notice: None,
    };
    html::page(StatusCode::BAD_REQUEST, &ErrorPage { layout, text: query.text("error").to_owned() })
}

/// The masked address of `CodeDeliveryDetails`.
pub(super) fn destination(answer: &Value) -> String {
    text_of(&answer["CodeDeliveryDetails"]["Destination"])
}

pub(super) fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Visit<'_> {
    pub(super) fn stale_page(&self) -> Response {
        stale(self)
    }
}

impl Provider {
    fn of(link: &ProviderLink) -> Self {
        let label = match link.kind.as_str() {
            "SignInWithApple" => "Apple",
            "LoginWithAmazon" => "Amazon",
            _ => &link.name,
        };
        Self { label: label.to_owned(), url: link.url.clone() }
    }
}

fn form(
    visit: &Visit<'_>,
    heading: &str,
    hint: Option<String>,
    fields: Vec<Field>,
    submit: &'static str,
    error: Option<String>,
) -> Response {
    let layout = visit.layout(error);
    let heading = heading.to_owned();
    html::page(StatusCode::OK, &FormPage { layout, heading, hint, fields, submit, other: None })
}

fn choose(
    visit: &Visit<'_>,
    heading: &str,
    username: &str,
    has_password: bool,
    names: &[String],
    error: Option<String>,
) -> Response {
    let texts = visit.texts;
    let label = |name: &str| match name {
        "SMS_MFA" | "SMS_OTP" => texts.by_sms,
        "EMAIL_OTP" => texts.by_email,
        "WEB_AUTHN" => texts.by_passkey,
        _ => texts.by_app,
    };
    html::page(
        StatusCode::OK,
        &ChoosePage {
            layout: visit.layout(error),
            heading: heading.to_owned(),
            hint: Some(username.to_owned()),
            has_password,
            username: username.to_owned(),
            choices: names
                .iter()
                .map(|name| Choice { value: name.clone(), label: label(name).to_owned() })
                .collect(),
        },
    )
}

fn software_token(visit: &Visit<'_>, username: &str, secret: &str, error: Option<String>) -> Response {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let app = &visit.settings.client_name;
    let label = percent_encoding::utf8_percent_encode(username, percent_encoding::NON_ALPHANUMERIC);
    let uri = format!("otpauth://totp/{label}?secret={secret}&issuer={}", encode(app).replace('+', "%20"));
    let drawn =
        QrCode::new(uri.as_bytes()).map(|code| code.render::<svg::Color<'_>>().build()).unwrap_or_default();
    // The declaration has no place inside a page.
    let qr_code = drawn.split_once("?>").map_or(drawn.as_str(), |(_, svg)| svg).to_owned();
    let page = SoftwareTokenPage { layout: visit.layout(error), secret: secret.to_owned(), uri, qr_code };
    html::page(StatusCode::OK, &page)
}

fn sent_to(texts: &Texts, destination: &str) -> Option<String> {
    (!destination.is_empty()).then(|| format!("{} {destination}", texts.code_was_sent))
}

fn username_field(visit: &Visit<'_>, typed: &str) -> Field {
    let texts = visit.texts;
    let (label, kind) = match visit.settings.username_attributes.as_slice() {
        ["email"] => (texts.email.to_owned(), "email"),
        ["phone_number"] => (texts.phone_number.to_owned(), "tel"),
        [] => (texts.user_name.to_owned(), "text"),
        _ => (format!("{} / {}", texts.email, texts.phone_number), "text"),
    };
    let (name, value) = ("username".to_owned(), typed.to_owned());
    Field { name, label, kind, autocomplete: "username", value, is_required: true }
}

fn password_field(label: &str, autocomplete: &'static str) -> Field {
    let (name, label) = ("password".to_owned(), label.to_owned());
    Field { name, label, kind: "password", autocomplete, value: String::new(), is_required: true }
}

fn code_field(texts: &Texts) -> Field {
    let (name, label) = ("code".to_owned(), texts.code.to_owned());
    Field {
        name,
        label,
        kind: "text",
        autocomplete: "one-time-code",
        value: String::new(),
        is_required: true,
    }
}

fn attribute_field(visit: &Visit<'_>, name: &str, is_required: bool) -> Field {
    let (label, kind, autocomplete) = match name {
        "email" => (visit.texts.email.to_owned(), "email", "email"),
        "phone_number" => (visit.texts.phone_number.to_owned(), "tel", "tel"),
        "name" | "given_name" | "family_name" | "nickname" => (
            readable(name),
            "text",
            match name {
                "given_name" => "given-name",
                "family_name" => "family-name",
                "nickname" => "nickname",
                _ => "name",
            },
        ),
        "birthdate" => (readable(name), "date", "bday"),
        "website" => (readable(name), "url", "url"),
        other => (readable(other), "text", "off"),
    };
    let value = visit.form.text(name).to_owned();
    Field { name: name.to_owned(), label, kind, autocomplete, value, is_required }
}

/// An attribute's name as a label: `given_name` is "Given name".
fn readable(name: &str) -> String {
    let text = name.trim_start_matches("custom:").replace('_', " ");
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => text,
    }
}
