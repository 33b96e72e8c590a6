//! The pages as HTML.

use askama::Template;
use http::StatusCode;
use qrcode::{QrCode, render::svg};
use serde_json::Value;

use super::{
    challenge::{listed, missing_attributes},
    fields::{self, Field},
    problem::Problem,
    state::{Challenge, Setup},
    texts::Texts,
    visit::{Visit, lang_of},
};
use crate::{
    error::AwsError,
    exchange::{Request, Response},
    form::Form,
    html,
    user_pool::domain::{self, ProviderLink},
};

/// The parts that all pages have.
pub(super) struct Layout {
    pub(super) texts: &'static Texts,
    pub(super) app: String,
    /// The path of the domain, without a slash at the end.
    pub(super) base: String,
    /// The query of the other pages; empty if there is no request to go on with.
    pub(super) query: String,
    pub(super) csrf: String,
    pub(super) error: Option<String>,
    pub(super) notice: Option<&'static str>,
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
    fields: Vec<Field>,
    submit: &'static str,
}

#[derive(Template)]
#[template(path = "managed_login/form.html")]
struct FormPage {
    layout: Layout,
    heading: String,
    hint: Option<String>,
    /// The user name, for the browser's password manager.
    username: Option<String>,
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
    username: Field,
    password: Option<Field>,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "managed_login/software_token.html")]
struct SoftwareTokenPage {
    layout: Layout,
    secret: String,
    uri: String,
    qr_code: String,
    field: Field,
}

#[derive(Template)]
#[template(path = "managed_login/passkey.html")]
struct PasskeyPage {
    layout: Layout,
    heading: &'static str,
    hint: &'static str,
    /// The text of the page when the authenticator gave no answer.
    failed: &'static str,
    /// `get` for a sign-in, `create` for a new passkey.
    ceremony: &'static str,
    options: String,
    submit: &'static str,
    /// The button of those who want no passkey.
    skip: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "managed_login/session.html")]
struct SessionPage<'a> {
    layout: Layout,
    user: &'a str,
}

#[derive(Template)]
#[template(path = "managed_login/error.html")]
struct ErrorPage {
    layout: Layout,
    text: String,
}

#[derive(Template)]
#[template(path = "managed_login/done.html")]
struct DonePage {
    layout: Layout,
    heading: &'static str,
    text: &'static str,
}

pub(super) fn sign_in(visit: &Visit<'_>, typed: &str, error: Option<Problem>) -> Response {
    sign_in_page(visit, typed, error, None)
}

pub(super) fn sign_in_with_notice(visit: &Visit<'_>, typed: &str, notice: &'static str) -> Response {
    sign_in_page(visit, typed, None, Some(notice))
}

fn sign_in_page(
    visit: &Visit<'_>,
    typed: &str,
    error: Option<Problem>,
    notice: Option<&'static str>,
) -> Response {
    let (settings, texts) = (&visit.settings, visit.texts);
    let has_choice = settings.first_factors.iter().any(|factor| *factor != "PASSWORD");
    let mut fields = vec![fields::username(visit, typed)];
    if !has_choice {
        fields.push(fields::password(texts.password, "current-password"));
    }
    let error = fields::arrange(&mut fields, error);
    html::page(
        StatusCode::OK,
        &SignInPage {
            layout: Layout { notice, ..visit.layout(error) },
            providers: settings.providers.iter().map(Provider::of).collect(),
            has_user_pool: settings.has_user_pool,
            allows_sign_up: settings.allows_sign_up,
            fields,
            submit: if has_choice { texts.next } else { texts.sign_in },
        },
    )
}

/// The page for a browser that has a session.
pub(super) fn session(visit: &Visit<'_>, user: &str) -> Response {
    html::page(StatusCode::OK, &SessionPage { layout: visit.layout(None), user })
}

pub(super) fn sign_up(visit: &Visit<'_>, attributes: &[String], error: Option<Problem>) -> Response {
    let mut fields = vec![fields::username(visit, visit.form.text("username"))];
    for name in attributes {
        let is_required = visit.settings.required_attributes.contains(name);
        fields.push(fields::attribute(visit, name, is_required));
    }
    fields.push(fields::password(visit.texts.password, "new-password"));
    form(visit, visit.texts.sign_up, fields, visit.texts.sign_up, error).response()
}

