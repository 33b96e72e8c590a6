//! Uses S3: the user's own prefix, a shared link, and another user's prefix.

use std::time::Duration;

use anyhow::{Result, ensure};
use bytes::Bytes;
use poolpass::ErrorKind;
use poolpass::platform::{HttpTransport, Transport};

use crate::narrator::Narrator;
use crate::people::People;
use crate::setting::Setting;

const TEXT: &str = "The Analytical Engine weaves algebraic patterns.";
const SOMEBODY_ELSE: &str = "eu-west-1:00000000-0000-4000-8000-000000000000";

pub(crate) async fn tell(_setting: &Setting, people: &People, narrator: &mut Narrator) -> Result<()> {
    let bucket = people.laptop.s3()?;
    let key = bucket.private_path("notes/first letter.txt").await?;

    narrator.step("put an object under the own prefix", "PutObject", bucket.put(&key, TEXT)).await?;
    let read = async { bucket.get(&key).await?.bytes().await };
    let read = narrator.step("get it", "GetObject", read).await?;
    ensure!(read == TEXT, "another text came back");

    let link = bucket.presign_get(&key, Duration::from_secs(60));
    let link = narrator.step("make a link that lives for a minute", "(presigned GetObject)", link).await?;
    let shared =
        narrator.step("read it through the link, without signing", "GetObject", fetch(link.as_str())).await?;
    ensure!(shared == TEXT, "another text came back");

    let foreign = format!("private/{SOMEBODY_ELSE}/diary.txt");
    let refused = [ErrorKind::AccessDenied];
    narrator
        .refused("be refused another person's prefix", "GetObject", &refused, bucket.get(&foreign))
        .await?;
    narrator.step("delete the object", "DeleteObject", bucket.delete(&key)).await?;
    Ok(())
}

async fn fetch(url: &str) -> Result<Bytes> {
    let request = http::Request::get(url).body(Bytes::new())?;
    let response = HttpTransport::new()?.send(request).await?;
    ensure!(response.status().is_success(), "the link was refused: {}", response.status());
    Ok(response.into_body().bytes(1024 * 1024).await?)
}
