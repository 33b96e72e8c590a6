//! S3.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use futures_util::TryStreamExt;
use poolpass::Error;
use poolpass::s3::{Bucket, ByteRange, GetOptions, ListOptions, ObjectMetadata, PutOptions};
use serde_json::{Value, json};

use super::{Actor, Outcome, nothing};
use crate::arguments::Arguments;

impl Actor {
    pub(super) async fn object_operation(&self, operation: &str, with: Arguments<'_>) -> Option<Outcome> {
        let is_known = matches!(
            operation,
            "putObject"
                | "getObject"
                | "headObject"
                | "deleteObject"
                | "copyObject"
                | "listObjects"
                | "upload"
                | "presignGet"
                | "presignPut"
        );
        if !is_known {
            return None;
        }
        Some(match self.client().s3() {
            Ok(bucket) => perform(&bucket, operation, with).await,
            Err(error) => Ok(Err(error)),
        })
    }
}

async fn perform(bucket: &Bucket, operation: &str, with: Arguments<'_>) -> Outcome {
    match operation {
        "putObject" => {
            let body = with.text("body")?.to_owned();
            let stored = bucket.put_with(with.text("key")?, body, put_options(with)?).await;
            Ok(stored.map(|stored| json!({ "etag": stored.etag })))
        }
        "getObject" => {
            let options = GetOptions {
                range: range(with)?,
                if_none_match: with.maybe_text("ifNoneMatch").map(str::to_owned),
                ..GetOptions::default()
            };
            Ok(get(bucket, with.text("key")?, options).await)
        }
        "headObject" => Ok(bucket.head(with.text("key")?).await.map(|metadata| describe(&metadata))),
        "deleteObject" => nothing(bucket.delete(with.text("key")?).await),
        "copyObject" => nothing(bucket.copy(with.text("from")?, with.text("to")?).await),
        "listObjects" => {
            let options = ListOptions {
                delimiter: with.maybe_text("delimiter").map(str::to_owned),
                page_size: with.maybe_number("pageSize").map(u32::try_from).transpose()?,
                ..ListOptions::of(with.text("prefix")?)
            };
            Ok(list(bucket, options).await)
        }
        "upload" => upload(bucket, with).await,
        "presignGet" => {
            let url = bucket.presign_get(with.text("key")?, with.seconds("expiresIn")?).await;
            Ok(url.map(|url| json!(url.as_str())))
        }
        "presignPut" => {
            let url =
                bucket.presign_put(with.text("key")?, with.seconds("expiresIn")?, put_options(with)?).await;
            Ok(url.map(|url| json!(url.as_str())))
        }
        other => bail!("there is no operation {other:?}"),
    }
}

async fn get(bucket: &Bucket, key: &str, options: GetOptions) -> Result<Value, Error> {
    let object = bucket.get_with(key, options).await?;
    let mut description = describe(object.metadata());
    let body = object.bytes().await?;
    description["body"] = json!(String::from_utf8_lossy(&body));
    Ok(description)
}

async fn list(bucket: &Bucket, options: ListOptions) -> Result<Value, Error> {
    let (mut keys, mut prefixes) = (Vec::new(), Vec::new());
    let mut pages = bucket.list_pages(options);
    while let Some(page) = pages.try_next().await? {
        keys.extend(page.objects.into_iter().map(|object| object.key));
        prefixes.extend(page.common_prefixes);
    }
    Ok(json!({ "keys": keys, "prefixes": prefixes }))
}

async fn upload(bucket: &Bucket, with: Arguments<'_>) -> Outcome {
    let mut body = b"so it ends"
        .iter()
        .rev()
        .copied()
        .cycle()
        .take(usize::try_from(with.number("size")?)?)
        .collect::<Vec<_>>();
    body.reverse();
    let parts = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&parts);
    let stored = bucket
        .upload(with.text("key")?, body)
        .part_size(with.number("partSize")?)
        .on_progress(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        })
        .await;
    Ok(stored.map(|_| json!({ "parts": parts.load(Ordering::Relaxed) })))
}

fn put_options(with: Arguments<'_>) -> Result<PutOptions> {
    let if_absent = match with.maybe_text("ifNoneMatch") {
        None => false,
        Some("*") => true,
        Some(other) => bail!("ifNoneMatch is \"*\" when writing, not {other:?}"),
    };
    Ok(PutOptions {
        content_type: with.maybe_text("contentType").map(str::to_owned),
        if_absent,
        ..PutOptions::default()
    })
}

/// Both ends of a range are included in the scenarios, as in HTTP.
fn range(with: Arguments<'_>) -> Result<Option<ByteRange>> {
    if with.0.get("range").is_none() {
        return Ok(None);
    }
    let ends = with.list("range")?.iter().map(Value::as_u64).collect::<Option<Vec<_>>>();
    match ends.context("a range is two numbers")?.as_slice() {
        [first, last] => Ok(Some(ByteRange::Between(*first, last + 1))),
        _ => bail!("a range is two numbers"),
    }
}

fn describe(metadata: &ObjectMetadata) -> Value {
    json!({ "size": metadata.size, "contentType": metadata.content_type, "etag": metadata.etag })
}
