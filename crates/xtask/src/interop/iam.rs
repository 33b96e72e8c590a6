//! The table of decisions that local-aws's policy evaluation is held to, by another implementation of IAM.

use anyhow::Result;
use xshell::cmd;

use super::node;
use crate::step::Outcome;
use crate::workspace::Workspace;

const ORACLE: &str = "tests/interop/oracles/iam";

/// Fails when an expectation of the table is not what the other implementation decides.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome> {
    if !node::install(workspace, ORACLE)? {
        return workspace.without("Node.js with npm");
    }
    let program = workspace.path(ORACLE).join("verify.mjs");
    cmd!(workspace.shell, "node {program}").run()?;
    Ok(Outcome::Passed)
}
