//! Processes that are suspended during a call for longer than any time limit, as on a laptop with a closed lid or in a frozen function.
#![cfg(unix)]

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures_util::future::try_join4;
use poolpass::Client;
use poolpass::platform::FileStore;
use poolpass_tests::{PASSWORD, TestPool};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// An attempt of a refresh may take 15 s.
const STANDS_STILL: Duration = Duration::from_secs(17);

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_while_the_process_stood_still_counts() -> Result<()> {
    try_join4(
        suspended(TestPool::rotating(60).await?, "rotation", "GetTokensFromRefreshToken"),
        suspended(TestPool::tracking(Some(60)).await?, "rotation", "GetTokensFromRefreshToken"),
        suspended(TestPool::start().await?, "refresh", "GetTokensFromRefreshToken"),
        suspended(TestPool::start().await?, "sign-in", "RespondToAuthChallenge"),
    )
    .await
    .map(drop)
}

/// Suspends a process during `operation`. Meanwhile the answer arrives, and a rotated token's grace period ends.
async fn suspended(pool: TestPool, activity: &str, operation: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    for user in ["ada", "grace"] {
        pool.add_user(user).await?;
    }
    let client = Client::builder(pool.config()?).store(FileStore::new(folder.path())?).build()?;
    if activity != "sign-in" {
        client.sign_in("ada", PASSWORD).await?.done().context("a challenge where there is none")?;
    }
    pool.fault(json!({ "operation": operation, "times": 1, "action": { "delayMs": 2000 } }))?;
    let mut process = Command::new(env!("CARGO_BIN_EXE_crash"))
        .args(["--worker", activity])
        .env("CRASH_CONFIG", pool.poolpass_json().to_string())
        .env("CRASH_FOLDER", folder.path())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut output = BufReader::new(process.stdout.take().context("no standard output")?).lines();
    while pool.aws.faults().hits() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    signal(&process, "-STOP").await?;
    tokio::time::sleep(STANDS_STILL).await;
    pool.aws.clock().advance_seconds(75);
    signal(&process, "-CONT").await?;
    ensure!(output.next_line().await?.as_deref() == Some("ready"), "{activity} did not begin");
    let first = output.next_line().await?;
    process.kill().await?;
    ensure!(first.as_deref() == Some("done 0"), "{activity} failed");
    ensure!(client.current_user().await?.is_some(), "nobody is signed in after {activity}");
    Ok(())
}

async fn signal(process: &Child, signal: &str) -> Result<()> {
    let id = process.id().context("the process has ended")?;
    let sent = Command::new("kill").arg(signal).arg(id.to_string()).status().await?;
    ensure!(sent.success(), "kill {signal}: {sent}");
    Ok(())
}
