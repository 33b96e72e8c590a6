//! The server that a scenario runs on.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use ::http::{Method, Request};
use anyhow::{Context, Result, bail, ensure};
use local_aws::LocalAws;
use poolpass::Region;
use serde_json::{Map, Value, json};

use crate::scenario::{BackendKind, User, UserState};
use crate::{http, root};

/// A server with the demo's pools, bucket and table.
#[derive(Debug)]
pub struct Backend {
    kind: BackendKind,
    endpoint: String,
    /// The `poolpass.json`, with its `demo` object.
    config: Value,
    /// The operations that were counted before counts were reset.
    called: Mutex<BTreeSet<String>>,
    /// The server, which stops with the backend.
    _local_aws: Option<LocalAws>,
}

impl Backend {
    /// ministack sends no codes; they are fixed.
    const MINISTACK_SIGN_UP_CODE: &str = "123456";

    /// Starts a local-aws for this test and provisions it.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub async fn local_aws() -> Result<Self> {
        let aws = LocalAws::start(local_aws::Options::default()).await?;
        let config = aws.demo().await?;
        Ok(Self::new(BackendKind::LocalAws, aws.url().to_owned(), config, Some(aws)))
    }

    /// Uses the running server of `config`, a provisioned `poolpass.json`.
    ///
    /// # Errors
    ///
    /// If the configuration has no `endpoints.cognitoIdp`.
    pub fn running(kind: BackendKind, config: Value) -> Result<Self> {
        let endpoint =
            config["endpoints"]["cognitoIdp"].as_str().context("no endpoints.cognitoIdp")?.to_owned();
        Ok(Self::new(kind, endpoint, config, None))
    }

    fn new(kind: BackendKind, endpoint: String, config: Value, local_aws: Option<LocalAws>) -> Self {
        Self { kind, endpoint, config, called: Mutex::default(), _local_aws: local_aws }
    }

    /// Which server this is.
    pub fn kind(&self) -> BackendKind {
        self.kind
    }

    /// The provisioned `poolpass.json`.
    pub fn config(&self) -> &Value {
        &self.config
    }

    /// Calls an operation of `cognito-idp` as the account's root user.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn admin(&self, operation: &str, mut input: Map<String, Value>) -> Result<Value> {
        input.entry("UserPoolId").or_insert_with(|| self.config["userPool"]["id"].clone());
        let region: Region = self.config["region"].as_str().context("no region")?.parse()?;
        root::cognito_idp(&self.endpoint, &region, crate::now(), operation, &input).await
    }

    /// Creates a user as the scenario describes.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn create_user(&self, name: &str, user: &User) -> Result<()> {
        if self.kind != BackendKind::LocalAws {
            // A shared server may still have the user of an earlier scenario.
            let _ = self.admin("AdminDeleteUser", members(json!({ "Username": name }))).await;
        }
        if user.state == UserState::Unconfirmed {
            return self.sign_up(name, user).await;
        }
        let mut attributes = attribute_list(user);
        for (address, verified) in [("email", "email_verified"), ("phone_number", "phone_number_verified")] {
            if user.attributes.contains_key(address) {
                attributes.push(json!({ "Name": verified, "Value": "true" }));
            }
        }
        self.admin(
            "AdminCreateUser",
            members(json!({
                "Username": name, "TemporaryPassword": user.password, "MessageAction": "SUPPRESS",
                "UserAttributes": attributes,
            })),
        )
        .await?;
        if user.state == UserState::Confirmed {
            let input = json!({ "Username": name, "Password": user.password, "Permanent": true });
            self.admin("AdminSetUserPassword", members(input)).await?;
        }
        Ok(())
    }

    /// The newest code that was sent to an address or a phone number.
    ///
    /// # Errors
    ///
    /// If none was sent.
    pub async fn code_sent_to(&self, address: &str) -> Result<String> {
        if self.kind == BackendKind::Ministack {
            return Ok(Self::MINISTACK_SIGN_UP_CODE.to_owned());
        }
        let messages = self.control(Method::GET, "messages", &Value::Null).await?;
        let mut newest_first = messages.as_array().into_iter().flatten().rev();
        let newest = newest_first.find(|message| message["to"] == address);
        let code = newest.and_then(|message| message["code"].as_str());
        code.map(str::to_owned).with_context(|| format!("no code was sent to {address}"))
    }

    /// Adds a fault. Null removes all faults.
    ///
    /// # Errors
    ///
    /// If the server does not know such a fault.
    pub async fn fault(&self, rule: &Value) -> Result<()> {
        if rule.is_null() {
            return self.control(Method::DELETE, "faults", &Value::Null).await.map(|_| ());
        }
        self.control(Method::POST, "faults", rule).await.map(|_| ())
    }

    /// The combinations of formats and encodings in which the server echoes secrets.
    ///
    /// # Errors
    ///
    /// If the server does not echo.
    pub async fn echoes(&self) -> Result<Value> {
        self.control(Method::GET, "echoes", &Value::Null).await
    }

    /// Ends all echoes and returns what was echoed.
    ///
    /// # Errors
    ///
    /// If the server does not echo.
    pub async fn end_echoes(&self) -> Result<Value> {
        self.control(Method::DELETE, "echoes", &Value::Null).await
    }

    /// Sets the server's clock this many seconds ahead of the machine's.
    ///
    /// # Errors
    ///
    /// If the server has no such clock.
    pub async fn set_clock(&self, offset_seconds: i64) -> Result<()> {
        self.control(Method::POST, "clock", &json!({ "offsetSeconds": offset_seconds })).await.map(|_| ())
    }

    /// The number of requests by operation since the last call.
    ///
    /// # Errors
    ///
    /// If the server does not count.
    pub async fn take_request_counts(&self) -> Result<Value> {
        let counts = self.control(Method::GET, "requests", &Value::Null).await?;
        self.control(Method::DELETE, "requests", &Value::Null).await?;
        let names = counts.as_object().into_iter().flat_map(Map::keys).cloned();
        self.called.lock().unwrap_or_else(PoisonError::into_inner).extend(names);
        Ok(counts)
    }

    /// Replaces the user pool's Lambda triggers.
    ///
    /// # Errors
    ///
    /// If the server does not know such triggers.
    pub async fn set_triggers(&self, mut script: Map<String, Value>) -> Result<()> {
        script.insert("userPoolId".to_owned(), self.config["userPool"]["id"].clone());
        self.control(Method::POST, "triggers", &Value::Object(script)).await.map(|_| ())
    }

    /// The device data that requests have carried since the last call.
    ///
    /// # Errors
    ///
    /// If the server does not keep it.
    pub async fn take_user_contexts(&self) -> Result<Value> {
        self.control(Method::DELETE, "user-contexts", &Value::Null).await
    }

    /// Every operation that was called so far.
    ///
    /// # Errors
    ///
    /// If the server does not count.
    pub async fn called(&self) -> Result<BTreeSet<String>> {
        self.take_request_counts().await?;
        Ok(self.called.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn sign_up(&self, name: &str, user: &User) -> Result<()> {
        let input = json!({
            "ClientId": self.config["userPool"]["clientId"], "Username": name, "Password": user.password,
            "UserAttributes": attribute_list(user),
        });
        let request = Request::post(&self.endpoint)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", "AWSCognitoIdentityProviderService.SignUp")
            .body(input.to_string().into())?;
        let answer = http::send(request).await?;
        ensure!(answer.status == 200, "SignUp was refused: {answer:?}");
        Ok(())
    }

    async fn control(&self, method: Method, what: &str, body: &Value) -> Result<Value> {
        if self.kind != BackendKind::LocalAws {
            bail!("only local-aws has /_local/{what}");
        }
        let url = format!("{}/_local/{what}", self.endpoint.trim_end_matches('/'));
        let request = Request::builder().method(method).uri(url).body(body.to_string().into())?;
        let answer = http::send(request).await?;
        ensure!(answer.status == 200, "/_local/{what}: {answer:?}");
        Ok(serde_json::from_str(&answer.body)?)
    }
}

fn attribute_list(user: &User) -> Vec<Value> {
    user.attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect()
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
