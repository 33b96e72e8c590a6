//! Stand-ins for other identity providers, below `/_providers/NAME/`: Google, Apple, Facebook, Amazon, OpenID Connect and SAML.
//!
//! They keep no accounts and no apps: any client id with any secret is registered, and a page asks who the person is. The codes and
//! tokens are real, though. Each code is good once, for the client and redirect URI that it was made for, and each token is signed.

mod control;
mod keys;
mod kind;
mod oauth;
mod page;
mod person;
mod saml;
mod state;
#[cfg(test)]
mod tests;
mod tokens;

use http::{HeaderValue, Method, StatusCode, header};
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

pub(crate) use self::state::AccessToken;
use self::{kind::Kind, state::State};
use crate::{
    account::Account,
    error::AwsError,
    exchange::{Request, Response, full},
    html,
};

/// The path of all stand-ins.
pub(crate) const PATH: &str = "/_providers/";

/// The stand-in providers of the account.
#[derive(Default)]
pub(crate) struct StandIns(State);

/// A request to a provider.
struct Visit<'a> {
    account: &'a Account,
    request: &'a Request,
    name: &'a str,
    kind: Kind,
}

/// An error of OAuth: its code and its description.
struct OAuthError(&'static str, String);

impl StandIns {
    /// The keys that sign the ID tokens of a provider.
    pub(crate) fn jwks(&self, name: &str) -> Result<JwkSet, AwsError> {
        if !Kind::of(name).has_id_token() {
            return Err(AwsError::new("InvalidParameterException", format!("{name} has no ID tokens.")));
        }
        Ok(JwkSet { keys: vec![keys::key()?.signing.jwk.clone()] })
    }

    /// A provider's record of an access token that it gave out, expired ones too.
    pub(crate) fn access_token(&self, name: &str, token: &str) -> Option<AccessToken> {
        self.0.access_token(name, token)
    }
}

/// The part of a path behind `/_providers/`, which is the operation's name for faults and counts.
pub(crate) fn operation(path: &str) -> Option<&str> {
    path.strip_prefix(PATH).filter(|rest| rest.contains('/'))
}

pub(crate) fn handle(account: &Account, request: &Request) -> Response {
    let Some((name, path)) = request.operation.split_once('/') else { return not_found() };
    let visit = Visit { account, request, name, kind: Kind::of(name) };
    match (visit.kind, &request.method, path) {
        (_, &Method::GET, "style.css") => html::style(),
        (_, &Method::GET, "submit.js") => html::script(include_str!("../../templates/stand_in/submit.js")),
        (_, &Method::POST, "token") => json_response(visit.order_token()),
        (_, &Method::POST, "failures") => json_response(visit.order_failure()),
        (Kind::Saml, &Method::GET, "metadata") => visit.saml_metadata(),
        (Kind::Saml, &Method::GET, "sign-in") => visit.ask_for_saml(),
        (Kind::Saml, &Method::POST, "sign-in") => visit.answer_saml(),
        (Kind::Saml, _, _) => not_found(),
        (_, &Method::GET, "authorize") => visit.ask(),
        (_, &Method::POST, "authorize") => visit.answer(),
        (_, &Method::GET | &Method::POST, "oauth2/token") => visit.exchange_code(),
        (_, &Method::GET | &Method::POST, "profile") => visit.profile(),
        (kind, &Method::GET, ".well-known/openid-configuration") if kind.has_id_token() => visit.discovery(),
        (kind, &Method::GET, "jwks") if kind.has_id_token() => {
            json_response(account.stand_ins.jwks(name).map(|keys| json!(keys)))
        }
        _ => not_found(),
    }
}

impl Visit<'_> {
    /// The URL of the provider, without a slash at the end.
    fn url(&self) -> String {
        let host = self.request.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        format!("http://{}{PATH}{}", host.unwrap_or("127.0.0.1"), self.name)
    }

    fn issuer(&self) -> String {
        self.kind.issuer(&self.url())
    }
}

fn json_response(result: Result<Value, AwsError>) -> Response {
    match result {
        Ok(value) => json_with(StatusCode::OK, &value),
        Err(error) => json_with(error.status, &json!({ "message": error.message })),
    }
}

fn json_with(status: StatusCode, value: &Value) -> Response {
    let mut response = http::Response::new(full(value.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn not_found() -> Response {
    json_with(StatusCode::NOT_FOUND, &json!({ "message": "The stand-in provider has no such page." }))
}
