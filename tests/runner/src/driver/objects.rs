//! S3.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use futures_util::TryStreamExt;
use poolpass::Error;
use poolpass::s3::{Bucket, ByteRange, GetOptions, ListOptions, ObjectMetadata, PutOptions, PutResult};
use serde_json::{Value, json};

use super::{Driver, Outcome, nothing};
use crate::arguments::Arguments;

impl Driver {
    pub(super) async fn object_operation(&self, operation: &str, with: Arguments<'_>) -> Option<Outcome> {
        let operation = operation.strip_prefix("bucket.")?;
        Some(match self.client().s3() {
            Ok(bucket) => perform(&bucket, operation, with).await,
            Err(error) => Ok(Err(error)),
        })
    }
}

async fn perform(bucket: &Bucket, operation: &str, with: Arguments<'_>) -> Outcome {
    match operation {
        "put" => {
            let body = with.text("body")?.to_owned();
            let stored = bucket.put(with.text("key")?, body).options(put_options(with)).await;
            Ok(stored.map(|stored| put_result(&stored)))
        }
        "get" => {
            let options = GetOptions {
                range: range(with)?,
                if_none_match: with.maybe_text("ifNoneMatch").map(str::to_owned),
                ..GetOptions::default()
            };
            Ok(get(bucket, with.text("key")?, options).await)
        }
        "head" => Ok(bucket.head(with.text("key")?).await.map(|metadata| describe(&metadata))),
        "delete" => nothing(bucket.delete(with.text("key")?).await),
        "copy" => {
            let copied = bucket.copy(with.text("from")?, with.text("to")?).await;
            Ok(copied.map(|copied| put_result(&copied)))
        }
        "list" => {
            let options = ListOptions {
                delimiter: with.maybe_text("delimiter").map(str::to_owned),
                page_size: with.maybe_number("pageSize").map(u32::try_from).transpose()?,
                ..ListOptions::default()
            };
            Ok(list(bucket, with.text("prefix")?, options).await)
        }
        "upload" => upload(bucket, with).await,
        "presignGet" => {
            let url = bucket.presign_get(with.text("key")?, with.seconds("expiresIn")?).await;
            Ok(url.map(|url| json!({ "url": url.as_str() })))
        }
        "presignPut" => {
            let url = bucket
                .presign_put(with.text("key")?, with.seconds("expiresIn")?)
                .options(put_options(with))
                .await;
            Ok(url.map(|url| json!({ "url": url.as_str() })))
        }
        other => bail!("there is no operation \"bucket.{other}\""),
    }
}

async fn get(bucket: &Bucket, key: &str, options: GetOptions) -> Result<Value, Error> {
    let object = bucket.get(key).options(options).await?;
    let metadata = describe(object.metadata());
    Ok(json!({ "metadata": metadata, "text": object.text().await? }))
}

async fn list(bucket: &Bucket, prefix: &str, options: ListOptions) -> Result<Value, Error> {
    let (mut objects, mut common_prefixes) = (Vec::new(), Vec::new());
    let mut pages = bucket.list(prefix).options(options).pages();
    while let Some(page) = pages.try_next().await? {
        objects.extend(page.objects.into_iter().map(|object| json!({ "key": object.key })));
        common_prefixes.extend(page.common_prefixes);
    }
    Ok(json!({ "objects": objects, "commonPrefixes": common_prefixes }))
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

fn put_options(with: Arguments<'_>) -> PutOptions {
    PutOptions {
        content_type: with.maybe_text("contentType").map(str::to_owned),
        if_absent: with.flag("ifAbsent"),
        ..PutOptions::default()
    }
}

fn range(with: Arguments<'_>) -> Result<Option<ByteRange>> {
    let Some(range) = with.0.get("range") else { return Ok(None) };
    let end = |name: &str| range[name].as_u64().with_context(|| format!("a range needs {name:?}"));
    Ok(Some(ByteRange::Between(end("start")?, end("end")?)))
}

fn put_result(result: &PutResult) -> Value {
    json!({ "etag": result.etag, "versionId": result.version_id })
}

fn describe(metadata: &ObjectMetadata) -> Value {
    json!({ "size": metadata.size, "contentType": metadata.content_type, "etag": metadata.etag })
}
