//! Runs every operation of the SDK with every fault: with the real HTTP transport, a proxy that causes the fault, and local-aws
//! behind it. Time passes only while every task waits. `tests/faults.md` lists the expected results.
//!
//! ```sh
//! cargo xtask faults
//! ```
//!
//! The environment variables `OPERATION` and `FAULT` select a row and a column.

#![expect(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's own modules; what its helpers do not expect fails it"
)]

mod browser;
mod cell;
mod expectation;
mod fixture;
mod misbehaviour;
mod operations;
mod proxy;
mod store;
mod tables;
mod time;
mod transport;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use tokio::runtime::{Builder, Runtime};

use cell::WorstCase;
use expectation::{Cell, Expectations};
use fixture::Environment;
use transport::Plan;

/// As many as the cores of a CI machine.
const WORKERS: usize = 2;
const LEAST_CELLS: usize = 4000;

#[test]
fn every_operation_ends_as_the_tables_say() {
    let chosen = |name: &str, value: &str| std::env::var(name).is_ok_and(|chosen| chosen != value);
    let mut cells = Expectations::read().cells();
    cells.retain(|cell| !chosen("OPERATION", cell.operation) && !chosen("FAULT", cell.fault));
    let is_all = std::env::var_os("OPERATION").is_none() && std::env::var_os("FAULT").is_none();
    let wrong = play_all(&cells);
    println!("{} cells, {} wrong", cells.len(), wrong.len());
    assert!(wrong.is_empty(), "{} of {} cells are wrong:\n{}", wrong.len(), cells.len(), wrong.join("\n"));
    assert!(!is_all || cells.len() >= LEAST_CELLS, "only {} cells", cells.len());
}

#[test]
fn the_tables_and_the_program_have_the_same_operations() {
    let listed: Vec<&str> = Expectations::read().operations().collect();
    let played: Vec<&str> = operations::all().iter().map(|operation| operation.name).collect();
    assert_eq!(listed.iter().collect::<BTreeSet<_>>(), played.iter().collect::<BTreeSet<_>>());
    assert_eq!(listed.len(), played.len(), "a row stands there twice");
}

#[test]
fn whatever_the_surface_offers_is_played_or_says_why_not() {
    const SURFACE: &str = include_str!("../../../surface.json");

    let expectations = Expectations::read();
    let played: BTreeSet<&str> =
        expectations.operations().map(|operation| operation.split(' ').next().unwrap()).collect();
    let not_played: BTreeSet<&str> = expectations.not_played().collect();
    let surface: serde_json::Value = serde_json::from_str(SURFACE).unwrap();
    let mut offered = BTreeSet::new();
    for (kind, methods) in surface["operations"].as_object().unwrap() {
        for method in methods.as_array().unwrap() {
            offered.insert(format!("{kind}.{}", method.as_str().unwrap()));
        }
        offered.insert(kind.clone());
    }
    for name in played.iter().chain(&not_played) {
        assert!(offered.contains(*name), "{name} is not offered");
    }
    for method in offered.iter().filter(|name| name.contains('.')) {
        let is_played = played.contains(method.as_str());
        let is_explained =
            not_played.contains(method.as_str()) || not_played.contains(method.split('.').next().unwrap());
        assert!(is_played != is_explained, "{method} is neither in the matrix nor explained, or both");
    }
}

#[test]
fn no_call_takes_longer_than_it_may() {
    let expectations = Expectations::read();
    let mut wrong = Vec::new();
    in_an_environment(|environment, runtime| {
        for operation in operations::all() {
            for worst_case in WorstCase::ALL {
                let limit = expectations.limit(operation.name, worst_case.column());
                match runtime.block_on(cell::wait(environment, &operation, worst_case)) {
                    Ok(took) if took <= limit => {}
                    outcome => wrong
                        .push(format!("{}, {worst_case:?}: {outcome:?}, at most {limit:?}", operation.name)),
                }
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn in_an_environment(play: impl FnOnce(&Arc<Environment>, &Runtime)) {
    let servers = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let environment = Environment::start(&servers, &runtime).unwrap();
    play(&environment, &runtime);
    runtime.shutdown_background();
}

/// Runs the cells and returns a line for each difference.
fn play_all(cells: &[Cell]) -> Vec<String> {
    let servers = Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build().unwrap();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| work(&servers, cells, &next, &wrong));
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    wrong
}

fn work(servers: &Runtime, cells: &[Cell], next: &AtomicUsize, wrong: &Mutex<Vec<String>>) {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let environment = Environment::start(servers, &runtime).unwrap();
    let operations = operations::all();
    runtime.block_on(async {
        while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
            let operation = operations.iter().find(|operation| operation.name == cell.operation);
            let operation = operation.unwrap_or_else(|| panic!("nobody can play {}", cell.operation));
            let plan = Plan { fault: cell.fault, target: cell.target, once: cell.once };
            let differences = match cell::play(&environment, operation, plan).await {
                Ok(observed) => cell.differences(&observed),
                Err(error) => vec![format!("cannot be played: {error:#}")],
            };
            let once = if cell.once { ", once" } else { "" };
            let lines =
                differences.iter().map(|it| format!("{}, {}{once}: {it}", cell.operation, cell.fault));
            wrong.lock().unwrap().extend(lines);
        }
    });
    runtime.shutdown_background();
}
