//! Each operation that a user pool offers to clients, with each error that AWS's model lists for it: local-aws produces the error for
//! AWS's reason, and the SDK gives it its kind. The test prints the table.
//!
//! ```sh
//! cargo xtask operations
//! ```
//!
//! The environment variable `OPERATION` selects an operation.

#![expect(
    unreachable_pub,
    clippy::unwrap_used,
    reason = "a test's own modules; what its helpers do not expect fails it"
)]

mod causes;
mod passkeys;
mod requests;
mod sdk;
mod world;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::runtime::Builder;

use causes::{Cause, Source};
use world::World;

/// As many as the cores of a CI machine.
const WORKERS: usize = 2;

#[test]
fn each_error_of_the_model_is_produced_and_has_its_kind() {
    let chosen = std::env::var("OPERATION").ok();
    let model = model();
    let pairs: Vec<(&str, &str)> = model
        .iter()
        .filter(|(operation, _)| chosen.as_ref().is_none_or(|chosen| chosen == *operation))
        .flat_map(|(operation, errors)| errors.iter().map(|error| (operation.as_str(), error.as_str())))
        .collect();
    let (next, rows) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                while let Some((operation, error)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let row = runtime.block_on(Box::pin(play(operation, error)));
                    rows.lock().unwrap_or_else(PoisonError::into_inner).push((*operation, *error, row));
                }
            });
        }
    });
    let mut rows = rows.into_inner().unwrap();
    rows.sort_by_key(|(operation, error, _)| (*operation, *error));

    println!("| operation | error | how | AWS's message | kind |\n|---|---|---|---|---|");
    let mut wrong = Vec::new();
    for (operation, error, row) in &rows {
        match row {
            Ok(row) => {
                println!("| {operation} | {error} | {} | {} | {} |", row.how, row.message, row.kind);
            }
            Err(cause) => wrong.push(format!("{operation}, {error}: {cause:#}")),
        }
    }
    println!("{} rows, {} wrong", rows.len(), wrong.len());
    assert!(wrong.is_empty(), "{} rows are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_operation_of_the_model_succeeds() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut wrong = Vec::new();
    for operation in model().keys() {
        let outcome: Result<()> = runtime.block_on(Box::pin(async {
            let world = World::start(&Cause::default()).await?;
            let input = requests::valid(&world, operation).await?;
            let answer = world.call(operation, &input).await?;
            ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
            Ok(())
        }));
        if let Err(error) = outcome {
            wrong.push(format!("{operation}: {error:#}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_what_cannot_be_asked_for_is_injected() {
    let injected: BTreeMap<&str, usize> = model()
        .iter()
        .flat_map(|(operation, errors)| errors.iter().map(move |error| (operation.clone(), error.clone())))
        .filter_map(|(operation, error)| match causes::of(&operation, &error)?.source {
            Source::Injected(reason) => Some(reason),
            Source::Asked => None,
        })
        .fold(BTreeMap::new(), |mut counts, reason| {
            *counts.entry(reason).or_default() += 1;
            counts
        });
    println!("{injected:#?}");
    assert!(
        injected.get(causes::UNKNOWN) <= Some(&18),
        "look for what leads to an error before injecting it"
    );
    assert_eq!(injected.get(causes::INSIDE_AWS), Some(&34), "one InternalErrorException each");
    assert_eq!(
        injected.get(causes::FIREWALL),
        Some(&33),
        "UpdateAuthEventFeedback has no ForbiddenException"
    );
}

/// The observed result.
struct Row {
    how: &'static str,
    message: String,
    kind: &'static str,
}

async fn play(operation: &str, error: &str) -> Result<Row> {
    let cause = causes::of(operation, error).context("nothing leads to it")?;
    let world = World::start(&cause).await?;
    let answer = world.provoke(operation, &cause).await?;
    ensure!(answer.code() == error, "local-aws answers {} {}", answer.status, answer.body);
    let message = answer.message();
    ensure!(message.contains(cause.message), "the message is {message:?}");
    let refused = sdk::refusal(operation, &answer).await.context("the SDK")?;
    let kind = match &refused {
        Some(refused) => {
            ensure!(refused.aws_code() == Some(error), "the SDK says {refused:?}");
            refused.kind().code()
        }
        None => "none: the session is over already",
    };
    let expected = causes::kind(operation, error, cause.message);
    ensure!(kind == expected, "the kind is {kind}, expected {expected}: {refused:?}");
    let how = match cause.source {
        Source::Asked => cause.how,
        Source::Injected(reason) => reason,
    };
    Ok(Row { how, message, kind })
}

/// The errors of each operation that needs no signature.
fn model() -> BTreeMap<String, Vec<String>> {
    const MODEL: &str = include_str!("../../../../crates/local-aws/src/model.json");

    let model: Value = serde_json::from_str(MODEL).unwrap();
    let errors = model["cognito-idp"]["errors"].clone();
    serde_json::from_value(errors).unwrap()
}
