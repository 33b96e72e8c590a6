//! The front door.

mod logins;
mod sign_out;

use std::sync::Arc;

pub use logins::ClassicFlowBuilder;
use secrecy::SecretString;
pub use sign_out::SignOutBuilder;

use crate::account::Account;
use crate::aws_request::{Pipeline, RetryPolicy};
use crate::config::Config;
use crate::credentials::Credentials;
use crate::error::{Error, ErrorKind};
use crate::identity_pool::{IdentityPool, LoginProvider, LoginSources, LoginToken, Logins};
use crate::platform::{
    BoundedStore, Clock, HttpTransport, MemoryStore, Random, RedirectUserAgent, SessionStore, SystemClock,
    SystemRandom, Transport,
};
use crate::session::{
    AccessToken, Events, IdToken, NoSession, RefreshOperation, RefreshSettings, SessionManager,
    SessionTokens, User,
};
use crate::sign_in::challenge::Challenge;
use crate::sign_in::{
    PasswordlessSignInBuilder, RedirectResult, RedirectSignInBuilder, Redirects, SignInBuilder, SignInFlow,
    SignInStep, StepUpBuilder, UserAgentSignInBuilder,
};
use crate::user_pool::{DeviceFingerprint, UserContext, UserContextData, UserPool};

/// Signs a person in and makes AWS requests as that person.
///
/// Clones are cheap and share everything: the session, the credentials and the connections.
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<Inner>,
    /// As the role that this client stands for.
    identity_pool: Option<IdentityPool>,
}

#[derive(Debug)]
struct Inner {
    config: Config,
    pipeline: Pipeline,
    /// Absent where the configuration has no user pool.
    sign_in: Option<Arc<SignInFlow>>,
    redirects: Option<Arc<Redirects>>,
    logins: Arc<LoginSources>,
    /// Takes the place of the session where the configuration has no user pool.
    no_session: Arc<NoSession>,
}

impl Client {
    /// Starts a client for `config`.
    pub fn builder(config: Config) -> ClientBuilder {
        ClientBuilder {
            config,
            store: Arc::new(MemoryStore::new()),
            transport: None,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            retry: RetryPolicy::default(),
            refresh: RefreshSettings::default(),
            user_context: None,
            device_name: None,
            logins: Vec::new(),
        }
    }

    /// A client for `config` that keeps its session in memory.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    pub fn new(config: Config) -> Result<Self, Error> {
        Self::builder(config).build()
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The session manager; `None` if the configuration has no user pool.
    pub(crate) fn manager(&self) -> Option<&SessionManager> {
        self.inner.sign_in.as_ref().map(|flow| flow.manager())
    }

    pub(crate) fn pipeline(&self) -> &Pipeline {
        &self.inner.pipeline
    }

    /// The identity pool, which issues AWS credentials.
    pub(crate) fn identity_pool(&self) -> Result<&IdentityPool, Error> {
        self.identity_pool.as_ref().ok_or_else(|| {
            Error::invalid_config("AWS credentials come from an identity pool: none is configured")
        })
    }
}

/// Sign-in, the session and the account.
impl Client {
    /// Signs in with a user name and a password (InitiateAuth, RespondToAuthChallenge). A successful sign-in replaces the present
    /// session.
    ///
    /// The user name may be an email address or a phone number where the user pool allows these as aliases. The password never
    /// leaves the device, unless [`SignInBuilder::flow`] chooses another flow. It takes at most two minutes, and ten seconds more
    /// while another process hangs with the session's lock.
    ///
    /// # Errors
    ///
    /// `NotAuthorized` for a wrong password, `UserNotFound` (where the app client tells), `UserNotConfirmed`,
    /// `PasswordResetRequired`, `TooManyAttempts`, `TriggerRejected`. `InvalidInput` for an empty user name or password,
    /// `Conflict` while another step of a sign-in is under way, `InvalidConfig` without a user pool: nothing was sent.
    /// `InvalidResponse` for an answer that AWS would not give.
    pub fn sign_in(&self, username: impl Into<String>, password: impl Into<SecretString>) -> SignInBuilder {
        SignInBuilder::new(self.inner.sign_in.clone(), username.into(), password.into())
    }

