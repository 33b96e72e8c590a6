//! The settings of an app client for the domain.

use serde::{Deserialize, Serialize};

use super::{redirect_uri::check_registered, scopes, session::COGNITO};
use crate::{
    error::AwsError,
    user_pool::{invalid_parameter, pool::UserPool},
};

/// The settings of CreateUserPoolClient and UpdateUserPoolClient for OAuth 2.0.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(in crate::user_pool) struct OAuthSettings {
    /// Without this, the other settings have no effect.
    #[serde(rename = "AllowedOAuthFlowsUserPoolClient")]
    is_allowed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_o_auth_flows: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) allowed_o_auth_scopes: Vec<String>,
    #[serde(rename = "CallbackURLs", skip_serializing_if = "Vec::is_empty")]
    pub(super) callback_urls: Vec<String>,
    #[serde(rename = "LogoutURLs", skip_serializing_if = "Vec::is_empty")]
    pub(super) logout_urls: Vec<String>,
    #[serde(rename = "DefaultRedirectURI", skip_serializing_if = "Option::is_none")]
    pub(super) default_redirect_uri: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) supported_identity_providers: Vec<String>,
}

const CLIENT_CREDENTIALS: &str = "client_credentials";

impl OAuthSettings {
    /// # Errors
    /// `InvalidParameterException`, `InvalidOAuthFlowException` and `ScopeDoesNotExistException` for settings that contradict
    /// themselves or the user pool.
    pub(in crate::user_pool) fn check(&self, pool: &UserPool, has_secret: bool) -> Result<(), AwsError> {
        for uri in self.callback_urls.iter().chain(&self.logout_urls) {
            check_registered(uri)?;
        }
        if self.default_redirect_uri.as_ref().is_some_and(|default| !self.callback_urls.contains(default)) {
            return Err(invalid_parameter("The default redirect URI must be in the list of callback URLs."));
        }
        for name in &self.supported_identity_providers {
            if name != COGNITO && !pool.identity_providers.contains_key(name) {
                return Err(invalid_parameter(format!(
                    "The provider {name} does not exist for User Pool {}.",
                    pool.id
                )));
            }
        }
        let unknown = |scope: &&String| !scopes::STANDARD.contains(&scope.as_str()) && !pool.has_scope(scope);
        if let Some(scope) = self.allowed_o_auth_scopes.iter().find(unknown) {
            return Err(AwsError::new(
                "ScopeDoesNotExistException",
                format!("Invalid scope requested: {scope}"),
            ));
        }
        if self.is_allowed && (self.allowed_o_auth_flows.is_empty() || self.allowed_o_auth_scopes.is_empty())
        {
            return Err(invalid_parameter(
                "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
            ));
        }
        self.check_flows(has_secret)
    }

    pub(in crate::user_pool) fn add_urls(&mut self, urls: &[String]) {
        self.callback_urls.extend_from_slice(urls);
        self.logout_urls.extend_from_slice(urls);
    }

    fn check_flows(&self, has_secret: bool) -> Result<(), AwsError> {
        let refused = |message| Err(AwsError::new("InvalidOAuthFlowException", message));
        let has_credentials = self.allowed_o_auth_flows.iter().any(|flow| flow == CLIENT_CREDENTIALS);
        let has_browser = self.allowed_o_auth_flows.iter().any(|flow| flow != CLIENT_CREDENTIALS);
        if has_credentials && has_browser {
            return refused(
                "client_credentials flow can not be selected along with code flow or implicit flow.",
            );
        }
        if has_credentials && !has_secret {
            return refused(
                "client_credentials flow can not be selected if client does not have a client secret.",
            );
        }
        if has_credentials
            && self.allowed_o_auth_scopes.iter().any(|scope| scopes::STANDARD.contains(&scope.as_str()))
        {
            return refused("client_credentials flow can only be used with scopes of resource servers.");
        }
        if has_browser && self.callback_urls.is_empty() {
            return Err(invalid_parameter("code and implicit flows need at least one callback URL."));
        }
        Ok(())
    }

    /// Whether the client may use a flow: `code`, `implicit` or `client_credentials`.
    pub(super) fn allows_flow(&self, flow: &str) -> bool {
        self.is_allowed && self.allowed_o_auth_flows.iter().any(|allowed| allowed == flow)
    }
}
