//! Checks that the server refuses altered requests, and that the SDK returns the right kind of error.

#![expect(clippy::unwrap_used, reason = "what a test's helpers do not expect fails the test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use bytes::Bytes;
use poolpass::dynamodb::Item;
use poolpass::platform::Request;
use poolpass::{Client, Config, Error, ErrorKind};
use poolpass_tests::Backend;
use poolpass_tests::tampering::{Tampering, Verdict};
use serde_json::{Value, json};

/// The demo on a test's own local-aws, and a client whose requests are altered while `switch` is on.
struct Fixture {
    _backend: Backend,
    client: Client,
    username: String,
    password: String,
    switch: Arc<AtomicBool>,
}

impl Fixture {
    async fn with(alter: impl Fn(&mut Request) -> Verdict + Send + Sync + 'static) -> Result<Self> {
        let backend = Backend::local_aws().await?;
        let switch = Arc::new(AtomicBool::new(false));
        let is_on = Arc::clone(&switch);
        let transport =
            Tampering::new(
                move |request| {
                    if is_on.load(Ordering::Relaxed) { alter(request) } else { Verdict::Send }
                },
            )?;
        let client = Client::builder(Config::from_json(&backend.config().to_string())?)
            .transport(transport)
            .build()?;
        let user = &backend.config()["demo"]["users"][0];
        let text = |name: &str| user[name].as_str().unwrap_or_default().to_owned();
        let (username, password) = (text("username"), text("password"));
        Ok(Self { _backend: backend, client, username, password, switch })
    }

    fn begin_tampering(&self) {
        self.switch.store(true, Ordering::Relaxed);
    }

    async fn sign_in(&self) -> Result<(), Error> {
        self.client.sign_in(&self.username, self.password.as_str()).await.map(|_| ())
    }

    /// Signs in, gets credentials, and writes an object and an item.
    async fn prepare(&self) -> Result<(Item, String)> {
        self.sign_in().await?;
        let bucket = self.client.s3()?;
        let object = bucket.private_path("note.txt").await?;
        bucket.put(&object, "hello").await?;
        let key = Item::new().with("pk", self.client.identity_id().await?).with("sk", "note");
        self.client.dynamodb()?.put(&key).await?;
        Ok((key, object))
    }

    async fn item_refused(&self, key: &Item, aws_code: &str) {
        let read: Result<Option<Value>, Error> = self.client.dynamodb().unwrap().get(key).await;
        expect(&read.unwrap_err(), ErrorKind::SignatureRefused, aws_code);
    }

    async fn object_refused(&self, key: &str, aws_code: &str) {
        let put = self.client.s3().unwrap().put(key, "hello").await;
        expect(&put.unwrap_err(), ErrorKind::SignatureRefused, aws_code);
    }
}

fn expect(error: &Error, kind: ErrorKind, aws_code: &str) {
    assert_eq!((error.kind(), error.aws_code()), (kind, Some(aws_code)), "{error:?}");
}

fn operation(request: &Request) -> &str {
    let target =
        request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    target.rsplit_once('.').map_or("", |(_, operation)| operation)
}

fn alter_json(request: &mut Request, alter: impl FnOnce(&mut Value)) {
    let mut body: Value = serde_json::from_slice(request.body()).unwrap();
    alter(&mut body);
    *request.body_mut() = Bytes::from(body.to_string());
}

/// Replaces the first character by another one of the same alphabet.
fn change_first(text: &mut Value) {
    let mut changed = text.as_str().unwrap().to_owned();
    let other = if changed.starts_with('A') { "B" } else { "A" };
    changed.replace_range(..1, other);
    *text = json!(changed);
}

/// Alters one member of the answer to PASSWORD_VERIFIER.
async fn altered_claim(member: &'static str, alter: fn(&mut Value)) -> Result<()> {
    let fixture = Fixture::with(move |request| {
        if operation(request) == "RespondToAuthChallenge" {
            alter_json(request, |body| alter(&mut body["ChallengeResponses"][member]));
        }
        Verdict::Send
    })
    .await?;
    fixture.begin_tampering();
    expect(&fixture.sign_in().await.unwrap_err(), ErrorKind::NotAuthorized, "NotAuthorizedException");
    assert!(fixture.client.current_user().await?.is_none());
    Ok(())
}

#[tokio::test]
async fn an_altered_password_verifier_is_refused() -> Result<()> {
    altered_claim("PASSWORD_CLAIM_SIGNATURE", change_first).await?;
    altered_claim("PASSWORD_CLAIM_SECRET_BLOCK", change_first).await?;
    altered_claim("TIMESTAMP", |timestamp| {
        *timestamp = json!(timestamp.as_str().unwrap().replace(" UTC 20", " UTC 19"));
    })
    .await
}

#[tokio::test]
async fn a_replayed_password_verifier_is_refused() -> Result<()> {
    let fixture = Fixture::with(|request| match operation(request) {
        "RespondToAuthChallenge" => Verdict::SendTwice,
        _ => Verdict::Send,
    })
    .await?;
    fixture.sign_in().await?;
    fixture.client.sign_out().await?;
    fixture.begin_tampering();
    expect(&fixture.sign_in().await.unwrap_err(), ErrorKind::NotAuthorized, "NotAuthorizedException");
    Ok(())
}

#[tokio::test]
async fn an_altered_srp_a_is_refused() -> Result<()> {
    let fixture = Fixture::with(|request| {
        if operation(request) == "InitiateAuth" {
            alter_json(request, |body| body["AuthParameters"]["SRP_A"] = json!("2"));
        }
        Verdict::Send
    })
    .await?;
    fixture.begin_tampering();
    expect(&fixture.sign_in().await.unwrap_err(), ErrorKind::NotAuthorized, "NotAuthorizedException");
    Ok(())
}