    /// Signs in with a user name alone (InitiateAuth): with a code, a passkey or another factor that the person chooses (USER_AUTH), or by
    /// the challenges of the user pool's own triggers (CUSTOM_AUTH).
    ///
    /// The next step is the challenge of the [preferred](PasswordlessSignInBuilder::preferred) factor where that is available, otherwise a
    /// [`SelectChallenge`](crate::challenge::SelectChallenge). It takes at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `UserNotFound` (where the app client tells), `UserNotConfirmed`, `TooManyAttempts`, `CodeDeliveryFailed`, `TriggerRejected`. `Aws`
    /// where the app client or the user pool's feature plan does not allow the flow. `InvalidInput` for an empty user name or a flow
    /// that needs a password, `Conflict` while another step of a sign-in is under way, `InvalidConfig` without a user pool: nothing
    /// was sent.
    pub fn sign_in_without_password(&self, username: impl Into<String>) -> PasswordlessSignInBuilder {
        PasswordlessSignInBuilder::new(self.inner.sign_in.clone(), username.into())
    }

    /// Signs in whoever has just confirmed the sign-up, without another code (InitiateAuth with USER_AUTH).
    ///
    /// [`Account::confirm_sign_up`](crate::Account::confirm_sign_up) keeps AWS's `Session` in the store, for the app client that allows
    /// USER_AUTH, so that this works after a reload too. It takes at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `ChallengeExpired` if no sign-up was confirmed with this store, or too long ago: sign in. `Conflict` while another step of a
    /// sign-in is under way, `InvalidConfig` without a user pool: nothing was sent.
    pub async fn auto_sign_in(&self) -> Result<SignInStep, Error> {
        self.flow()?.auto_sign_in().await
    }

    /// Has the signed-in person prove more strongly, or again, who they are (InitiateAuth with USER_AUTH and TARGET_ACR_VALUES).
    ///
    /// `level` is `urn:cognito:loa:1` (a password), `urn:cognito:loa:2` (a code by SMS or email), `urn:cognito:loa:3` (a passkey, or a
    /// password and a code by SMS or email), `urn:cognito:loa:4` (a password and a TOTP code), or the name that the user pool has given
    /// to one of them. If the session has reached that level, no longer ago than [`StepUpBuilder::max_age`], the step is `Done` at once
    /// and nothing is sent. Of names that the user pool has given, only the same one counts as reached.
    ///
    /// Otherwise challenges follow, as in a sign-in, but only for the factors that are missing. New tokens take the place of the
    /// session's when the last one is answered, and AWS revokes the old ones. Until then, and if a challenge fails, the session stays as
    /// it is. Listeners hear [`Refreshed`](crate::SessionEvent::Refreshed); to other processes it is a new sign-in. A backend must
    /// check the claims `acr` and `auth_time` of the tokens itself.
    ///
    /// The app client has to allow USER_AUTH (`ALLOW_USER_AUTH`), and the user pool needs the Essentials plan or a higher one. This
    /// follows AWS's documentation; it has not been tried against AWS.
    ///
    /// It takes at most 70 seconds, and the time to get the [access token](Self::access_token).
    ///
    /// # Errors
    ///
    /// `SignedOut` when nobody is signed in. `FeatureUnavailableInTier` on a lower plan, `Aws` with the code
    /// `InvalidParameterException` if the person has not set up the factors for the level, or has reached it under another name.
    /// `InvalidInput` for an empty level, `Conflict` while another step of a sign-in is under way, `InvalidConfig` without a user
    /// pool: nothing was sent. `InvalidResponse` if AWS answers with tokens below the level.
    pub fn step_up(&self, level: impl Into<String>) -> StepUpBuilder {
        StepUpBuilder::new(self.inner.sign_in.clone(), level.into())
    }

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
    /// After `Network`, `Timeout` or `Unavailable`, call it again with the same URL. It takes at most 80 seconds.
    ///
    /// # Errors
    ///
    /// `Cancelled` when the person said no, `TriggerRejected` with the text of the user pool's trigger, `Aws` with managed login's code
    /// and description, `SignedOut` if it was asked not to ask (`prompt` is `none`). `InvalidRedirect` when no sign-in of this store
    /// waits for the URL, or the tokens are not for it: nothing more is sent, and the old session stays. `ChallengeExpired` when the
    /// code was used already or is older than five minutes. `NotAuthorized` for a wrong app client secret, `MissingScope` when the app
    /// client does not allow `openid`. `Conflict` when Cognito has only just linked the provider's account to a user: send the person
    /// to [`Error::retry_url`]. `Store`; `InvalidConfig` without a user pool.
    pub async fn handle_redirect(&self, url: &str) -> Result<Option<RedirectResult>, Error> {
        self.inner.redirects.as_ref().ok_or_else(UserPool::is_missing)?.handle(url).await
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
        self.inner.redirects.as_ref().ok_or_else(UserPool::is_missing)?.logout_url(logout_uri)
    }

