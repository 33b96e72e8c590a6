//! Signing in by redirect, on the pages of managed login.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use poolpass::platform::{self, BoxFuture};
use uniffi::UnexpectedUniFFICallbackError;

use crate::call::call;
use crate::client::Client;
use crate::error::PoolpassError;
use crate::session::User;

/// An identity provider of the user pool: where a person signs in with managed login.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum IdentityProvider {
    /// The user pool itself, with a password, a code or a passkey (`COGNITO`).
    Cognito,
    /// Google (`Google`).
    Google,
    /// Facebook (`Facebook`).
    Facebook,
    /// Apple (`SignInWithApple`).
    SignInWithApple,
    /// Amazon (`LoginWithAmazon`).
    LoginWithAmazon,
    /// A SAML or OpenID Connect provider, by its name in the user pool.
    Other(String),
}

#[uniffi::export]
impl IdentityProvider {
    /// AWS's name for the provider, such as `SignInWithApple`: the `identity_provider` of the request.
    pub fn name(&self) -> String {
        poolpass::IdentityProvider::from(self.clone()).as_str().to_owned()
    }
}

/// The provider that has this name.
#[uniffi::export]
pub(crate) fn identity_provider(name: String) -> IdentityProvider {
    match poolpass::IdentityProvider::from(name) {
        poolpass::IdentityProvider::Cognito => IdentityProvider::Cognito,
        poolpass::IdentityProvider::Google => IdentityProvider::Google,
        poolpass::IdentityProvider::Facebook => IdentityProvider::Facebook,
        poolpass::IdentityProvider::SignInWithApple => IdentityProvider::SignInWithApple,
        poolpass::IdentityProvider::LoginWithAmazon => IdentityProvider::LoginWithAmazon,
        other => IdentityProvider::Other(other.as_str().to_owned()),
    }
}

/// Settings for a sign-in by redirect. Swift and Kotlin pass them on at once and keep none, since a generated type prints its members.
#[derive(Default, uniffi::Record)]
pub struct RedirectOptions {
    /// The provider to go to at once (`identity_provider`). Default: the person chooses.
    pub provider: Option<IdentityProvider>,
    /// One of a provider's identifiers, such as the domain of the person's email address (`idp_identifier`), in place of the provider.
    pub idp_identifier: Option<String>,
    /// The scopes of the tokens. Default: all that the app client allows.
    pub scopes: Vec<String>,
    /// Whether managed login asks again (`prompt`).
    pub prompt: Option<String>,
    /// The user name or email address to fill in (`login_hint`).
    pub login_hint: Option<String>,
    /// The language of the pages, such as `de` (`lang`). Default: the language that the browser last asked for, or English.
    pub lang: Option<String>,
    /// The levels that the person has to reach, such as `urn:cognito:loa:3`, with blanks between them (`acr_values`).
    pub acr_values: Option<String>,
    /// How long ago the person may have proved who they are, to the second (`max_age`). Default: any time ago.
    pub max_age: Option<Duration>,
    /// The nonce of the ID token, a secret. Default: a random one.
    pub nonce: Option<String>,
    /// A text that comes back with the person, such as the page to go on with. It stays on the device.
    pub custom_state: Option<String>,
}

/// The person whom a redirect has signed in. Swift and Kotlin pass it on at once, since a generated type prints its members.
#[derive(uniffi::Record)]
pub struct RedirectResult {
    /// The person, whose session is stored.
    pub user: Arc<User>,
    /// The app's custom state.
    pub custom_state: Option<String>,
}

/// Shows the pages of managed login, and catches the redirect at their end.
#[uniffi::export(rust, foreign)]
#[async_trait]
pub trait RedirectUserAgent: Send + Sync {
    /// Opens `url`, and waits until the pages redirect to `redirect_uri`. Returns the whole URL of that redirect, with its query.
    async fn authenticate(&self, url: String, redirect_uri: String) -> Result<String, UserAgentError>;
}

/// A user agent came back without a redirect.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum UserAgentError {
    /// It failed.
    #[error("{detail}")]
    Failed {
        /// The reason.
        kind: UserAgentErrorKind,
        /// The cause in words.
        detail: String,
    },
}

/// The reason why a user agent came back without a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum UserAgentErrorKind {
    /// The person closed the pages.
    Cancelled,
    /// The person did not act in time.
    TimedOut,
    /// The platform has no browser, or none that can be sent to this redirect URI.
    Unsupported,
    /// Anything else.
    Failed,
}