#[tokio::test]
async fn a_forged_id_token_is_refused_by_the_identity_pool() -> Result<()> {
    let fixture = Fixture::with(|request| {
        if matches!(operation(request), "GetId" | "GetCredentialsForIdentity") {
            alter_json(request, |body| {
                for token in body["Logins"].as_object_mut().into_iter().flatten() {
                    let (signed, _signature) = token.1.as_str().unwrap().rsplit_once('.').unwrap();
                    *token.1 = json!(format!("{signed}.{}", "A".repeat(342)));
                }
            });
        }
        Verdict::Send
    })
    .await?;
    fixture.sign_in().await?;
    fixture.begin_tampering();
    let error = fixture.client.credentials().await.unwrap_err();
    expect(&error, ErrorKind::NotAuthorized, "NotAuthorizedException");
    assert!(fixture.client.current_user().await?.is_some(), "the session is not to blame");
    Ok(())
}

#[tokio::test]
async fn an_altered_body_is_refused() -> Result<()> {
    let fixture = Fixture::with(|request| {
        let mut body = request.body().to_vec();
        if let Some(byte) = body.iter_mut().rev().find(|byte| byte.is_ascii_alphabetic()) {
            *byte = if *byte == b'x' { b'y' } else { b'x' };
        }
        *request.body_mut() = Bytes::from(body);
        Verdict::Send
    })
    .await?;
    let (key, object) = fixture.prepare().await?;
    fixture.begin_tampering();
    fixture.item_refused(&key, "InvalidSignatureException").await;
    fixture.object_refused(&object, "XAmzContentSHA256Mismatch").await;
    Ok(())
}

#[tokio::test]
async fn an_altered_header_is_refused() -> Result<()> {
    let fixture = Fixture::with(|request| {
        request.headers_mut().insert("x-amz-date", "20200101T000000Z".parse().unwrap());
        Verdict::Send
    })
    .await?;
    let (key, object) = fixture.prepare().await?;
    fixture.begin_tampering();
    fixture.item_refused(&key, "InvalidSignatureException").await;
    let error = fixture.client.s3()?.put(&object, "hello").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignatureRefused, "{error:?}");
    Ok(())
}

#[tokio::test]
async fn an_altered_path_or_query_is_refused() -> Result<()> {
    let fixture = Fixture::with(|request| {
        let altered = request.uri().to_string().replace("note.txt", "other.txt");
        *request.uri_mut() = altered.parse().unwrap();
        Verdict::Send
    })
    .await?;
    let (_, object) = fixture.prepare().await?;
    fixture.begin_tampering();
    fixture.object_refused(&object, "SignatureDoesNotMatch").await;

    let fixture = Fixture::with(|request| {
        let altered = request.uri().to_string().replace("prefix=private", "prefix=public");
        *request.uri_mut() = altered.parse().unwrap();
        Verdict::Send
    })
    .await?;
    let (_, object) = fixture.prepare().await?;
    fixture.begin_tampering();
    let list = fixture.client.s3()?.list(object.trim_end_matches("note.txt"));
    let error = list.page().await.unwrap_err();
    expect(&error, ErrorKind::SignatureRefused, "SignatureDoesNotMatch");
    Ok(())
}

#[tokio::test]
async fn a_dropped_or_altered_session_token_is_refused() -> Result<()> {
    let dropped: fn(&mut Request) -> Verdict = |request| {
        request.headers_mut().remove("x-amz-security-token");
        Verdict::Send
    };
    let altered: fn(&mut Request) -> Verdict = |request| {
        if request.headers().contains_key("x-amz-security-token") {
            request.headers_mut().insert("x-amz-security-token", "altered".parse().unwrap());
        }
        Verdict::Send
    };
    for alter in [dropped, altered] {
        let fixture = Fixture::with(alter).await?;
        let (key, object) = fixture.prepare().await?;
        fixture.begin_tampering();
        let read: Result<Option<Value>, Error> = fixture.client.dynamodb()?.get(&key).await;
        assert_eq!(read.unwrap_err().kind(), ErrorKind::SignatureRefused);
        let error = fixture.client.s3()?.put(&object, "hello").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SignatureRefused, "{error:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_request_without_a_signature_is_refused() -> Result<()> {
    let fixture = Fixture::with(|request| {
        request.headers_mut().remove("authorization");
        Verdict::Send
    })
    .await?;
    let (key, object) = fixture.prepare().await?;
    fixture.begin_tampering();
    fixture.item_refused(&key, "MissingAuthenticationTokenException").await;
    let error = fixture.client.s3()?.put(&object, "hello").await.unwrap_err();
    expect(&error, ErrorKind::AccessDenied, "AccessDenied");
    Ok(())
}

#[tokio::test]
async fn a_stolen_access_token_dies_with_the_session() -> Result<()> {
    let stolen = Arc::new(std::sync::Mutex::new(None));
    let replacement = Arc::clone(&stolen);
    let fixture = Fixture::with(move |request| {
        if operation(request) == "GetUser" {
            let stolen = replacement.lock().unwrap().clone();
            alter_json(request, |body| body["AccessToken"] = json!(stolen));
        }
        Verdict::Send
    })
    .await?;
    fixture.sign_in().await?;
    *stolen.lock().unwrap() = Some(fixture.client.access_token().await?.jwt().to_owned());
    fixture.client.sign_out_everywhere().await?;
    fixture.sign_in().await?;
    fixture.begin_tampering();
    let error = fixture.client.account().attributes().await.unwrap_err();
    expect(&error, ErrorKind::NotAuthorized, "NotAuthorizedException");
    Ok(())
}
