//! The demo on a local-aws of a test's own: pools, roles, a bucket and a table.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use local_aws::{FaultRule, LocalAws, Options};
use poolpass::{Client, ClientBuilder, Config, RetryPolicy, SignIn};
use serde_json::{Value, json};

use crate::test_pool::{DeviceClock, PASSWORD, admin};
use crate::verifying_transport::VerifyingTransport;

/// A running local-aws with the demo on it. Whatever its clients sign is verified by another implementation first.
#[derive(Debug)]
pub struct Demo {
    /// The server.
    pub aws: LocalAws,
    /// The device's clock of every client.
    pub clock: DeviceClock,
    /// The transport of every client.
    pub transport: VerifyingTransport,
    config: Value,
}

impl Demo {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// When the server does not start.
    pub async fn start() -> Result<Self> {
        let aws = LocalAws::start(Options::default()).await?;
        let config = aws.demo().await?;
        Ok(Self { aws, clock: DeviceClock::default(), transport: VerifyingTransport::new()?, config })
    }

    /// The demo's `poolpass.json`.
    pub fn config(&self) -> &Value {
        &self.config
    }

    /// A client whose requests are verified before they are sent, and repeated without waiting.
    ///
    /// # Errors
    ///
    /// When the configuration is malformed.
    pub fn client(&self) -> Result<ClientBuilder> {
        let retry = RetryPolicy { first_delay: Duration::from_millis(1), ..RetryPolicy::default() };
        Ok(Client::builder(Config::from_json(&self.config.to_string())?)
            .clock(self.clock.clone())
            .transport(self.transport.clone())
            .retry(retry))
    }

    /// A client with a person signed in, who is made for it.
    ///
    /// # Errors
    ///
    /// When the server refuses.
    pub async fn person(&self, name: &str) -> Result<Client> {
        let client = self.client()?.build()?;
        self.add_user(name).await?;
        self.sign_in(&client, name).await?;
        Ok(client)
    }

    /// A confirmed user with [`PASSWORD`].
    ///
    /// # Errors
    ///
    /// When the server refuses.
    pub async fn add_user(&self, name: &str) -> Result<()> {
        let pool = &self.config["userPool"]["id"];
        let user = json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS" });
        admin(&self.aws, "AdminCreateUser", &user).await?;
        let password =
            json!({ "UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true });
        admin(&self.aws, "AdminSetUserPassword", &password).await?;
        Ok(())
    }

    /// Signs a user in.
    ///
    /// # Errors
    ///
    /// When the server refuses or asks for more than the password.
    pub async fn sign_in(&self, client: &Client, name: &str) -> Result<()> {
        match client.sign_in(name, PASSWORD).await? {
            SignIn::Done(_) => Ok(()),
            SignIn::Challenge(challenge) => bail!("{} was asked for {challenge:?}", name),
        }
    }

    /// Lets time pass, for the server and for the devices.
    pub fn pass(&self, time: Duration) {
        let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        self.aws.clock().advance_seconds(seconds);
        self.clock.advance_seconds(seconds);
    }

    /// Makes requests go wrong, as `POST /_local/faults` does.
    ///
    /// # Errors
    ///
    /// When it is no fault rule.
    pub fn fault(&self, rule: Value) -> Result<()> {
        self.aws.faults().add(serde_json::from_value::<FaultRule>(rule).context("no fault rule")?);
        Ok(())
    }
}
