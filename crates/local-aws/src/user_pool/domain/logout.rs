//! `/logout`, which ends the browser's session.

use super::{PATH, Visit, found, session};
use crate::{exchange::Response, form::Form};

impl Visit<'_> {
    /// Sends the browser to `logout_uri`, or to the sign-in page if the app gave the parameters of a new sign-in.
    pub(super) fn logout(&self) -> Response {
        let query = Form::of_query(self.request);
        let mut pools = self.account.user_pools.lock();
        let Some(pool) = pools.by_domain(self.domain) else { return super::not_found() };
        let Some(client_id) = query.get("client_id") else {
            return self.error_page("Required String parameter 'client_id' is not present", None);
        };
        let Some(client) = pool.clients.get(client_id) else {
            return self.error_page("Client does not exist.", Some(client_id));
        };
        let oauth = &client.settings.oauth;
        let is = |list: &[String], uri: &str| list.iter().any(|registered| registered == uri);
        let location = match (query.get("logout_uri"), query.get("redirect_uri")) {
            (Some(uri), _) if is(&oauth.logout_urls, uri) => uri.to_owned(),
            (None, Some(uri)) if is(&oauth.callback_urls, uri) => {
                format!("{PATH}{}/login?{}", self.domain, self.request.uri.query().unwrap_or_default())
            }
            (None, None) => {
                return self
                    .error_page("Required String parameter 'redirect_uri' is not present", Some(client_id));
            }
            _ => return self.error_page("redirect_mismatch", Some(client_id)),
        };
        let mut response = found(&location);
        session::end(pool, self.request, self.now, &mut response);
        response
    }
}
