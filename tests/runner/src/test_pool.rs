//! A new local-aws with one user pool, created with AWS's own operations.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use local_aws::{FaultRule, LocalAws, Options};
use poolpass::platform::{Clock, SystemClock};
use poolpass::{Client, ClientBuilder, Config, RetryPolicy, Service};
use serde_json::{Value, json};

use crate::root;

/// The password of every user of a [`TestPool`].
pub const PASSWORD: &str = "Correct-Horse-1";

const REGION: &str = "eu-west-1";

/// A running local-aws with one user pool and one app client.
#[derive(Debug)]
pub struct TestPool {
    /// The server.
    pub aws: LocalAws,
    /// The device's clock of every client that [`client`](Self::client) makes.
    pub clock: DeviceClock,
    pool_id: String,
    client_id: String,
    client_secret: Option<String>,
    domain: Option<String>,
}

impl TestPool {
    /// A pool with an app client that allows SRP, passwords and refreshing.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn start() -> Result<Self> {
        Self::with(json!({}), json!({})).await
    }

    /// A pool with these members in CreateUserPool and CreateUserPoolClient.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn with(pool: Value, client: Value) -> Result<Self> {
        let aws = LocalAws::start(Options::default()).await?;
        let mut input = json!({ "PoolName": "test", "AutoVerifiedAttributes": ["email"] });
        extend(&mut input, pool);
        let created = admin(&aws, "CreateUserPool", &input).await?;
        let pool_id = text(&created, "/UserPool/Id")?;
        let mut input = json!({
            "UserPoolId": pool_id,
            "ClientName": "test",
            "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        });
        extend(&mut input, client);
        let created = admin(&aws, "CreateUserPoolClient", &input).await?;
        let client_id = text(&created, "/UserPoolClient/ClientId")?;
        let client_secret = text(&created, "/UserPoolClient/ClientSecret").ok();
        Ok(Self { aws, clock: DeviceClock::default(), pool_id, client_id, client_secret, domain: None })
    }

    /// A pool with a domain, whose app client allows redirects to `redirect_uri`.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn with_domain(redirect_uri: &str) -> Result<Self> {
        let client = json!({
            "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid", "aws.cognito.signin.user.admin"],
            "CallbackURLs": [redirect_uri], "SupportedIdentityProviders": ["COGNITO"],
        });
        let mut pool = Self::with(json!({}), client).await?;
        pool.admin("CreateUserPoolDomain", json!({ "Domain": "test", "ManagedLoginVersion": 2 })).await?;
        pool.domain = Some(format!("{}/_domain/test", pool.aws.url()));
        Ok(pool)
    }

    /// A pool whose app client rotates refresh tokens with a grace period of `grace_seconds`.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn rotating(grace_seconds: u32) -> Result<Self> {
        Self::with(json!({}), rotation(grace_seconds)).await
    }

    /// Two pools as [`rotating`](Self::rotating) makes them, of which the second tracks devices.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn rotating_and_tracking(grace_seconds: u32) -> Result<[Self; 2]> {
        Ok([Self::rotating(grace_seconds).await?, Self::tracking(Some(grace_seconds)).await?])
    }

    /// A pool that remembers every device, with an app client as [`start`](Self::start) makes it, or as
    /// [`rotating`](Self::rotating) does if there is a grace period.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn tracking(grace_seconds: Option<u32>) -> Result<Self> {
        let devices =
            json!({ "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false });
        let client = grace_seconds.map_or_else(|| json!({}), rotation);
        Self::with(json!({ "DeviceConfiguration": devices }), client).await
    }

    /// A confirmed user with [`PASSWORD`].
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn add_user(&self, username: &str) -> Result<()> {
        let user = json!({ "Username": username, "MessageAction": "SUPPRESS" });
        self.admin("AdminCreateUser", user).await?;
        let password = json!({ "Username": username, "Password": PASSWORD, "Permanent": true });
        self.admin("AdminSetUserPassword", password).await?;
        Ok(())
    }

    /// Calls an administrative operation of this pool, signed with root credentials.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn admin(&self, operation: &str, input: Value) -> Result<Value> {
        let mut whole = json!({ "UserPoolId": self.pool_id });
        extend(&mut whole, input);
        admin(&self.aws, operation, &whole).await
    }

    /// Calls an operation of IAM, signed with root credentials.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn iam(&self, operation: &str, parameters: &[(&str, &str)]) -> Result<()> {
        root::iam(self.aws.url(), self.aws.clock().now(), operation, parameters).await
    }

    /// The id of the pool.
    pub fn pool_id(&self) -> &str {
        &self.pool_id
    }

    /// The id of the app client.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The configuration of an app that uses this pool.
    ///
    /// # Errors
    ///
    /// If the ids of the pool are malformed.
    pub fn config(&self) -> Result<Config, poolpass::Error> {
        let mut config = Config::builder()
            .user_pool(&self.pool_id, &self.client_id)
            .endpoint(Service::CognitoIdp, self.aws.url());
        if let Some(secret) = &self.client_secret {
            config = config.client_secret(secret.as_str());
        }
        if let Some(domain) = &self.domain {
            config = config.domain(domain.as_str());
        }
        config.build()
    }

    /// The configuration as a `poolpass.json`, for another process.
    pub fn poolpass_json(&self) -> Value {
        json!({
            "userPool": {
                "id": self.pool_id, "clientId": self.client_id, "clientSecret": self.client_secret, "domain": self.domain,
            },
            "endpoints": { "cognitoIdp": self.aws.url() },
        })
    }

    /// A client of this pool with the clock [`clock`](Self::clock), which sends requests again without a delay.
    ///
    /// # Errors
    ///
    /// If the ids of the pool are malformed.
    pub fn client(&self) -> Result<ClientBuilder, poolpass::Error> {
        let retry = RetryPolicy { first_delay: Duration::from_millis(1), ..RetryPolicy::default() };
        Ok(Client::builder(self.config()?).clock(self.clock.clone()).retry(retry))
    }

    /// Moves the clocks of the server and the devices forward.
    pub fn pass(&self, time: Duration) {
        let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        self.aws.clock().advance_seconds(seconds);
        self.clock.advance_seconds(seconds);
    }

    /// Makes requests fail, as `POST /_local/faults` does.
    ///
    /// # Errors
    ///
    /// If it is no fault rule.
    pub fn fault(&self, rule: Value) -> Result<()> {
        self.aws.faults().add(serde_json::from_value::<FaultRule>(rule)?);
        Ok(())
    }
}

