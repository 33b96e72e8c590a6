//! The packed npm package in other people's projects.

use anyhow::Result;
use xshell::cmd;

use crate::interop::node;
use crate::step::Outcome;
use crate::workspace::Workspace;
use crate::{machine, npm};

/// The projects, and the versions of the bundlers.
const PROJECTS: &str = "bindings/wasm/tests/packaging";

/// Installs the packed package into throw-away projects, bundles each as it is usual, and runs what comes out.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome> {
    if !node::install(workspace, npm::SOURCES)? || !node::install(workspace, PROJECTS)? {
        return workspace.without("Node.js");
    }
    let Some(chromium) = machine::chromium(workspace) else {
        return workspace.without("Chromium");
    };
    let tarball = npm::packed_package(workspace)?;
    let local_aws = workspace.program("local-aws")?;
    let tests = workspace.path(PROJECTS).join("packaging.test.mjs");
    cmd!(workspace.shell, "node --test {tests}")
        .env("LOCAL_AWS", local_aws)
        .env("POOLPASS_TARBALL", tarball)
        .env("POOLPASS_SCRATCH", workspace.target.join("npm").join("packaging"))
        .env(machine::CHROMIUM, chromium)
        .run()?;
    Ok(Outcome::Passed)
}
