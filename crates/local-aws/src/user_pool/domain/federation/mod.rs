//! Sign-in by an identity provider: the way there, its answer, and the user that it becomes.

mod attributes;
mod endpoints;
mod exchange;
mod fetch;
mod saml;
#[cfg(test)]
mod saml_tests;
#[cfg(test)]
mod tests;
mod user;

use std::{collections::BTreeMap, time::Duration};

use http::Method;

pub(in crate::user_pool) use self::user::ExternalIdentity;
use self::{attributes::Claims, endpoints::Endpoints};
use super::{
    Visit, complete, found,
    providers::{IdentityProvider, ProviderKind},
    requests::AuthorizationRequest,
    session::{self, BrowserSession},
    state::random_text,
};
use crate::{exchange::Response, form::Form};

/// A sign-in that waits for a provider's answer.
#[derive(Clone)]
pub(super) struct Pending {
    request: AuthorizationRequest,
    provider: String,
    nonce: String,
    /// The id of the request to a SAML provider.
    saml_id: String,
}

/// Why a sign-in by a provider fails: `error` and `error_description` of the redirect to the app.
#[derive(Debug)]
struct Refusal {
    error: String,
    description: String,
}

const LIFETIME: Duration = Duration::from_secs(900);

impl Refusal {
    fn new(error: impl Into<String>, description: impl Into<String>) -> Self {
        Self { error: error.into(), description: description.into() }
    }

    /// The error that Cognito has for most failures.
    fn invalid(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }
}

impl Visit<'_> {
    /// Sends the browser to the provider.
    pub(super) async fn begin_federation(
        &self,
        request: AuthorizationRequest,
        provider: IdentityProvider,
    ) -> Response {
        let pending = Pending {
            request: request.clone(),
            provider: provider.name.clone(),
            nonce: random_text(),
            saml_id: crate::saml::new_id(),
        };
        let state = random_text();
        let location = match provider.kind {
            ProviderKind::Saml => self.saml_location(&pending, &provider, &state).await,
            _ => self.authorize_location(&pending, &provider, &state).await,
        };
        match location {
            Ok(location) => {
                let mut pools = self.account.user_pools.lock();
                let Some(pool) = pools.by_domain(self.domain) else { return super::not_found() };
                pool.domain.pending.insert(state, pending, self.now, LIFETIME);
                found(&location)
            }
            Err(refusal) => complete::error_redirect(&request, &refusal.error, &refusal.description),
        }
    }

    async fn authorize_location(
        &self,
        pending: &Pending,
        provider: &IdentityProvider,
        state: &str,
    ) -> Result<String, Refusal> {
        let endpoints = Endpoints::of(provider).await?;
        let callback = self.callback();
        let mut parameters = BTreeMap::from([
            ("client_id", provider.detail("client_id").unwrap_or_default()),
            ("redirect_uri", callback.as_str()),
            ("response_type", "code"),
            ("scope", provider.detail("authorize_scopes").unwrap_or_default()),
            ("state", state),
        ]);
        if provider.kind.has_id_token() {
            parameters.insert("nonce", &pending.nonce);
        }
        if provider.kind == ProviderKind::SignInWithApple {
            parameters.insert("response_mode", "form_post");
        }
        let takes_hints = matches!(provider.kind, ProviderKind::Google | ProviderKind::Oidc);
        if let Some(hint) = pending.request.login_hint.as_deref().filter(|_| takes_hints) {
            parameters.insert("login_hint", hint);
        }
        let prompt = pending.request.prompt.join(" ");
        if !prompt.is_empty() {
            parameters.insert("prompt", &prompt);
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let separator = if endpoints.authorize.contains('?') { '&' } else { '?' };
        Ok(format!("{}{separator}{query}", endpoints.authorize))
    }

    /// `/oauth2/idpresponse`: a provider's answer with a code or an error.
    pub(super) async fn idp_response(&self) -> Response {
        let form = match self.request.method {
            Method::POST => Form::of_body(self.request),
            _ => Form::of_query(self.request),
        };
        let Some((pending, provider)) = self.take_pending(form.text("state")) else {
            return self.error_page("Invalid state", None);
        };
        let claims = match (form.get("error"), form.get("code")) {
            (Some(error), _) => {
                let description = form.get("error_description").unwrap_or(error);
                Err(Refusal::new(error, format!("{} Error - {description}", provider.name)))
            }
            (None, Some(code)) => self.exchange_code(&pending, &provider, code, form.get("user")).await,
            (None, None) => Err(Refusal::invalid("The identity provider gave no code.")),
        };
        self.finish_federation(pending, &provider, claims)
    }

    /// `/saml2/idpresponse`: the response of a SAML provider.
    pub(super) async fn saml_response(&self) -> Response {
        let form = Form::of_body(self.request);
        let Some((pending, provider)) = self.take_pending(form.text("RelayState")) else {
            return self.error_page("Invalid relayState from identity provider", None);
        };
        let claims = self.saml_claims(&pending, &provider, form.text("SAMLResponse")).await;
        self.finish_federation(pending, &provider, claims)
    }

    fn take_pending(&self, state: &str) -> Option<(Pending, IdentityProvider)> {
        let mut pools = self.account.user_pools.lock();
        let pool = pools.by_domain(self.domain)?;
        let pending = pool.domain.pending.take(state, self.now)?;
        let provider = pool.identity_providers.get(&pending.provider)?.clone();
        Some((pending, provider))
    }

    fn finish_federation(
        &self,
        pending: Pending,
        provider: &IdentityProvider,
        claims: Result<Claims, Refusal>,
    ) -> Response {
        let request = pending.request;
        let person = claims.and_then(|claims| self.external_person(&request, provider, &claims));
        let person = match person {
            Ok(person) => person,
            Err(refusal) => return complete::error_redirect(&request, &refusal.error, &refusal.description),
        };
        let mut pools = self.account.user_pools.lock();
        let Some(pool) = pools.by_domain(self.domain) else { return super::not_found() };
        let browser = BrowserSession { person: person.clone() };
        let mut response = complete::grant(self.account, self.request, pool, &request, person, self.now);
        session::begin(pool, browser, self.now, &mut response);
        response
    }

    /// The redirect URI that is registered at providers.
    fn callback(&self) -> String {
        format!("{}/oauth2/idpresponse", self.base())
    }
}