    /// Takes over a session that another SDK or the app's backend began, so that nobody has to sign in again. It replaces the present
    /// session.
    ///
    /// Expired tokens are refreshed first (GetTokensFromRefreshToken, or InitiateAuth with REFRESH_TOKEN_AUTH); with others nothing is
    /// sent. If the present session comes from the same sign-in and is no older, it stays, so that the call can be repeated. Nothing
    /// is revoked. Tokens are not proof: their signatures are not checked here, but by AWS at every use.
    ///
    /// Waits as long as [`refresh`](Self::refresh) at most, and half a minute for the store.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for tokens that are malformed, of another user pool or app client, or of two people: nothing was sent.
    /// `SessionEnded` when AWS refuses to refresh for good, `InvalidResponse` if the refresh token belongs to somebody else, `Network`,
    /// `Timeout`, `Throttled`, `Unavailable` when expired tokens could not be refreshed now. `Store`; `InvalidConfig` without a user
    /// pool. After every error the present session stays.
    pub async fn adopt_session(&self, tokens: SessionTokens) -> Result<User, Error> {
        Ok(self.flow()?.manager().adopt(tokens).await?.into())
    }

    /// The challenge that waits for its answer, also after a reload or in another process that shares the store.
    ///
    /// Nothing is sent. `None` when there is none, or when it is older than 15 minutes, the longest that Cognito waits.
    ///
    /// Waits at most ten seconds, for the store.
    ///
    /// # Errors
    ///
    /// `Store`; `InvalidConfig` without a user pool.
    pub async fn pending_challenge(&self) -> Result<Option<Challenge>, Error> {
        self.flow()?.pending_challenge().await
    }

    /// Returns the person who is signed in, as stored: works without a network, however old the tokens are. `None` when nobody is
    /// signed in.
    ///
    /// Waits at most ten seconds, for the store.
    ///
    /// # Errors
    ///
    /// `Store`; `InvalidConfig` without a user pool.
    pub async fn current_user(&self) -> Result<Option<User>, Error> {
        Ok(self.flow()?.manager().current().await?.map(User::from))
    }

    /// Returns the ID token, refreshed if it expires within a minute (within a tenth of its life, if that is less).
    ///
    /// All callers share one refresh, and so do all processes that share the store. When the refresh fails, a token that is still valid
    /// is returned nevertheless.
    ///
    /// While the token is valid, the call takes at most two seconds, whatever AWS and other processes do: the refresh goes on in the
    /// background. With an expired token it takes at most 55 seconds, and a minute more while another process refreshes.
    ///
    /// # Errors
    ///
    /// `SignedOut` when nobody is signed in, `SessionEnded` when AWS refuses to refresh for good: then the session is gone.
    /// `Network`, `Timeout`, `Throttled`, `Unavailable`, `InvalidResponse` when an expired token could not be refreshed now: the
    /// session stays. `Store`; `InvalidConfig` without a user pool.
    pub async fn id_token(&self) -> Result<IdToken, Error> {
        Ok(self.flow()?.manager().fresh().await?.id_token().clone())
    }

