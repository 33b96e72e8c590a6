//! Tools that a stock machine lacks, and how each is installed.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::workspace::Workspace;

pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Adds the browser's target to the toolchain, unless it is there.
pub(crate) fn install_wasm_target(workspace: &Workspace) -> Result<()> {
    let shell = &workspace.shell;
    let libraries = cmd!(shell, "rustc --print target-libdir --target {WASM_TARGET}").quiet().read()?;
    if shell.path_exists(&libraries) {
        return Ok(());
    }
    cmd!(shell, "rustup target add {WASM_TARGET}")
        .run()
        .with_context(|| format!("the Rust target {WASM_TARGET} is missing and rustup could not add it"))
}

/// Whether `program` is here, after an attempt to install `packages` where it is not.
pub(crate) fn has(workspace: &Workspace, program: &str, packages: &[&str]) -> bool {
    answers_to(workspace, program, "--version", packages)
}

/// As [`has`], where `program` tells its version by another option.
pub(crate) fn answers_to(workspace: &Workspace, program: &str, option: &str, packages: &[&str]) -> bool {
    let answers =
        || cmd!(workspace.shell, "{program} {option}").quiet().ignore_stdout().ignore_stderr().run().is_ok();
    answers() || (apt_install(workspace, packages) && answers())
}

/// Chromium's program: what the variable `CHROMIUM` names, or else `chromium`, installed as Debian has it where it is missing.
pub(crate) fn chromium(workspace: &Workspace) -> Option<PathBuf> {
    if let Ok(named) = workspace.shell.var(CHROMIUM) {
        return Some(named.into());
    }
    if !has(workspace, "chromium", &["chromium"]) {
        return None;
    }
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join("chromium")).find(|program| program.is_file())
}

/// Where a test program finds the browser that it drives.
pub(crate) const CHROMIUM: &str = "CHROMIUM";

pub(crate) fn is_root(workspace: &Workspace) -> bool {
    let id = cmd!(workspace.shell, "id --user").quiet().ignore_stderr().read();
    id.is_ok_and(|id| id == "0")
}

/// Installs Debian packages where that needs no question: as root, on a system that has apt. Says whether it did.
pub(crate) fn apt_install(workspace: &Workspace, packages: &[&str]) -> bool {
    let shell = &workspace.shell;
    if !is_root(workspace) {
        return false;
    }
    cmd!(shell, "apt-get update --quiet").run().is_ok()
        && cmd!(shell, "apt-get install --quiet --yes --no-install-recommends {packages...}")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .run()
            .is_ok()
}