pub(super) fn forgot_password(visit: &Visit<'_>, typed: &str, error: Option<Problem>) -> Response {
    let texts = visit.texts;
    let page = form(visit, texts.reset_password, vec![fields::username(visit, typed)], texts.next, error);
    page.with_hint(Some(texts.reset_hint.to_owned())).response()
}

pub(super) fn confirm_sign_up(
    visit: &Visit<'_>,
    destination: &str,
    is_sent_again: bool,
    error: Option<Problem>,
) -> Response {
    let texts = visit.texts;
    let notice = is_sent_again.then_some(texts.code_was_sent_again);
    let page = form(visit, texts.confirm_account, vec![fields::code(texts)], texts.confirm, error);
    let mut page = page.with_hint(sent_to(texts, destination));
    page.layout.notice = notice;
    page.other = Some(Choice { value: "resend".to_owned(), label: texts.send_code_again.to_owned() });
    page.response()
}

pub(super) fn reset_password(
    visit: &Visit<'_>,
    username: &str,
    destination: &str,
    error: Option<Problem>,
) -> Response {
    let texts = visit.texts;
    let fields = vec![fields::code(texts), fields::password(texts.new_password, "new-password")];
    let page = form(visit, texts.reset_password, fields, texts.change_password, error);
    page.with_hint(sent_to(texts, destination)).of_user(username).response()
}

/// The page of a challenge.
pub(super) fn challenge(visit: &Visit<'_>, challenge: &Challenge, error: Option<Problem>) -> Response {
    let texts = visit.texts;
    let parameters = &challenge.parameters;
    let username = challenge.username.as_str();
    match (challenge.name.as_str(), &challenge.setup) {
        (_, Some(Setup::SoftwareToken { secret })) => software_token(visit, username, secret, error),
        (_, Some(Setup::Email)) => {
            let fields = vec![fields::attribute(visit, "email", true)];
            form(visit, texts.set_up_method, fields, texts.next, error).response()
        }
        ("MFA_SETUP", None) => {
            // A phone number cannot be set up here.
            let mut names = listed(&parameters["MFAS_CAN_SETUP"]);
            names.retain(|name| name != "SMS_MFA");
            choose(visit, texts.set_up_method, username, false, &names, error)
        }
        ("SELECT_MFA_TYPE", None) => {
            let names = listed(&parameters["MFAS_CAN_CHOOSE"]);
            choose(visit, texts.choose_method, username, false, &names, error)
        }
        ("SELECT_CHALLENGE", None) => {
            let (passwords, others): (Vec<_>, Vec<_>) =
                challenge.available.iter().cloned().partition(|name| name.starts_with("PASSWORD"));
            choose(visit, texts.choose_method, username, !passwords.is_empty(), &others, error)
        }
        ("NEW_PASSWORD_REQUIRED", None) => {
            let mut fields = vec![fields::password(texts.new_password, "new-password")];
            for name in missing_attributes(challenge) {
                fields.push(fields::attribute(visit, &name, true));
            }
            let page = form(visit, texts.change_password, fields, texts.change_password, error);
            page.with_hint(Some(texts.new_password_hint.to_owned())).of_user(username).response()
        }
        ("WEB_AUTHN", None) => use_passkey(visit, &text_of(&parameters["CREDENTIAL_REQUEST_OPTIONS"]), error),
        (name, None) => {
            let destination = text_of(&parameters["CODE_DELIVERY_DESTINATION"]);
            let is_app = name == "SOFTWARE_TOKEN_MFA";
            let hint =
                if is_app { Some(texts.app_code_hint.to_owned()) } else { sent_to(texts, &destination) };
            let page = form(visit, texts.enter_code, vec![fields::code(texts)], texts.sign_in, error);
            page.with_hint(hint).response()
        }
    }
}

fn use_passkey(visit: &Visit<'_>, options: &str, error: Option<Problem>) -> Response {
    let texts = visit.texts;
    html::page(
        StatusCode::OK,
        &PasskeyPage {
            layout: visit.layout(error.map(|error| error.text)),
            heading: texts.use_passkey,
            hint: texts.passkey_hint,
            failed: texts.passkey_failed,
            ceremony: "get",
            options: options.to_owned(),
            submit: texts.continue_button,
            skip: None,
        },
    )
}

