//! Every operation through every fault, by the tables in `ARCHITECTURE.md` and `tests/faults.md`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use http::Method;
use serde_json::Value;

use crate::client::Client;
use crate::config::Config;
use crate::dynamodb::{Item, ReturnValues, attribute};
use crate::error::Error;
use crate::json::Object;
use crate::platform::{Body, BoxFuture, Request, Response, Transport, TransportError};
use crate::s3::PutOptions;
use crate::scripted_aws::ScriptedAws;
use crate::user_pool::{Call, MfaChoice, NewUser, TotpOwner, UserPool};

const OPERATIONS: &str = include_str!("../../../ARCHITECTURE.md");
const FAULTS: &str = include_str!("../../../tests/faults.md");
/// Three attempts of 30 seconds, and the waits between them.
const LONGEST: Duration = Duration::from_secs(92);

/// The identity pool works, unless it is what is tested; everything else meets the fault.
#[derive(Clone, Debug)]
struct Faulty {
    identity_pool: ScriptedAws,
    fault: &'static str,
    operation: &'static str,
    sent: Arc<Mutex<u32>>,
}

impl Transport for Faulty {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let target = target.unwrap_or_default();
        if target.starts_with("AWSCognitoIdentityService.") && !target.ends_with(self.operation) {
            return self.identity_pool.send(request);
        }
        *self.sent.lock().unwrap() += 1;
        Box::pin(answer(self.fault))
    }
}

async fn answer(fault: &str) -> Result<Response, TransportError> {
    let page = "<!DOCTYPE html><html><body>Bad Gateway</body></html>";
    let code = |code: &'static str| Some(("x-amzn-errortype", code));
    let (header, body) = match fault {
        "connection refused" => return Err(TransportError::not_sent("refused")),
        "connection reset" => return Err(TransportError::interrupted("reset")),
        "silence" => std::future::pending().await,
        "429 throttled" => (code("TooManyRequestsException"), "{}"),
        "400 throttled" => (code("ThrottlingException"), "{}"),
        "503 throttled" => (code("SlowDown"), ""),
        "400 validation" => (code("ValidationException"), "{}"),
        "422 cut off" => (None, "{\"__type\":\"Val"),
        "202 firewall challenge" => (Some(("x-amzn-waf-action", "challenge")), ""),
        "405 firewall captcha" => (Some(("x-amzn-waf-action", "captcha")), page),
        fault if fault.ends_with("page") => (None, page),
        _ => (None, ""),
    };
    let mut response = http::Response::builder().status(fault.split(' ').next().unwrap_or_default());
    if let Some((name, value)) = header {
        response = response.header(name, value);
    }
    Ok(response.body(Body::from(Bytes::from_static(body.as_bytes()))).unwrap())
}

async fn play(client: &Client, operation: &str) -> Result<(), Error> {
    let pool = UserPool::of(client.config(), client.road().clone()).unwrap();
    let nothing = BTreeMap::new();
    let call = match operation {
        "InitiateAuth" => {
            return pool.initiate_auth("USER_SRP_AUTH", "ada", Object::new(), &nothing).await.map(drop);
        }
        "GetTokensFromRefreshToken" => {
            return pool.get_tokens_from_refresh_token("token", None, &nothing).await.map(drop);
        }
        "RespondToAuthChallenge" => {
            let answer = pool.respond_to_auth_challenge("SMS_MFA", None, "ada", Object::new(), &nothing);
            return answer.await.map(drop);
        }
        "RevokeToken" => pool.revoke_token("token"),
        "GlobalSignOut" => Call::global_sign_out(),
        "GetUser" => Call::user(),
        "DeleteUserAttributes" => Call::delete_user_attributes(&["name"]),
        "SetUserMFAPreference" => Call::set_user_mfa_preference(&[MfaChoice {
            name: "SMSMfaSettings",
            enabled: true,
            preferred: true,
        }]),
        "AssociateSoftwareToken" => Call::associate_software_token(TotpOwner::SignedIn),
        "VerifySoftwareToken" => Call::verify_software_token(TotpOwner::SignedIn, "123456", None),
        "SignUp" => {
            let (attributes, validation_data) = (&nothing, &nothing);
            pool.sign_up(&NewUser { username: "ada", password: "pw", attributes, validation_data }, &nothing)
        }
        "ConfirmSignUp" => pool.confirm_sign_up("ada", "123456", &nothing),
        "ResendConfirmationCode" => pool.resend_confirmation_code("ada", &nothing),
        "ForgotPassword" => pool.forgot_password("ada", &nothing),
        "ConfirmForgotPassword" => pool.confirm_forgot_password("ada", "123456", "pw", &nothing),
        "ChangePassword" => Call::change_password("old", "new"),
        "UpdateUserAttributes" => Call::update_user_attributes(&nothing, &nothing),
        "GetUserAttributeVerificationCode" => Call::user_attribute_verification_code("email", &nothing),
        "VerifyUserAttribute" => Call::verify_user_attribute("email", "123456"),
        "DeleteUser" => Call::delete_user(),
        _ => return play_data(client, operation).await,
    };
    pool.send(call.authorised("token")).await.map(drop)
}

