//! `/oauth2/revoke`, which ends a sign-in by its refresh token.

use http::{Method, StatusCode};

use super::{
    Visit,
    token::{OAuthError, json_response, method_not_allowed},
};
use crate::{
    exchange::{Response, full},
    form::Form,
};

impl Visit<'_> {
    pub(super) fn revoke(&self) -> Response {
        if self.request.method != Method::POST {
            return method_not_allowed();
        }
        match self.revoke_token() {
            Ok(()) => {
                let mut response = http::Response::new(full(""));
                *response.status_mut() = StatusCode::OK;
                response
            }
            Err(error) => {
                let is_unauthorized = error.code == "invalid_client";
                let mut response = json_response(Err(error));
                // Unlike at the token endpoint.
                if is_unauthorized {
                    *response.status_mut() = StatusCode::UNAUTHORIZED;
                }
                response
            }
        }
    }

    /// An unknown token counts as revoked, as in RFC 7009.
    fn revoke_token(&self) -> Result<(), OAuthError> {
        let form = Form::of_body(self.request);
        let mut pools = self.account.user_pools.lock();
        let pool = pools.by_domain(self.domain).ok_or(OAuthError::new("invalid_request"))?;
        let client = self.client(pool, &form)?;
        let token = form.get("token").ok_or(OAuthError::new("invalid_request"))?;
        if !client.settings.enable_token_revocation {
            return Err(OAuthError::new("invalid_request"));
        }
        if jsonwebtoken::decode_header(token).is_ok() {
            return Err(OAuthError::new("unsupported_token_type"));
        }
        if pool.sign_ins.client_of(token).is_some_and(|owner| owner != client.id) {
            return Err(OAuthError::new("unauthorized_client"));
        }
        pool.sign_ins.revoke(token);
        Ok(())
    }
}