    /// Returns the access token, refreshed like [`id_token`](Self::id_token).
    ///
    /// Waits as long as [`id_token`](Self::id_token) at most.
    ///
    /// # Errors
    ///
    /// As [`id_token`](Self::id_token).
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        Ok(self.flow()?.manager().fresh().await?.access_token().clone())
    }

    /// Refreshes the session now, for example because the person's attributes or groups have changed (GetTokensFromRefreshToken, or
    /// InitiateAuth with REFRESH_TOKEN_AUTH).
    ///
    /// Joins a refresh that is under way. The call takes at most 55 seconds, and a minute more while another process refreshes.
    ///
    /// # Errors
    ///
    /// As [`id_token`](Self::id_token), also when the old tokens are still valid.
    pub async fn refresh(&self) -> Result<User, Error> {
        Ok(self.flow()?.manager().refresh().await?.into())
    }

    /// Returns a stream of the changes of the session and of the identity id from now on.
    pub fn events(&self) -> Events {
        self.manager().map_or_else(|| self.inner.no_session.events(), SessionManager::events)
    }

    /// Signs out on this device: removes the session and a pending challenge, then has AWS revoke the tokens (RevokeToken).
    ///
    /// The session is gone in any case, even without a network or while another process hangs with the session's lock;
    /// [`SignOut`](crate::SignOut) tells whether AWS has revoked the tokens. It takes at most 13 seconds; the revocation goes on after
    /// that.
    ///
    /// # Errors
    ///
    /// `Store` when the session may still be in the store; `InvalidConfig` without a user pool.
    pub fn sign_out(&self) -> SignOutBuilder {
        SignOutBuilder::new(self.clone())
    }

    /// Signs out on every device (GlobalSignOut): AWS ends all sessions of the user, then this one is removed.
    ///
    /// When AWS cannot be reached or refuses, the session stays, so that the call can be repeated; [`sign_out`](Self::sign_out)
    /// removes it in any case. The call takes at most a minute longer than [`access_token`](Self::access_token).
    ///
    /// # Errors
    ///
    /// `SignedOut` when nobody is signed in. `Store` when the session may still be in the store.
    pub async fn sign_out_everywhere(&self) -> Result<(), Error> {
        let outcome = self.flow()?.sign_out_everywhere().await;
        // When AWS was not reached the session goes on, and with it its credentials.
        if outcome.is_ok() || outcome.as_ref().is_err_and(|error| error.kind() == ErrorKind::Store) {
            self.forget_credentials();
        }
        outcome
    }

    /// The person's account: signing up, passwords, attributes, second factors.
    pub fn account(&self) -> Account {
        Account::new(self.inner.sign_in.clone())
    }

    fn forget_credentials(&self) {
        if let Some(pool) = &self.identity_pool {
            pool.forget_logins();
        }
    }

    fn flow(&self) -> Result<&Arc<SignInFlow>, Error> {
        self.inner.sign_in.as_ref().ok_or_else(UserPool::is_missing)
    }
}

/// AWS credentials.
impl Client {
    /// Returns AWS credentials of the person who is signed in, or of a guest if nobody is (GetId, GetCredentialsForIdentity).
    ///
    /// The client keeps them in memory until five minutes before they expire (short-lived ones until a quarter of their life is left),
    /// and then gets new ones. One exchange serves all callers. When somebody signs in or out, the old credentials are gone. A guest
    /// who signs in keeps the identity id.
    ///
    /// While the credentials are valid, the call takes at most two seconds, whatever AWS does: the exchange goes on in the background.
    /// Otherwise it takes at most two minutes.
    ///
    /// Their expiration is on the device's clock, right or wrong, so that it can be compared with that clock.
    ///
    /// # Errors
    ///
    /// `InvalidConfig` without an identity pool, `SignedOut` when nobody is signed in and the pool accepts no guests, `SessionEnded` when
    /// AWS refuses to refresh for good, `LoginExpired` when a third party's login has no valid token any more, `Conflict` when the logins
    /// belong to different identities, `NotAuthorized` when the pool does not accept the login.
    ///
    /// ```no_run
    /// # async fn example(client: poolpass::Client) -> Result<(), poolpass::Error> {
    /// let credentials = client.credentials().await?;
    /// println!("{} until {:?}", credentials.access_key_id(), credentials.expiration());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn credentials(&self) -> Result<Credentials, Error> {
        let credentials = self.identity_pool()?.credentials().await?;
        Ok(credentials.with_expiration(|time| self.pipeline().on_device_clock(time)))
    }

    /// Returns the identity id in the identity pool, which policies call `${cognito-identity.amazonaws.com:sub}`. As a part of an object
    /// key or as a partition key, it makes data a person's own.
    ///
    /// It stays the same for a person. The first call gets it together with the credentials.
    ///
    /// Waits as long as [`credentials`](Self::credentials) at most.
    ///
    /// # Errors
    ///
    /// As [`credentials`](Self::credentials).
    pub async fn identity_id(&self) -> Result<String, Error> {
        self.identity_pool()?.identity_id().await
    }

    /// Returns the same client with the credentials of another role, if the sign-in allows more than one (`CustomRoleArn`).
    ///
    /// The role must be among the token's `cognito:roles`, and the identity pool must choose roles by token. Both clients share the
    /// session and the connections; each role has credentials of its own.
    ///
    /// Requests of the new client fail with kind `SignedOut` when nobody is signed in, since guests cannot choose a role.
    pub fn with_role(&self, role_arn: impl Into<String>) -> Self {
        let identity_pool = self.identity_pool.as_ref().map(|pool| pool.with_role(role_arn.into()));
        Self { inner: Arc::clone(&self.inner), identity_pool }
    }
}

