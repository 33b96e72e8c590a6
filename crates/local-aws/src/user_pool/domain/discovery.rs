//! `.well-known/openid-configuration`, of the domain and of the issuer.

use serde_json::{Value, json};

use super::{PATH, Visit, token::json_response};
use crate::{
    exchange::{Request, Response},
    user_pool::pool::UserPool,
};

impl Visit<'_> {
    pub(super) fn configuration(&self) -> Response {
        let mut pools = self.account.user_pools.lock();
        let Some(pool) = pools.by_domain(self.domain) else { return super::not_found() };
        json_response(Ok(open_id_configuration(pool, self.request)))
    }
}

/// The document of a user pool, with its endpoints if it has a domain.
pub(in crate::user_pool) fn open_id_configuration(pool: &UserPool, request: &Request) -> Value {
    let issuer = pool.issuer();
    let mut document = json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "id_token_signing_alg_values_supported": ["RS256"],
        "subject_types_supported": ["public"],
    });
    if let Some(domain) = pool.domain.name() {
        let base = format!("{}{PATH}{domain}", super::origin(request));
        for (name, path) in [
            ("authorization_endpoint", "oauth2/authorize"),
            ("token_endpoint", "oauth2/token"),
            ("userinfo_endpoint", "oauth2/userInfo"),
            ("revocation_endpoint", "oauth2/revoke"),
            ("end_session_endpoint", "logout"),
        ] {
            document[name] = json!(format!("{base}/{path}"));
        }
        document["response_types_supported"] = json!(["code", "token"]);
        document["scopes_supported"] = json!(["openid", "email", "phone", "profile"]);
        document["code_challenge_methods_supported"] = json!(["S256"]);
        document["token_endpoint_auth_methods_supported"] =
            json!(["client_secret_basic", "client_secret_post"]);
    }
    document
}
