//! Runs every scenario on its own local-aws.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use libtest_mimic::{Arguments, Trial};
use poolpass_tests::scenario::{BackendKind, Scenario};
use poolpass_tests::{Backend, EventLog, play};
use tracing::dispatcher::{self, Dispatch};

/// The time limit of a scenario.
const LIMIT: Duration = Duration::from_secs(120);

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
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
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
        let played = async { play(scenario, &Backend::local_aws().await?).await };
        tokio::time::timeout(LIMIT, played).await.context("it does not end")?
    })?;
    drop(guard);
    log.check()
}
