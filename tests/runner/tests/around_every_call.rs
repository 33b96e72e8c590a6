//! The parts that AWS's model has beside the arguments of an operation: metadata for triggers, device data, and the proof of the app
//! client's secret. Each operation of the model that takes one gets it.
#![expect(clippy::unwrap_used, reason = "what a test's helpers do not expect fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use local_aws::Trigger;
use poolpass::platform::{BoxFuture, HttpTransport, Request, Response, Transport, TransportError};
use poolpass::{Challenge, Client, ClientBuilder, DeviceFingerprint, RefreshOperation, SignInStep};
use poolpass_tests::{PASSWORD, TestPool};
use serde_json::{Value, json};

/// The members, and for two of them the one inside.
const PARTS: [(&str, &str); 6] = [
    ("ClientMetadata", "/ClientMetadata/k"),
    ("UserContextData", "/UserContextData/EncodedData"),
    ("SecretHash", "/SecretHash"),
    ("ClientSecret", "/ClientSecret"),
    ("AuthParameters", "/AuthParameters/SECRET_HASH"),
    ("ChallengeResponses", "/ChallengeResponses/SECRET_HASH"),
];

/// Operations of programs that are no person's client.
const NOT_OF_A_PERSON: [&str; 2] = ["GetClientToken", "GetDerivedToken"];

#[tokio::test]
async fn each_operation_carries_what_aws_s_model_has_for_it() -> Result<()> {
    let recorder = Recorder::new()?;
    make_every_call(&recorder).await?;
    let sent = recorder.sent.lock().unwrap().clone();
    let taken = parts_by_operation()?;

    let missing: BTreeSet<_> = taken.keys().filter(|operation| !sent.contains_key(*operation)).collect();
    assert!(missing.is_empty(), "never called: {missing:?}");
    println!("| operation | requests | parts |\n|---|---|---|");
    for (operation, parts) in &taken {
        for input in &sent[operation] {
            for (member, pointer) in parts {
                let part = input.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
                assert!(!part.is_empty(), "{operation} has no {member}");
            }
        }
        let names: Vec<_> = parts.iter().map(|(_, pointer)| pointer.trim_start_matches('/')).collect();
        println!("| {operation} | {} | {} |", sent[operation].len(), names.join(", "));
    }
    Ok(())
}

/// The parts that the model has for the operations of a client.
fn parts_by_operation() -> Result<BTreeMap<String, Vec<(&'static str, &'static str)>>> {
    let model: Value = serde_json::from_str(include_str!("../../../crates/local-aws/src/model.json"))?;
    let service = &model["cognito-idp"];
    let mut operations = BTreeMap::new();
    for (operation, shape) in service["inputs"].as_object().context("no inputs")? {
        let members = &service["shapes"][shape.as_str().unwrap_or_default()]["members"];
        let is_of_a_client =
            members.get("UserPoolId").is_none() && !NOT_OF_A_PERSON.contains(&operation.as_str());
        let parts: Vec<_> = PARTS.into_iter().filter(|(member, _)| members.get(*member).is_some()).collect();
        if is_of_a_client && !parts.is_empty() {
            operations.insert(operation.clone(), parts);
        }
    }
    assert!(operations.len() >= 11, "{operations:?}");
    Ok(operations)
}

