//! The environment of the cells of one worker: a local-aws, the proxy in front of it, and a new client for each cell.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use local_aws::Trigger;
use poolpass::platform::{HttpTransport, SoftwareAuthenticator};
use poolpass::{AuthFlow, Challenge, Client, Config, SignInStep};
use poolpass_tests::{Demo, PASSWORD, exchange};
use serde_json::{Value, json};
use tokio::runtime::{Handle, Runtime};

use crate::browser::Browser;
use crate::proxy::Proxy;
use crate::store::Store;
use crate::time::{CellClock, CellTime, ClockHold};
use crate::transport::{ActiveFault, ProxyTransport, UnansweredAddresses};

/// The servers and clocks that the cells of one worker share.
#[derive(Debug)]
pub struct Environment {
    demo: Arc<Demo>,
    proxy: Arc<Proxy>,
    unanswered: Arc<UnansweredAddresses>,
    /// The runtime of the servers, whose time passes normally.
    servers: Handle,
    /// A user pool that requires a second factor.
    strict_pool: (String, String),
    people: AtomicU64,
    http: HttpTransport,
    time: CellTime,
    clock: CellClock,
}

impl Environment {
    /// Starts the servers on their runtime, and the clock on the cells' runtime, which is paused.
    ///
    /// # Errors
    ///
    /// If they do not start.
    pub fn start(servers: &Runtime, cells: &Runtime) -> Result<Arc<Self>> {
        let (time, clock) = cells.block_on(async { (CellTime::start(), CellClock::start()) });
        let ((demo, strict_pool), proxy) = servers.block_on(Self::start_servers(time.clone()))?;
        Ok(Arc::new(Self {
            proxy,
            unanswered: Arc::new(cells.block_on(async { UnansweredAddresses::new() })?),
            servers: servers.handle().clone(),
            strict_pool,
            people: AtomicU64::new(0),
            http: HttpTransport::new()?,
            time,
            clock,
            demo,
        }))
    }

