//! Runs the SDK against ministack, which is provisioned with the same calls as AWS.

use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;
use xshell::cmd;

use super::clients::BACKEND;
use super::python;
use super::server::Server;
use crate::step::Outcome;
use crate::workspace::Workspace;

pub(crate) fn test(workspace: &Workspace) -> Result<Outcome> {
    let shell = &workspace.shell;
    let Some(python) = python::environment(workspace, "tests/interop/servers/ministack/requirements.txt")?
    else {
        return workspace.without("python3 with venv");
    };
    let local_aws = workspace.program("local-aws")?;
    let folder = workspace.target.join("interop").join("ministack");
    shell.remove_path(&folder)?;
    shell.create_dir(&folder)?;

    let mut command = Command::new(python);
    command.arg(workspace.path("tests/interop/servers/ministack/serve.py")).arg(&folder);
    let server = Server::start(&mut command, &folder.join("ministack.log"))?;
    let ready: Value = serde_json::from_str(&server.ready)?;
    let endpoint = ready["endpoint"].as_str().context("serve.py prints the endpoint")?;
    println!("ministack serves at {endpoint}");

    server.during(|| {
        let config = folder.join("poolpass.json");
        // ministack does not resolve policy variables, so policies that separate users would deny everything.
        let demo = cmd!(shell, "{local_aws} --provision {endpoint} --policies wide").read()?;
        shell.write_file(&config, demo)?;
        workspace.cargo(&["test", "--workspace", "--test", "ministack"]).env(BACKEND, &config).run()?;
        Ok(Outcome::Passed)
    })
}
