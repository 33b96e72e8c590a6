//! A sign-in by redirect, before it begins.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::IdentityProvider;
use super::flow::{RedirectRequest, RedirectSignIn, Redirects};
use super::redirect_uri;
use crate::error::Error;
use crate::percent::query;
use crate::platform::{BoxFuture, RedirectUserAgent};
use crate::session::User;
use crate::user_pool::UserPool;

/// Settings for a sign-in by redirect. Default: managed login lets the person choose among the app client's providers, and the tokens
/// have all scopes that the app client allows.
#[derive(Clone, Default)]
pub struct RedirectOptions {
    /// The provider to go to at once (`identity_provider`). Default: the person chooses.
    pub provider: Option<IdentityProvider>,
    /// One of a provider's identifiers, such as the domain of the person's email address (`idp_identifier`), in place of the provider.
    pub idp_identifier: Option<String>,
    /// The scopes of the tokens. Default: all that the app client allows. They have to include `openid`; calls of the
    /// [`Account`](crate::Account) need `aws.cognito.signin.user.admin`.
    pub scopes: Vec<String>,
    /// Whether managed login asks again (`prompt`): `login` asks also those who are signed in there, `none` asks nobody. Providers get
    /// `select_account` and `consent` too, which Cognito's own pages ignore. Blanks separate several. Default: it asks those who are not
    /// signed in there.
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
    pub nonce: Option<SecretString>,
    /// A text that comes back with the person, such as the page to go on with. It stays on the device.
    pub custom_state: Option<String>,
}

impl RedirectOptions {
    /// The parameters of the request.
    fn check(self, redirect_uri: String) -> Result<RedirectRequest, Error> {
        redirect_uri::check(&redirect_uri)?;
        let has_openid = self.scopes.is_empty() || self.scopes.iter().any(|scope| scope == "openid");
        if !has_openid {
            return Err(Error::invalid_input("the scopes lack openid, without which there is no session"));
        }
        if self.scopes.iter().any(|scope| scope.is_empty() || scope.contains(char::is_whitespace)) {
            return Err(Error::invalid_input("a scope is empty or contains a blank: name them one by one"));
        }
        if self.provider.is_some() && self.idp_identifier.is_some() {
            return Err(Error::invalid_input("name the provider or one of its identifiers, not both"));
        }
        let provider = self.provider.as_ref().map(|provider| provider.as_str().to_owned());
        let scopes = (!self.scopes.is_empty()).then(|| self.scopes.join(" "));
        let max_age = self.max_age.map(|max_age| max_age.as_secs());
        let parameters = [
            ("identity_provider", provider),
            ("idp_identifier", self.idp_identifier),
            ("scope", scopes),
            ("prompt", self.prompt),
            ("login_hint", self.login_hint),
            ("lang", self.lang),
            ("acr_values", self.acr_values),
            ("max_age", max_age.map(|seconds| seconds.to_string())),
        ];
        let mut options = String::new();
        for (name, value) in parameters {
            let Some(value) = value else { continue };
            if value.is_empty() {
                return Err(Error::invalid_input(format!("{name} is empty: leave it out")));
            }
            options.push('&');
            options.push_str(&query(&[(name, &value)]));
        }
        let (nonce, custom_state) = (self.nonce, self.custom_state);
        Ok(RedirectRequest { redirect_uri, options, nonce, custom_state, max_age })
    }
}

/// Shows neither nonce nor custom state.
impl fmt::Debug for RedirectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedirectOptions")
            .field("provider", &self.provider)
            .field("idp_identifier", &self.idp_identifier)
            .field("scopes", &self.scopes)
            .field("prompt", &self.prompt)
            .finish_non_exhaustive()
    }
}

/// A sign-in by redirect, made by [`Client::sign_in_with_redirect`](crate::Client::sign_in_with_redirect). Awaiting it returns the URL
/// to send the person to.
///
/// ```no_run
/// use poolpass::{Client, Error, IdentityProvider};
///
/// # async fn example(client: Client, redirected: &str) -> Result<(), Error> {
/// let sign_in = client
///     .sign_in_with_redirect("https://notes.example/signed-in")
///     .provider(IdentityProvider::Google)
///     .custom_state("/notes/7")
///     .await?;
/// println!("Location: {}", sign_in.url());
/// // Later, with the URL that the browser comes back with:
/// if let Some(result) = client.handle_redirect(redirected).await? {
///     println!("hello {}, go on at {:?}", result.user.username(), result.custom_state);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing happens until it is awaited"]
pub struct RedirectSignInBuilder {
    /// Absent where the configuration has no user pool.
    redirects: Option<Arc<Redirects>>,
    redirect_uri: String,
    options: RedirectOptions,
}

