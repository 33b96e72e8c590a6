//! Other people's clients against local-aws.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use xshell::cmd;

use super::server::Server;
use super::{node, python};
use crate::step::Outcome;
use crate::workspace::Workspace;

/// Where a test program finds the `poolpass.json` of the backend that it runs against.
pub(crate) const BACKEND: &str = "POOLPASS_BACKEND_CONFIG";

pub(crate) const PYTHON_CLIENTS: &str = "tests/interop/clients/python/requirements.txt";
const JS_CLIENTS: &str = "tests/interop/clients/js";

pub(crate) fn python(workspace: &Workspace) -> Result<Outcome> {
    let Some(python) = python::environment(workspace, PYTHON_CLIENTS)? else {
        return workspace.without("python3 with venv");
    };
    let folder = workspace.path("tests/interop/clients/python");
    with_local_aws(workspace, "python", |config| {
        cmd!(workspace.shell, "{python} -m pytest --quiet --tb=short -p no:cacheprovider {folder}")
            .env(BACKEND, config)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .run()?;
        Ok(Outcome::Passed)
    })
}

pub(crate) fn js(workspace: &Workspace) -> Result<Outcome> {
    if !node::install(workspace, JS_CLIENTS)? {
        return workspace.without("Node.js with npm");
    }
    let tests: Vec<PathBuf> = workspace
        .shell
        .read_dir(workspace.path(JS_CLIENTS))?
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    with_local_aws(workspace, "js", |config| {
        cmd!(workspace.shell, "node --test {tests...}").env(BACKEND, config).run()?;
        Ok(Outcome::Passed)
    })
}

/// Runs `test` with the `poolpass.json` of a local-aws that was started for it.
fn with_local_aws(
    workspace: &Workspace,
    name: &str,
    test: impl FnOnce(&Path) -> Result<Outcome>,
) -> Result<Outcome> {
    let folder = workspace.shell.create_dir(workspace.target.join("interop").join(name))?;
    let mut command = Command::new(workspace.program("local-aws")?);
    command.args(["--demo", "--port", "0", "--until-eof"]);
    let server = Server::start(&mut command, &folder.join("local-aws.log"))?;
    let config = folder.join("poolpass.json");
    workspace.shell.write_file(&config, &server.ready)?;
    server.during(|| test(&config))
}
