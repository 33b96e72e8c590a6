//! `/oauth2/authorize`, where an app sends the browser.

use http::{Method, StatusCode};

use super::{PATH, Visit, complete, http_form::Form, redirect};
use crate::exchange::{Response, full};

impl Visit<'_> {
    /// Sends the browser to managed login, to an identity provider, or back to the app if the browser's session suffices.
    pub(super) fn authorize(&self) -> Response {
        if self.request.method != Method::GET {
            let mut response = http::Response::new(full(""));
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            return response;
        }
        let mut pools = self.account.user_pools.lock();
        let Some(pool) = pools.by_domain(self.domain) else { return super::not_found() };
        let request = match self.new_request(pool, &Form::of_query(self.request)) {
            Ok(request) => request,
            Err(refusal) => return self.refuse(refusal),
        };
        let session = self.session(pool).filter(|session| session.suits(pool, &request, self.now));
        let asks = ["login", "select_account", "consent"].iter().any(|prompt| request.prompts(prompt));
        match session {
            Some(session) if !asks => {
                return complete::grant(self.account, self.request, pool, &request, session.person, self.now);
            }
            _ if request.prompts("none") => {
                return complete::error_redirect(&request, "login_required", "The user is not signed in");
            }
            _ => {}
        }
        let query = self.request.uri.query().unwrap_or_default();
        redirect(&format!("{PATH}{}/login?request_id={}&{query}", self.domain, request.id))
    }
}
