//! Installs cargo-deny at a fixed version and runs it.

use anyhow::{Result, ensure};
use xshell::cmd;

use crate::step::Outcome;
use crate::workspace::Workspace;

const VERSION: &str = "0.20.2";

/// Crates that only S3 or DynamoDB needs.
const OF_FEATURES: [&str; 3] = ["crc", "crc32fast", "serde_dynamo"];

pub(crate) fn check(workspace: &Workspace) -> Result<Outcome> {
    let shell = &workspace.shell;
    let root = workspace.target.join("tools").join(format!("cargo-deny-{VERSION}"));
    let cargo_deny = root.join("bin").join("cargo-deny").with_extension(std::env::consts::EXE_EXTENSION);
    if !shell.path_exists(&cargo_deny) {
        // A debug build takes a third of the time, and the checks take three seconds either way.
        cmd!(shell, "cargo install cargo-deny --version {VERSION} --locked --debug --root {root}")
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .run()?;
    }

    cmd!(shell, "{cargo_deny} --locked check bans licenses sources").run()?;
    if cmd!(shell, "{cargo_deny} --locked fetch db").ignore_stderr().run().is_ok() {
        cmd!(shell, "{cargo_deny} --locked check advisories").run()?;
    } else {
        println!("advisories: not checked, since their database cannot be fetched from here");
    }
    check_core(workspace)?;
    Ok(Outcome::Passed)
}

/// A program without S3 and DynamoDB does not compile their libraries.
fn check_core(workspace: &Workspace) -> Result<()> {
    let tree = cmd!(
        workspace.shell,
        "cargo tree --locked --package poolpass --no-default-features --target all --edges normal --prefix none"
    )
    .read()?;
    let names = || tree.lines().filter_map(|line| line.split_whitespace().next());
    ensure!(names().any(|name| name == "aws-sigv4"), "cargo tree shows no dependencies");
    let found: Vec<_> = names().filter(|name| OF_FEATURES.contains(name)).collect();
    ensure!(found.is_empty(), "needed also without S3 and DynamoDB: {found:?}");
    Ok(())
}
