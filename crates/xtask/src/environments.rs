//! The packed npm package where apps use it: bundlers, development servers, frameworks, runtimes and test runners.

use anyhow::Result;
use xshell::cmd;

use crate::interop::node;
use crate::step::Outcome;
use crate::workspace::Workspace;
use crate::{machine, npm};

pub(crate) const STEP: &str = "environments";
pub(crate) const WANTED: &str = "name";
pub(crate) const ALL: &str = "--all";
const PROJECTS: &str = "bindings/wasm/tests/environments";

/// Uses the package in the quickest environments.
pub(crate) fn quick(workspace: &Workspace) -> Result<Outcome> {
    test(workspace, &[])
}

/// Uses the package in the environments that are named, in all of them for `--all`, and in the quickest where none is named.
pub(crate) fn test(workspace: &Workspace, wanted: &[String]) -> Result<Outcome> {
    if !node::install(workspace, npm::SOURCES)? {
        return workspace.without("Node.js");
    }
    let Some(chromium) = machine::chromium(workspace) else {
        return workspace.without("Chromium");
    };
    let tarball = npm::packed_package(workspace)?;
    let local_aws = workspace.program("local-aws")?;
    let run = workspace.path(PROJECTS).join("run.mjs");
    cmd!(workspace.shell, "node {run} {wanted...}")
        .env("LOCAL_AWS", local_aws)
        .env("POOLPASS_TARBALL", tarball)
        .env("POOLPASS_SCRATCH", workspace.target.join("npm").join(STEP))
        .env(machine::CHROMIUM, chromium)
        .envs(other_browsers(workspace, wanted))
        .run()?;
    Ok(Outcome::Passed)
}

/// The programs of the browsers that are wanted, where they are, by the variable that names each.
fn other_browsers(workspace: &Workspace, wanted: &[String]) -> Vec<(&'static str, &'static str)> {
    let is_wanted = |name: &str| wanted.iter().any(|wanted| wanted == name || wanted == ALL);
    let mut found = Vec::new();
    if is_wanted("firefox") && machine::has(workspace, "firefox-esr", &["firefox-esr"]) {
        found.push(("FIREFOX", "firefox-esr"));
    }
    let packages = ["webkit2gtk-driver", "xvfb"];
    if is_wanted("webkit")
        && machine::answers_to(workspace, "WebKitWebDriver", "--help", &packages)
        && machine::answers_to(workspace, "Xvfb", "-help", &packages)
    {
        found.push(("WEBKIT_DRIVER", "WebKitWebDriver"));
    }
    found
}
