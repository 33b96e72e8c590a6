//! Tests the web app in `examples/web`.

use anyhow::Result;
use xshell::cmd;

use crate::interop::node;
use crate::step::Outcome;
use crate::workspace::Workspace;
use crate::{machine, npm};

const APP: &str = "examples/web";

/// Builds the app with the npm package and tests it in Chromium.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome> {
    if !node::install(workspace, npm::SOURCES)? || !node::install(workspace, APP)? {
        return workspace.without("Node.js");
    }
    let Some(chromium) = machine::chromium(workspace) else {
        return workspace.without("Chromium");
    };
    let package = npm::built_package(workspace)?;
    let app = workspace.path(APP);
    if workspace.target != workspace.path("target") {
        // The app's manifest links to the package in the default target directory.
        cmd!(workspace.shell, "npm install --prefix {app} --no-save --no-audit --no-fund {package}").run()?;
    }
    cmd!(workspace.shell, "npm run build --prefix {app}").run()?;
    let local_aws = workspace.program("local-aws")?;
    let server =
        local_aws.with_file_name("field-notes-server").with_extension(std::env::consts::EXE_EXTENSION);
    cmd!(workspace.shell, "npm test --prefix {app}")
        .env("LOCAL_AWS", local_aws)
        .env("FIELD_NOTES_SERVER", server)
        .env(machine::CHROMIUM, chromium)
        .run()?;
    Ok(Outcome::Passed)
}
