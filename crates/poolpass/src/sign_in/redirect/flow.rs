//! The two halves of a sign-in by redirect.
//!
//! ```text
//! begin ── saves state, verifier and nonce ──► URL of managed login ── the person ── redirect ──► handle
//!                                                                                               │
//!                  session ◄── checks ◄── /oauth2/token ◄── takes state, verifier and nonce ◄───┘
//! ```

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt;
use futures_util::future::Shared;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::answer::{Outcome, RedirectAnswer, STATE_PREFIX, parameter};
use super::checks::{check, invalid};
use super::pending::{Found, PendingRedirect, PendingRedirects, seconds};
use super::redirect_uri;
use crate::error::{AwsRefusal, Error, ErrorKind};
use crate::percent::query;
use crate::platform::{BoxFuture, RedirectUserAgent, SessionStore};
use crate::session::{User, detached};
use crate::sign_in::SignInFlow;
use crate::user_pool::UserPool;
use crate::user_pool::domain::kind_of;

/// The first half of a sign-in by redirect: where to send the person.
#[derive(Clone)]
#[must_use = "nobody is signed in before the redirect comes back"]
pub struct RedirectSignIn {
    url: SecretString,
}

impl RedirectSignIn {
    /// The URL of managed login (`/oauth2/authorize`), good for one sign-in. Open it in a browser, not in a web view of the app.
    pub fn url(&self) -> &str {
        self.url.expose_secret()
    }
}

/// Shows the page without its query, which is good for one sign-in.
impl fmt::Debug for RedirectSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let page = self.url().split('?').next().unwrap_or_default();
        f.debug_struct("RedirectSignIn").field("page", &page).finish_non_exhaustive()
    }
}

/// The person whom a redirect has signed in. `Debug` does not show the app's state.
#[derive(Clone)]
#[non_exhaustive]
pub struct RedirectResult {
    /// The person, whose session is stored.
    pub user: User,
    /// The app's [`custom_state`](crate::RedirectSignInBuilder::custom_state).
    pub custom_state: Option<String>,
}

impl fmt::Debug for RedirectResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedirectResult").field("user", &self.user).finish_non_exhaustive()
    }
}

/// An app's request, checked.
pub(super) struct RedirectRequest {
    pub(super) redirect_uri: String,
    /// The optional parameters, percent-encoded.
    pub(super) options: String,
    pub(super) nonce: Option<SecretString>,
    pub(super) custom_state: Option<String>,
    /// In seconds.
    pub(super) max_age: Option<u64>,
}

/// Sends people to managed login and takes them back.
pub(crate) struct Redirects {
    flow: Arc<SignInFlow>,
    pending: PendingRedirects,
    /// The answers that are being handled, by their state.
    running: Mutex<Vec<(SecretString, Handling)>>,
}

type Handled = Result<Option<RedirectResult>, Error>;
type Handling = Shared<BoxFuture<'static, Handled>>;

impl Redirects {
    pub(crate) fn new(flow: Arc<SignInFlow>, store: Arc<dyn SessionStore>) -> Self {
        let pending = PendingRedirects::new(flow.pool(), store);
        Self { flow, pending, running: Mutex::default() }
    }

