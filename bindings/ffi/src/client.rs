//! The front door.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use poolpass::{
    AuthFlow as Flow, Config, PasswordlessSignInOptions, RefreshOperation as Operation, Region, RetryPolicy,
    SignInOptions as Options,
};

use crate::account::Account;
use crate::api::ApiClient;
use crate::auth_factor::AuthFactor;
use crate::call::{Cancel, CancelHandle, call};
use crate::challenge::{Challenge, SignInStep};
use crate::clock::{Clock, ForeignClock};
use crate::convert::counts;
use crate::dynamodb::Table;
use crate::error::PoolpassError;
use crate::events::Events;
use crate::log::{LogListener, Registration};
use crate::logins::{ForeignLoginToken, LoginProvider, LoginToken};
use crate::s3::Bucket;
use crate::session::{Credentials, SignOut, User};
use crate::store::{AnyStore, Store};
use crate::tokens::{AccessToken, HandedInTokens, IdToken};
use crate::transport::{ForeignTransport, Transport};
use crate::user_context::{DeviceFingerprint, ForeignUserContextData, UserContextData};

/// Signs a person in and makes AWS requests as that person.
#[derive(Clone, Debug, uniffi::Object)]
pub struct Client {
    pub(crate) inner: poolpass::Client,
    pub(crate) cancel: Cancel,
    log: Option<Registration>,
}

/// Options of a client.
#[derive(uniffi::Record)]
pub struct ClientOptions {
    /// The store of the session. Default: in memory.
    #[uniffi(default)]
    pub store: Option<Store>,
    /// The transport that sends requests. Default: Poolpass's own HTTP client.
    #[uniffi(default)]
    pub transport: Option<Arc<dyn Transport>>,
    /// The device's clock. Default: the system's.
    #[uniffi(default)]
    pub clock: Option<Arc<dyn Clock>>,
    /// The maximum number of times that a request is sent. Default: 3.
    #[uniffi(default)]
    pub max_attempts: Option<i32>,
    /// The wait before a request is sent again for the first time. Default: 100 ms.
    #[uniffi(default)]
    pub first_delay: Option<Duration>,
    /// The longest wait before a request is sent again. Default: 20 s.
    #[uniffi(default)]
    pub max_delay: Option<Duration>,
    /// The operation that refreshes the session. Default: Poolpass finds out at the first refresh.
    #[uniffi(default)]
    pub refresh_operation: Option<RefreshOperation>,
    /// Metadata for the user pool's Lambda triggers, sent with every refresh.
    #[uniffi(default)]
    pub refresh_metadata: HashMap<String, String>,
    /// Supplies the encoded device data for the user pool's threat protection (`UserContextData`). Default: none is sent.
    #[uniffi(default)]
    pub user_context_data: Option<Arc<dyn UserContextData>>,
    /// The data about this device that is encoded for the user pool's threat protection (`UserContextData`). Default: none is sent.
    #[uniffi(default)]
    pub device_fingerprint: Option<DeviceFingerprint>,
    /// The name of this device among the person's devices, in user pools that track devices (ConfirmDevice). Default: none.
    #[uniffi(default)]
    pub device_name: Option<String>,
    /// Hears what the SDK does, for the app's log, as long as the client lives. It also hears the other clients of the process.
    /// Default: nobody.
    #[uniffi(default)]
    pub log_listener: Option<Arc<dyn LogListener>>,
}

/// The operation that refreshes the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum RefreshOperation {
    /// GetTokensFromRefreshToken, which refresh token rotation needs.
    GetTokensFromRefreshToken,
    /// InitiateAuth with REFRESH_TOKEN_AUTH.
    RefreshTokenAuth,
}

/// The beginning of a sign-in. Swift and Kotlin pass it on at once and keep none, since a generated type prints its members.
#[derive(uniffi::Enum)]
pub enum SignIn {
    /// With a user name and a password.
    Password(String, String),
    /// With a user name alone, and the factor to begin with.
    WithoutPassword(String, Option<AuthFactor>),
    /// After a sign-up that was confirmed.
    Auto,
}

/// Shows nothing: a password is a secret.
impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignIn")
    }
}

/// How a sign-in goes.
#[derive(Clone, Debug, uniffi::Record)]
pub struct SignInOptions {
    /// How the person proves who they are.
    pub flow: AuthFlow,
    /// Data for the user pool's Lambda triggers, sent with every step of this sign-in.
    #[uniffi(default)]
    pub client_metadata: HashMap<String, String>,
}

