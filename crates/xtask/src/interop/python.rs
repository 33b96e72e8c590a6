//! Creates Python virtual environments with pinned packages.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::machine;
use crate::workspace::Workspace;

/// Returns the interpreter of a virtual environment with exactly the packages of the file `requirements`, or `None` if
/// there is no Python.
pub(crate) fn environment(workspace: &Workspace, requirements: &str) -> Result<Option<PathBuf>> {
    let shell = &workspace.shell;
    if !machine::has(workspace, "python3", &["python3", "python3-venv"]) {
        return Ok(None);
    }

    let requirements = workspace.path(requirements);
    let listed = shell.read_file(&requirements)?;
    let name =
        requirements.parent().and_then(|folder| folder.file_name()).context("requirements have a folder")?;
    let home = workspace.target.join("interop").join("python").join(name);
    let python = home.join("bin").join("python");
    let installed = home.join("installed.txt");
    if shell.read_file(&installed).is_ok_and(|installed| installed == listed) {
        return Ok(Some(python));
    }

    let make = cmd!(shell, "python3 -m venv --clear {home}");
    if make.run().is_err() {
        // Debian packages venv separately from Python.
        let could_install = machine::apt_install(workspace, &["python3-venv"]);
        if !could_install || make.run().is_err() {
            return Ok(None);
        }
    }
    cmd!(shell, "{python} -m pip install --quiet --disable-pip-version-check --requirement {requirements}")
        .run()?;
    shell.write_file(&installed, listed)?;
    Ok(Some(python))
}