impl RedirectSignInBuilder {
    pub(crate) fn new(redirects: Option<Arc<Redirects>>, redirect_uri: String) -> Self {
        Self { redirects, redirect_uri, options: RedirectOptions::default() }
    }

    /// Goes to this provider at once (`identity_provider`). Default: the person chooses.
    pub fn provider(mut self, provider: impl Into<IdentityProvider>) -> Self {
        self.options.provider = Some(provider.into());
        self
    }

    /// Goes to the provider with this identifier, such as the domain of the person's email address (`idp_identifier`), in place of
    /// [`provider`](Self::provider).
    pub fn idp_identifier(mut self, identifier: impl Into<String>) -> Self {
        self.options.idp_identifier = Some(identifier.into());
        self
    }

    /// Sets the scopes of the tokens. Default: all that the app client allows. They have to include `openid`; calls of the
    /// [`Account`](crate::Account) need `aws.cognito.signin.user.admin`.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets whether managed login asks again (`prompt`): `login` asks also those who are signed in there, `none` asks nobody. Providers
    /// get `select_account` and `consent` too, which Cognito's own pages ignore. Blanks separate several. Default: it asks those who are
    /// not signed in there.
    pub fn prompt(mut self, prompt: impl Into<String>) -> Self {
        self.options.prompt = Some(prompt.into());
        self
    }

    /// Sets the user name or email address to fill in (`login_hint`).
    pub fn login_hint(mut self, hint: impl Into<String>) -> Self {
        self.options.login_hint = Some(hint.into());
        self
    }

    /// Sets the language of the pages, such as `de` (`lang`). Default: the language that the browser last asked for, or English.
    pub fn lang(mut self, lang: impl Into<String>) -> Self {
        self.options.lang = Some(lang.into());
        self
    }

    /// Sets the levels that the person has to reach, such as `urn:cognito:loa:3` (`acr_values`).
    pub fn acr_values(mut self, levels: impl Into<String>) -> Self {
        self.options.acr_values = Some(levels.into());
        self
    }

    /// Sets how long ago the person may have proved who they are, to the second (`max_age`). Default: any time ago.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.options.max_age = Some(max_age);
        self
    }

    /// Sets the nonce of the ID token, a secret. Default: a random one.
    pub fn nonce(mut self, nonce: impl Into<SecretString>) -> Self {
        self.options.nonce = Some(nonce.into());
        self
    }

    /// Sets a text that comes back with the person, such as the page to go on with. It stays on the device.
    pub fn custom_state(mut self, state: impl Into<String>) -> Self {
        self.options.custom_state = Some(state.into());
        self
    }

    /// Replaces all settings.
    pub fn options(mut self, options: RedirectOptions) -> Self {
        self.options = options;
        self
    }

    async fn start(self) -> Result<RedirectSignIn, Error> {
        let redirects = self.redirects.ok_or_else(UserPool::is_missing)?;
        redirects.begin(self.options.check(self.redirect_uri)?).await
    }
}

impl IntoFuture for RedirectSignInBuilder {
    type Output = Result<RedirectSignIn, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.start())
    }
}

impl fmt::Debug for RedirectSignInBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedirectSignInBuilder")
            .field("redirect_uri", &self.redirect_uri)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// A sign-in through a user agent, made by [`Client::sign_in_with_user_agent`](crate::Client::sign_in_with_user_agent). Awaiting it
/// opens managed login and waits for the person.
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is awaited"]
pub struct UserAgentSignInBuilder {
    sign_in: RedirectSignInBuilder,
    agent: Arc<dyn RedirectUserAgent>,
}

impl UserAgentSignInBuilder {
    pub(crate) fn new(sign_in: RedirectSignInBuilder, agent: Arc<dyn RedirectUserAgent>) -> Self {
        Self { sign_in, agent }
    }

    /// Goes to this provider at once (`identity_provider`). Default: the person chooses.
    pub fn provider(mut self, provider: impl Into<IdentityProvider>) -> Self {
        self.sign_in = self.sign_in.provider(provider);
        self
    }

    /// Replaces all settings.
    pub fn options(mut self, options: RedirectOptions) -> Self {
        self.sign_in = self.sign_in.options(options);
        self
    }

    async fn start(self) -> Result<User, Error> {
        let Self { sign_in, agent } = self;
        let redirects = sign_in.redirects.ok_or_else(UserPool::is_missing)?;
        redirects.authenticate(sign_in.options.check(sign_in.redirect_uri)?, &*agent).await
    }
}

impl IntoFuture for UserAgentSignInBuilder {
    type Output = Result<User, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.start())
    }
}
