//! Signs in at a certified OpenID Connect provider.

use anyhow::Result;

use super::node;
use crate::step::Outcome;
use crate::workspace::Workspace;

const SERVER: &str = "tests/interop/servers/oidc-provider";

/// Fails if the SDK cannot sign in there, or takes a refusal for another one.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome> {
    if !node::install(workspace, SERVER)? {
        return workspace.without("Node.js with npm");
    }
    let server = workspace.path(SERVER);
    workspace
        .cargo(&["test", "--workspace", "--test", "oidc_provider"])
        .env("OIDC_PROVIDER", server)
        .run()?;
    Ok(Outcome::Passed)
}
