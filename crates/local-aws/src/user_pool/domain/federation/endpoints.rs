//! The endpoints of an OAuth provider: from its details, or from its discovery document.

use serde_json::Value;

use super::{Refusal, fetch};
use crate::user_pool::domain::providers::{IdentityProvider, ProviderKind};

pub(super) struct Endpoints {
    pub(super) authorize: String,
    pub(super) token: String,
    /// Where attributes are read, if not from the ID token alone.
    pub(super) attributes: Option<String>,
    pub(super) jwks: Option<String>,
}

impl Endpoints {
    pub(super) async fn of(provider: &IdentityProvider) -> Result<Self, Refusal> {
        let detail = |name: &str| provider.detail(name).map(str::to_owned);
        let is_complete = detail("authorize_url").is_some()
            && detail("token_url").is_some()
            && (!provider.kind.has_id_token() || detail("jwks_uri").is_some());
        let discovered = match provider.detail("oidc_issuer") {
            Some(issuer) if !is_complete => {
                fetch::json(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))
                    .await?
            }
            _ => Value::Null,
        };
        let found = |name: &str, member: &str| {
            detail(name).or_else(|| discovered[member].as_str().map(str::to_owned))
        };
        let required = |name: &str, member: &str| {
            found(name, member)
                .ok_or_else(|| Refusal::invalid(format!("The identity provider has no {name}.")))
        };
        Ok(Self {
            authorize: required("authorize_url", "authorization_endpoint")?,
            token: required("token_url", "token_endpoint")?,
            attributes: found("attributes_url", "userinfo_endpoint"),
            jwks: found("jwks_uri", "jwks_uri"),
        })
    }
}

impl ProviderKind {
    pub(super) fn has_id_token(self) -> bool {
        matches!(self, Self::Google | Self::SignInWithApple | Self::Oidc)
    }
}