    /// Sends a request to local-aws, past the proxy, while the clock stands still.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn post(&self, path: &str, body: Value) -> Result<Value> {
        let request = http::Request::post(format!("{}{path}", self.demo.aws.url()));
        let request = request.header("content-type", "application/json").body(body.to_string().into())?;
        self.send(request).await
    }

    /// Calls an operation of the identity pool that needs no signature.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn identity_pool(&self, operation: &str, mut input: Value) -> Result<Value> {
        input["IdentityPoolId"] = self.demo.config()["identityPool"]["id"].clone();
        let request = http::Request::post(self.demo.aws.url())
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("AWSCognitoIdentityService.{operation}"));
        self.send(request.body(input.to_string().into())?).await
    }

    async fn send(&self, request: http::Request<Bytes>) -> Result<Value> {
        self.demo.aws.clock().set_offset_seconds(self.clock.ahead().as_secs() as i64);
        let answer = self.outside(exchange(request)).await?;
        if !answer.status().is_success() {
            bail!("{} {}", answer.status(), String::from_utf8_lossy(answer.body()));
        }
        Ok(serde_json::from_slice(answer.body())?)
    }

    /// The URL of local-aws itself in place of the proxy's.
    pub fn past_the_proxy(&self, url: &str) -> String {
        url.replacen(&self.proxy.url(), self.demo.aws.url(), 1)
    }

    /// Runs a task outside the SDK while the clock stands still.
    async fn outside<T: Send + 'static>(
        &self,
        task: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let _hold = ClockHold::begin();
        self.servers.spawn(task).await?
    }

    async fn start_servers(time: CellTime) -> Result<((Arc<Demo>, (String, String)), Arc<Proxy>)> {
        let demo = Arc::new(Demo::start().await?);
        set_triggers(&demo)?;
        demo.allow(&["s3:*", "dynamodb:*", "execute-api:*"]).await?;
        let factors = json!({
            "MfaConfiguration": "OPTIONAL",
            "SoftwareTokenMfaConfiguration": { "Enabled": true },
            "EmailMfaConfiguration": { "Subject": "Your code" },
            "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } },
            "WebAuthnConfiguration": { "RelyingPartyId": "notes.example" },
        });
        demo.admin("SetUserPoolMfaConfig", factors.clone()).await?;
        let strict = demo.admin("CreateUserPool", json!({ "PoolName": "strict" })).await?;
        let strict_id = strict["UserPool"]["Id"].as_str().context("no pool")?.to_owned();
        let mut factors = factors;
        factors["UserPoolId"] = json!(strict_id);
        factors["MfaConfiguration"] = json!("ON");
        demo.admin("SetUserPoolMfaConfig", factors).await?;
        let client = json!({
            "UserPoolId": strict_id, "ClientName": "strict",
            "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        });
        let client = demo.admin("CreateUserPoolClient", client).await?;
        let client_id = client["UserPoolClient"]["ClientId"].as_str().context("no client")?.to_owned();
        let proxy = Proxy::start(Arc::clone(&demo), time).await?;
        Ok(((demo, (strict_id, client_id)), proxy))
    }
}

/// A custom sign-in with one question.
fn set_triggers(demo: &Demo) -> Result<()> {
    let pool_id = demo.config()["userPool"]["id"].as_str().context("no pool")?;
    let triggers = demo.aws.triggers();
    triggers.set(pool_id, Trigger::DefineAuthChallenge, |mut event| {
        let is_answered = event["request"]["session"] != json!([]);
        event["response"]["challengeName"] = json!("CUSTOM_CHALLENGE");
        event["response"]["issueTokens"] = json!(is_answered);
        Ok(event)
    });
    triggers.set(pool_id, Trigger::CreateAuthChallenge, Ok);
    triggers.set(pool_id, Trigger::VerifyAuthChallengeResponse, Ok);
    Ok(())
}

/// The client of one cell, and the state of its operation.
#[derive(Debug)]
pub struct Fixture {
    environment: Arc<Environment>,
    /// The client, which has no session at first.
    pub client: Client,
    /// The client's store.
    pub store: Store,
    /// The client's clock.
    pub clock: CellClock,
    /// The fault.
    pub active_fault: Arc<ActiveFault>,
    /// The name of the cell's user.
    pub user: String,
    /// Values that an operation keeps between its steps.
    pub kept: Mutex<Kept>,
}

/// See [`Fixture::kept`].
#[derive(Debug, Default)]
pub struct Kept {
    /// The challenge to answer.
    pub challenge: Option<Arc<Challenge>>,
    /// A code, a secret or another text.
    pub text: String,
    /// Whether the read data differs from the stored data.
    pub wrong_data: bool,
    /// An upload that was interrupted.
    pub upload: Option<poolpass::s3::UploadState>,
    /// The person's authenticator.
    pub authenticator: Option<Arc<SoftwareAuthenticator>>,
}

impl Fixture {
    /// Creates the client of a cell.
    ///
    /// # Errors
    ///
    /// If there is no client.
    pub fn new(environment: &Arc<Environment>, strict: bool) -> Result<Self> {
        let (clock, active_fault) = (environment.clock.clone(), Arc::<ActiveFault>::default());
        environment.proxy.serve(Arc::clone(&active_fault));
        let mut config = environment.demo.config().clone();
        let url = environment.proxy.url();
        for service in ["cognitoIdp", "cognitoIdentity", "sts", "s3", "dynamodb"] {
            config["endpoints"][service] = json!(url);
        }
        let domain = config["userPool"]["domain"].as_str().context("no domain")?;
        config["userPool"]["domain"] = json!(domain.replacen(environment.demo.aws.url(), &url, 1));
        config["api"]["url"] = json!(format!("{url}/_api"));
        if strict {
            config["userPool"]["id"] = json!(environment.strict_pool.0);
            config["userPool"]["clientId"] = json!(environment.strict_pool.1);
        }
        let transport = ProxyTransport::new(
            environment.http.clone(),
            environment.time.clone(),
            clock.clone(),
            Arc::clone(&active_fault),
            Arc::clone(&environment.unanswered),
        );
        let store = Store::default();
        let client = Client::builder(Config::from_json(&config.to_string())?)
            .transport(transport)
            .clock(clock.clone())
            .store(store.clone())
            .build()?;
        let user = format!("person-{}", environment.people.fetch_add(1, Ordering::Relaxed));
        Ok(Self {
            environment: Arc::clone(environment),
            client,
            store,
            clock,
            active_fault,
            user,
            kept: Mutex::default(),
        })
    }

    /// The person's browser.
    pub fn browser(&self) -> Browser {
        Browser::new(Arc::clone(&self.environment), self.user.clone())
    }

    /// A token of the stand-in Google for the person, which is valid for an hour.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn google_token(&self) -> Result<String> {
        let order = json!({ "sub": self.user, "aud": self.demo()["logins"]["appId"] });
        let token = self.environment.post("/_providers/google/token", order).await?;
        Ok(token["token"].as_str().context("no token")?.to_owned())
    }

    /// The identity that the identity pool has for these logins.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn identity_at_aws(&self, logins: Value) -> Result<String> {
        let identity = self.environment.identity_pool("GetId", json!({ "Logins": logins })).await?;
        Ok(identity["IdentityId"].as_str().context("no identity")?.to_owned())
    }

    /// The configuration's part about the demo.
    pub fn demo(&self) -> &Value {
        &self.environment.demo.config()["demo"]
    }

    /// Calls an administrative operation of the user pool.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn admin(&self, operation: &'static str, input: Value) -> Result<Value> {
        let demo = Arc::clone(&self.environment.demo);
        self.environment.demo.aws.clock().set_offset_seconds(self.clock.ahead().as_secs() as i64);
        self.environment.outside(async move { demo.admin(operation, input).await }).await
    }

    /// Creates the user in the pool that requires a second factor, or with a mail address and a phone number in the other pool.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn add_user(&self, temporary: bool, strict: bool) -> Result<()> {
        let (name, password) = (&self.user, if temporary { "Temporary-Horse-1" } else { PASSWORD });
        let pool = if strict {
            json!(self.environment.strict_pool.0)
        } else {
            self.environment.demo.config()["userPool"]["id"].clone()
        };
        // Without an address, Cognito cannot require a code before a second factor is set up.
        let addresses = json!([
            { "Name": "email", "Value": self.email() },
            { "Name": "email_verified", "Value": "true" },
            { "Name": "phone_number", "Value": self.phone() },
            { "Name": "phone_number_verified", "Value": "true" },
        ]);
        let user = json!({
            "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "TemporaryPassword": password,
            "UserAttributes": if strict { json!([]) } else { addresses },
        });
        self.admin("AdminCreateUser", user).await?;
        if !temporary {
            let password =
                json!({ "UserPoolId": pool, "Username": name, "Password": password, "Permanent": true });
            self.admin("AdminSetUserPassword", password).await?;
        }
        Ok(())
    }

    /// Creates the user and signs in.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn sign_in(&self) -> Result<()> {
        self.add_user(false, false).await?;
        match self.sign_in_by_password(PASSWORD).await? {
            SignInStep::Done(_) => Ok(()),
            SignInStep::Challenge(challenge) => bail!("{challenge:?} instead of a session"),
        }
    }

    /// Sets whether the user pool tracks devices; everything else stays as it is.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn track_devices(&self, tracks: bool) -> Result<()> {
        let mut pool = self.admin("DescribeUserPool", json!({})).await?["UserPool"].take();
        pool["UserPoolId"] = pool["Id"].clone();
        pool["PoolName"] = pool["Name"].clone();
        let devices = json!({ "ChallengeRequiredOnNewDevice": true });
        pool["DeviceConfiguration"] = if tracks { devices } else { Value::Null };
        self.admin("UpdateUserPool", pool).await.map(drop)
    }

    /// Signs the user in without the SDK. Returns the `AuthenticationResult`.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn sign_in_elsewhere(&self) -> Result<Value> {
        let input = json!({
            "ClientId": self.environment.demo.config()["userPool"]["clientId"],
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": self.user, "PASSWORD": PASSWORD },
        });
        Ok(self.admin("InitiateAuth", input).await?["AuthenticationResult"].take())
    }

    /// Signs the user in from a new device without the SDK. Returns the device key and the access token.
    ///
    /// # Errors
    ///
    /// If the server refuses, or the user pool tracks no devices.
    pub async fn new_device(&self) -> Result<(String, String)> {
        let result = self.sign_in_elsewhere().await?;
        let key = result["NewDeviceMetadata"]["DeviceKey"].as_str().context("no device")?;
        let token = result["AccessToken"].as_str().context("no access token")?;
        Ok((key.to_owned(), token.to_owned()))
    }

    /// Signs in without SRP, which is faster.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn sign_in_by_password(&self, password: &str) -> Result<SignInStep> {
        let sign_in = self.client.sign_in(self.user.as_str(), password);
        Ok(sign_in.flow(AuthFlow::UserPasswordAuth).await?)
    }

    /// The user's mail address.
    pub fn email(&self) -> String {
        format!("{}@example.com", self.user)
    }

    /// The user's phone number.
    pub fn phone(&self) -> String {
        format!(
            "+1555{:07}",
            self.user.rsplit('-').next().unwrap_or_default().parse::<u64>().unwrap_or_default()
        )
    }

    /// The codes that were sent to an address.
    pub fn codes(&self, to: &str) -> Vec<String> {
        self.environment.demo.aws.messages().to(to).into_iter().map(|message| message.code).collect()
    }

    /// The user in the user pool, or null.
    pub async fn user_at_aws(&self) -> Value {
        self.admin("AdminGetUser", json!({ "Username": self.user })).await.unwrap_or_default()
    }

    /// An attribute of the user in the user pool.
    pub async fn attribute_at_aws(&self, name: &str) -> Option<String> {
        let user = self.user_at_aws().await;
        let attributes = user["UserAttributes"].as_array()?.clone();
        let attribute = attributes.into_iter().find(|attribute| attribute["Name"] == name)?;
        attribute["Value"].as_str().map(str::to_owned)
    }

    /// Whether this is the user's password.
    pub async fn has_password(&self, password: &str) -> bool {
        let input = json!({
            "ClientId": self.environment.demo.config()["userPool"]["clientId"],
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": self.user, "PASSWORD": password },
        });
        self.admin("InitiateAuth", input).await.is_ok()
    }

    /// A code of the user's authenticator app.
    pub fn totp(&self, secret: &str) -> Result<String> {
        let key = totp_rs::Secret::try_from_base32(secret).map_err(|error| anyhow::anyhow!("{error}"))?;
        let now = poolpass::platform::Clock::now(&self.clock);
        let seconds = now.duration_since(std::time::UNIX_EPOCH)?.as_secs();
        Ok(totp_rs::Builder::new().with_secret(key).build_noncompliant().generate(seconds).to_string())
    }

    /// Changes the kept values.
    pub fn keep(&self, change: impl FnOnce(&mut Kept)) {
        change(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The kept text.
    pub fn text(&self) -> String {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).text.clone()
    }

    /// Whether the read data differed from the stored data.
    pub fn has_wrong_data(&self) -> bool {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).wrong_data
    }

    /// The challenge to answer.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn challenge(&self) -> Arc<Challenge> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).challenge.clone();
        kept.expect("the operation has prepared a challenge")
    }
}