/// How a sign-in proves who the person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum AuthFlow {
    /// The password never leaves the device (USER_SRP_AUTH). The app client has to allow it (`ALLOW_USER_SRP_AUTH`).
    UserSrpAuth,
    /// The password is sent over TLS, as a user migration trigger needs it (USER_PASSWORD_AUTH). The app client has to allow
    /// it (`ALLOW_USER_PASSWORD_AUTH`).
    UserPasswordAuth,
    /// The person chooses among first factors: password, code or passkey (USER_AUTH). The app client has to allow it
    /// (`ALLOW_USER_AUTH`), and the user pool needs the feature plan Essentials or Plus.
    UserAuth,
    /// The user pool's own triggers ask their challenges, after SRP where there is a password (CUSTOM_AUTH). The app client has to
    /// allow it (`ALLOW_CUSTOM_AUTH`).
    CustomAuth,
}

#[uniffi::export]
impl Client {
    /// Makes a client. Nothing is sent. `config` is the text of a `poolpass.json`, or of a file of Amplify's, Gen 1 or Gen 2,
    /// which names no table and no API.
    #[uniffi::constructor]
    pub fn new(config: &str, options: ClientOptions) -> Result<Arc<Self>, PoolpassError> {
        let log = options.log_listener.clone().map(Registration::new);
        let inner = build(Config::from_json(config)?, options)?;
        Ok(Arc::new(Self { inner, cancel: Cancel::default(), log }))
    }

    /// The same client whose calls `handle` cancels, and those of what it hands out.
    pub fn cancellable(&self, handle: &CancelHandle) -> Arc<Self> {
        Arc::new(Self { inner: self.inner.clone(), cancel: handle.cancel_of(), log: self.log.clone() })
    }

    /// The region of the configuration.
    pub fn region(&self) -> String {
        self.inner.config().region().to_string()
    }

    /// Signs in (InitiateAuth, RespondToAuthChallenge). A successful sign-in replaces the present session. All beginnings share one
    /// method, since each exported method adds 2 to 3 KB to the library.
    pub async fn sign_in(
        &self,
        beginning: SignIn,
        options: SignInOptions,
    ) -> Result<SignInStep, PoolpassError> {
        let (client, cancel) = (self.inner.clone(), self.cancel.clone());
        let (flow, client_metadata) =
            (Flow::from(options.flow), options.client_metadata.into_iter().collect());
        call(&self.cancel, async move {
            let step = match beginning {
                SignIn::Password(username, password) => {
                    client.sign_in(username, password).options(Options { flow, client_metadata }).await?
                }
                SignIn::WithoutPassword(username, preferred) => {
                    let options = PasswordlessSignInOptions {
                        flow,
                        preferred: preferred.map(Into::into),
                        client_metadata,
                    };
                    client.sign_in_without_password(username).options(options).await?
                }
                SignIn::Auto => client.auto_sign_in().await?,
            };
            Ok(SignInStep::new(step, &cancel))
        })
        .await
    }

    /// Has the signed-in person prove more strongly, or again, who they are (InitiateAuth with USER_AUTH and TARGET_ACR_VALUES).
    pub async fn step_up(
        &self,
        level: String,
        max_age: Option<Duration>,
        client_metadata: HashMap<String, String>,
    ) -> Result<SignInStep, PoolpassError> {
        let (mut step_up, cancel) = (self.inner.step_up(level), self.cancel.clone());
        if let Some(max_age) = max_age {
            step_up = step_up.max_age(max_age);
        }
        for (key, value) in client_metadata {
            step_up = step_up.client_metadata(key, value);
        }
        call(&self.cancel, async move { Ok(SignInStep::new(step_up.await?, &cancel)) }).await
    }

    /// The challenge that waits for its answer, also after a restart.
    pub async fn pending_challenge(&self) -> Result<Option<Arc<Challenge>>, PoolpassError> {
        let (client, cancel) = (self.inner.clone(), self.cancel.clone());
        call(&self.cancel, async move {
            let challenge = client.pending_challenge().await?;
            Ok(challenge.map(|challenge| Arc::new(Challenge::new(challenge, &cancel))))
        })
        .await
    }

    /// Returns the person who is signed in, as stored: works without a network, however old the tokens are. `None` when nobody is
    /// signed in.
    pub async fn current_user(&self) -> Result<Option<Arc<User>>, PoolpassError> {
        let client = self.inner.clone();
        call(&self.cancel, async move { Ok(client.current_user().await?.map(|user| Arc::new(User(user)))) })
            .await
    }

