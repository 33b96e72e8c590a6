//! S3's documented behaviour. Each row of `tests/data/s3_behaviour.json` has a request, the documented result, and where AWS
//! documents it.
//!
//! Every row starts with a bucket that holds `key` (`0123456789`), `archived` (storage class GLACIER), `folder/a` and `folder/b`.
//! Placeholders: `{etag}` is the ETag of `key`, `{md5}` the digest of the request's body, `{crc32:TEXT}` a checksum, and
//! `{x:COUNT}` that many letters.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use s3s::crypto::{Checksum as _, Crc32, Md5};
use serde::Deserialize;

use super::tests::{Bucket, header};
use crate::test_support::{Answer, Draft};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    rule: String,
    source: String,
    request: Request,
    answer: Expected,
    /// The contents of keys after the request; null for a missing key.
    #[serde(default)]
    afterwards: BTreeMap<String, Option<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    method: String,
    target: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    status: u16,
    #[serde(default)]
    code: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    elements: BTreeMap<String, String>,
    body: Option<String>,
    contains: Option<String>,
    lacks: Option<String>,
}

#[tokio::test]
async fn s3_does_what_its_documentation_says() {
    let rows: Vec<Row> =
        serde_json::from_str(include_str!("../../tests/data/s3_behaviour.json")).expect("rows");
    let mut wrong = Vec::new();
    for row in &rows {
        if let Err(difference) = check(row).await {
            wrong.push(format!("{} ({}): {difference}", row.rule, row.source));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    assert!(rows.len() > 100, "the rows were found");
}

async fn check(row: &Row) -> Result<(), String> {
    let bucket = Bucket::new().await;
    let put = bucket.put("key", "0123456789").await.expect_ok();
    let etag = header(&put, "etag").to_owned();
    let archived = Draft::new("PUT", "/bucket/archived").header("x-amz-storage-class", "GLACIER");
    bucket.send(archived.body("cold")).await.expect_ok();
    bucket.put("folder/a", "a").await.expect_ok();
    bucket.put("folder/b", "b").await.expect_ok();

    let body = fill(&row.request.body, &etag, "");
    let mut draft = Draft::new(&row.request.method, &row.request.target);
    for (name, value) in &row.request.headers {
        draft = draft.header(name, &fill(value, &etag, &body));
    }
    let answer = bucket.send(draft.body(body)).await;
    compare(&row.answer, &answer, &etag, row.request.method == "HEAD")?;
    for (target, content) in &row.afterwards {
        let found = bucket.send(Draft::new("GET", target)).await;
        let found = (found.status.as_u16() != 404).then(|| found.text());
        if found != *content {
            return Err(format!("{target} holds {found:?} afterwards"));
        }
    }
    Ok(())
}

/// An answer to HEAD has no body, and so no code.
fn compare(expected: &Expected, answer: &Answer, etag: &str, is_head: bool) -> Result<(), String> {
    let mut comparisons = vec![
        ("status".to_owned(), expected.status.to_string(), answer.status.as_u16().to_string()),
        ("code".to_owned(), expected.code.clone(), if is_head { String::new() } else { answer.code() }),
    ];
    for (name, value) in &expected.headers {
        comparisons.push((name.clone(), fill(value, etag, ""), header(answer, name).to_owned()));
    }
    for (name, value) in &expected.elements {
        comparisons.push((name.clone(), fill(value, etag, ""), answer.xml(name)));
    }
    if let Some(body) = &expected.body {
        comparisons.push(("body".to_owned(), body.clone(), answer.text()));
    }
    if let Some((name, expected, actual)) =
        comparisons.iter().find(|(_, expected, actual)| expected != actual)
    {
        return Err(format!("{name} is {actual:?} instead of {expected:?}: {}", answer.text()));
    }
    let text = answer.text();
    let lacks = expected.contains.as_ref().is_some_and(|part| !text.contains(part));
    let has = expected.lacks.as_ref().is_some_and(|part| text.contains(part));
    if lacks || has { Err(text) } else { Ok(()) }
}

fn fill(text: &str, etag: &str, body: &str) -> String {
    let mut filled =
        text.replace("{etag}", etag).replace("{md5}", &STANDARD.encode(Md5::checksum(body.as_bytes())));
    while let Some((before, rest)) = filled.split_once("{crc32:") {
        let (content, after) = rest.split_once('}').expect("a closed placeholder");
        filled = format!("{before}{}{after}", STANDARD.encode(Crc32::checksum(content.as_bytes())));
    }
    while let Some((before, rest)) = filled.split_once("{x:") {
        let (count, after) = rest.split_once('}').expect("a closed placeholder");
        filled = format!("{before}{}{after}", "x".repeat(count.parse().expect("a number")));
    }
    filled
}
