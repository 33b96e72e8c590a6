//! Benchmarks. They are not tests, since no test depends on time.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::cmd;

use crate::interop::{clients, node};
use crate::workspace::Workspace;
use crate::{machine, npm};

/// Runs the npm package and another one in the same page of Chromium, and prints both times.
pub(crate) struct Measurement {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&Workspace) -> Result<()>,
}

pub(crate) const MEASUREMENTS: [Measurement; 2] = [
    Measurement {
        name: "srp-web",
        about: "The SRP work of a sign-in in Chromium, beside amazon-cognito-identity-js",
        run: srp_web,
    },
    Measurement {
        name: "data-web",
        about: "S3 and DynamoDB in Chromium, beside the AWS SDK for JavaScript",
        run: data_web,
    },
];

const AWS_SDK: &str = "bindings/wasm/tests/browser/bench/aws_sdk";

fn srp_web(workspace: &Workspace) -> Result<()> {
    ensure!(node::install(workspace, clients::JS_CLIENTS)?, "Node.js is missing");
    let rival = workspace.path(clients::JS_CLIENTS).join("node_modules/amazon-cognito-identity-js");
    measure(workspace, "srp.mjs", &rival.join("dist"), &version(workspace, &rival)?)
}

fn data_web(workspace: &Workspace) -> Result<()> {
    let has_node = node::install(workspace, npm::SOURCES)? && node::install(workspace, AWS_SDK)?;
    ensure!(has_node, "Node.js is missing");
    let shell = &workspace.shell;
    let sources = workspace.path(AWS_SDK);
    let bundle = workspace.path("target/bench");
    let esbuild = workspace.path(npm::SOURCES).join("node_modules/.bin/esbuild");
    let entry = sources.join("aws_sdk.js");
    // Bundled as an app would bundle it.
    cmd!(shell, "{esbuild} {entry} --bundle --minify --format=esm --platform=browser --log-level=error --outdir={bundle}")
        .run()?;
    measure(
        workspace,
        "data.mjs",
        &bundle,
        &version(workspace, &sources.join("node_modules/@aws-sdk/client-s3"))?,
    )
}

/// Runs one of the package's benchmark scripts with the folder of the package to compare with.
fn measure(workspace: &Workspace, script: &str, rival: &Path, rival_version: &str) -> Result<()> {
    ensure!(node::install(workspace, npm::SOURCES)?, "Node.js is missing");
    let chromium = machine::chromium(workspace).context("Chromium is missing")?;
    let project = npm::installed_package(workspace)?;
    let script = workspace.path(npm::SOURCES).join("tests/browser/bench").join(script);
    cmd!(workspace.shell, "node {script}")
        .env("POOLPASS_PROJECT", project)
        .env("RIVAL", rival)
        .env("RIVAL_VERSION", rival_version)
        .env(machine::CHROMIUM, chromium)
        .run()?;
    Ok(())
}

fn version(workspace: &Workspace, package: &Path) -> Result<String> {
    let manifest: Value = serde_json::from_str(&workspace.shell.read_file(package.join("package.json"))?)?;
    Ok(manifest["version"].as_str().context("the package has no version")?.to_owned())
}
