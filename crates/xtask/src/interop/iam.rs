//! Checks local-aws's table of policy decisions against another implementation of IAM.

use anyhow::Result;
use xshell::cmd;

use super::node;
use crate::step::Outcome;
use crate::workspace::Workspace;

const ORACLE: &str = "tests/interop/oracles/iam";

/// Fails if the other implementation decides differently from the table.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome> {
    if !node::install(workspace, ORACLE)? {
        return workspace.without("Node.js with npm");
    }
    let program = workspace.path(ORACLE).join("verify.mjs");
    cmd!(workspace.shell, "node {program}").run()?;
    Ok(Outcome::Passed)
}
