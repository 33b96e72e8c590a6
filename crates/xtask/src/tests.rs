//! Runs the workspace's own tests. Every command selects the whole workspace: another selection could enable other features
//! of shared dependencies, which Cargo would then compile again.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use xshell::cmd;

use crate::interop::local_aws::with_demo;
use crate::report::timed;
use crate::step::Outcome;
use crate::workspace::Workspace;

/// The name of the step that kills processes, and of its option.
pub(crate) const CRASH: &str = "crash";
pub(crate) const KILLS: &str = "kills";

pub(crate) fn unit(workspace: &Workspace) -> Result<Outcome> {
    workspace.cargo(&["test", "--workspace", "--lib", "--bins"]).run()?;
    workspace.cargo(&["test", "--workspace", "--doc"]).run()?;
    // The SDK without S3 and DynamoDB.
    workspace.cargo(&["test", "--package", "poolpass", "--no-default-features", "--lib"]).run()?;
    Ok(Outcome::Passed)
}

/// Runs every operation with every fault, as listed in docs/reliability.md and tests/faults.md.
pub(crate) fn faults(workspace: &Workspace) -> Result<Outcome> {
    workspace.cargo(&["test", "--workspace", "--test", "faults", "--", "--nocapture"]).run()?;
    Ok(Outcome::Passed)
}

/// Calls every operation that user pools offer to clients with every error that AWS's model lists for it, and prints the table.
pub(crate) fn operations(workspace: &Workspace) -> Result<Outcome> {
    workspace.cargo(&["test", "--workspace", "--test", "operation_errors", "--", "--nocapture"]).run()?;
    Ok(Outcome::Passed)
}

pub(crate) fn scenarios(workspace: &Workspace) -> Result<Outcome> {
    let mut command = workspace.cargo(&["test", "--workspace"]);
    for name in integration_tests(workspace)? {
        command = command.args(["--test", &name]);
    }
    command.run()?;
    Ok(Outcome::Passed)
}

/// The names of the integration tests that `cargo test` runs by default. Those with `test = false` need a backend that
/// another step starts.
fn integration_tests(workspace: &Workspace) -> Result<Vec<String>> {
    let metadata = workspace.cargo(&["metadata", "--no-deps", "--format-version", "1"]).quiet().read()?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let names: Vec<String> = packages
        .iter()
        .filter_map(|package| package["targets"].as_array())
        .flatten()
        .filter(|target| target["kind"][0] == "test" && target["test"] == true)
        .filter_map(|target| target["name"].as_str())
        .map(ToOwned::to_owned)
        .collect();
    ensure!(!names.is_empty(), "the workspace has no integration test");
    Ok(names)
}

/// Runs the quickstart twice with the README's command; the second run has nothing left to build. A third run uses
/// `--config` with another AWS endpoint.
pub(crate) fn quickstart(workspace: &Workspace) -> Result<Outcome> {
    let quickstart = || workspace.cargo(&["run", "--package", "quickstart", "--"]);
    quickstart().run()?;
    let (output, took) = timed(|| quickstart().read());
    let steps = steps_passed(&output?)?;
    println!("all {steps} steps passed in {:.1} s the second time", took.as_secs_f64());
    ensure!(steps >= 16, "the quickstart has lost steps");

    with_demo(workspace, "quickstart", |demo| {
        let (user, password) = demo.user()?;
        let password_file = demo.folder.join("password");
        workspace.shell.write_file(&password_file, password)?;
        let output = quickstart()
            .args(["--user", user])
            .arg("--config")
            .arg(demo.config)
            .arg("--password-file")
            .arg(password_file)
            .read()?;
        println!("all {} steps passed with --config", steps_passed(&output)?);
        Ok(Outcome::Passed)
    })
}

/// Kills processes that use the SDK, `kills` times or the program's default number of times.
pub(crate) fn crash(workspace: &Workspace, kills: Option<&String>) -> Result<Outcome> {
    let program = workspace.program("crash")?;
    cmd!(workspace.shell, "{program} {kills...}").run()?;
    Ok(Outcome::Passed)
}

/// The quickstart's output lines for its steps, each with the step and its AWS operation but without its time.
pub(crate) fn logged_steps(output: &str) -> Vec<String> {
    let lines = output.lines().filter(|line| line.starts_with('✓') && line.ends_with(" ms"));
    let step = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.split_last_chunk::<2>().map_or_else(String::new, |(step, _time)| step.join(" "))
    };
    lines.map(step).collect()
}

fn steps_passed(output: &str) -> Result<u32> {
    output
        .lines()
        .last()
        .and_then(|line| line.strip_prefix("quickstart: all "))
        .and_then(|rest| rest.strip_suffix(" steps passed"))
        .and_then(|count| count.parse().ok())
        .context("the quickstart's last line does not say that its steps passed")
}

#[cfg(test)]
mod quickstart_tests {
    use super::*;

    #[test]
    fn steps_are_compared_without_their_times() {
        let output =
            "Poolpass on http://x\n\n✓  1  sign up    SignUp   12 ms\n      a detail\n✗  2  fail  X  3 ms\n";
        assert_eq!(logged_steps(output), ["✓ 1 sign up SignUp"]);
        assert_eq!(logged_steps(output), logged_steps(&output.replace("12 ms", "1 ms")));
        assert_ne!(logged_steps(output), logged_steps(&output.replace("sign up", "sign in")));
    }
}
