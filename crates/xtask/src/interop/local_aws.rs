//! Runs local-aws in its own process, for programs that take an AWS endpoint.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::server::Server;
use crate::workspace::Workspace;

/// The demo's `poolpass.json` and its folder.
pub(crate) struct Demo<'a> {
    pub(crate) config: &'a Path,
    pub(crate) folder: &'a Path,
    json: Value,
}

/// Starts local-aws with its demo, runs `test`, and stops it.
pub(crate) fn with_demo<T>(
    workspace: &Workspace,
    name: &str,
    test: impl FnOnce(&Demo<'_>) -> Result<T>,
) -> Result<T> {
    let folder = workspace.shell.create_dir(workspace.target.join("interop").join(name))?;
    let mut command = Command::new(workspace.program("local-aws")?);
    command.args(["--demo", "--port", "0", "--until-eof"]);
    let server = Server::start(&mut command, &folder.join("local-aws.log"))?;
    let config = folder.join("poolpass.json");
    workspace.shell.write_file(&config, &server.ready)?;
    let json = serde_json::from_str(&server.ready)?;
    server.during(|| test(&Demo { config: &config, folder: &folder, json }))
}

impl Demo<'_> {
    /// The name and password of the demo's user without MFA.
    pub(crate) fn user(&self) -> Result<(&str, &str)> {
        let user = &self.json["demo"]["users"][0];
        let name = user["username"].as_str().context("the demo has a user")?;
        let password = user["password"].as_str().context("the demo's user has a password")?;
        Ok((name, password))
    }
}