    /// Saves the secrets for the answer, and then returns the URL to open.
    pub(super) fn begin(&self, request: RedirectRequest) -> BoxFuture<'_, Result<RedirectSignIn, Error>> {
        Box::pin(async move {
            let RedirectRequest { redirect_uri, options, nonce, custom_state, max_age } = request;
            let nonce = match nonce {
                Some(nonce) => nonce,
                None => self.random()?,
            };
            let state = SecretString::from(format!("{STATE_PREFIX}{}", self.random()?.expose_secret()));
            let code_verifier = self.random()?;
            let (is_retry, asked_at) = (false, seconds(self.pool().pipeline().device_now()));
            self.send(PendingRedirect {
                state,
                code_verifier,
                nonce,
                redirect_uri,
                custom_state,
                max_age,
                options,
                is_retry,
                asked_at,
            })
            .await
        })
    }

    async fn send(&self, redirect: PendingRedirect) -> Result<RedirectSignIn, Error> {
        let verifier = redirect.code_verifier.expose_secret();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        let parameters = query(&[
            ("response_type", "code"),
            ("client_id", self.pool().client_id().as_str()),
            ("redirect_uri", &redirect.redirect_uri),
            ("state", redirect.state.expose_secret()),
            ("nonce", redirect.nonce.expose_secret()),
            ("code_challenge_method", "S256"),
            ("code_challenge", &challenge),
        ]);
        let path_and_query = format!("/oauth2/authorize?{parameters}{}", redirect.options);
        let url = self.pool().domain_url(&path_and_query)?.to_string().into();
        self.pending.add(redirect, self.pool().pipeline().device_now()).await?;
        Ok(RedirectSignIn { url })
    }

    /// Signs in with what a redirect has brought. Calls with the same answer share one exchange, which runs to its end even if every
    /// caller goes away.
    pub(crate) fn handle(self: &Arc<Self>, url: &str) -> BoxFuture<'static, Handled> {
        let Some(answer) = RedirectAnswer::read(url) else { return Box::pin(async { Ok(None) }) };
        let redirects = Arc::clone(self);
        Box::pin(async move {
            let handling = {
                let mut running = redirects.running();
                let state = answer.state.expose_secret();
                match running.iter().find(|(its_state, _)| its_state.expose_secret() == state) {
                    Some((_, handling)) => handling.clone(),
                    None => {
                        let state = answer.state.clone();
                        let handling: BoxFuture<'static, Handled> =
                            Box::pin(detached(Arc::clone(&redirects).handle_once(answer)));
                        let handling = handling.shared();
                        running.push((state, handling.clone()));
                        handling
                    }
                }
            };
            let outcome = handling.await;
            // The outcome, and with it the session's tokens, must not outlive the session.
            redirects.running().retain(|(_, handling)| handling.peek().is_none());
            outcome
        })
    }

    async fn handle_once(self: Arc<Self>, answer: RedirectAnswer) -> Handled {
        let now = self.pool().pipeline().device_now();
        let redirect = match self.pending.take(&answer.state, now).await? {
            Found::Pending(redirect) => *redirect,
            Found::Handled => return Ok(None),
            Found::Nothing => return Err(invalid("no sign-in of this device waits for this redirect")),
        };
        let has_code = matches!(answer.outcome, Outcome::Code(_));
        match self.sign_in(&redirect, answer).await {
            // The code may still be good, and nobody else has it.
            Err(error) if has_code && error.kind().is_transient() => {
                let _ = self.pending.add(redirect, now).await;
                Err(error)
            }
            outcome => outcome.map(Some),
        }
    }

    async fn sign_in(
        &self,
        redirect: &PendingRedirect,
        answer: RedirectAnswer,
    ) -> Result<RedirectResult, Error> {
        let pool = self.pool();
        if answer.issuer.is_some_and(|issuer| !pool.is_issuer(&issuer)) {
            return Err(invalid("the redirect comes from another issuer than the user pool"));
        }
        let code = match answer.outcome {
            Outcome::Code(code) => code,
            Outcome::Refused { error, description } => {
                return Err(self.refused(redirect, error, description).await);
            }
            Outcome::Malformed => return Err(invalid("the redirect is malformed")),
        };
        let result = pool.exchange_code(&code, &redirect.redirect_uri, &redirect.code_verifier).await?;
        if let Err(error) = check(&result, redirect, pool) {
            self.flow.manager().abandon(result.refresh_token);
            return Err(error);
        }
        let session = self.flow.manager().begin(result).await?;
        // The person is signed in whatever becomes of a challenge that waited.
        let _ = self.flow.pending().clear().await;
        Ok(RedirectResult { user: session.into(), custom_state: redirect.custom_state.clone() })
    }

    /// The error that managed login redirected with. A second attempt begins where one will do.
    async fn refused(&self, redirect: &PendingRedirect, code: String, description: Option<String>) -> Error {
        let said = description.clone().unwrap_or_default();
        let kind = kind_of(&code, &said).unwrap_or(ErrorKind::Aws);
        let error = Error::from_aws(AwsRefusal {
            http_status: 302,
            aws_code: Some(code),
            message: Some(description.unwrap_or_else(|| "managed login refused the sign-in".to_owned())),
            ..AwsRefusal::default()
        });
        let error = error.with_kind(kind).during("Authorize");
        if kind != ErrorKind::Conflict || redirect.is_retry {
            return error;
        }
        match self.again(redirect).await {
            Ok(again) => error.with_retry_url(again.url),
            Err(_) => error,
        }
    }

    /// The same request once more, with a state and a verifier of its own.
    async fn again(&self, redirect: &PendingRedirect) -> Result<RedirectSignIn, Error> {
        let state = format!("{STATE_PREFIX}{}", self.random()?.expose_secret()).into();
        let asked_at = seconds(self.pool().pipeline().device_now());
        let code_verifier = self.random()?;
        self.send(PendingRedirect { state, code_verifier, is_retry: true, asked_at, ..redirect.clone() })
            .await
    }

    /// Signs in through a user agent, and a second time where Cognito asks for that.
    pub(super) async fn authenticate(
        self: &Arc<Self>,
        request: RedirectRequest,
        agent: &dyn RedirectUserAgent,
    ) -> Result<User, Error> {
        let redirect_uri = request.redirect_uri.clone();
        let mut url = self.begin(request).await?.url;
        loop {
            let state = parameter(url.expose_secret(), "state").unwrap_or_default().into();
            let redirected = agent.authenticate(url.expose_secret(), &redirect_uri).await;
            let answer = match redirected {
                Ok(redirected) => self.answer_to(&state, &redirected).await,
                Err(error) => Err(error.into()),
            };
            match answer {
                Ok(result) => return Ok(result.user),
                Err(error) => match error.retry_url() {
                    Some(retry_url) => url = retry_url.to_owned().into(),
                    None => {
                        // Nobody will come back with this state.
                        let _ = self.pending.take(&state, self.pool().pipeline().device_now()).await;
                        return Err(error);
                    }
                },
            }
        }
    }

    /// Handles the URL that a user agent came back with, which has to be the answer to `state`.
    async fn answer_to(self: &Arc<Self>, state: &SecretString, url: &str) -> Result<RedirectResult, Error> {
        let is_answer = parameter(url, "state").is_some_and(|its_state| its_state == state.expose_secret());
        if !is_answer {
            return Err(invalid("the user agent came back with another state than this sign-in's"));
        }
        self.handle(url).await?.ok_or_else(|| invalid("the redirect has neither a code nor an error"))
    }

    /// The URL at which managed login forgets the person.
    pub(crate) fn logout_url(&self, logout_uri: &str) -> Result<String, Error> {
        redirect_uri::check(logout_uri)?;
        let client_id = self.pool().client_id().as_str();
        let query = query(&[("client_id", client_id), ("logout_uri", logout_uri)]);
        Ok(self.pool().domain_url(&format!("/logout?{query}"))?.to_string())
    }

    fn running(&self) -> MutexGuard<'_, Vec<(SecretString, Handling)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pool(&self) -> &UserPool {
        self.flow.pool()
    }

    /// A text of 43 characters that nobody can guess.
    fn random(&self) -> Result<SecretString, Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        self.pool().pipeline().random().fill(bytes.as_mut())?;
        Ok(URL_SAFE_NO_PAD.encode(bytes.as_ref()).into())
    }
}

impl fmt::Debug for Redirects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redirects").finish_non_exhaustive()
    }
}
