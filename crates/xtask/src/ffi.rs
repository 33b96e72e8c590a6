//! Generates code with uniffi from the dev build of `bindings/ffi`.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::cmd;

use crate::workspace::Workspace;

/// The file name of the library on this system.
pub(crate) fn library_name() -> String {
    format!("{DLL_PREFIX}poolpass_ffi{DLL_SUFFIX}")
}

/// The path of the library that `Workspace::program` builds.
fn library(workspace: &Workspace) -> PathBuf {
    workspace.target.join("debug").join(library_name())
}

/// Writes the code in `language` into `folder`. The workspace must be built.
pub(crate) fn generate(workspace: &Workspace, language: &str, folder: &Path) -> Result<()> {
    let shell = &workspace.shell;
    shell.remove_path(folder)?;
    let (bindgen, library) = (workspace.target.join("debug").join("uniffi-bindgen"), library(workspace));
    cmd!(shell, "{bindgen} generate {library} --language {language} --no-format --out-dir {folder}").run()?;
    Ok(())
}