#[uniffi::export]
impl Client {
    /// Begins a sign-in on the pages of managed login (`/oauth2/authorize`), and returns the URL to open.
    pub async fn sign_in_with_redirect(
        &self,
        redirect_uri: String,
        options: RedirectOptions,
    ) -> Result<String, PoolpassError> {
        let sign_in = self.inner.sign_in_with_redirect(redirect_uri).options(options.into());
        call(&self.cancel, async move { Ok(sign_in.await?.url().to_owned()) }).await
    }

    /// Signs in with the URL of a redirect from managed login (`/oauth2/token`).
    pub async fn handle_redirect(&self, url: String) -> Result<Option<RedirectResult>, PoolpassError> {
        let client = self.inner.clone();
        call(&self.cancel, async move {
            let result = client.handle_redirect(&url).await?;
            Ok(result.map(|result| RedirectResult {
                user: Arc::new(User(result.user)),
                custom_state: result.custom_state,
            }))
        })
        .await
    }

    /// Signs in through a user agent, which shows the pages of managed login and catches the redirect.
    pub async fn sign_in_with_user_agent(
        &self,
        agent: Arc<dyn RedirectUserAgent>,
        redirect_uri: String,
        options: RedirectOptions,
    ) -> Result<Arc<User>, PoolpassError> {
        let sign_in = self.inner.sign_in_with_user_agent(ForeignUserAgent(agent), redirect_uri);
        let sign_in = sign_in.options(options.into());
        call(&self.cancel, async move { Ok(Arc::new(User(sign_in.await?))) }).await
    }

    /// Returns the URL at which managed login forgets who is signed in there (`/logout`), and then redirects to `logout_uri`.
    pub fn logout_url(&self, logout_uri: &str) -> Result<String, PoolpassError> {
        Ok(self.inner.logout_url(logout_uri)?)
    }
}

/// A user agent as the SDK wants it.
struct ForeignUserAgent(Arc<dyn RedirectUserAgent>);

impl platform::RedirectUserAgent for ForeignUserAgent {
    fn authenticate<'a>(
        &'a self,
        url: &'a str,
        redirect_uri: &'a str,
    ) -> BoxFuture<'a, Result<String, platform::UserAgentError>> {
        Box::pin(async move {
            let redirected = self.0.authenticate(url.to_owned(), redirect_uri.to_owned()).await;
            redirected.map_err(|UserAgentError::Failed { kind, detail }| {
                let kind = match kind {
                    UserAgentErrorKind::Cancelled => platform::UserAgentErrorKind::Cancelled,
                    UserAgentErrorKind::TimedOut => platform::UserAgentErrorKind::TimedOut,
                    UserAgentErrorKind::Unsupported => platform::UserAgentErrorKind::Unsupported,
                    UserAgentErrorKind::Failed => platform::UserAgentErrorKind::Failed,
                };
                platform::UserAgentError::new(kind, detail)
            })
        })
    }
}

impl From<UnexpectedUniFFICallbackError> for UserAgentError {
    fn from(error: UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { kind: UserAgentErrorKind::Failed, detail: error.reason }
    }
}

impl From<IdentityProvider> for poolpass::IdentityProvider {
    fn from(provider: IdentityProvider) -> Self {
        match provider {
            IdentityProvider::Cognito => Self::Cognito,
            IdentityProvider::Google => Self::Google,
            IdentityProvider::Facebook => Self::Facebook,
            IdentityProvider::SignInWithApple => Self::SignInWithApple,
            IdentityProvider::LoginWithAmazon => Self::LoginWithAmazon,
            IdentityProvider::Other(name) => Self::Other(name),
        }
    }
}

impl From<RedirectOptions> for poolpass::RedirectOptions {
    fn from(options: RedirectOptions) -> Self {
        Self {
            provider: options.provider.map(Into::into),
            idp_identifier: options.idp_identifier,
            scopes: options.scopes,
            prompt: options.prompt,
            login_hint: options.login_hint,
            lang: options.lang,
            acr_values: options.acr_values,
            max_age: options.max_age,
            nonce: options.nonce.map(Into::into),
            custom_state: options.custom_state,
        }
    }
}

impl fmt::Debug for RedirectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedirectOptions").field("provider", &self.provider).finish_non_exhaustive()
    }
}

/// Does not show the app's state.
impl fmt::Debug for RedirectResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedirectResult").field("user", &self.user).finish_non_exhaustive()
    }
}

impl fmt::Debug for ForeignUserAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForeignUserAgent")
    }
}