async fn make_every_call(recorder: &Recorder) -> Result<()> {
    let flows =
        ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let pool = TestPool::with(
        json!({ "AliasAttributes": ["email"] }),
        json!({ "GenerateSecret": true, "ExplicitAuthFlows": flows }),
    )
    .await?;
    pool.add_user("ada").await?;
    set_triggers(&pool);
    let client = client(&pool, recorder)?.build()?;
    sign_up_and_recover(&pool, &client).await?;

    client.sign_in("ada", PASSWORD).client_metadata("k", "v").await?.done().context("signed in")?;
    client.account().update_attributes(&[("email", "ada@example.com")]).client_metadata("k", "v").await?;
    client.account().request_attribute_code("email").client_metadata("k", "v").await?;
    client.refresh().await?;
    let by_flow =
        client_of(&pool, recorder)?.refresh_operation(RefreshOperation::RefreshTokenAuth).build()?;
    by_flow.sign_in("ada", PASSWORD).client_metadata("k", "v").await?.done().context("signed in")?;
    by_flow.refresh().await?;
    by_flow.sign_out().await?;

    // The name of the challenge is the real one, also after an alias.
    let verified =
        json!({ "Username": "ada", "UserAttributes": [{ "Name": "email_verified", "Value": "true" }] });
    pool.admin("AdminUpdateUserAttributes", verified).await?;
    for with_password in [true, false] {
        let step = match with_password {
            true => {
                let sign_in =
                    client.sign_in("ada@example.com", PASSWORD).flow(poolpass::AuthFlow::CustomAuth);
                sign_in.client_metadata("k", "v").await?
            }
            false => {
                let sign_in = client.sign_in_without_password("ada@example.com");
                sign_in.flow(poolpass::AuthFlow::CustomAuth).client_metadata("k", "v").await?
            }
        };
        let SignInStep::Challenge(Challenge::CustomChallenge(challenge)) = step else {
            anyhow::bail!("a custom challenge comes next")
        };
        let user = challenge.answer("42").await?.done().context("signed in")?;
        assert_eq!(user.username(), "ada");
    }
    Ok(())
}

async fn sign_up_and_recover(pool: &TestPool, client: &Client) -> Result<()> {
    let account = client.account();
    let code =
        || Ok::<_, anyhow::Error>(pool.aws.messages().last_to("hedy@example.com").context("no code")?.code);
    let sign_up = account.sign_up("hedy", PASSWORD).attribute("email", "hedy@example.com");
    sign_up.client_metadata("k", "v").await?;
    account.resend_confirmation_code("hedy").client_metadata("k", "v").await?;
    account.confirm_sign_up("hedy", &code()?).client_metadata("k", "v").await?;
    account.forgot_password("hedy").client_metadata("k", "v").await?;
    account.confirm_forgot_password("hedy", &code()?, "Newer-Horse-2").client_metadata("k", "v").await?;
    Ok(())
}

/// A custom sign-in with one question.
fn set_triggers(pool: &TestPool) {
    let triggers = pool.aws.triggers();
    triggers.set(pool.pool_id(), Trigger::DefineAuthChallenge, |mut event| {
        let last = event["request"]["session"].as_array().and_then(|session| session.last()).cloned();
        let next = match last.as_ref().and_then(|last| last["challengeName"].as_str()) {
            Some("SRP_A") => Some("PASSWORD_VERIFIER"),
            Some("CUSTOM_CHALLENGE") => None,
            _ => Some("CUSTOM_CHALLENGE"),
        };
        event["response"]["challengeName"] = json!(next);
        event["response"]["issueTokens"] = json!(next.is_none());
        Ok(event)
    });
    triggers.set(pool.pool_id(), Trigger::CreateAuthChallenge, Ok);
    triggers.set(pool.pool_id(), Trigger::VerifyAuthChallengeResponse, |mut event| {
        event["response"]["answerCorrect"] = json!(event["request"]["challengeAnswer"] == "42");
        Ok(event)
    });
}

fn client(pool: &TestPool, recorder: &Recorder) -> Result<ClientBuilder> {
    Ok(client_of(pool, recorder)?.refresh_operation(RefreshOperation::GetTokensFromRefreshToken))
}

fn client_of(pool: &TestPool, recorder: &Recorder) -> Result<ClientBuilder> {
    let fingerprint = DeviceFingerprint::ios([("DeviceName", "desk")]);
    Ok(pool.client()?.transport(recorder.clone()).refresh_metadata("k", "v").device_fingerprint(fingerprint))
}

/// Keeps the input of each request to the user pool.
#[derive(Clone, Debug)]
struct Recorder {
    inner: HttpTransport,
    sent: Arc<Mutex<BTreeMap<String, Vec<Value>>>>,
}

impl Recorder {
    fn new() -> Result<Self> {
        Ok(Self { inner: HttpTransport::new()?, sent: Arc::default() })
    }
}

impl Transport for Recorder {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        if let Some(operation) =
            target.and_then(|target| target.strip_prefix("AWSCognitoIdentityProviderService."))
        {
            let input = serde_json::from_slice(request.body()).unwrap();
            self.sent.lock().unwrap().entry(operation.to_owned()).or_default().push(input);
        }
        self.inner.send(request)
    }
}
