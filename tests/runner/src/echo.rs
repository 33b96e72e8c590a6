//! Calls whose requests get answers that quote their secrets. No error may contain one.

use std::error::Error as _;

use anyhow::{Context, Result, bail, ensure};
use poolpass::Error;
use serde_json::{Map, Value, json};

use crate::backend::Backend;
use crate::driver::Driver;
use crate::event_log::tell_secret;
use crate::scenario::{Call, EachEcho, EchoSpec};

/// Makes the call once for each combination of a format and an encoding.
///
/// # Errors
///
/// If an error shows a secret, or if the server did not echo the expected secrets.
pub(crate) async fn play(
    backend: &Backend,
    driver: &Driver,
    call: &Call,
    with: &Map<String, Value>,
    spec: &EchoSpec,
) -> Result<()> {
    let combinations = backend.echoes().await?;
    let each = if spec.each == EachEcho::All { "all" } else { "some" };
    let combinations = combinations[each].as_array().context("no combinations")?.clone();
    ensure!(combinations.len() >= 20, "only {} combinations", combinations.len());
    let mut failed = 0;
    for echo in &combinations {
        backend.fault(&json!({ "operation": spec.of, "action": { "echo": echo } })).await?;
        let outcome = driver.perform(&call.operation, with).await?;
        let echoed = backend.end_echoes().await?;
        ensure!(echoed["answers"].as_u64() > Some(0), "{echo}: no request of {}", spec.of);
        let leaks = || echoed["leaks"].as_array().into_iter().flatten().filter_map(Value::as_str);
        leaks().for_each(tell_secret);
        for name in &spec.secrets {
            let names = echoed["secrets"].as_array().context("no secrets")?;
            ensure!(names.contains(&json!(name)), "{echo}: {name} is not among {names:?}");
        }
        match outcome {
            Ok(value) if echo["format"] != "status200" => bail!("{echo}: expected an error, got {value}"),
            Ok(_) => {}
            Err(error) => {
                failed += 1;
                for (place, text) in texts(&error) {
                    if let Some(leak) = leaks().find(|leak| text.contains(leak)) {
                        bail!("{echo}: {place} shows {leak:?}: {text}");
                    }
                }
            }
        }
    }
    ensure!(failed >= combinations.len() * 9 / 10, "only {failed} errors");
    Ok(())
}

/// All texts that a program can read from an error.
fn texts(error: &Error) -> Vec<(&'static str, String)> {
    let mut texts = vec![
        ("Display", format!("{error}")),
        ("{:#}", format!("{error:#}")),
        ("Debug", format!("{error:?}")),
        ("{:#?}", format!("{error:#?}")),
        ("message", error.message().to_owned()),
        ("aws_code", error.aws_code().unwrap_or_default().to_owned()),
        ("request_id", error.request_id().unwrap_or_default().to_owned()),
        ("operation", error.operation().unwrap_or_default().to_owned()),
        ("item", format!("{:?}", error.item())),
    ];
    for reason in error.cancellation_reasons() {
        texts.push(("cancellation_reasons", format!("{reason:?} {:?}", reason.item())));
    }
    let mut source = error.source();
    while let Some(below) = source {
        texts.push(("source", format!("{below} {below:?} {below:#?}")));
        source = below.source();
    }
    texts
}
