//! Signing in on the pages of managed login, and signing out of them.

use std::sync::Arc;

use super::Client;
use crate::error::Error;
use crate::platform::RedirectUserAgent;
use crate::sign_in::{RedirectResult, RedirectSignInBuilder, Redirects, UserAgentSignInBuilder};
use crate::user_pool::UserPool;

/// Sign-in by redirect.
impl Client {
    /// Begins a sign-in on the pages of managed login (`/oauth2/authorize`): with Google, Facebook, Apple, Amazon, a SAML or OpenID
    /// Connect provider, or with Cognito's own pages. Awaiting it returns the URL to open.
    ///
    /// `redirect_uri` is where the pages send the person back: one of the app client's callback URLs, to the letter, its last slash
    /// included. Give the URL of that redirect to [`handle_redirect`](Self::handle_redirect). Several sign-ins may wait at the same
    /// time, such as one in each tab, for an hour each. State, nonce and PKCE's verifier are random, and kept in the store.
    ///
    /// Nothing is sent. Waits at most 20 seconds, for the store.
    ///
    /// # Errors
    ///
    /// `InvalidConfig` without a user pool or without its domain. `InvalidInput` for a redirect URI that Cognito does not allow, scopes
    /// without `openid` or an empty setting. `Store` when the store could not keep the sign-in.
    pub fn sign_in_with_redirect(&self, redirect_uri: impl Into<String>) -> RedirectSignInBuilder {
        RedirectSignInBuilder::new(self.inner.redirects.clone(), redirect_uri.into())
    }

    /// Signs in with the URL of a redirect from managed login: exchanges its code for tokens (`/oauth2/token`), and checks that they are
    /// for the sign-in that this device began. A successful sign-in replaces the present session.
    ///
    /// `None` when the URL is no answer to a redirect of this SDK, or was handled already: a page may call it at every load. Calls
    /// with the same URL, at the same time, share one exchange, and one of several tabs that share the store makes it.
    ///
    /// After `Network`, `Timeout`, `Throttled` or `Unavailable`, call it again with the same URL; if it returns `None` then, managed login
    /// itself had failed, and the sign-in has to begin again. It takes at most 80 seconds.
    ///
    /// # Errors
    ///
    /// `Cancelled` when the person said no, `TriggerRejected` with the text of the user pool's trigger, `Aws` with managed login's code
    /// and description, `SignedOut` if it was asked not to ask (`prompt` is `none`). `InvalidRedirect` when no sign-in of this store
    /// waits for the URL, or the tokens, which are then revoked, are not for it: the old session stays. `ChallengeExpired` when the
    /// code was used already or is older than five minutes. `NotAuthorized` for a wrong app client secret, `MissingScope` when the app
    /// client does not allow `openid`. `Conflict` when Cognito has only just linked the provider's account to a user: send the person
    /// to [`Error::retry_url`]. `Store`; `InvalidConfig` without a user pool.
    pub async fn handle_redirect(&self, url: &str) -> Result<Option<RedirectResult>, Error> {
        self.redirects()?.handle(url).await
    }

    /// Signs in through a user agent, which shows the pages of managed login and catches the redirect: the system's browser or an
    /// authentication session of the system.
    ///
    /// It does what [`sign_in_with_redirect`](Self::sign_in_with_redirect) and [`handle_redirect`](Self::handle_redirect) do, and sends
    /// the person a second time where Cognito has only just linked the provider's account to a user. The SDK sets no limit to the wait
    /// for the person.
    ///
    /// # Errors
    ///
    /// As those two. `Cancelled`, `Timeout` or `Platform` when the user agent came back without a redirect.
    pub fn sign_in_with_user_agent(
        &self,
        agent: impl RedirectUserAgent + 'static,
        redirect_uri: impl Into<String>,
    ) -> UserAgentSignInBuilder {
        UserAgentSignInBuilder::new(self.sign_in_with_redirect(redirect_uri), Arc::new(agent))
    }

    /// Returns the URL at which managed login forgets who is signed in there (`/logout`), and then redirects to `logout_uri`.
    ///
    /// Open it in the browser after [`sign_out`](Self::sign_out), which ends the session on this device in any case. `logout_uri` is
    /// one of the app client's sign-out URLs, to the letter. The person stays signed in at the provider, such as Google.
    ///
    /// # Errors
    ///
    /// `InvalidConfig` without a user pool or without its domain; `InvalidInput` for a URI that Cognito does not allow.
    pub fn logout_url(&self, logout_uri: &str) -> Result<String, Error> {
        self.redirects()?.logout_url(logout_uri)
    }

    fn redirects(&self) -> Result<&Arc<Redirects>, Error> {
        self.inner.redirects.as_ref().ok_or_else(UserPool::is_missing)
    }
}
