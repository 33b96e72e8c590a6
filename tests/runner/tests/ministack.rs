//! Runs the scenarios for ministack on a running ministack.
//!
//! `cargo xtask ministack` starts and provisions one and sets `POOLPASS_BACKEND_CONFIG`.

use std::process::ExitCode;

use anyhow::{Context, Result};
use libtest_mimic::{Arguments, Trial};
use poolpass_tests::scenario::{BackendKind, Scenario};
use poolpass_tests::{Backend, play};

fn main() -> ExitCode {
    let Some(path) = std::env::var_os("POOLPASS_BACKEND_CONFIG") else {
        eprintln!("ministack: POOLPASS_BACKEND_CONFIG is not set; `cargo xtask ministack` sets it");
        return ExitCode::FAILURE;
    };
    match trials(path.as_ref()) {
        Ok(trials) => {
            // All scenarios share one server and its users.
            let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
            libtest_mimic::run(&arguments, trials).exit_code()
        }
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

fn trials(config: &std::path::Path) -> Result<Vec<Trial>> {
    let config = std::fs::read_to_string(config).with_context(|| config.display().to_string())?;
    let config: serde_json::Value = serde_json::from_str(&config)?;
    let trial = |(name, scenario): (String, Scenario)| {
        let config = config.clone();
        Trial::test(name, move || run(&scenario, config).map_err(|error| format!("{error:#}").into()))
    };
    let of_ministack =
        |(_, scenario): &(String, Scenario)| scenario.backends.contains(&BackendKind::Ministack);
    Ok(Scenario::all()?.into_iter().filter(of_ministack).map(trial).collect())
}

fn run(scenario: &Scenario, config: serde_json::Value) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let backend = Backend::running(BackendKind::Ministack, config)?;
        play(scenario, &backend).await
    })
}
