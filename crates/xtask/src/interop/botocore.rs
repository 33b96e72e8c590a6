//! Checks and updates the files that come from botocore: the expected signatures for the SDK's tests, and the API model
//! with which local-aws checks requests.

use anyhow::{Result, ensure};
use xshell::cmd;

use super::clients::PYTHON_CLIENTS;
use super::python;
use crate::step::Outcome;
use crate::workspace::Workspace;

/// A program of `tests/interop/oracles/botocore` and its output file.
const TABLES: [(&str, &str); 2] =
    [("sign.py", "tests/runner/data/sigv4_botocore.json"), ("shapes.py", "crates/local-aws/src/model.json")];

/// Computes the files again and compares them with the committed ones.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome> {
    for (program, table) in TABLES {
        let Some(computed) = compute(workspace, program)? else {
            return workspace.without("python3 with venv");
        };
        let checked_in = workspace.shell.read_file(workspace.path(table))?;
        ensure!(
            computed == checked_in,
            "{table} is not what botocore computes; see `cargo xtask update-botocore`"
        );
        println!("{table} is what botocore computes");
    }
    Ok(Outcome::Passed)
}

/// Writes the files.
pub(crate) fn update(workspace: &Workspace) -> Result<()> {
    for (program, table) in TABLES {
        let computed = compute(workspace, program)?;
        ensure!(computed.is_some(), "python3 with venv is missing");
        workspace.shell.write_file(workspace.path(table), computed.unwrap_or_default())?;
    }
    Ok(())
}

fn compute(workspace: &Workspace, program: &str) -> Result<Option<String>> {
    let Some(python) = python::environment(workspace, PYTHON_CLIENTS)? else {
        return Ok(None);
    };
    let program = workspace.path("tests/interop/oracles/botocore").join(program);
    Ok(Some(cmd!(workspace.shell, "{python} {program}").read()? + "\n"))
}
