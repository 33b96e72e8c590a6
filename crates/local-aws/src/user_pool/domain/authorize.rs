//! `/oauth2/authorize`, where an app sends the browser.

use http::{Method, StatusCode};

use super::{
    PATH, Visit, complete, found, providers::IdentityProvider, requests::AuthorizationRequest,
    session::COGNITO,
};
use crate::{
    exchange::{Response, full},
    form::Form,
};

impl Visit<'_> {
    /// Sends the browser to managed login, to an identity provider, or back to the app if the browser's session suffices.
    pub(super) async fn authorize(&self) -> Response {
        if self.request.method != Method::GET {
            let mut response = http::Response::new(full(""));
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            return response;
        }
        let (request, provider) = match self.next() {
            Ok(at_provider) => at_provider,
            Err(response) => return response,
        };
        self.begin_federation(request, provider).await
    }

    /// The request, if the browser has to go to an identity provider.
    ///
    /// # Errors
    /// The answer in all other cases.
    fn next(&self) -> Result<(AuthorizationRequest, IdentityProvider), Response> {
        let mut pools = self.account.user_pools.lock();
        let pool = pools.by_domain(self.domain).ok_or_else(super::not_found)?;
        let request = self.new_request(pool, &Form::of_query(self.request));
        let request = request.map_err(|refusal| self.refuse(refusal))?;
        let session = self.session(pool).filter(|session| session.suits(pool, &request, self.now));
        if let Some(session) = session.filter(|_| !asks_anew(&request)) {
            return Err(complete::grant(
                self.account,
                self.request,
                pool,
                &request,
                session.person,
                self.now,
            ));
        }
        if request.prompts("none") {
            return Err(complete::error_redirect(&request, "login_required", "The user is not signed in"));
        }
        let provider = request.provider.as_ref().and_then(|name| pool.identity_providers.get(name));
        if let Some(provider) = provider.cloned() {
            return Ok((request, provider));
        }
        Err(found(&format!("{PATH}{}/login?{}", self.domain, request.page_query())))
    }
}

/// Whether a session does not answer the request. Managed login itself knows the prompt `login` only; the others are for identity
/// providers.
fn asks_anew(request: &AuthorizationRequest) -> bool {
    let is_at_provider = request.provider.as_ref().is_some_and(|name| name != COGNITO);
    let asks_provider = ["select_account", "consent"].iter().any(|prompt| request.prompts(prompt));
    request.prompts("login") || (is_at_provider && asks_provider)
}
