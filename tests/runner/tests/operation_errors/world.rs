//! A user pool with a user, in the state that an error needs.

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use poolpass_tests::{PASSWORD, TestPool, exchange};
use serde_json::{Value, json};

use crate::causes::{Cause, Step};
use crate::requests;

/// The user's mail address.
pub const MAIL: &str = "ada@example.com";
/// The user's phone number.
pub const PHONE: &str = "+491701234567";
/// The role with which the pool sends SMS. It counts as right until somebody creates it.
const SMS_ROLE: &str = "arn:aws:iam::000000000000:role/sms";

/// A server with one pool and the signed-in user `ada`.
pub struct World {
    pub pool: TestPool,
    /// The `AuthenticationResult` of the user.
    pub tokens: Value,
}

/// An answer of the server.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl World {
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn start(cause: &Cause) -> Result<Self> {
        let mut pool = json!({
            "AliasAttributes": ["email", "preferred_username"],
            "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] } },
            "SmsConfiguration": { "SnsCallerArn": SMS_ROLE },
            "UserPoolAddOns": { "AdvancedSecurityMode": "ENFORCED" },
            "DeviceConfiguration": { "DeviceOnlyRememberedOnUserPrompt": false },
        });
        extend(&mut pool, (cause.pool)());
        let pool = TestPool::with(pool, (cause.client)()).await?;
        let mut mfa = json!({
            "MfaConfiguration": "OPTIONAL",
            "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": SMS_ROLE } },
            "SoftwareTokenMfaConfiguration": { "Enabled": true },
            "EmailMfaConfiguration": {},
            "WebAuthnConfiguration": { "RelyingPartyId": "app.notes.example" },
        });
        extend(&mut mfa, (cause.mfa)());
        pool.admin("SetUserPoolMfaConfig", mfa).await?;
        let sessions = json!({ "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": 20 } });
        pool.admin("SetUserPoolSessionConfiguration", sessions).await?;
        pool.add_user("ada").await?;
        let attributes = json!([
            { "Name": "email", "Value": MAIL }, { "Name": "email_verified", "Value": "true" },
            { "Name": "phone_number", "Value": PHONE }, { "Name": "phone_number_verified", "Value": "true" },
        ]);
        let input = json!({ "Username": "ada", "UserAttributes": attributes });
        pool.admin("AdminUpdateUserAttributes", input).await?;
        let mut world = Self { pool, tokens: Value::Null };
        let answer = world.succeed("InitiateAuth", &world.sign_in("ada", PASSWORD)).await;
        // In a pool that requires a second factor, nobody signs in by the password alone.
        world.tokens = answer.unwrap_or_default()["AuthenticationResult"].clone();
        Ok(world)
    }

    /// Prepares the state of `cause` and calls the operation.
    ///
    /// # Errors
    ///
    /// If there is no answer.
    pub async fn provoke(&self, operation: &str, cause: &Cause) -> Result<Answer> {
        let mut input = requests::of(self, operation, cause).await.context("preparing the request")?;
        let mut region = None;
        for step in cause.steps {
            match step {
                Step::Admin(administrative, members) => {
                    let members = serde_json::from_str(members)?;
                    self.pool.admin(administrative, members).await.context("preparing")?;
                }
                Step::Iam(operation, parameters) => self.pool.iam(operation, parameters).await?,
                Step::DeleteClient => {
                    let client = json!({ "ClientId": self.pool.client_id() });
                    self.pool.admin("DeleteUserPoolClient", client).await?;
                }
                Step::Limits(limits) => self.pool.aws.limits().set(serde_json::from_str(limits)?),
                Step::Fault(status, code, message) => {
                    let action = json!({ "status": status, "code": code, "message": message });
                    self.pool.fault(json!({ "operation": operation, "action": action }))?;
                }
                Step::Repeat(times) => {
                    for _ in 0..*times {
                        self.call(operation, &input).await?;
                    }
                }
                Step::Members(members) => extend(&mut input, serde_json::from_str(members)?),
                Step::Region(name) => region = Some(*name),
                Step::Trigger(name, behaviour) => {
                    let behaviour: Value = serde_json::from_str(behaviour)?;
                    let script =
                        json!({ "userPoolId": self.pool.pool_id(), "triggers": { *name: behaviour } });
                    self.control("triggers", &script).await?;
                }
                Step::Later => {
                    self.pool.aws.clock().advance_seconds(24 * 3600);
                    if input.get("AccessToken").is_some() {
                        let signed_in = self.succeed("InitiateAuth", &self.sign_in("ada", PASSWORD)).await?;
                        input["AccessToken"] = signed_in["AuthenticationResult"]["AccessToken"].clone();
                    }
                }
                Step::TokenOf(name) => input["Token"] = self.tokens[*name].clone(),
                Step::Guess(codes) => requests::guess(self, operation, &input, *codes).await?,
            }
        }
        self.call_in(region, operation, &input).await
    }

    /// Calls an operation as any program can.
    ///
    /// # Errors
    ///
    /// If there is no answer.
    pub async fn call(&self, operation: &str, input: &Value) -> Result<Answer> {
        self.call_in(None, operation, input).await
    }

    /// Calls an operation that must succeed.
    ///
    /// # Errors
    ///
    /// If it does not.
    pub async fn succeed(&self, operation: &str, input: &Value) -> Result<Value> {
        let answer = self.call(operation, input).await?;
        ensure!(answer.status == 200, "{operation}: {}", answer.body);
        Ok(serde_json::from_str(&answer.body)?)
    }

    /// The input of a sign-in by password.
    pub fn sign_in(&self, username: &str, password: &str) -> Value {
        json!({
            "ClientId": self.pool.client_id(), "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": username, "PASSWORD": password },
        })
    }

    /// The newest code that was sent to an address.
    ///
    /// # Errors
    ///
    /// If none was sent.
    pub fn code(&self, to: &str) -> Result<String> {
        Ok(self.pool.aws.messages().last_to(to).context("no code was sent")?.code)
    }

    /// Asks the server's control interface.
    ///
    /// # Errors
    ///
    /// If it refuses.
    pub async fn control(&self, what: &str, body: &Value) -> Result<Value> {
        let request = http::Request::post(format!("{}/_local/{what}", self.pool.aws.url()))
            .body(Bytes::from(body.to_string()))?;
        let answer = exchange(request).await?;
        ensure!(answer.status() == 200, "/_local/{what}: {answer:?}");
        Ok(serde_json::from_slice(answer.body())?)
    }

    async fn call_in(&self, region: Option<&str>, operation: &str, input: &Value) -> Result<Answer> {
        let region = region.map(|region| format!("/_region/{region}/")).unwrap_or_default();
        let request = http::Request::post(format!("{}{region}", self.pool.aws.url()))
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
            .body(Bytes::from(input.to_string()))?;
        let answer = exchange(request).await?;
        let body = String::from_utf8_lossy(answer.body()).into_owned();
        Ok(Answer { status: answer.status().as_u16(), body })
    }
}

impl Answer {
    /// AWS's code.
    pub fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let code = body["__type"].as_str().unwrap_or_default();
        code.rsplit('#').next().unwrap_or_default().to_owned()
    }

    /// AWS's message.
    pub fn message(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let message = body.get("message").or(body.get("Message"));
        message.and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// Replaces members.
pub fn extend(input: &mut Value, members: Value) {
    if let (Value::Object(input), Value::Object(members)) = (input, members) {
        input.extend(members);
    }
}