    /// Returns the ID token, refreshed if it expires within a minute (within a tenth of its life, if that is less).
    pub async fn id_token(&self) -> Result<Arc<IdToken>, PoolpassError> {
        let client = self.inner.clone();
        call(&self.cancel, async move { Ok(Arc::new(IdToken(client.id_token().await?))) }).await
    }

    /// Returns the access token, refreshed like the ID token.
    pub async fn access_token(&self) -> Result<Arc<AccessToken>, PoolpassError> {
        let client = self.inner.clone();
        call(&self.cancel, async move { Ok(Arc::new(AccessToken(client.access_token().await?))) }).await
    }

    /// Refreshes the session now, for example because the person's attributes or groups have changed (GetTokensFromRefreshToken, or
    /// InitiateAuth with REFRESH_TOKEN_AUTH). With `tokens`, it takes over the session that another SDK or the app's backend began
    /// instead. Both share one method, since each exported method adds 2 to 3 KB to the library.
    pub async fn refresh(&self, tokens: Option<HandedInTokens>) -> Result<Arc<User>, PoolpassError> {
        let client = self.inner.clone();
        call(&self.cancel, async move {
            let user = match tokens {
                Some(tokens) => client.adopt_session(tokens.into()).await?,
                None => client.refresh().await?,
            };
            Ok(Arc::new(User(user)))
        })
        .await
    }

    /// Signs out on this device: removes the session and a pending challenge, then has AWS revoke the tokens (RevokeToken).
    pub async fn sign_out(&self, associated: bool) -> Result<SignOut, PoolpassError> {
        let sign_out = self.inner.sign_out().associated(associated);
        call(&self.cancel, async move { Ok(sign_out.await?.into()) }).await
    }

    /// Signs out on every device (GlobalSignOut): AWS ends all sessions of the user, then this one is removed.
    pub async fn sign_out_everywhere(&self) -> Result<(), PoolpassError> {
        let client = self.inner.clone();
        call(&self.cancel, async move { Ok(client.sign_out_everywhere().await?) }).await
    }

    /// Returns a stream of the changes of the session from now on.
    pub fn events(&self) -> Arc<Events> {
        Events::new(self.inner.events())
    }

    /// Returns AWS credentials of the person who is signed in, or of a guest if nobody is (GetId, GetCredentialsForIdentity).
    pub async fn credentials(&self) -> Result<Arc<Credentials>, PoolpassError> {
        let client = self.inner.clone();
        call(&self.cancel, async move { Ok(Arc::new(Credentials(client.credentials().await?))) }).await
    }

    /// Returns the identity id in the identity pool, which policies call `${cognito-identity.amazonaws.com:sub}`. As a part of an object
    /// key or as a partition key, it makes data a person's own.
    pub async fn identity_id(&self) -> Result<String, PoolpassError> {
        let client = self.inner.clone();
        call(&self.cancel, async move { Ok(client.identity_id().await?) }).await
    }

    /// Returns the same client with the credentials of another role, if the sign-in allows more than one (`CustomRoleArn`).
    pub fn with_role(&self, role_arn: String) -> Arc<Self> {
        Arc::new(Self {
            inner: self.inner.with_role(role_arn),
            cancel: self.cancel.clone(),
            log: self.log.clone(),
        })
    }

    /// Adds a login of a third party: from now on the AWS credentials are those of the identity that this login leads to, with or without
    /// a user pool (GetId, GetCredentialsForIdentity). It replaces a login with the same provider.
    pub fn add_login(
        &self,
        provider: LoginProvider,
        source: Arc<dyn LoginToken>,
    ) -> Result<(), PoolpassError> {
        Ok(self.inner.add_login(provider.into(), ForeignLoginToken(source))?)
    }

    /// Removes a login from this client. The identity stays linked to it: with the same login it is the same again. Nothing is sent.
    pub fn remove_login(&self, provider: LoginProvider) -> Result<(), PoolpassError> {
        Ok(self.inner.remove_login(&provider.into())?)
    }

    /// Unlinks a login from the identity (UnlinkIdentity), and removes it from this client.
    pub async fn unlink_login(&self, provider: LoginProvider) -> Result<(), PoolpassError> {
        let client = self.inner.clone();
        call(&self.cancel, async move { Ok(client.unlink_login(&provider.into()).await?) }).await
    }

    /// The providers of the logins that were added, without the user pool.
    pub fn logins(&self) -> Vec<LoginProvider> {
        self.inner.logins().into_iter().filter_map(LoginProvider::of).collect()
    }

