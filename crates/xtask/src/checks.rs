//! Checks formatting, lints and documentation.

use anyhow::Result;
use xshell::cmd;

use crate::machine;
use crate::step::Outcome;
use crate::workspace::Workspace;

pub(crate) fn fmt(workspace: &Workspace) -> Result<Outcome> {
    workspace.cargo(&["fmt", "--all", "--check"]).run()?;
    Ok(Outcome::Passed)
}

pub(crate) fn clippy(workspace: &Workspace) -> Result<Outcome> {
    workspace.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()?;
    let core = ["--package", "poolpass", "--no-default-features"];
    workspace.cargo(&["clippy"]).args(core).args(["--all-targets", "--", "-D", "warnings"]).run()?;
    Ok(Outcome::Passed)
}

pub(crate) fn wasm(workspace: &Workspace) -> Result<Outcome> {
    let target = machine::WASM_TARGET;
    machine::install_wasm_target(workspace)?;
    for features in [&[][..], &["--no-default-features"]] {
        cmd!(
            workspace.shell,
            "cargo clippy --package poolpass --package poolpass-wasm {features...} --target {target} -- -D warnings"
        )
        .run()?;
    }
    Ok(Outcome::Passed)
}

pub(crate) fn doc(workspace: &Workspace) -> Result<Outcome> {
    workspace.cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings").run()?;
    Ok(Outcome::Passed)
}
