//! Runs steps one after the other and prints a summary.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::step::{Outcome, Step};
use crate::workspace::Workspace;

/// Runs all `steps`, even after one has failed. The last line of output is `N passed, N failed`.
pub(crate) fn run(workspace: &Workspace, steps: &[&Step]) -> ExitCode {
    let mut results = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        println!("\n== {}/{} {}: {}", index + 1, steps.len(), step.name, step.about);
        let (result, took) = timed(|| (step.run)(workspace));
        if let Err(error) = &result {
            println!("{} failed: {error:#}", step.name);
        }
        results.push((step, result, took));
    }

    println!("\n== summary");
    let mut total = Duration::ZERO;
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (step, result, took) in &results {
        total += *took;
        let (verdict, why) = match result {
            Ok(Outcome::Passed) => {
                passed += 1;
                ("passed", String::new())
            }
            Ok(Outcome::Skipped(why)) => {
                skipped += 1;
                ("skipped", why.clone())
            }
            Err(error) => {
                failed += 1;
                ("FAILED", format!("{error:#}"))
            }
        };
        println!("{verdict:>7}  {:<10} {:>7.1} s  {why}", step.name, took.as_secs_f64());
    }
    println!("{:>7}  {:<10} {:>7.1} s\n", "", "total", total.as_secs_f64());
    let skipped = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
    println!("{passed} passed, {failed} failed{skipped}");
    if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

#[expect(clippy::disallowed_methods, reason = "a developer's tool measures real time")]
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed())
}
