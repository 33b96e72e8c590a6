//! Runs steps and prints a summary.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use serde_json::{Value, json};

use crate::cpu_time;
use crate::schedule::{self, Job};
use crate::step::{Outcome, Step};
use crate::workspace::Workspace;

/// With more steps at the same time, a machine with many cores could lack memory.
const MOST_AT_A_TIME: usize = 4;
/// The environment variable with the folder for the files of a run of several steps. Each run empties it.
pub(crate) const RUN: &str = "XTASK_RUN";

/// The result of a step, with the time that it took.
struct Finished {
    result: Result<Outcome>,
    took: Duration,
    /// The processor time of the step's programs, where the system tells it.
    cpu: Option<Duration>,
}

/// Runs all `steps`, even after one has failed. The last line of output is `N passed, N failed`.
pub(crate) fn run(workspace: &Workspace, steps: &[&Step]) -> Result<ExitCode> {
    let [step] = steps else {
        let (results, took) = timed(|| run_side_by_side(workspace, steps));
        return Ok(summarize(steps, &results?, took));
    };
    if let Some(run) = workspace.shell.var_os(RUN) {
        let finished = run_alone(workspace, step);
        let code = if finished.result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        workspace.shell.write_file(result_file(Path::new(&run), step), finished.to_json().to_string())?;
        return Ok(code);
    }
    println!("\n{}", heading(step, 1, 1));
    let finished = run_alone(workspace, step);
    let took = finished.took;
    Ok(summarize(steps, &[finished], took))
}

fn heading(step: &Step, number: usize, of: usize) -> String {
    format!("== {number}/{of} {}: {}", step.name, step.about)
}

/// Runs the step in this process, and prints its error if it fails.
fn run_alone(workspace: &Workspace, step: &Step) -> Finished {
    let (result, took) = timed(|| (step.run)(workspace));
    if let Err(error) = &result {
        println!("{} failed: {error:#}", step.name);
    }
    Finished { result, took, cpu: cpu_time::of_ended_children() }
}

/// Runs each step in a process of its own. Their outputs stay in `target/xtask`.
fn run_side_by_side(workspace: &Workspace, steps: &[&Step]) -> Result<Vec<Finished>> {
    let folder = workspace.target.join("xtask");
    workspace.shell.remove_path(&folder)?;
    workspace.shell.create_dir(&folder)?;
    let xtask = std::env::current_exe()?;
    let job = |(index, step): (usize, &&Step)| {
        let mut command = Command::new(&xtask);
        command.arg(step.name).env(RUN, &folder);
        let log = folder.join(step.name).with_extension("log");
        Job {
            name: step.name,
            group: step.group,
            heading: heading(step, index + 1, steps.len()),
            command,
            log,
        }
    };
    let mut jobs: Vec<Job> = steps.iter().enumerate().map(job).collect();
    let at_a_time = thread::available_parallelism().map_or(1, usize::from).min(MOST_AT_A_TIME);
    let ended = schedule::run(&mut jobs, at_a_time, &mut io::stdout().lock())?;
    let results = steps.iter().zip(ended).map(|(step, status)| {
        Finished::read(&result_file(&folder, step)).unwrap_or_else(|error| Finished {
            result: Err(error.context(format!("the step's process ended with {status}"))),
            took: Duration::ZERO,
            cpu: None,
        })
    });
    Ok(results.collect())
}

fn result_file(folder: &Path, step: &Step) -> PathBuf {
    folder.join(step.name).with_extension("json")
}

impl Finished {
    fn to_json(&self) -> Value {
        let (skipped, error) = match &self.result {
            Ok(Outcome::Passed) => (None, None),
            Ok(Outcome::Skipped(why)) => (Some(why), None),
            Err(error) => (None, Some(format!("{error:#}"))),
        };
        let cpu = self.cpu.map(|cpu| cpu.as_secs_f64());
        json!({ "skipped": skipped, "error": error, "took": self.took.as_secs_f64(), "cpu": cpu })
    }

    fn read(file: &Path) -> Result<Self> {
        let json: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
        let text = |name: &str| json[name].as_str().map(ToOwned::to_owned);
        let result = match (text("error"), text("skipped")) {
            (Some(error), _) => Err(anyhow!(error)),
            (None, Some(why)) => Ok(Outcome::Skipped(why)),
            (None, None) => Ok(Outcome::Passed),
        };
        let took = json["took"].as_f64().context("the result has no time")?;
        let cpu = json["cpu"].as_f64().map(Duration::from_secs_f64);
        Ok(Self { result, took: Duration::from_secs_f64(took), cpu })
    }
}

fn summarize(steps: &[&Step], results: &[Finished], took: Duration) -> ExitCode {
    println!("\n== summary");
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (step, finished) in steps.iter().zip(results) {
        let (verdict, why) = match &finished.result {
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
        println!("{}", line(verdict, step.name, finished.took, finished.cpu, &why));
    }
    let cpu = results.iter().map(|finished| finished.cpu).sum();
    println!("{}\n", line("", "total", took, cpu, ""));
    let skipped = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
    println!("{passed} passed, {failed} failed{skipped}");
    if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn line(verdict: &str, name: &str, took: Duration, cpu: Option<Duration>, why: &str) -> String {
    let cpu = cpu.map_or_else(String::new, |cpu| format!("{:.1} s CPU", cpu.as_secs_f64()));
    format!("{verdict:>7}  {name:<14} {:>7.1} s {cpu:>13}  {why}", took.as_secs_f64()).trim_end().to_owned()
}

#[expect(clippy::disallowed_methods, reason = "a developer's tool measures real time")]
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("step.json");
        let (took, cpu) = (Duration::from_millis(1500), Some(Duration::from_millis(250)));
        for result in
            [Ok(Outcome::Passed), Ok(Outcome::Skipped("no Swift".to_owned())), Err(anyhow!("it broke"))]
        {
            let written = Finished { result, took, cpu };
            std::fs::write(&file, written.to_json().to_string()).unwrap();
            let read = Finished::read(&file).unwrap();
            assert_eq!(read.to_json(), written.to_json());
        }
        assert!(Finished::read(&folder.path().join("absent")).is_err());
    }
}
