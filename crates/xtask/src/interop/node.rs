//! Installs npm packages at the versions of a lock file.

use anyhow::Result;
use xshell::cmd;

use crate::machine;
use crate::workspace::Workspace;

/// Installs the packages of the lock file in `folder`. Returns `false` if Node.js is missing.
pub(crate) fn install(workspace: &Workspace, folder: &str) -> Result<bool> {
    let shell = &workspace.shell;
    let packages = ["nodejs", "npm"];
    if !machine::has(workspace, "node", &packages) || !machine::has(workspace, "npm", &packages) {
        return Ok(false);
    }

    let folder = workspace.path(folder);
    let lock_file = shell.read_file(folder.join("package-lock.json"))?;
    let installed = folder.join("node_modules").join("installed.json");
    if shell.read_file(&installed).is_ok_and(|installed| installed == lock_file) {
        return Ok(true);
    }
    cmd!(shell, "npm ci --prefix {folder} --ignore-scripts --no-audit --no-fund").run()?;
    shell.write_file(&installed, lock_file)?;
    Ok(true)
}