    /// Starts a client with the credentials of a role that the app names, by the classic (basic) flow: GetOpenIdToken of the identity
    /// pool, AssumeRoleWithWebIdentity of STS in the identity pool's region.
    pub fn classic_flow(
        &self,
        role_arn: String,
        session_name: Option<String>,
        duration: Option<Duration>,
        policy: Option<String>,
    ) -> Result<Arc<Self>, PoolpassError> {
        let mut builder = self.inner.classic_flow(role_arn);
        if let Some(name) = session_name {
            builder = builder.session_name(name);
        }
        if let Some(duration) = duration {
            builder = builder.duration(duration);
        }
        if let Some(policy) = policy {
            builder = builder.policy(policy);
        }
        Ok(Arc::new(Self { inner: builder.build()?, cancel: self.cancel.clone(), log: self.log.clone() }))
    }

    /// The person's account.
    pub fn account(&self) -> Arc<Account> {
        Account::new(self.inner.account(), &self.cancel)
    }

    /// An S3 bucket. Default: the configuration's, in its region.
    pub fn bucket(&self, name: Option<String>, region: Option<String>) -> Result<Arc<Bucket>, PoolpassError> {
        let bucket = match name {
            Some(name) => self.inner.bucket(name)?,
            None => self.inner.s3()?,
        };
        let bucket = match region {
            Some(region) => bucket.in_region(region.parse::<Region>()?)?,
            None => bucket,
        };
        Ok(Bucket::new(bucket, &self.cancel))
    }

    /// A DynamoDB table by its name or ARN. Default: the configuration's.
    pub fn table(&self, name: Option<String>) -> Result<Arc<Table>, PoolpassError> {
        let table = match name {
            Some(name) => self.inner.table(name),
            None => self.inner.dynamodb()?,
        };
        Ok(Table::new(table, &self.cancel))
    }

    /// Makes requests to `service`, its name in signatures: `execute-api` for API Gateway, `lambda`, `iotdata` and so on.
    pub fn api(&self, service: String, region: Option<String>) -> Result<Arc<ApiClient>, PoolpassError> {
        let api = self.inner.api(service);
        let api = match region {
            Some(region) => api.in_region(region.parse::<Region>()?),
            None => api,
        };
        Ok(ApiClient::new(api, &self.cancel))
    }
}

fn build(config: Config, options: ClientOptions) -> Result<poolpass::Client, PoolpassError> {
    let mut builder = poolpass::Client::builder(config);
    if let Some(store) = options.store {
        builder = builder.store(AnyStore(store));
    }
    if let Some(transport) = options.transport {
        builder = builder.transport(ForeignTransport(transport));
    }
    if let Some(clock) = options.clock {
        builder = builder.clock(ForeignClock(clock));
    }
    let policy = RetryPolicy::default();
    builder = builder.retry(RetryPolicy {
        max_attempts: counts(options.max_attempts, "maxAttempts")?.unwrap_or(policy.max_attempts),
        first_delay: options.first_delay.unwrap_or(policy.first_delay),
        max_delay: options.max_delay.unwrap_or(policy.max_delay),
    });
    builder = match options.refresh_operation {
        None => builder,
        Some(RefreshOperation::GetTokensFromRefreshToken) => {
            builder.refresh_operation(Operation::GetTokensFromRefreshToken)
        }
        Some(RefreshOperation::RefreshTokenAuth) => builder.refresh_operation(Operation::RefreshTokenAuth),
    };
    for (key, value) in options.refresh_metadata {
        builder = builder.refresh_metadata(key, value);
    }
    if let Some(name) = options.device_name {
        builder = builder.device_name(name);
    }
    if let Some(fingerprint) = options.device_fingerprint {
        builder = builder.device_fingerprint(fingerprint.into());
    }
    if let Some(provider) = options.user_context_data {
        builder = builder.user_context_data(ForeignUserContextData(provider));
    }
    Ok(builder.build()?)
}

impl From<AuthFlow> for Flow {
    fn from(flow: AuthFlow) -> Self {
        match flow {
            AuthFlow::UserSrpAuth => Self::UserSrpAuth,
            AuthFlow::UserPasswordAuth => Self::UserPasswordAuth,
            AuthFlow::UserAuth => Self::UserAuth,
            AuthFlow::CustomAuth => Self::CustomAuth,
        }
    }
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions").field("store", &self.store).finish_non_exhaustive()
    }
}
