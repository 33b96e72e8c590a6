//! Measurements. None of them is a test: no test depends on time.

use anyhow::{Result, ensure};
use xshell::cmd;

use crate::interop::{clients, node};
use crate::workspace::Workspace;
use crate::{machine, npm};

/// The SRP work of a sign-in in Chromium, beside amazon-cognito-identity-js in the same page.
pub(crate) fn srp_web(workspace: &Workspace) -> Result<()> {
    let has_node = node::install(workspace, npm::SOURCES)? && node::install(workspace, clients::JS_CLIENTS)?;
    ensure!(has_node, "Node.js is missing");
    let Some(chromium) = machine::chromium(workspace) else {
        anyhow::bail!("Chromium is missing");
    };
    let project = npm::installed_package(workspace)?;
    let rival = workspace.path(clients::JS_CLIENTS).join("node_modules/amazon-cognito-identity-js/dist");
    let script = workspace.path(npm::SOURCES).join("tests/browser/bench/srp.mjs");
    cmd!(workspace.shell, "node {script}")
        .env("POOLPASS_PROJECT", project)
        .env("RIVAL", rival)
        .env(machine::CHROMIUM, chromium)
        .run()?;
    Ok(())
}
