//! Builds `bindings/ffi` as it is released: with the profile `mobile`, and with flags that a profile cannot contain.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use xshell::{Cmd, cmd};

use crate::ffi::library_name;
use crate::workspace::Workspace;

/// The library for this machine.
pub(crate) struct Library {
    /// The library with its symbol names.
    pub(crate) built: PathBuf,
    /// The library as an app ships it, in its own folder.
    pub(crate) stripped: PathBuf,
}

/// Builds the library that `cargo xtask size` measures. The tests of the Swift and Kotlin packages use it too.
pub(crate) fn library(workspace: &Workspace) -> Result<Library> {
    let shell = &workspace.shell;
    let build = cargo(workspace, "cdylib", None)?;
    // Rust links with lld on this platform.
    let lld = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    if lld { build.arg("--").args(lld_flags(workspace)) } else { build }.run()?;

    let built = workspace.target.join("mobile").join(library_name());
    let stripped = shell.create_dir(workspace.target.join("stripped"))?.join(library_name());
    shell.copy_file(&built, &stripped)?;
    let option = if cfg!(target_os = "macos") { "-x" } else { "--strip-all" };
    cmd!(shell, "strip {option} {stripped}").run()?;
    Ok(Library { built, stripped })
}

/// `cargo rustc` for one crate type. The caller appends the linker's flags after `--`.
pub(crate) fn cargo<'a>(workspace: &'a Workspace, crate_type: &str, target: Option<&str>) -> Result<Cmd<'a>> {
    let command = ["rustc", "--package", "poolpass-ffi", "--profile", "mobile", "--crate-type", crate_type];
    let target = target.map(|target| ["--target", target]);
    let build = workspace.cargo(&command).args(target.into_iter().flatten());
    Ok(build.env("CARGO_ENCODED_RUSTFLAGS", flags(workspace)?.join("\u{1f}")))
}

/// The flags for every crate.
fn flags(workspace: &Workspace) -> Result<Vec<String>> {
    // With a frame pointer, the unwinding tables need no stack offset for each instruction, and are a fifth smaller.
    let mut flags = vec!["-Cforce-frame-pointers=yes".to_owned()];
    // Otherwise the locations of panics would contain the home directory of the build machine.
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home =
        home.or_else(|| Some(env::home_dir()?.join(".cargo"))).context("there is no home directory")?;
    // The folder does not exist if the crates are vendored.
    for registry in workspace.shell.read_dir(home.join("registry").join("src")).unwrap_or_default() {
        flags.push(format!("--remap-path-prefix={}/=", registry.display()));
    }
    Ok(flags)
}

/// rustc's flags for linking with lld.
pub(crate) fn lld_flags(workspace: &Workspace) -> [String; 2] {
    let script = workspace.path("bindings/ffi/discard.ld");
    [
        // Merges functions with identical code.
        "-Clink-arg=-Wl,--icf=all".to_owned(),
        format!("-Clink-arg=-T{}", script.display()),
    ]
}
