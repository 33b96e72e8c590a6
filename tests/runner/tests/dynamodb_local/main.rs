//! Compares local-aws's DynamoDB with Amazon's DynamoDB Local. Both get the same requests in the same order.
//!
//! The requests come from `data/dynamodb_requests.json` or are generated. Known differences are listed with their reasons: single
//! requests in `data/dynamodb_differences.json`, and pairs of messages in `data/dynamodb_kinds.json`. An entry that no longer differs
//! fails the test too.
//! `cargo xtask dynamodb-local` starts DynamoDB Local and sets `POOLPASS_DYNAMODB_LOCAL`.

mod compare;
mod conditions;
mod expressions;
mod generate;
mod members;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use local_aws::{LocalAws, Options};
use poolpass::platform::{HttpTransport, Transport as _};
use poolpass::{Credentials, sigv4};
use serde_json::Value;

use self::compare::{Answer, Difference, Kind};

/// An operation and its input.
type Request = (String, Value);

#[tokio::test(flavor = "multi_thread")]
async fn local_aws_answers_as_dynamodb_local_does() -> Result<()> {
    let judge = std::env::var("POOLPASS_DYNAMODB_LOCAL")
        .context("POOLPASS_DYNAMODB_LOCAL is not set; `cargo xtask dynamodb-local` sets it")?;
    let local = LocalAws::start(Options::default()).await?;
    let transport = HttpTransport::new()?;

    let mut requests: Vec<Request> = serde_json::from_str(include_str!("../../data/dynamodb_requests.json"))?;
    requests.extend(generate::requests(200));
    requests.extend(members::requests());
    requests.extend(expressions::requests());
    requests.extend(tables::requests());
    requests.extend(conditions::requests());
    let excused: BTreeMap<String, String> =
        serde_json::from_str(include_str!("../../data/dynamodb_differences.json"))?;
    let kinds: Vec<Kind> = serde_json::from_str(include_str!("../../data/dynamodb_kinds.json"))?;
    let (mut wrong, mut seen, mut seen_kinds) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for (index, request) in requests.iter().enumerate() {
        let (operation, input) = request;
        let name = format!("{operation} {}", compare::digest(input));
        let expected = send(&transport, &judge, operation, input).await?;
        let actual = send(&transport, local.url(), operation, input).await?;
        let Some(difference) = Difference::between(request, &expected, &actual) else { continue };
        if excused.contains_key(&name) {
            seen.insert(name);
        } else if let Some(kind) = kinds.iter().position(|kind| difference.is_of(kind)) {
            seen_kinds.insert(kind);
        } else {
            wrong.push(format!("#{index} \"{name}\"\n  {}\n  {difference}", shortened(&input.to_string())));
        }
    }
    let unused = excused.keys().filter(|name| !seen.contains(*name));
    wrong.extend(unused.map(|name| format!("\"{name}\" is listed and does not differ")));
    let unused = kinds.iter().enumerate().filter(|(index, _)| !seen_kinds.contains(index));
    wrong.extend(
        unused.map(|(_, kind)| format!("no answers are of the kind \"{}\", \"{}\"", kind.judge, kind.local)),
    );
    println!("{} requests", requests.len());
    anyhow::ensure!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

async fn send(transport: &HttpTransport, endpoint: &str, operation: &str, input: &Value) -> Result<Answer> {
    const LIMIT: usize = 64 * 1024 * 1024;
    let mut request = http::Request::post(endpoint)
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .body(Bytes::from(serde_json::to_vec(input)?))?;
    let scope = sigv4::Scope { service: "dynamodb", region: &"eu-west-1".parse()? };
    let root = Credentials::new("test", "test", None, None);
    sigv4::sign(&mut request, &scope, &root, SystemTime::now())?;
    let response = transport.send(request).await.with_context(|| format!("{endpoint} {operation}"))?;
    let status = response.status().as_u16();
    let body = response.into_body().bytes(LIMIT).await?;
    Ok(Answer { status, body: serde_json::from_slice(&body).unwrap_or_default() })
}

fn shortened(text: &str) -> String {
    text.chars().take(300).collect()
}
