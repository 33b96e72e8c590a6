//! The demo on a test's own local-aws: pools, roles, a bucket and a table.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use local_aws::{FaultRule, LocalAws, Options};
use poolpass::{Client, ClientBuilder, Config, RetryPolicy, SignInStep};
use serde_json::{Value, json};

use crate::root;
use crate::test_pool::{DeviceClock, PASSWORD, admin};
use crate::verifying_transport::VerifyingTransport;

/// A running local-aws with the demo. Another implementation verifies every request that its clients sign.
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
    /// Starts the server.
    ///
    /// # Errors
    ///
    /// If the server does not start.
    pub async fn start() -> Result<Self> {
        let aws = LocalAws::start(Options::default()).await?;
        let config = aws.demo().await?;
        Ok(Self { aws, clock: DeviceClock::default(), transport: VerifyingTransport::new()?, config })
    }

    /// The demo's `poolpass.json`.
    pub fn config(&self) -> &Value {
        &self.config
    }

    /// A client whose requests are verified before they are sent, and sent again without a delay.
    ///
    /// # Errors
    ///
    /// If the configuration is malformed.
    pub fn client(&self) -> Result<ClientBuilder> {
        let retry = RetryPolicy { first_delay: Duration::from_millis(1), ..RetryPolicy::default() };
        Ok(Client::builder(Config::from_json(&self.config.to_string())?)
            .clock(self.clock.clone())
            .transport(self.transport.clone())
            .retry(retry))
    }

    /// A client with a new signed-in user.
    ///
    /// # Errors
    ///
    /// If the server refuses.
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
    /// If the server refuses.
    pub async fn add_user(&self, name: &str) -> Result<()> {
        let pool = &self.config["userPool"]["id"];
        let user = json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS" });
        admin(&self.aws, "AdminCreateUser", &user).await?;
        let password =
            json!({ "UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true });
        admin(&self.aws, "AdminSetUserPassword", &password).await?;
        Ok(())
    }

    /// Creates a role that users of the identity pool may choose, and that allows `actions` on all resources, and a group of the user
    /// pool with that role. Returns the role's ARN.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn add_role(&self, name: &str, actions: &[&str]) -> Result<String> {
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": { "Federated": "cognito-identity.amazonaws.com" },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": { "cognito-identity.amazonaws.com:aud": self.config["identityPool"]["id"] } },
        }] });
        let policy = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": actions, "Resource": "*" },
        ] });
        let role = [("RoleName", name), ("AssumeRolePolicyDocument", &trust.to_string())];
        root::iam(self.aws.url(), self.aws.clock().now(), "CreateRole", &role).await?;
        let policy = [("RoleName", name), ("PolicyName", "it"), ("PolicyDocument", &policy.to_string())];
        root::iam(self.aws.url(), self.aws.clock().now(), "PutRolePolicy", &policy).await?;
        let arn = format!("arn:aws:iam::000000000000:role/{name}");
        let group = json!({
            "UserPoolId": self.config["userPool"]["id"], "GroupName": name, "RoleArn": arn, "Precedence": 1,
        });
        admin(&self.aws, "CreateGroup", &group).await?;
        Ok(arn)
    }

    /// Adds a user to a group of the user pool.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn add_to_group(&self, username: &str, group: &str) -> Result<()> {
        let input = json!({
            "UserPoolId": self.config["userPool"]["id"], "Username": username, "GroupName": group,
        });
        admin(&self.aws, "AdminAddUserToGroup", &input).await.map(drop)
    }

    /// Makes the identity pool use the roles in tokens.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn choose_roles_by_token(&self) -> Result<()> {
        let (pool, region) = (&self.config["identityPool"]["id"], self.aws.region().parse()?);
        let call = async |operation: &str, input: &Value| {
            let target = format!("AWSCognitoIdentityService.{operation}");
            let now = self.aws.clock().now();
            root::json(self.aws.url(), "cognito-identity", &region, now, &target, input).await
        };
        let present = call("GetIdentityPoolRoles", &json!({ "IdentityPoolId": pool })).await?;
        let text = |name: &str| self.config["userPool"][name].as_str().unwrap_or_default();
        let provider = format!("cognito-idp.{region}.amazonaws.com/{}:{}", text("id"), text("clientId"));
        let by_token = json!({ "Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole" });
        let input = json!({
            "IdentityPoolId": pool, "Roles": present["Roles"], "RoleMappings": { provider: by_token },
        });
        call("SetIdentityPoolRoles", &input).await.map(drop)
    }

    /// Allows signed-in users `actions` on all resources.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn allow(&self, actions: &[&str]) -> Result<()> {
        let bucket = self.config["s3"]["bucket"].as_str().context("no bucket")?;
        let role = format!("{bucket}-authenticated");
        let policy = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": actions, "Resource": "*" },
        ] });
        let policy = [("RoleName", &*role), ("PolicyName", "more"), ("PolicyDocument", &policy.to_string())];
        root::iam(self.aws.url(), self.aws.clock().now(), "PutRolePolicy", &policy).await
    }

    /// Calls an administrative operation of `cognito-idp`, signed with root credentials. The user pool is the demo's, unless the
    /// input names another.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn admin(&self, operation: &str, mut input: Value) -> Result<Value> {
        if let Value::Object(members) = &mut input {
            members.entry("UserPoolId").or_insert_with(|| self.config["userPool"]["id"].clone());
        }
        admin(&self.aws, operation, &input).await
    }

    /// Signs a user in.
    ///
    /// # Errors
    ///
    /// If the server refuses or asks for more than the password.
    pub async fn sign_in(&self, client: &Client, name: &str) -> Result<()> {
        match client.sign_in(name, PASSWORD).await? {
            SignInStep::Done(_) => Ok(()),
            SignInStep::Challenge(challenge) => bail!("{} was asked for {challenge:?}", name),
        }
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
        self.aws.faults().add(serde_json::from_value::<FaultRule>(rule).context("no fault rule")?);
        Ok(())
    }
}
