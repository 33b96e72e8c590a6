//! Tests the npm package in Chromium.

use anyhow::Result;
use xshell::cmd;

use crate::interop::node;
use crate::step::Outcome;
use crate::workspace::Workspace;
use crate::{machine, npm};

/// Runs the scenarios in Chromium, and tests browser features: storage, tabs, and which data scripts can read.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome> {
    if !node::install(workspace, npm::SOURCES)? {
        return workspace.without("Node.js");
    }
    let Some(chromium) = machine::chromium(workspace) else {
        return workspace.without("Chromium");
    };
    let project = npm::installed_package(workspace)?;
    let local_aws = workspace.program("local-aws")?;
    let tests = npm::glob(workspace, "tests/browser", ".test.mjs")?;
    cmd!(workspace.shell, "node --test --test-concurrency=2 {tests...}")
        .env("LOCAL_AWS", local_aws)
        .env("POOLPASS_PROJECT", project)
        .env(machine::CHROMIUM, chromium)
        .run()?;
    Ok(Outcome::Passed)
}