/// A device's clock that tests set.
#[derive(Clone, Debug, Default)]
pub struct DeviceClock {
    offset_seconds: Arc<AtomicI64>,
}

impl DeviceClock {
    /// Moves the clock forward; negative seconds move it back.
    pub fn advance_seconds(&self, seconds: i64) {
        self.offset_seconds.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for DeviceClock {
    fn now(&self) -> SystemTime {
        let offset = self.offset_seconds.load(Ordering::Relaxed);
        let distance = Duration::from_secs(offset.unsigned_abs());
        if offset < 0 { SystemClock.now() - distance } else { SystemClock.now() + distance }
    }
}

/// Calls an operation of `cognito-idp` as the account's root user.
pub(crate) async fn admin(aws: &LocalAws, operation: &str, input: &Value) -> Result<Value> {
    root::cognito_idp(aws.url(), &REGION.parse()?, aws.clock().now(), operation, input).await
}

/// The members of an app client that rotates refresh tokens.
fn rotation(grace_seconds: u32) -> Value {
    let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": grace_seconds });
    let flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH"];
    json!({ "RefreshTokenRotation": rotation, "ExplicitAuthFlows": flows })
}

fn extend(input: &mut Value, members: Value) {
    if let (Value::Object(input), Value::Object(members)) = (input, members) {
        input.extend(members);
    }
}

fn text(answer: &Value, pointer: &str) -> Result<String> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).with_context(|| format!("the answer has no {pointer}"))
}