pub(super) fn add_passkey(visit: &Visit<'_>, options: &str, error: Option<Problem>) -> Response {
    let texts = visit.texts;
    html::page(
        StatusCode::OK,
        &PasskeyPage {
            layout: visit.layout(error.map(|error| error.text)),
            heading: texts.add_passkey,
            hint: texts.add_passkey_hint,
            failed: texts.passkey_not_added,
            ceremony: "create",
            options: options.to_owned(),
            submit: texts.add_passkey,
            skip: Some(texts.not_now),
        },
    )
}

/// The page for a form whose cookie is gone.
pub(super) fn stale(visit: &Visit<'_>) -> Response {
    let text = visit.texts.form_expired.to_owned();
    html::page(StatusCode::FORBIDDEN, &ErrorPage { layout: visit.layout(None), text })
}

/// `/error`, for errors that the app cannot be told.
pub(super) fn error(request: &Request, domain: &str) -> Response {
    let text = Form::of_query(request).text("error").to_owned();
    html::page(StatusCode::BAD_REQUEST, &ErrorPage { layout: layout(request, domain), text })
}

/// `/confirmUser`, after the link of a mail.
pub(super) fn confirmed(request: &Request, domain: &str, result: Result<(), AwsError>) -> Response {
    let layout = layout(request, domain);
    let texts = layout.texts;
    match result {
        Ok(()) => {
            let (heading, text) = (texts.confirm_account, texts.account_confirmed);
            html::page(StatusCode::OK, &DonePage { layout, heading, text })
        }
        Err(error) => {
            html::page(StatusCode::BAD_REQUEST, &ErrorPage { layout, text: error.message.into_owned() })
        }
    }
}

/// The layout of pages without an authorization request.
fn layout(request: &Request, domain: &str) -> Layout {
    let lang = Form::of_query(request).owned("lang").or_else(|| lang_of(request));
    Layout {
        texts: Texts::of(lang.as_deref()),
        app: domain.to_owned(),
        base: format!("{}{domain}", domain::PATH),
        query: String::new(),
        csrf: String::new(),
        error: None,
        notice: None,
    }
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
    mut fields: Vec<Field>,
    submit: &'static str,
    error: Option<Problem>,
) -> FormPage {
    let error = fields::arrange(&mut fields, error);
    let (layout, heading) = (visit.layout(error), heading.to_owned());
    FormPage { layout, heading, hint: None, username: None, fields, submit, other: None }
}

impl FormPage {
    fn with_hint(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }

    fn of_user(self, username: &str) -> Self {
        Self { username: Some(username.to_owned()), ..self }
    }

    fn response(&self) -> Response {
        html::page(StatusCode::OK, self)
    }
}

fn choose(
    visit: &Visit<'_>,
    heading: &str,
    username: &str,
    has_password: bool,
    names: &[String],
    error: Option<Problem>,
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
            layout: visit.layout(error.map(|error| error.text)),
            heading: heading.to_owned(),
            username: fields::username(visit, username),
            password: has_password.then(|| fields::password(texts.password, "current-password")),
            choices: names
                .iter()
                .map(|name| Choice { value: name.clone(), label: label(name).to_owned() })
                .collect(),
        },
    )
}

fn software_token(visit: &Visit<'_>, username: &str, secret: &str, error: Option<Problem>) -> Response {
    let mut field = fields::code(visit.texts);
    let error = fields::arrange(std::slice::from_mut(&mut field), error);
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let app = &visit.settings.client_name;
    let label = percent_encoding::utf8_percent_encode(username, percent_encoding::NON_ALPHANUMERIC);
    let uri = format!("otpauth://totp/{label}?secret={secret}&issuer={}", encode(app).replace('+', "%20"));
    let drawn =
        QrCode::new(uri.as_bytes()).map(|code| code.render::<svg::Color<'_>>().build()).unwrap_or_default();
    // The declaration has no place inside a page.
    let qr_code = drawn.split_once("?>").map_or(drawn.as_str(), |(_, svg)| svg).to_owned();
    let secret = secret.to_owned();
    let page = SoftwareTokenPage { layout: visit.layout(error), secret, uri, qr_code, field };
    html::page(StatusCode::OK, &page)
}

fn sent_to(texts: &Texts, destination: &str) -> Option<String> {
    (!destination.is_empty()).then(|| format!("{} {destination}", texts.code_was_sent))
}
