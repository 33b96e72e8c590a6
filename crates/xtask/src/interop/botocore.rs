//! The table of signatures that the SDK is held to, computed by botocore.

use anyhow::{Result, ensure};
use xshell::cmd;

use super::clients::PYTHON_CLIENTS;
use super::python;
use crate::step::Outcome;
use crate::workspace::Workspace;

const TABLE: &str = "tests/runner/data/sigv4_botocore.json";

/// Computes the table anew and compares it with the one that is checked in.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome> {
    let Some(computed) = compute(workspace)? else {
        return workspace.without("python3 with venv");
    };
    let checked_in = workspace.shell.read_file(workspace.path(TABLE))?;
    ensure!(
        computed == checked_in,
        "{TABLE} is not what botocore computes; see `cargo xtask update-botocore`"
    );
    println!("{TABLE} is what botocore computes");
    Ok(Outcome::Passed)
}

/// Writes the table.
pub(crate) fn update(workspace: &Workspace) -> Result<()> {
    let computed = compute(workspace)?;
    ensure!(computed.is_some(), "python3 with venv is missing");
    workspace.shell.write_file(workspace.path(TABLE), computed.unwrap_or_default())?;
    Ok(())
}

fn compute(workspace: &Workspace) -> Result<Option<String>> {
    let Some(python) = python::environment(workspace, PYTHON_CLIENTS)? else {
        return Ok(None);
    };
    let program = workspace.path("tests/interop/oracles/botocore/sign.py");
    Ok(Some(cmd!(workspace.shell, "{python} {program}").read()? + "\n"))
}
