//! Finds and installs the tools that the steps need.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use xshell::cmd;

use crate::workspace::Workspace;

pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Adds the WebAssembly target to the toolchain if it is missing.
pub(crate) fn install_wasm_target(workspace: &Workspace) -> Result<()> {
    let shell = &workspace.shell;
    let libraries = cmd!(shell, "rustc --print target-libdir --target {WASM_TARGET}").quiet().read()?;
    if shell.path_exists(&libraries) {
        return Ok(());
    }
    let _lock = lock(workspace)?;
    cmd!(shell, "rustup target add {WASM_TARGET}")
        .run()
        .with_context(|| format!("the Rust target {WASM_TARGET} is missing and rustup could not add it"))
}

/// Adds the source of the standard library to the toolchain if it is missing.
pub(crate) fn install_std_source(workspace: &Workspace) -> Result<()> {
    let shell = &workspace.shell;
    let toolchain = cmd!(shell, "rustc --print sysroot").quiet().read()?;
    if shell.path_exists(Path::new(&toolchain).join("lib/rustlib/src/rust/library/std")) {
        return Ok(());
    }
    let _lock = lock(workspace)?;
    cmd!(shell, "rustup component add rust-src")
        .run()
        .context("the source of Rust's standard library is missing and rustup could not add it")
}

/// Whether `program` is installed. If it is missing, first tries to install `packages`.
pub(crate) fn has(workspace: &Workspace, program: &str, packages: &[&str]) -> bool {
    answers_to(workspace, program, "--version", packages)
}

/// As [`has`], for a program with another option than `--version`.
pub(crate) fn answers_to(workspace: &Workspace, program: &str, option: &str, packages: &[&str]) -> bool {
    let answers =
        || cmd!(workspace.shell, "{program} {option}").quiet().ignore_stdout().ignore_stderr().run().is_ok();
    answers() || (apt_install(workspace, packages) && answers())
}

/// The Chromium program: the value of the variable `CHROMIUM`, or `chromium`, which is installed on Debian if it is missing.
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

/// The environment variable with the path of Chromium.
pub(crate) const CHROMIUM: &str = "CHROMIUM";

pub(crate) fn is_root(workspace: &Workspace) -> bool {
    let id = cmd!(workspace.shell, "id --user").quiet().ignore_stderr().read();
    id.is_ok_and(|id| id == "0")
}

/// Installs Debian packages if this runs as root on a system with apt. Returns whether it did.
pub(crate) fn apt_install(workspace: &Workspace, packages: &[&str]) -> bool {
    let shell = &workspace.shell;
    if !is_root(workspace) {
        return false;
    }
    let Ok(_lock) = lock(workspace) else { return false };
    cmd!(shell, "apt-get update --quiet").run().is_ok()
        && cmd!(shell, "apt-get install --quiet --yes --no-install-recommends {packages...}")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .run()
            .is_ok()
}

/// Waits until no other step installs something on the machine. The lock ends when the file is closed.
fn lock(workspace: &Workspace) -> Result<File> {
    let folder = workspace.shell.create_dir(workspace.target.join("tools"))?;
    let file = File::create(folder.join("lock"))?;
    file.lock()?;
    Ok(file)
}
