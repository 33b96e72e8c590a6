//! Runs third-party clients against local-aws.

use std::path::PathBuf;

use anyhow::Result;
use xshell::cmd;

use super::local_aws::with_demo;
use super::{node, python};
use crate::npm;
use crate::step::Outcome;
use crate::workspace::Workspace;

/// The environment variable with the path of the backend's `poolpass.json`.
pub(crate) const BACKEND: &str = "POOLPASS_BACKEND_CONFIG";

pub(crate) const PYTHON_CLIENTS: &str = "tests/interop/clients/python/requirements.txt";
const CFN_LINT: &str = "tests/interop/oracles/cfn-lint/requirements.txt";
pub(crate) const JS_CLIENTS: &str = "tests/interop/clients/js";

pub(crate) fn python(workspace: &Workspace) -> Result<Outcome> {
    let Some(python) = python::environment(workspace, PYTHON_CLIENTS)? else {
        return workspace.without("python3 with venv");
    };
    if let Some(linter) = python::environment(workspace, CFN_LINT)? {
        let (cfn_lint, template) =
            (linter.with_file_name("cfn-lint"), workspace.path("examples/infra/template.yaml"));
        cmd!(workspace.shell, "{cfn_lint} {template}").run()?;
        println!("cfn-lint accepts examples/infra/template.yaml");
    }
    let folder = workspace.path("tests/interop/clients/python");
    with_demo(workspace, "python", |demo| {
        cmd!(workspace.shell, "{python} -m pytest --quiet --tb=short -p no:cacheprovider {folder}")
            .env(BACKEND, demo.config)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .run()?;
        Ok(Outcome::Passed)
    })
}

pub(crate) fn js(workspace: &Workspace) -> Result<Outcome> {
    if !node::install(workspace, JS_CLIENTS)? || !node::install(workspace, npm::SOURCES)? {
        return workspace.without("Node.js with npm");
    }
    let verify = bundled_verify(workspace)?;
    let verify_program = workspace.program("verify-tokens")?;
    let identity_program = workspace.program("identity-ids")?;
    let tests: Vec<PathBuf> = workspace
        .shell
        .read_dir(workspace.path(JS_CLIENTS))?
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    with_demo(workspace, "js", |demo| {
        cmd!(workspace.shell, "node --test {tests...}")
            .env(BACKEND, demo.config)
            .env("POOLPASS_VERIFY", &verify)
            .env("POOLPASS_VERIFY_PROGRAM", &verify_program)
            .env("POOLPASS_IDENTITY_PROGRAM", &identity_program)
            .run()?;
        Ok(Outcome::Passed)
    })
}

/// Writes the npm package's entry `poolpass/verify` as one script, without the modules that the rest of the package needs.
fn bundled_verify(workspace: &Workspace) -> Result<PathBuf> {
    let sources = workspace.path(npm::SOURCES);
    let (esbuild, entry) = (sources.join("node_modules/.bin/esbuild"), sources.join("js/verify.ts"));
    let script = workspace.target.join("interop").join("verify.mjs");
    cmd!(
        workspace.shell,
        "{esbuild} {entry} --bundle --format=esm --target=es2022 --log-level=error --outfile={script}"
    )
    .run()?;
    Ok(script)
}
