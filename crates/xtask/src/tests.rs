//! What runs the workspace's own tests. Every command selects the whole workspace: another selection could switch
//! other features on in shared dependencies, and they would be compiled once more.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::report::timed;
use crate::step::Outcome;
use crate::workspace::Workspace;

pub(crate) fn unit(workspace: &Workspace) -> Result<Outcome> {
    workspace.cargo(&["test", "--workspace", "--lib", "--bins"]).run()?;
    workspace.cargo(&["test", "--workspace", "--doc"]).run()?;
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

/// The names of the integration tests that `cargo test` runs by itself. Those with `test = false` need a backend that
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

/// Runs the quickstart as the README says, twice: the second time nothing is left to build.
pub(crate) fn quickstart(workspace: &Workspace) -> Result<Outcome> {
    let command = workspace.cargo(&["run", "--package", "quickstart"]);
    command.run()?;
    let (output, took) = timed(|| command.read());
    let output = output?;
    let last = output.lines().last().unwrap_or_default();
    println!("{last} ({:.1} s the second time)", took.as_secs_f64());
    let steps: Option<u32> = last
        .strip_prefix("quickstart: all ")
        .and_then(|rest| rest.strip_suffix(" steps passed"))
        .and_then(|count| count.parse().ok());
    ensure!(
        steps.is_some_and(|count| count >= 16),
        "the quickstart's last line does not say that its steps passed"
    );
    Ok(Outcome::Passed)
}
