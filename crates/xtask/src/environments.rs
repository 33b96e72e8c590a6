//! Tests the packed npm package in bundlers, development servers, frameworks, runtimes and test runners.

use anyhow::Result;
use xshell::cmd;

use crate::interop::node;
use crate::step::Outcome;
use crate::workspace::Workspace;
use crate::{machine, npm};

pub(crate) const STEP: &str = "environments";
pub(crate) const NAME: &str = "name";
pub(crate) const ALL: &str = "--all";
const PROJECTS: &str = "bindings/wasm/tests/environments";

/// Tests the package in the quickest environments.
pub(crate) fn quick(workspace: &Workspace) -> Result<Outcome> {
    test(workspace, &[])
}

/// Tests the package in the named environments, in all of them for `--all`, or in the quickest if none is named.
pub(crate) fn test(workspace: &Workspace, names: &[String]) -> Result<Outcome> {
    if !node::install(workspace, npm::SOURCES)? {
        return workspace.without("Node.js");
    }
    let Some(chromium) = machine::chromium(workspace) else {
        return workspace.without("Chromium");
    };
    let tarball = npm::packed_package(workspace)?;
    let local_aws = workspace.program("local-aws")?;
    let run = workspace.path(PROJECTS).join("run.mjs");
    cmd!(workspace.shell, "node {run} {names...}")
        .env("LOCAL_AWS", local_aws)
        .env("POOLPASS_TARBALL", tarball)
        .env("POOLPASS_SCRATCH", workspace.target.join("npm").join(STEP))
        .env(machine::CHROMIUM, chromium)
        .envs(other_browsers(workspace, names))
        .run()?;
    Ok(Outcome::Passed)
}

/// The selected browsers that are installed, as pairs of an environment variable and the program that it names.
fn other_browsers(workspace: &Workspace, names: &[String]) -> Vec<(&'static str, &'static str)> {
    let is_selected = |name: &str| names.iter().any(|selected| selected == name || selected == ALL);
    let mut found = Vec::new();
    if is_selected("firefox") && machine::has(workspace, "firefox-esr", &["firefox-esr"]) {
        found.push(("FIREFOX", "firefox-esr"));
    }
    let packages = ["webkit2gtk-driver", "xvfb"];
    if is_selected("webkit")
        && machine::answers_to(workspace, "WebKitWebDriver", "--help", &packages)
        && machine::answers_to(workspace, "Xvfb", "-help", &packages)
    {
        found.push(("WEBKIT_DRIVER", "WebKitWebDriver"));
    }
    found
}
