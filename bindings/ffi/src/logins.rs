//! Logins of third parties at the identity pool.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use poolpass::platform::BoxFuture;
use uniffi::UnexpectedUniFFICallbackError;

/// A login provider of the identity pool besides its user pool.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum LoginProvider {
    /// Google (`accounts.google.com`): the source returns an ID token.
    Google,
    /// Facebook (`graph.facebook.com`): the source returns an access token.
    Facebook,
    /// Sign in with Apple (`appleid.apple.com`): the source returns an ID token.
    Apple,
    /// Login with Amazon (`www.amazon.com`): the source returns an access token.
    Amazon,
    /// An OpenID provider that IAM knows, by its issuer such as `https://login.example.com`: the source returns an ID token.
    /// Twitter, which AWS's API reference lists as `api.twitter.com`, is named like one: the source returns the access token, a semicolon
    /// and the token's secret.
    OpenId(String),
    /// A SAML provider, by its ARN in IAM: the source returns the SAML response in base64.
    Saml(String),
    /// The app's own backend (developer-authenticated identities), by the pool's `DeveloperProviderName`: the source returns what
    /// GetOpenIdTokenForDeveloperIdentity has returned to the backend, the token with its identity id.
    Developer(String),
}

impl LoginProvider {
    /// `None` for a provider that this library does not know.
    pub(crate) fn of(provider: poolpass::LoginProvider) -> Option<Self> {
        use poolpass::LoginProvider as Provider;

        Some(match provider {
            Provider::Google => Self::Google,
            Provider::Facebook => Self::Facebook,
            Provider::Apple => Self::Apple,
            Provider::Amazon => Self::Amazon,
            Provider::OpenId(issuer) => Self::OpenId(issuer),
            Provider::Saml(arn) => Self::Saml(arn),
            Provider::Developer(name) => Self::Developer(name),
            _ => return None,
        })
    }
}

impl From<LoginProvider> for poolpass::LoginProvider {
    fn from(provider: LoginProvider) -> Self {
        match provider {
            LoginProvider::Google => Self::Google,
            LoginProvider::Facebook => Self::Facebook,
            LoginProvider::Apple => Self::Apple,
            LoginProvider::Amazon => Self::Amazon,
            LoginProvider::OpenId(issuer) => Self::OpenId(issuer),
            LoginProvider::Saml(arn) => Self::Saml(arn),
            LoginProvider::Developer(name) => Self::Developer(name),
        }
    }
}

/// A source of a login provider's tokens. The SDK asks it whenever the AWS credentials have to be renewed.
#[uniffi::export(rust, foreign)]
#[async_trait]
pub trait LoginToken: Send + Sync {
    /// Returns a token that is valid now, such as the one that the provider's own SDK holds or refreshes.
    async fn token(&self) -> Result<ProviderToken, LoginTokenError>;
}

/// A token of a login provider. Swift and Kotlin pass it on at once, since a generated type prints its members.
#[derive(uniffi::Record)]
pub struct ProviderToken {
    /// The token: a secret.
    pub token: String,
    /// The identity id that the app's backend has got together with the token.
    pub identity_id: Option<String>,
}

/// A source has no token.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum LoginTokenError {
    /// Why.
    #[error("{detail}")]
    Failed {
        /// The cause in words, without a secret.
        detail: String,
    },
}

impl From<UnexpectedUniFFICallbackError> for LoginTokenError {
    fn from(error: UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { detail: error.reason }
    }
}

/// The app's source as the SDK wants it.
pub(crate) struct ForeignLoginToken(pub(crate) Arc<dyn LoginToken>);

impl poolpass::LoginToken for ForeignLoginToken {
    fn token(&self) -> BoxFuture<'_, Result<poolpass::ProviderToken, poolpass::LoginTokenError>> {
        Box::pin(async move {
            match self.0.token().await {
                Ok(ProviderToken { token, identity_id: None }) => Ok(poolpass::ProviderToken::new(token)),
                Ok(ProviderToken { token, identity_id: Some(id) }) => {
                    Ok(poolpass::ProviderToken::developer(id, token))
                }
                Err(LoginTokenError::Failed { detail }) => Err(poolpass::LoginTokenError(detail)),
            }
        })
    }
}

impl fmt::Debug for ForeignLoginToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForeignLoginToken")
    }
}

/// Shows nothing: a token is a secret.
impl fmt::Debug for ProviderToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProviderToken")
    }
}
