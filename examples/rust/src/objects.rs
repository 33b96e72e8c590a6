//! Uses S3: the user's own prefix, a shared link, and another user's prefix.

use std::time::Duration;

use anyhow::{Result, ensure};
use bytes::Bytes;
use poolpass::ErrorKind;
use poolpass::platform::{HttpTransport, Transport};

use crate::environment::Environment;
use crate::people::People;
use crate::step_log::StepLog;

const TEXT: &str = "The Analytical Engine weaves algebraic patterns.";
const SOMEBODY_ELSE: &str = "eu-west-1:00000000-0000-4000-8000-000000000000";

pub(crate) async fn run(_environment: &Environment, people: &People, log: &mut StepLog) -> Result<()> {
    let bucket = people.laptop.s3()?;
    let key = bucket.private_path("notes/first letter.txt").await?;

    log.step("put an object under the own prefix", "PutObject", bucket.put(&key, TEXT)).await?;
    let read = async { bucket.get(&key).await?.bytes().await };
    let read = log.step("get it", "GetObject", read).await?;
    ensure!(read == TEXT, "another text came back");

    let link = bucket.presign_get(&key, Duration::from_secs(60));
    let link = log.step("make a link that lives for a minute", "(presigned GetObject)", link).await?;
    let shared =
        log.step("read it through the link, without signing", "GetObject", fetch(link.as_str())).await?;
    ensure!(shared == TEXT, "another text came back");

    let foreign = format!("private/{SOMEBODY_ELSE}/diary.txt");
    let refused = [ErrorKind::AccessDenied];
    log.refused("be refused another person's prefix", "GetObject", &refused, bucket.get(&foreign)).await?;
    log.step("delete the object", "DeleteObject", bucket.delete(&key)).await?;
    Ok(())
}

async fn fetch(url: &str) -> Result<Bytes> {
    let request = http::Request::get(url).body(Bytes::new())?;
    let response = HttpTransport::new()?.send(request).await?;
    ensure!(response.status().is_success(), "the link was refused: {}", response.status());
    Ok(response.into_body().bytes(1024 * 1024).await?)
}
