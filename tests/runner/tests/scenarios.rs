//! Runs every scenario on its own local-aws, and checks that together they call every operation that a user pool offers to clients.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, ensure};
use libtest_mimic::{Arguments, Trial};
use poolpass_tests::scenario::{BackendKind, Scenario};
use poolpass_tests::{Backend, EventLog, play};
use serde_json::Value;
use tracing::dispatcher::{self, Dispatch};

/// The time limit of a scenario.
const LIMIT: Duration = Duration::from_secs(120);

/// The operations that scenarios have called.
static CALLED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn main() -> ExitCode {
    let trials = match Scenario::all() {
        Ok(scenarios) => scenarios,
        Err(error) => {
            eprintln!("{error:?}");
            return ExitCode::FAILURE;
        }
    };
    let trials = trials
        .into_iter()
        .filter(|(_, scenario)| scenario.backends.contains(&BackendKind::LocalAws))
        .map(|(name, scenario)| {
            Trial::test(name, move || run(&scenario).map_err(|error| format!("{error:#}").into()))
        })
        .collect();
    let arguments = Arguments::from_args();
    let conclusion = libtest_mimic::run(&arguments, trials);
    let is_whole = arguments.filter.is_none() && arguments.skip.is_empty() && !arguments.list;
    if !conclusion.has_failed()
        && is_whole
        && let Err(error) = check_called()
    {
        eprintln!("{error:#}");
        return ExitCode::FAILURE;
    }
    conclusion.exit_code()
}

/// The operations of AWS's model that need no signature are those that were called.
fn check_called() -> anyhow::Result<()> {
    const MODEL: &str = include_str!("../../../crates/local-aws/src/model.json");

    let model: Value = serde_json::from_str(MODEL)?;
    let offered = model["cognito-idp"]["errors"].as_object().context("no operations")?;
    let called = CALLED.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut seen, mut wrong) = (0, Vec::new());
    for operation in offered.keys() {
        if called.contains(operation) {
            seen += 1;
        } else {
            wrong.push(format!("no scenario calls {operation}"));
        }
    }
    println!("{seen} of {} operations of a client are called", offered.len());
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn run(scenario: &Scenario) -> anyhow::Result<()> {
    let log = EventLog::default();
    for user in scenario.users.values() {
        log.add_secret(&user.password);
    }
    let subscriber = Dispatch::new(log.clone());
    let guard = dispatcher::set_default(&subscriber);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        // For as long as the thread lives, which plays nothing else.
        .on_thread_start(move || std::mem::forget(dispatcher::set_default(&subscriber)))
        .build()?;
    runtime.block_on(async {
        let played = async {
            let backend = Backend::local_aws().await?;
            play(scenario, &backend).await?;
            let called = backend.called().await?;
            CALLED.lock().unwrap_or_else(PoisonError::into_inner).extend(called);
            anyhow::Ok(())
        };
        tokio::time::timeout(LIMIT, played).await.context("it does not end")?
    })?;
    drop(guard);
    log.check()
}
