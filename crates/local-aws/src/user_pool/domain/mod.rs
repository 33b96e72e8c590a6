//! The domain of a user pool: Cognito's OAuth 2.0 and OpenID Connect server, without its pages.
//!
//! A browser begins at `/oauth2/authorize`, which keeps an [`AuthorizationRequest`]. The pages of managed login, or the answer of
//! an identity provider, complete it: the browser goes back to the app with a code, which `/oauth2/token` exchanges.

mod authorize;
mod calls;
mod complete;
mod discovery;
mod federation;
pub(in crate::user_pool) mod linking;
mod load_balancer;
#[cfg(test)]
mod load_balancer_refusal_tests;
#[cfg(test)]
mod load_balancer_tests;
mod logout;
mod managed_login;
mod oauth_settings;
mod passkey;
#[cfg(test)]
mod provider_tests;
pub(in crate::user_pool) mod providers;
mod redirect_uri;
mod requests;
pub(in crate::user_pool) mod resource_servers;
mod revoke;
mod scopes;
mod session;
mod state;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod token;
#[cfg(test)]
mod token_tests;
mod user_info;

use std::{sync::Arc, time::SystemTime};

use http::{StatusCode, header};

pub(in crate::user_pool) use self::{
    calls::{create, delete, describe, update},
    discovery::open_id_configuration,
    federation::ExternalIdentity,
    managed_login::{ManagedLogin, signed_in},
    oauth_settings::OAuthSettings,
    scopes::{SELF_SERVICE, Scopes},
    state::Domain,
};
pub(crate) use self::{
    complete::{complete, fail, resume},
    managed_login::{PageSettings, ProviderLink, call, confirm_user, page_settings},
    passkey::{add_passkey, passkey_options},
    requests::{AuthorizationRequest, authorization},
};
use crate::{
    account::Account,
    exchange::{Request, Response, full},
    html::found,
    managed_login as pages,
};

/// The path of all domains.
pub(crate) const PATH: &str = "/_domain/";

/// A request to the domain of a user pool.
struct Visit<'a> {
    account: &'a Account,
    request: &'a Request,
    /// The name of the domain.
    domain: &'a str,
    now: SystemTime,
}

/// The name of the domain, and the path below it.
pub(crate) fn parts(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix(PATH)?.split_once('/')
}

/// The name of an operation, for faults and counts.
pub(crate) fn operation(path: &str) -> &'static str {
    match parts(path).map(|(_, below)| below) {
        Some("oauth2/authorize") => "Authorize",
        Some("oauth2/token") => "Token",
        Some("oauth2/userInfo") => "UserInfo",
        Some("oauth2/revoke") => "Revoke",
        Some("oauth2/idpresponse") => "IdpResponse",
        Some("saml2/idpresponse") => "Saml2IdpResponse",
        Some("logout") => "Logout",
        Some(".well-known/openid-configuration") => "GetDomainOpenIdConfiguration",
        _ => "ManagedLogin",
    }
}

pub(crate) async fn handle(account: &Arc<Account>, request: &Request) -> Response {
    let Some((domain, path)) = parts(request.uri.path()) else { return not_found() };
    if account.user_pools.lock().by_domain(domain).is_none() {
        return not_found();
    }
    let visit = Visit { account, request, domain, now: account.clock.now() };
    match request.operation.as_str() {
        "Authorize" => visit.authorize().await,
        "IdpResponse" => visit.idp_response().await,
        "Saml2IdpResponse" => visit.saml_response().await,
        "Token" => visit.token(),
        "UserInfo" => visit.user_info(),
        "Revoke" => visit.revoke(),
        "Logout" => visit.logout(),
        "GetDomainOpenIdConfiguration" => visit.configuration(),
        _ => pages::handle(account, request, domain, path),
    }
}

impl Visit<'_> {
    /// The URL of the domain, without a slash at the end.
    fn base(&self) -> String {
        format!("{}{PATH}{}", origin(self.request), self.domain)
    }

    /// A redirect to the error page, for errors that cannot go to the app.
    fn error_page(&self, error: &str, client_id: Option<&str>) -> Response {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("error", error);
        if let Some(id) = client_id {
            query.append_pair("client_id", id);
        }
        found(&format!("{}/error?{}", self.base(), query.finish()))
    }
}

/// The origin that the client has called.
fn origin(request: &Request) -> String {
    let host = request.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    format!("http://{}", host.unwrap_or("127.0.0.1"))
}

fn not_found() -> Response {
    let mut response = http::Response::new(full("There is no such domain."));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
