//! Tests the packed npm package in app projects.

use anyhow::Result;
use xshell::cmd;

use crate::interop::node;
use crate::step::Outcome;
use crate::workspace::Workspace;
use crate::{machine, npm};

/// The folder with the projects and the versions of the bundlers.
const PROJECTS: &str = "bindings/wasm/tests/packaging";

/// Installs the packed package into temporary projects, bundles each with its usual configuration, and runs the result.
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
