//! Measures the memory that answers take, with a counting allocator. It is a separate program with one test, since other tests would
//! be counted too.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, ensure};
use bytes::Bytes;
use futures_util::TryStreamExt;
use peak_alloc::PeakAlloc;
use poolpass::dynamodb::Item;
use poolpass::platform::{Body, BoxFuture, Request, Response, Transport, TransportError};
use poolpass::{Client, Config, ErrorKind};
use serde::Deserialize;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const MB: usize = 1024 * 1024;

/// Answers with a guest's credentials, and every other request with the same answer, newly allocated as from a network.
#[derive(Clone, Debug)]
struct Always(Arc<dyn Answer>, Arc<AtomicUsize>);

trait Answer: Fn() -> Vec<u8> + Send + Sync {}
impl<F: Fn() -> Vec<u8> + Send + Sync> Answer for F {}
impl std::fmt::Debug for dyn Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answer")
    }
}

impl Transport for Always {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let target =
            request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or("");
        let body = match target {
            "AWSCognitoIdentityService.GetId" => br#"{"IdentityId":"eu-west-1:guest"}"#.to_vec(),
            "AWSCognitoIdentityService.GetCredentialsForIdentity" => br#"{"IdentityId":"eu-west-1:guest","Credentials":{"AccessKeyId":"ASIAGUEST","SecretKey":"s","SessionToken":"t","Expiration":4102444800}}"#.to_vec(),
            _ => {
                // Memory that is in use before the answer arrives does not count.
                MEMORY.reset_peak_usage();
                self.1.store(MEMORY.current_usage(), Ordering::Relaxed);
                (self.0)()
            }
        };
        Box::pin(async move { Ok(Response::new(Body::from(Bytes::from(body)))) })
    }
}

/// The largest allocated memory while an answer was read and held, minus the memory before.
async fn peak<F: Future<Output = Result<()>>>(
    answer: impl Fn() -> Vec<u8> + Send + Sync + 'static,
    call: impl FnOnce(Client) -> F,
) -> Result<usize> {
    let base = Arc::new(AtomicUsize::new(0));
    let config = Config::builder()
        .user_pool("eu-west-1_AbC", "client")
        .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
        .table("notes")
        .build()?;
    let transport = Always(Arc::new(answer), Arc::clone(&base));
    call(Client::builder(config).transport(transport).build()?).await?;
    Ok(MEMORY.peak_usage() - base.load(Ordering::Relaxed))
}

fn repeated(start: &str, piece: &str, end: &str, length: usize) -> Vec<u8> {
    let mut answer = Vec::with_capacity(length + end.len());
    answer.extend_from_slice(start.as_bytes());
    while answer.len() + piece.len() < length {
        answer.extend_from_slice(piece.as_bytes());
        answer.push(b',');
    }
    answer.extend_from_slice(piece.as_bytes());
    answer.extend_from_slice(end.as_bytes());
    answer
}

#[derive(Debug, Deserialize)]
struct Tiny {
    #[expect(dead_code, reason = "read from an item to be held")]
    a: u8,
}

#[tokio::test]
async fn an_answer_takes_a_small_multiple_of_its_bytes() -> Result<()> {
    let page = || repeated(r#"{"Count":1,"ScannedCount":1,"Items":["#, r#"{"a":{"N":"1"}}"#, "]}", MB);
    let mut found = Vec::new();
    let raw = peak(page, |client| async move {
        let page = client.dynamodb()?.scan::<Item>().page().await?;
        ensure!(page.items.len() > 60_000, "there are {} items", page.items.len());
        Ok(())
    });
    found.push(("a page of tiny items", raw.await?, 12 * MB));
    let typed = peak(page, |client| async move {
        let all: Vec<Tiny> = client.dynamodb()?.scan().all().await?;
        ensure!(all.len() > 60_000, "there are {} items", all.len());
        Ok(())
    });
    found.push(("the same as a type of the app's", typed.await?, 12 * MB));
    let streamed = peak(page, |client| async move {
        let items = client.dynamodb()?.scan::<serde_json::Value>().items();
        let count = items.try_fold(0_usize, |count, _| async move { Ok(count + 1) }).await?;
        ensure!(count > 60_000, "there are {count} items");
        Ok(())
    });
    found.push(("the same one by one", streamed.await?, 12 * MB));

    let hostile = || repeated(r#"{"Items":[],"Junk":["#, r#"{"":0}"#, "]}", 15 * MB);
    let junk = peak(hostile, |client| async move {
        client.dynamodb()?.scan::<Item>().page().await?;
        Ok(())
    });
    found.push(("junk in an answer of DynamoDB's", junk.await?, 4 * 15 * MB));
    let sign_in = peak(hostile, |client| async move {
        let error = client.sign_in("ada", "password").await.expect_err("an answer of junk");
        ensure!(error.kind() == ErrorKind::InvalidResponse, "{error}");
        Ok(())
    });
    found.push(("junk in an answer of Cognito's", sign_in.await?, 4 * 15 * MB));

    for (what, peak, limit) in &found {
        println!("{what}: {:.1} MB of {} MB", *peak as f64 / MB as f64, limit / MB);
    }
    for (what, peak, limit) in found {
        ensure!(peak < limit, "{what} takes {peak} bytes, more than {limit}");
    }
    Ok(())
}