/// Collects what a [`Client`] stands on.
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientBuilder {
    config: Config,
    store: Arc<dyn SessionStore>,
    transport: Option<Arc<dyn Transport>>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    retry: RetryPolicy,
    refresh: RefreshSettings,
    user_context: Option<UserContext>,
    device_name: Option<String>,
    logins: Vec<(LoginProvider, Arc<dyn LoginToken>)>,
}

impl ClientBuilder {
    /// Sets the store of the session. Default: [`MemoryStore`].
    pub fn store(mut self, store: impl SessionStore + 'static) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// Sets the transport that sends requests. Default: the platform's [`HttpTransport`].
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sets the device's clock. Default: the system's.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the random generator. Default: the system's.
    pub fn random(mut self, random: impl Random + 'static) -> Self {
        self.random = Arc::new(random);
        self
    }

    /// Sets how often requests are sent again. Default: [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the operation that refreshes the session. Default: Poolpass finds out at the first refresh.
    pub fn refresh_operation(mut self, operation: RefreshOperation) -> Self {
        self.refresh.operation = Some(operation);
        self
    }

    /// Adds metadata for the user pool's Lambda triggers, sent with every refresh.
    pub fn refresh_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.refresh.client_metadata.insert(key.into(), value.into());
        self
    }

    /// Sets what supplies the encoded device data for the user pool's threat protection (`UserContextData`). Default: none is sent.
    ///
    /// The data goes with InitiateAuth, RespondToAuthChallenge, SignUp, ConfirmSignUp, ResendConfirmationCode, ForgotPassword and
    /// ConfirmForgotPassword. It replaces [`device_fingerprint`](Self::device_fingerprint).
    pub fn user_context_data(mut self, provider: impl UserContextData + 'static) -> Self {
        self.user_context = Some(UserContext::Provider(Arc::new(provider)));
        self
    }

    /// Sets the data about this device that is encoded for the user pool's threat protection (`UserContextData`). Default: none is sent.
    ///
    /// It goes with the same operations as [`user_context_data`](Self::user_context_data), and replaces it.
    pub fn device_fingerprint(mut self, fingerprint: DeviceFingerprint) -> Self {
        self.user_context = Some(UserContext::Fingerprint(fingerprint));
        self
    }

    /// Sets the name of this device among the person's devices, in user pools that track devices (ConfirmDevice). Default: none.
    pub fn device_name(mut self, name: impl Into<String>) -> Self {
        self.device_name = Some(name.into());
        self
    }

    /// Adds a login of a third party at the identity pool, as [`Client::add_login`] does. Default: none.
    pub fn login(mut self, provider: LoginProvider, source: impl LoginToken + 'static) -> Self {
        self.logins.push((provider, Arc::new(source)));
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// Kind `Network` when the system's certificates cannot be loaded, and the errors of [`Client::add_login`].
    pub fn build(self) -> Result<Client, Error> {
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(HttpTransport::new()?),
        };
        let pipeline = Pipeline::new(transport, self.clock, self.random, self.retry);
        let store: Arc<dyn SessionStore> = Arc::new(BoundedStore(self.store));
        let pool = UserPool::of(
            &self.config,
            pipeline.clone(),
            Arc::clone(&store),
            self.device_name,
            self.user_context,
        );
        let sign_in = pool.map(|pool| {
            let pool = Arc::new(pool);
            let manager = SessionManager::new(Arc::clone(&pool), Arc::clone(&store), self.refresh);
            Arc::new(SignInFlow::new(pool, manager, Arc::clone(&store)))
        });
        let no_session = Arc::new(NoSession::default());
        let session: Arc<dyn Logins> = match &sign_in {
            Some(flow) => Arc::new(flow.manager().clone()),
            None => Arc::clone(&no_session) as Arc<dyn Logins>,
        };
        let logins = Arc::new(LoginSources::new(session));
        let identity_pool =
            IdentityPool::new(&self.config, &pipeline, &store, Arc::clone(&logins) as Arc<dyn Logins>);
        let redirects =
            sign_in.as_ref().map(|flow| Arc::new(Redirects::new(Arc::clone(flow), Arc::clone(&store))));
        let inner = Inner { config: self.config, pipeline, sign_in, redirects, logins, no_session };
        let client = Client { inner: Arc::new(inner), identity_pool };
        for (provider, source) in self.logins {
            client.sources()?.add(provider, source)?;
        }
        Ok(client)
    }
}
