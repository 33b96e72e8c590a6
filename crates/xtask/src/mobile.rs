//! `bindings/ffi` as it is released: the profile `mobile`, and the flags that a profile cannot hold.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use xshell::{Cmd, cmd};

use crate::ffi::library_name;
use crate::workspace::Workspace;

/// The library for this machine.
pub(crate) struct Library {
    /// With the names of its functions.
    pub(crate) built: PathBuf,
    /// As an app has it, in a folder of its own.
    pub(crate) stripped: PathBuf,
}

/// Builds the library that `cargo xtask size` measures and that the Swift and the Kotlin package are tested with.
pub(crate) fn library(workspace: &Workspace) -> Result<Library> {
    let shell = &workspace.shell;
    let build = cargo(workspace, "cdylib", None)?;
    // Rust links with lld here.
    let lld = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    if lld { build.arg("--").args(lld_flags(workspace)) } else { build }.run()?;

    let built = workspace.target.join("mobile").join(library_name());
    let stripped = shell.create_dir(workspace.target.join("stripped"))?.join(library_name());
    shell.copy_file(&built, &stripped)?;
    let option = if cfg!(target_os = "macos") { "-x" } else { "--strip-all" };
    cmd!(shell, "strip {option} {stripped}").run()?;
    Ok(Library { built, stripped })
}

/// `cargo rustc` for one type of library; what follows `--` is up to the linker.
pub(crate) fn cargo<'a>(workspace: &'a Workspace, crate_type: &str, target: Option<&str>) -> Result<Cmd<'a>> {
    let command = ["rustc", "--package", "poolpass-ffi", "--profile", "mobile", "--crate-type", crate_type];
    let target = target.map(|target| ["--target", target]);
    let build = workspace.cargo(&command).args(target.into_iter().flatten());
    Ok(build.env("CARGO_ENCODED_RUSTFLAGS", flags(workspace)?.join("\u{1f}")))
}

/// What every crate is compiled with.
fn flags(workspace: &Workspace) -> Result<Vec<String>> {
    // With a frame pointer, the tables for unwinding need not say where the stack is at each instruction: a fifth less of them.
    let mut flags = vec!["-Cforce-frame-pointers=yes".to_owned()];
    // What a panic says of its place would begin with the home directory of whoever built the library.
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home =
        home.or_else(|| Some(env::home_dir()?.join(".cargo"))).context("there is no home directory")?;
    // There is no such folder where the crates are vendored.
    for registry in workspace.shell.read_dir(home.join("registry").join("src")).unwrap_or_default() {
        flags.push(format!("--remap-path-prefix={}/=", registry.display()));
    }
    Ok(flags)
}

/// For rustc, where it links with lld.
pub(crate) fn lld_flags(workspace: &Workspace) -> [String; 2] {
    let script = workspace.path("bindings/ffi/discard.ld");
    [
        // Functions with the same code become one.
        "-Clink-arg=-Wl,--icf=all".to_owned(),
        format!("-Clink-arg=-T{}", script.display()),
    ]
}