async fn play_data(client: &Client, operation: &str) -> Result<(), Error> {
    let (bucket, table) = (client.s3()?, client.dynamodb()?);
    let key = || Item::new().with("pk", "a");
    let there = || attribute("pk").exists();
    match operation {
        "GetId" => client.identity_id().await.map(drop),
        "GetCredentialsForIdentity" => client.credentials().await.map(drop),
        "GetObject" => bucket.get("a").await.map(drop),
        "HeadObject" => bucket.head("a").await.map(drop),
        "ListObjectsV2" => bucket.list("").try_collect::<Vec<_>>().await.map(drop),
        "PutObject" => bucket.put("a", "x").await.map(drop),
        "PutObject if absent" => {
            bucket.put_with("a", "x", PutOptions { if_absent: true, ..PutOptions::default() }).await.map(drop)
        }
        "CopyObject" => bucket.copy("a", "b").await.map(drop),
        "DeleteObject" => bucket.delete("a").await,
        "DeleteObjects" => bucket.delete_many(["a"]).await.map(drop),
        "GetItem" => table.get::<Value>(key()).await.map(drop),
        "Query" => {
            table.query(attribute("pk").eq("a")).items::<Value>().try_collect::<Vec<_>>().await.map(drop)
        }
        "Scan" => table.scan().items::<Value>().try_collect::<Vec<_>>().await.map(drop),
        "BatchGetItem" => table.batch_get::<Value>([key()]).await.map(drop),
        "BatchWriteItem" => table.batch_write().put(key()).await,
        "TransactGetItems" => client.transact_get().get(table.get::<Item>(key())).await.map(drop),
        "TransactWriteItems" => client.transact_write().put(table.put(key())).await,
        "PutItem" => table.put(key()).await,
        "PutItem if" => table.put(key()).condition(there()).await,
        "PutItem returning" => table.put(key()).returning_old::<Value>().await.map(drop),
        "DeleteItem" => table.delete(key()).await,
        "DeleteItem if" => table.delete(key()).condition(there()).await,
        "DeleteItem returning" => table.delete(key()).returning_old::<Value>().await.map(drop),
        "UpdateItem set" => table.update(key()).set("n", 1).await,
        "UpdateItem add" => {
            table.update(key()).add("n", 1).returning::<Value>(ReturnValues::AllNew).await.map(drop)
        }
        "UpdateItem if" => table.update(key()).set("n", 1).condition(there()).await,
        _ => play_api(client, operation).await,
    }
}

async fn play_api(client: &Client, operation: &str) -> Result<(), Error> {
    let (method, safe) = match operation.strip_suffix(" safe to repeat") {
        Some(method) => (method, true),
        None => (operation, false),
    };
    let method: Method = method.parse().unwrap();
    let request = client.signed("execute-api").request(method, "/notes");
    if safe { request.safe_to_repeat() } else { request }.send().await.map(drop)
}

/// The rows of the table below `heading`, without its head.
fn rows(document: &'static str, heading: &str) -> Vec<Vec<&'static str>> {
    let table = document.split_once(heading).unwrap().1.lines().skip_while(|line| !line.starts_with('|'));
    let rows = table.take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[tokio::test(start_paused = true)]
async fn every_operation_ends_as_the_tables_say() {
    let (operations, faults) = (rows(OPERATIONS, "## What is sent again"), rows(FAULTS, "# Faults"));
    let column = |name| operations[0].iter().position(|column| *column == name).unwrap();
    let mut green = 0;
    let mut wrong = Vec::new();
    for row in &operations[2..] {
        for operation in row[0].split('`').map(str::trim).filter(|name| !name.is_empty()) {
            let is_of_aws = !operation.starts_with(|first: char| first.is_uppercase())
                || operation.chars().nth(1).is_some_and(char::is_lowercase);
            for fault in &faults[2..] {
                let is_sent_again = row[column(fault[3])] == "again";
                let expected = (if is_of_aws { fault[1] } else { fault[2] }, is_sent_again);
                let sent = Arc::<Mutex<u32>>::default();
                let transport = Faulty {
                    identity_pool: ScriptedAws::default(),
                    fault: fault[0],
                    operation,
                    sent: Arc::clone(&sent),
                };
                let config = Config::builder()
                    .user_pool("eu-west-1_AbCdEfGhI", "client")
                    .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
                    .bucket("photos")
                    .table("notes")
                    .api_url("https://api.example.com/prod")
                    .build()
                    .unwrap();
                let client = Client::builder(config).transport(transport).build().unwrap();
                let began = tokio::time::Instant::now();
                let outcome = play(&client, operation).await;
                let kind = outcome.as_ref().map_or_else(|error| error.kind().code(), |()| "ok");
                // Where AWS is silent, the limit for all attempts may come before the third.
                let (sent, took) = (*sent.lock().unwrap(), began.elapsed());
                let got = (kind, sent > 1);
                if got == expected && (1..=3).contains(&sent) && took <= LONGEST {
                    green += 1;
                } else {
                    let took = began.elapsed();
                    wrong
                        .push(format!("{operation}, {}: {got:?} after {took:?}, not {expected:?}", fault[0]));
                }
            }
        }
    }
    println!("{green} cells are green");
    assert!(wrong.is_empty() && green >= 400, "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_fault_is_one_that_counts_as_a_column_of_the_other_table() {
    let columns = &rows(OPERATIONS, "## What is sent again")[0];
    for fault in &rows(FAULTS, "# Faults")[2..] {
        assert!(columns.contains(&fault[3]), "{fault:?}");
    }
}
